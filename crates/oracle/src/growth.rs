//! A ceiling that grows: for ratios that can only rise slowly (a staking wrapper, a fund share).

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Bps, MathError, Price, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

/// The most a ratio may be allowed to grow in a year.
pub const GROWTH_PER_YEAR_MAX: Bps = Bps(10_000);
/// The most a new cap may move the price, or the ceiling, at the moment it is set: 0.25%. A new reference
/// continues the old line. Whoever borrows close to a ratio stands one or two percent from liquidation:
/// in the incident of March 2026 a ratio went 3% forward and its time all the way, which lowered the
/// ceiling by 2.85%, and 34 accounts were liquidated.
pub const GROWTH_CAP_STEP_MAX: Bps = Bps(25);
/// The oldest reference a cap may be given, in milliseconds.
pub const GROWTH_REFERENCE_AGE_MAX_MS: u64 = 7_776_000_000;

const YEAR_MS: u128 = 31_536_000_000;

/// The largest price admitted: `ratio` at `at`, growing from there. Ratio and time are one record
/// and are set together, because a ratio without its time is another cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrowthCap {
    /// The price at the reference time.
    pub ratio: Price,
    /// The reference time.
    pub at: Timestamp,
    /// Simple growth per year of 365 days.
    pub growth_per_year: Bps,
}

impl GrowthCap {
    /// The ceiling at `now`; rounded down, against whoever values the asset high.
    ///
    /// # Errors
    /// [`MathError`], `Underflow` before the reference time.
    pub fn ceiling(&self, now: Timestamp) -> Result<Price, MathError> {
        let elapsed = u128::from(now.since_ms(self.at)?);
        let rate = self.growth_per_year.apply(self.ratio.0, Rounding::Down)?;
        let grown = Price(rate).mul_div(elapsed, YEAR_MS, Rounding::Down)?;
        self.ratio.0.checked_add(grown.0).map(Price).ok_or(MathError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_simply() {
        let cap = GrowthCap { ratio: Price(1_200_000), at: Timestamp(1_000), growth_per_year: Bps(1_000) };
        assert_eq!(cap.ceiling(Timestamp(1_000)), Ok(Price(1_200_000)));
        assert_eq!(cap.ceiling(Timestamp(1_000 + 31_536_000_000)), Ok(Price(1_320_000)));
        assert_eq!(cap.ceiling(Timestamp(1_000 + 15_768_000_000)), Ok(Price(1_260_000)));
        assert_eq!(cap.ceiling(Timestamp(999)), Err(MathError::Underflow));
    }
}
