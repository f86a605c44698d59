//! What a redemption costs: a floor, and a rate that redemptions raise and time brings down.
//!
//! The base rate rises by the part of the supply that is redeemed and falls by half in each half-life; a
//! redemption pays the mean of the rates before and after it. So one redemption raises its own fee by half of
//! its part, as in Liquity, whose form this is, and the same amount in many pieces pays the same in sum.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Accumulator, Amount, Bps, MathError, RatePerSecond, Ratio, Rounding, mul_div};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::params::first_bad;

/// The slowest decay, of a half-life of a week: `2^(-1/604800)` in 1e-27.
pub const DECAY_MAX: RatePerSecond = RatePerSecond(999_998_853_923_969_311_863_839_627);
/// The fastest, of a half-life of a minute or so.
pub const DECAY_MIN: RatePerSecond = RatePerSecond(988_000_000_000_000_000_000_000_000);

/// What governance sets of a facility's redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedemptionTerms {
    /// The least fee, which bears the error of the price; 0.01 % or more.
    pub fee_min: Bps,
    /// The highest fee; at most 50 %.
    pub fee_max: Bps,
    /// What is left of the base rate after each second, in 1e-27; below one.
    pub decay: RatePerSecond,
    /// The least amount of one redemption, above zero.
    pub amount_min: Amount,
}

impl RedemptionTerms {
    /// Passes if every number lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        first_bad([
            ("fee_min", self.fee_min.0 >= 1),
            ("fee_max", self.fee_max >= self.fee_min && self.fee_max.0 <= 5_000),
            ("decay", (DECAY_MIN..=DECAY_MAX).contains(&self.decay)),
            ("amount_min", !self.amount_min.is_zero()),
        ])
    }
}

/// The base rate `seconds` later, rounded up against who redeems next. Every product of the power is
/// rounded up, and below one an error does not grow by more than doubling at each squaring: the
/// factor is above the exact one by less than `2 * seconds` units of 1e-27, for a week below 2e-21.
///
/// # Errors
/// [`MathError::Overflow`] never for a decay below one.
pub fn decayed(base_rate: Ratio, decay: RatePerSecond, seconds: u64) -> Result<Ratio, MathError> {
    if base_rate == Ratio::ZERO {
        return Ok(Ratio::ZERO);
    }
    let factor = decay.growth(seconds, Rounding::Up)?;
    mul_div(base_rate.0, factor.0, Accumulator::SCALE, Rounding::Up).map(Ratio)
}

/// The base rate after a redemption: the redeemed part of the supply more, one at most.
///
/// # Errors
/// [`MathError::DivisionByZero`] without supply.
pub fn raised(base_rate: Ratio, redeemed: Amount, supply: Amount) -> Result<Ratio, MathError> {
    Ok(base_rate.plus(Ratio::of(redeemed.0, supply.0, Rounding::Up)?)?.min(Ratio::ONE))
}

/// As [`raised`] by a redemption of any size; measured against nothing, it raises the rate to the highest.
///
/// # Errors
/// [`MathError::Overflow`] never for a base rate of at most one.
pub fn raised_by(base_rate: Ratio, redeemed: Amount, supply: Amount) -> Result<Ratio, MathError> {
    if supply.is_zero() { Ok(Ratio::ONE) } else { raised(base_rate, redeemed.min(supply), supply) }
}

/// The fee of a redemption that brings the base rate from `before` to `after`: their mean, rounded up, above
/// the floor and at most the highest.
///
/// # Errors
/// [`MathError::Overflow`] never for base rates of at most one.
pub fn fee(before: Ratio, after: Ratio, terms: &RedemptionTerms) -> Result<Ratio, MathError> {
    let mean = Ratio(before.plus(after)?.0.div_ceil(2));
    Ok(terms.fee_min.ratio().plus(mean)?.min(terms.fee_max.ratio()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects)]

    use super::*;

    /// A half-life of six hours: `2^(-1/21600)`, to the last of 27 places rounded down.
    const SIX_HOURS: RatePerSecond = RatePerSecond(999_967_910_367_635_122_012_970_996);

    fn terms() -> RedemptionTerms {
        RedemptionTerms { fee_min: Bps(50), fee_max: Bps(500), decay: SIX_HOURS, amount_min: Amount(1) }
    }

    #[test]
    fn a_half_life_halves() -> Result<(), MathError> {
        let start = Ratio(40_000_000_000_000_000);
        assert_eq!(decayed(start, SIX_HOURS, 0)?, start);
        // Off by the constant's last digit and the stated error, no more.
        assert!(decayed(start, SIX_HOURS, 21_600)?.0.abs_diff(20_000_000_000_000_000) <= 1);
        assert!(decayed(start, SIX_HOURS, 64_800)?.0.abs_diff(5_000_000_000_000_000) <= 1);
        assert_eq!(decayed(start, SIX_HOURS, 31_536_000)?, Ratio(1), "rounded up, never below nothing");
        assert_eq!(decayed(Ratio::ZERO, SIX_HOURS, 5)?, Ratio::ZERO);
        Ok(())
    }

    #[test]
    fn in_steps_it_never_falls_faster_than_at_once() -> Result<(), MathError> {
        let start = Ratio(123_456_789_012_345_678);
        let once = decayed(start, SIX_HOURS, 600)?;
        let mut stepped = start;
        for _ in 0..600 {
            stepped = decayed(stepped, SIX_HOURS, 1)?;
        }
        assert!(stepped >= once && stepped.0 - once.0 <= 601, "{stepped} {once}");
        Ok(())
    }

    #[test]
    fn fees_by_hand() -> Result<(), MathError> {
        // 10 of 100 redeemed: 10 % more, 5 % in the mean; with the floor 5.5 %, at most 5 %.
        let base = raised(Ratio::ZERO, Amount(10), Amount(100))?;
        assert_eq!(base, Ratio(100_000_000_000_000_000));
        assert_eq!(fee(Ratio::ZERO, base, &terms())?, Ratio(50_000_000_000_000_000));
        assert_eq!(fee(Ratio::ZERO, Ratio(20_000_000_000_000_000), &terms())?, Ratio(15_000_000_000_000_000));
        assert_eq!(fee(Ratio::ZERO, Ratio::ZERO, &terms())?, Ratio(5_000_000_000_000_000));
        assert_eq!(fee(Ratio::ZERO, Ratio(1), &terms())?, Ratio(5_000_000_000_000_001), "rounded up");
        assert_eq!(raised(Ratio::ONE, Amount(100), Amount(100))?, Ratio::ONE);
        assert_eq!(raised(Ratio::ZERO, Amount(1), Amount(0)), Err(MathError::DivisionByZero));
        Ok(())
    }

    #[test]
    fn in_pieces_it_costs_the_same() -> Result<(), MathError> {
        let wide = RedemptionTerms { fee_max: Bps(5_000), ..terms() };
        let (amount, supply, pieces) = (40_000u128, 1_000_000u128, 8u128);
        let whole = fee(Ratio::ZERO, raised(Ratio::ZERO, Amount(amount), Amount(supply))?, &wide)?.0 * amount;
        let (mut paid, mut rate, mut left) = (0, Ratio::ZERO, supply);
        for _ in 0..pieces {
            let after = raised(rate, Amount(amount / pieces), Amount(left))?;
            paid += fee(rate, after, &wide)?.0 * (amount / pieces);
            (rate, left) = (after, left - amount / pieces);
        }
        assert!(paid >= whole, "{paid} in pieces, {whole} at once");
        assert!(paid - whole <= whole / 20, "{paid} in pieces, {whole} at once");
        Ok(())
    }

    #[test]
    fn bounds() {
        assert_eq!(terms().check(), Ok(()));
        let endless = RedemptionTerms { decay: RatePerSecond::ZERO_INTEREST, ..terms() };
        assert_eq!(endless.check(), Err(Error::ParamOutOfBounds { param: "decay" }));
        let free = RedemptionTerms { fee_min: Bps(0), ..terms() };
        assert_eq!(free.check(), Err(Error::ParamOutOfBounds { param: "fee_min" }));
    }
}
