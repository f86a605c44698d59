//! What borrowing from a pool costs, by how much of it is lent: two straight lines that meet at a kink.
//!
//! `r(U) = r_0 + (r_k - r_0) U / k` up to the kink `k`, `r_k + (r_1 - r_k) (U - k) / (1 - k)` above it,
//! as interest per second. The form is that of Compound's jump-rate model; per second, it compounds.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Accumulator, Bps, MathError, RatePerSecond, Ratio, Rounding, mul_div};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::params::{RATE_MAX, first_bad};

/// Interest per second at three utilisations; each at least the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateCurve {
    /// The utilisation at which the steep part begins; 1 % to 99 %.
    pub kink: Bps,
    /// The rate of a pool of which nothing is lent.
    pub at_zero: RatePerSecond,
    /// The rate at the kink.
    pub at_kink: RatePerSecond,
    /// The rate of a pool without cash; [`RATE_MAX`] at most.
    pub at_full: RatePerSecond,
}

impl RateCurve {
    /// Passes if every number lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        first_bad([
            ("kink", (100..=9_900).contains(&self.kink.0)),
            ("at_zero", self.at_zero >= RatePerSecond::ZERO_INTEREST),
            ("at_kink", self.at_kink >= self.at_zero),
            ("at_full", self.at_full >= self.at_kink && self.at_full <= RATE_MAX),
        ])
    }

    /// The rate at a utilisation of at most one, rounded up against the borrower.
    ///
    /// # Errors
    /// [`MathError`] for a utilisation above one or a curve out of its bounds.
    pub fn rate(&self, utilisation: Ratio) -> Result<RatePerSecond, MathError> {
        let kink = self.kink.apply(Ratio::SCALE, Rounding::Down)?;
        let (from, to, along, length) = match utilisation.0.checked_sub(kink) {
            None => (self.at_zero, self.at_kink, utilisation.0, kink),
            Some(above) => {
                let length = Ratio::SCALE.checked_sub(kink).ok_or(MathError::Underflow)?;
                (self.at_kink, self.at_full, above, length)
            }
        };
        if along > length {
            return Err(MathError::Overflow);
        }
        let rise = to.interest()?.checked_sub(from.interest()?).ok_or(MathError::Underflow)?;
        let part = mul_div(rise, along, length, Rounding::Up)?;
        from.plus(RatePerSecond(Accumulator::SCALE.checked_add(part).ok_or(MathError::Overflow)?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects)]

    use super::*;

    /// Interest of 10, 50 and 1,050 units of 1e-27 a second; kink at 80 %.
    fn curve() -> RateCurve {
        let rate = |interest: u128| RatePerSecond(Accumulator::SCALE + interest);
        RateCurve { kink: Bps(8_000), at_zero: rate(10), at_kink: rate(50), at_full: rate(1_050) }
    }

    fn at(percent: u128) -> u128 {
        curve().rate(Ratio(Ratio::SCALE / 100 * percent)).and_then(RatePerSecond::interest).unwrap_or(u128::MAX)
    }

    #[test]
    fn two_lines_by_hand() {
        assert_eq!(at(0), 10);
        // 10 + 40 * 40/80 = 30, 10 + 40 * 79/80 = 49.5 -> 50.
        assert_eq!(at(40), 30);
        assert_eq!(at(79), 50);
        assert_eq!(at(80), 50);
        // 50 + 1000 * 1/20 = 100, 50 + 1000 * 10/20 = 550.
        assert_eq!(at(81), 100);
        assert_eq!(at(90), 550);
        assert_eq!(at(100), 1_050);
        assert_eq!(at(101), u128::MAX, "more than all cannot be lent");
        // The smallest utilisation above nothing rounds up.
        assert_eq!(curve().rate(Ratio(1)).and_then(RatePerSecond::interest), Ok(11));
    }

    #[test]
    fn a_curve_that_falls_is_refused() {
        assert_eq!(curve().check(), Ok(()));
        let falling = RateCurve { at_full: curve().at_zero, ..curve() };
        assert_eq!(falling.check(), Err(Error::ParamOutOfBounds { param: "at_full" }));
        let steep = RateCurve { at_full: RatePerSecond(RATE_MAX.0 + 1), ..curve() };
        assert_eq!(steep.check(), Err(Error::ParamOutOfBounds { param: "at_full" }));
        assert_eq!(RateCurve { kink: Bps(0), ..curve() }.check(), Err(Error::ParamOutOfBounds { param: "kink" }));
    }
}
