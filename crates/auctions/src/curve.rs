//! How a price falls: pure, never rising, rounded up (against the taker).

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Accumulator, MathError, Price, RatePerSecond, Ratio, Rounding};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::params::{CUT_MAX, CUT_MIN, FACTOR_MIN, STEP_MIN_MS, TAIL_MAX_MS};

/// The shape of the fall. The three shapes of Maker's `abaci.sol`, with the price rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Curve {
    /// `start * (duration - t) / duration`, zero from then on.
    Linear {
        /// The time to zero, in milliseconds.
        duration_ms: u64,
    },
    /// `start * cut^floor(t / step)`.
    StairExponential {
        /// The length of a stair, in milliseconds.
        step_ms: u64,
        /// What one stair leaves of the price.
        cut: Ratio,
    },
    /// `start * cut^t`, `t` in whole seconds.
    Exponential {
        /// What one second leaves of the price.
        cut: Ratio,
    },
}

impl Curve {
    /// Passes shapes within the bounds of [`crate::params`].
    ///
    /// # Errors
    /// [`Error::CurveOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        let span = |ms: u64| (STEP_MIN_MS..=TAIL_MAX_MS).contains(&ms);
        let falls = |cut: Ratio| (CUT_MIN..=CUT_MAX).contains(&cut);
        let valid = match *self {
            Curve::Linear { duration_ms } => span(duration_ms),
            Curve::StairExponential { step_ms, cut } => span(step_ms) && falls(cut),
            Curve::Exponential { cut } => falls(cut),
        };
        if valid { Ok(()) } else { Err(Error::CurveOutOfBounds) }
    }

    /// The price `elapsed_ms` after `start`, rounded up. Against the exact value it is higher by at
    /// most one unit plus, for the exponential shapes after `n` steps, `start * (n + 1) / 1e27`.
    ///
    /// # Errors
    /// [`MathError`] never within the bounds of [`Curve::validate`].
    pub fn price(&self, start: Price, elapsed_ms: u64) -> Result<Price, MathError> {
        match *self {
            Curve::Linear { duration_ms } => {
                let left = duration_ms.saturating_sub(elapsed_ms);
                start.mul_div(left.into(), duration_ms.into(), Rounding::Up)
            }
            Curve::StairExponential { cut, .. } | Curve::Exponential { cut } => {
                let steps = elapsed_ms.checked_div(self.step_ms()).ok_or(MathError::DivisionByZero)?;
                let factor = power(cut, steps)?;
                start.mul_div(factor, Accumulator::SCALE, Rounding::Up)
            }
        }
    }

    /// The time within which the price stands still, in milliseconds.
    pub(crate) fn step_ms(&self) -> u64 {
        match *self {
            Curve::Linear { .. } => 1,
            Curve::StairExponential { step_ms, .. } => step_ms,
            Curve::Exponential { .. } => 1_000,
        }
    }
}

/// `cut^steps` in 1e-27, rounded up, not below [`FACTOR_MIN`].
fn power(cut: Ratio, steps: u64) -> Result<u128, MathError> {
    const WIDEN: u128 = 1_000_000_000;
    let step = cut.0.checked_mul(WIDEN).ok_or(MathError::Overflow)?;
    let factor = RatePerSecond(step).growth(steps, Rounding::Up)?;
    Ok(factor.0.max(FACTOR_MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Price = Price(200_000_000_000_000_000_000); // 200
    const CUT: Ratio = Ratio(990_000_000_000_000_000); // 0.99

    #[test]
    fn linear_falls_by_equal_parts() {
        let curve = Curve::Linear { duration_ms: 3_600_000 };
        assert_eq!(curve.price(START, 0), Ok(START));
        assert_eq!(curve.price(START, 900_000), Ok(Price(150_000_000_000_000_000_000)));
        assert_eq!(curve.price(START, 1), Ok(Price(199_999_944_444_444_444_445)), "199.9999444.., rounded up");
        assert_eq!(curve.price(START, 3_600_000), Ok(Price(0)));
        assert_eq!(curve.price(START, u64::MAX), Ok(Price(0)));
    }

    #[test]
    fn stairs_fall_at_their_edges() {
        let curve = Curve::StairExponential { step_ms: 90_000, cut: CUT };
        assert_eq!(curve.price(START, 89_999), Ok(START));
        assert_eq!(curve.price(START, 90_000), Ok(Price(198_000_000_000_000_000_000)));
        assert_eq!(curve.price(START, 180_000), Ok(Price(196_020_000_000_000_000_000)));
        assert_eq!(curve.price(Price(1), 180_000), Ok(Price(1)), "the price rounds up");
    }

    #[test]
    fn exponential_falls_every_second() {
        let curve = Curve::Exponential { cut: CUT };
        assert_eq!(curve.price(START, 999), Ok(START));
        assert_eq!(curve.price(START, 2_000), Ok(Price(196_020_000_000_000_000_000)));
        // 0.99^604800 is far below the least factor of 1e-12.
        assert_eq!(curve.price(START, TAIL_MAX_MS), Ok(Price(200_000_000)));
    }

    #[test]
    fn shapes_out_of_bounds_are_refused() {
        for curve in [
            Curve::Linear { duration_ms: 999 },
            Curve::Linear { duration_ms: TAIL_MAX_MS + 1 },
            Curve::StairExponential { step_ms: 0, cut: CUT },
            Curve::StairExponential { step_ms: 90_000, cut: Ratio::ONE },
            Curve::Exponential { cut: Ratio::ZERO },
        ] {
            assert_eq!(curve.validate(), Err(Error::CurveOutOfBounds), "{curve:?}");
        }
        assert_eq!(Curve::Exponential { cut: CUT_MAX }.validate(), Ok(()));
    }
}
