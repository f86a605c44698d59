use thiserror::Error;

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PricingError {
    /// An input is not finite, or outside the domain on which the error is proven.
    #[error("an input is outside the domain of the formula")]
    OutsideDomain,
    /// No volatility gives this price: it is not between the intrinsic value and the limit.
    #[error("the price is outside the bounds of no arbitrage")]
    NoVolatility,
    /// The result does not fit fixed point.
    #[error("the result does not fit")]
    Overflow,
    /// The processor rounds otherwise, or flushes small numbers to zero.
    #[error("the processor is not set to round to nearest with gradual underflow")]
    Environment,
}
