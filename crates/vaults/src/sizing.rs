//! How much a liquidation repays, how much collateral it offers for that, and at what least price.

use gage_units::{Amount, Bps, MathError, Price, Ratio, Rounding};
use ruint::aliases::U512;

use crate::health::Health;
use crate::wide::{Worth, divide, narrow, scale_of, times, wide};

/// The collateral a liquidation sells.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    /// Numeraire per whole unit: the liquidation price, before haircuts.
    pub price: Price,
    /// Weight of a whole unit: threshold times price after haircuts, 1e-18 of the numeraire.
    pub weight: u128,
    /// The most that buyers may get above the debt they repay.
    pub bonus: Bps,
    /// Decimals of the collateral.
    pub decimals: u8,
}

impl Sale {
    /// `LT (1 + b)`: how much weighted worth leaves for each unit of debt repaid at the floor,
    /// rounded up against the sale. # Errors [`MathError`] at price zero.
    pub fn cost(&self) -> Result<Ratio, MathError> {
        let weight = with_bonus(U512::from(self.weight), self.bonus)?;
        let scaled = times(weight, U512::from(Ratio::SCALE))?;
        let price = times(U512::from(self.price.0), U512::from(Bps::SCALE))?;
        narrow(divide(scaled, price, Rounding::Up)?).map(Ratio)
    }

    /// Whether selling this collateral at the floor improves the vault: `LT (1 + b) < H`.
    pub fn improves(&self, health: &Health) -> Result<bool, MathError> {
        let lost = times(U512::from(self.cost()?.0), wide(health.debt))?;
        Ok(lost < times(U512::from(Ratio::SCALE), wide(health.weighted))?)
    }

    /// The debt whose repayment brings health to `target`:
    /// `x = (H* D - sum LT_i C_i) / (H* - LT_s (1 + b))`, in smallest units of the debt asset, each
    /// worth `unit`, rounded up so that the target is reached.
    ///
    /// # Errors
    /// [`MathError::Underflow`] if `target` is not above `LT_s (1 + b)`.
    pub fn repay(&self, health: &Health, target: Ratio, unit: Worth) -> Result<Amount, MathError> {
        let wanted = times(U512::from(target.0), wide(health.debt))?;
        let present = times(U512::from(Ratio::SCALE), wide(health.weighted))?;
        let gap = wanted.saturating_sub(present);
        let step = target.minus(self.cost()?)?;
        narrow(divide(gap, times(U512::from(step.0), wide(unit))?, Rounding::Up)?).map(Amount)
    }

    /// The collateral that raises `debt` (each smallest unit worth `unit`) even at the floor
    /// `p / (1 + b)`, rounded up so that it suffices.
    pub fn lot(&self, debt: Amount, unit: Worth) -> Result<Amount, MathError> {
        let value = with_bonus(times(U512::from(debt.0), wide(unit))?, self.bonus)?;
        let price = times(U512::from(self.price.0), U512::from(scale_of(self.decimals)?))?;
        narrow(divide(value, times(price, U512::from(Bps::SCALE))?, Rounding::Up)?).map(Amount)
    }

    /// The debt that `lot` is sure to raise at the floor, rounded down.
    pub fn raised_by(&self, lot: Amount, unit: Worth) -> Result<Amount, MathError> {
        let price = times(U512::from(self.price.0), U512::from(scale_of(self.decimals)?))?;
        let value = times(times(U512::from(lot.0), price)?, U512::from(Bps::SCALE))?;
        narrow(divide(value, with_bonus(wide(unit), self.bonus)?.max(U512::from(1u8)), Rounding::Down)?)
            .map(Amount)
            .map(|raised| raised.max(Amount::ZERO))
    }

    /// The least price of the first round: `p * max(LT_s / H, 1 / (1 + b))`, the first term counting
    /// at most one since nobody pays above the market. Rounded up for the vault.
    pub fn floor(&self, health: &Health) -> Result<Price, MathError> {
        let least = self.last_floor()?;
        if health.weighted.is_zero() {
            return Ok(least);
        }
        let fair = divide(times(U512::from(self.weight), wide(health.debt))?, wide(health.weighted), Rounding::Up)?;
        let fair = narrow(fair).map_or(self.price, Price);
        Ok(fair.min(self.price).max(least))
    }

    /// The least price of the last round: `p / (1 + b)`, rounded up.
    pub fn last_floor(&self) -> Result<Price, MathError> {
        self.price.mul_div(Bps::SCALE, bonus_factor(self.bonus)?, Rounding::Up)
    }
}

fn bonus_factor(bonus: Bps) -> Result<u128, MathError> {
    Bps::SCALE.checked_add(u128::from(bonus.0)).ok_or(MathError::Overflow)
}

/// Times `(1 + b)`, in 1e-4.
fn with_bonus(value: U512, bonus: Bps) -> Result<U512, MathError> {
    times(value, U512::from(bonus_factor(bonus)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wide::worth;

    const COIN: u128 = 1_000_000_000_000_000_000;

    fn unit() -> Worth {
        Worth::from(COIN)
    }

    /// 10 coins at 100, threshold 80 %, bonus 10 %: LT (1 + b) = 0.88.
    fn sale() -> Sale {
        Sale { price: Price(100 * COIN), weight: 80 * COIN, bonus: Bps(1_000), decimals: 18 }
    }

    fn health(debt: u128) -> Health {
        let weighted = worth(Amount(10 * COIN), 80 * COIN, 18).unwrap_or_default();
        Health { weighted, debt: worth(Amount(debt), COIN, 18).unwrap_or_default() }
    }

    #[test]
    fn repay_to_target_by_hand() -> Result<(), MathError> {
        // D = 840, sum LT C = 800, H = 0.952. H* = 1.1: (924 - 800) / (1.1 - 0.88) = 563.63..
        let repay = sale().repay(&health(840 * COIN), Ratio(1_100_000_000_000_000_000), unit())?;
        assert_eq!(repay, Amount(563_636_363_636_363_636_364));
        // The lot at p / 1.1: 563.63.. * 1.1 / 100 = 6.2.
        assert_eq!(sale().lot(repay, unit())?, Amount(6_200_000_000_000_000_001));
        assert!(sale().raised_by(Amount(6_200_000_000_000_000_001), unit())? >= repay);
        assert!(sale().improves(&health(840 * COIN))?);
        // Afterwards: weighted 800 - 6.2 * 80 = 304, debt 276.36.., health 1.1, but for the lot's rounding up.
        let after = Health {
            weighted: worth(Amount(3_799_999_999_999_999_999), 80 * COIN, 18)?,
            debt: worth(Amount(840 * COIN - repay.0), COIN, 18)?,
        };
        assert_eq!(after.ratio(), Ratio(1_099_999_999_999_999_999));
        Ok(())
    }

    #[test]
    fn below_threshold_times_bonus_a_sale_does_not_improve() -> Result<(), MathError> {
        // H = 800 / 909.09.. = 0.88 is the border.
        assert!(sale().improves(&health(909 * COIN))?);
        assert!(!sale().improves(&health(910 * COIN))?);
        Ok(())
    }

    #[test]
    fn floors_by_hand() -> Result<(), MathError> {
        // H = 0.952: LT / H = 0.84, 1 / 1.1 = 0.909: the bonus decides.
        assert_eq!(sale().floor(&health(840 * COIN))?, Price(90_909_090_909_090_909_091));
        // D = 950: LT / H = 0.95: sold below that, 10 coins would not pay the 950.
        assert_eq!(sale().floor(&health(950 * COIN))?, Price(95 * COIN));
        // D = 1,200 is above the collateral's worth: the market price is the most to ask.
        assert_eq!(sale().floor(&health(1_200 * COIN))?, Price(100 * COIN));
        assert_eq!(sale().last_floor()?, Price(90_909_090_909_090_909_091));
        Ok(())
    }

    #[test]
    fn a_target_below_the_cost_has_no_size() {
        assert_eq!(
            sale().repay(&health(840 * COIN), Ratio(870_000_000_000_000_000), unit()),
            Err(MathError::Underflow)
        );
    }
}
