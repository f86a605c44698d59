//! How far around its middle a price may lie by now.

use gage_units::{Bps, MathError, Price, Ratio, Rounding, mul_div, sqrt_ratio};

use crate::averages::Variance;

/// Half-widths around a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// What the price's confidence and age ask for.
    pub wanted: Price,
    /// What is used: `wanted`, bounded, so that caution never switches liquidation off.
    pub used: Price,
}

/// `min(band_max * mid, confidence + sigmas * sigma * sqrt(age) * mid)`. The term that grows with age
/// is the premium for latency. Rounds up (a wider band favours nobody who takes risk); the bound
/// rounds down, so that the low end stays above zero.
///
/// # Errors
/// [`MathError::Overflow`].
pub fn band(
    mid: Price,
    confidence: Price,
    variance: Variance,
    age_ms: u64,
    sigmas: Bps,
    band_max: Bps,
) -> Result<Band, MathError> {
    let drift = sigmas.apply(deviation(variance, age_ms)?.apply(mid.0, Rounding::Up)?, Rounding::Up)?;
    let wanted = confidence.0.checked_add(drift).ok_or(MathError::Overflow)?;
    let bound = band_max.apply(mid.0, Rounding::Down)?;
    Ok(Band { wanted: Price(wanted), used: Price(wanted.min(bound)) })
}

/// The standard deviation of the relative move over `age_ms`: the square root of the variance that
/// accrued, in whole steps of 1e-18, rounded down (one step is far below any band).
///
/// # Errors
/// [`MathError::Overflow`].
pub fn deviation(variance: Variance, age_ms: u64) -> Result<Ratio, MathError> {
    // 1e-36 per second times seconds; beyond the type the root is far beyond any band anyway.
    let accrued = mul_div(variance.0, u128::from(age_ms), 1_000, Rounding::Up).unwrap_or(u128::MAX);
    sqrt_ratio(accrued, 1).map(Ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    const E18: u128 = 1_000_000_000_000_000_000;

    #[test]
    fn widens_with_the_root_of_age_up_to_the_bound() {
        // 0.01% per root second; 3 sigmas; mid 200; confidence 0.1.
        let variance = Variance(100_000_000_000_000 * 100_000_000_000_000);
        let half = |age_ms| band(Price(200 * E18), Price(E18 / 10), variance, age_ms, Bps(30_000), Bps(500)).unwrap();
        assert_eq!(half(0).used, Price(E18 / 10));
        // 3 * 0.0001 * sqrt(100) * 200 = 0.6.
        assert_eq!(half(100_000).used, Price(7 * E18 / 10));
        assert_eq!(half(400_000).used, Price(13 * E18 / 10));
        assert_eq!(half(u64::MAX).used, Price(10 * E18));
        assert!(half(u64::MAX).wanted > half(u64::MAX).used);
    }
}
