use gage_units::MathError;
use thiserror::Error;

/// Why terms are refused, or a step has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TermsError {
    /// More parts than a contract may have.
    #[error("the contract has more parts than the limit")]
    TooLarge,
    /// Nested deeper than a contract may be.
    #[error("the contract is nested deeper than the limit")]
    TooDeep,
    /// A list of claims or legs that is empty or too long.
    #[error("a list of claims or legs is empty or too long")]
    BadList,
    /// A party that owes itself.
    #[error("a party owes itself")]
    SameParty,
    /// A repeated claim whose period is empty, or that ends before it starts.
    #[error("a repeated claim needs a period, and an end after its start")]
    BadRepeat,
    /// Bytes that are no contract.
    #[error("the bytes are not those of a contract")]
    BadBytes,
    /// More payments than one step may make: step at earlier moments first.
    #[error("more payments than one step may make")]
    TooManyPayments,
    /// More work than a run may do.
    #[error("the contract takes more work than the limit")]
    TooMuchWork,
    /// A step back in time.
    #[error("the contract was stepped to a later moment already")]
    Backward,
    /// A rate that a tranche needs was not published.
    #[error("a rate that a tranche needs was not published")]
    NotPublished,
    /// A number or date outside its range.
    #[error("a calculation has no result: {0:?}")]
    Math(MathError),
    /// A date outside the calendar.
    #[error(transparent)]
    Calendar(#[from] gage_calendar::CalendarError),
}

impl From<MathError> for TermsError {
    fn from(error: MathError) -> TermsError {
        TermsError::Math(error)
    }
}

/// Where and why a text is no contract.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct TextError {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What was expected and what stands there.
    pub reason: String,
}
