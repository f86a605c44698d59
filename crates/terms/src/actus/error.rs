use gage_calendar::CalendarError;
use gage_units::MathError;
use thiserror::Error;

/// Why a contract of the standard has no events.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ActusError {
    /// The file is not in the reference-test format.
    #[error("not in the reference-test format: {0}")]
    Format(String),
    /// A term that this contract type needs.
    #[error("the term `{0}` is missing")]
    Missing(&'static str),
    /// A term whose text cannot be read.
    #[error("the term `{term}` has the value `{value}`, which cannot be read")]
    BadTerm {
        /// Its name.
        term: &'static str,
        /// What stands there.
        value: String,
    },
    /// No value of a market object was observed at or before the moment.
    #[error("`{code}` has no observation at {at}")]
    NotObserved {
        /// The market object.
        code: String,
        /// When it is needed.
        at: String,
    },
    /// More events than a contract may have.
    #[error("the contract has more events than the limit")]
    TooManyEvents,
    /// A contract inside a contract inside a contract.
    #[error("contracts are nested too deep")]
    TooDeep,
    /// A date outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A number outside its range.
    #[error("a calculation has no result: {0:?}")]
    Math(MathError),
}

impl From<MathError> for ActusError {
    fn from(error: MathError) -> ActusError {
        ActusError::Math(error)
    }
}
