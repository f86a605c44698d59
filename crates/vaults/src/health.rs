//! Health: what the pledges are worth at their thresholds over what is owed.

use std::cmp::Ordering;

use gage_units::{Amount, Bps, MathError, Price, Ratio, Rounding};
use ruint::aliases::U512;

use crate::wide::{Worth, divide, narrow, wide, worth};

/// The largest weight of one whole unit of collateral, in 1e-18 of the numeraire: eight collaterals
/// at it still fit 256 bits. A higher weight counts as this one, against the borrower.
pub const WEIGHT_MAX: u128 = 1 << 124;

/// Health `H = weighted / debt`, exact: `weighted = sum LT_i q_i p_i`, both in 1e-36 of the numeraire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// The pledges at their thresholds.
    pub weighted: Worth,
    /// The debt at face value.
    pub debt: Worth,
}

impl Health {
    /// No pledges, no debt.
    pub const NONE: Health = Health { weighted: Worth::ZERO, debt: Worth::ZERO };

    /// Adds pledges: `amount` of an asset whose whole unit weighs `weight`. # Errors [`MathError::Overflow`].
    pub fn add_pledge(&mut self, amount: Amount, weight: u128, decimals: u8) -> Result<(), MathError> {
        let pledge = worth(amount, weight.min(WEIGHT_MAX), decimals)?;
        self.weighted = self.weighted.checked_add(pledge).ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// Whether `H < 1`.
    pub fn is_unsafe(&self) -> bool {
        self.weighted < self.debt
    }

    /// `H` rounded down; [`Ratio::MAX`] without debt or beyond the largest ratio. This is the number
    /// by which liquidations are ordered.
    pub fn ratio(&self) -> Ratio {
        let scaled = wide(self.weighted).checked_mul(U512::from(Ratio::SCALE));
        let quotient =
            scaled.ok_or(MathError::Overflow).and_then(|scaled| divide(scaled, wide(self.debt), Rounding::Down));
        quotient.and_then(narrow).map_or(Ratio::MAX, Ratio)
    }

    /// Compares two healths exactly; without debt is above everything with debt.
    pub fn compare(&self, other: &Health) -> Ordering {
        match (self.debt.is_zero(), other.debt.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                // Products of two 256-bit numbers always fit 512 bits.
                let left = wide(self.weighted).wrapping_mul(wide(other.debt));
                left.cmp(&wide(other.weighted).wrapping_mul(wide(self.debt)))
            }
        }
    }
}

/// The weight of one whole unit at a limit (loan-to-value or threshold), in 1e-18 of the numeraire,
/// rounded down. # Errors [`MathError::Overflow`].
pub fn weight(price: Price, limit: Bps) -> Result<u128, MathError> {
    limit.apply(price.0, Rounding::Down).map(|weight| weight.min(WEIGHT_MAX))
}

/// A price after a haircut, rounded down. # Errors [`MathError::Underflow`] for a haircut above 100 %.
pub fn after_haircut(price: Price, haircut: Bps) -> Result<Price, MathError> {
    let kept = Bps(Bps::ONE.0.checked_sub(haircut.0).ok_or(MathError::Underflow)?);
    kept.apply(price.0, Rounding::Down).map(Price)
}

/// The price at which liquidation values a collateral: the high end of the quote, in the owner's
/// favour, but never more than `bound` above mid, so that wide quotes cannot switch liquidation off.
pub fn liquidation_price(mid: Price, high: Price, bound: Bps) -> Result<Price, MathError> {
    let above = Bps(Bps::ONE.0.checked_add(bound.0).ok_or(MathError::Overflow)?);
    let most = above.apply(mid.0, Rounding::Down).map(Price)?;
    Ok(high.max(mid).min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COIN: u128 = 1_000_000_000_000_000_000;

    #[test]
    fn one_vault_by_hand() -> Result<(), MathError> {
        // 10 units at 195.02, threshold 83 %: 1618.666 against 1500 owed is 1.0791106666...
        let weight = weight(Price(195_020_000_000_000_000_000), Bps(8_300))?;
        assert_eq!(weight, 161_866_600_000_000_000_000);
        let mut health = Health::NONE;
        health.add_pledge(Amount(10 * COIN), weight, 18)?;
        health.debt = worth(Amount(1_500 * COIN), COIN, 18)?;
        assert_eq!(health.ratio(), Ratio(1_079_110_666_666_666_666));
        assert!(!health.is_unsafe());
        health.debt = health.weighted;
        assert!(!health.is_unsafe(), "exactly one is safe");
        health.debt = health.debt.saturating_add(Worth::from(1u8));
        assert!(health.is_unsafe());
        Ok(())
    }

    #[test]
    fn without_debt_health_is_the_largest() {
        assert_eq!(Health::NONE.ratio(), Ratio::MAX);
        let owing = Health { weighted: Worth::from(5u8), debt: Worth::from(1u8) };
        assert_eq!(Health::NONE.compare(&owing), Ordering::Greater);
        assert_eq!(owing.compare(&Health { weighted: Worth::from(10u8), debt: Worth::from(2u8) }), Ordering::Equal);
        assert_eq!(owing.compare(&Health { weighted: Worth::from(11u8), debt: Worth::from(2u8) }), Ordering::Less);
    }

    #[test]
    fn the_quote_is_bounded_around_mid() {
        let bound = Bps(100);
        assert_eq!(liquidation_price(Price(1_000), Price(1_005), bound), Ok(Price(1_005)));
        assert_eq!(liquidation_price(Price(1_000), Price(1_900), bound), Ok(Price(1_010)));
        assert_eq!(liquidation_price(Price(1_000), Price(900), bound), Ok(Price(1_000)));
        assert_eq!(after_haircut(Price(1_000), Bps(2_500)), Ok(Price(750)));
        assert_eq!(after_haircut(Price(1_000), Bps(10_001)), Err(MathError::Underflow));
    }
}
