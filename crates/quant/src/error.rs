use thiserror::Error;

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QuantError {
    /// An input is not finite, or the formula does not hold there.
    #[error("an input is outside the domain of the formula")]
    OutsideDomain,
    /// A search did not end.
    #[error("the search did not converge")]
    NoConvergence,
    /// Dates, amounts or quotes that contradict each other.
    #[error("the data contradict each other: {0}")]
    Contradiction(&'static str),
}

impl From<gage_pricing::PricingError> for QuantError {
    fn from(_: gage_pricing::PricingError) -> QuantError {
        QuantError::OutsideDomain
    }
}

/// The number, if it is one.
pub(crate) fn finite(x: f64) -> Result<f64, QuantError> {
    if x.is_finite() { Ok(x) } else { Err(QuantError::OutsideDomain) }
}
