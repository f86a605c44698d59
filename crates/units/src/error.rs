use thiserror::Error;

/// An arithmetic result that does not exist. Modules map it to their own stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MathError {
    /// The result does not fit its type.
    #[error("the result of a calculation is too large")]
    Overflow,
    /// The result would be below zero where only amounts of zero or more exist.
    #[error("the result of a calculation would be negative")]
    Underflow,
    /// The divisor is zero.
    #[error("a calculation divides by zero")]
    DivisionByZero,
}
