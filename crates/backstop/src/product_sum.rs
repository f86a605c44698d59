//! The stability pool in constant time, whatever the number of deposits: pure mathematics.
//!
//! A loss takes the same part of every deposit, so a deposit made at product `P0` is worth
//! `amount * P / P0` at product `P`. A gain of `g` on deposits `D` adds `P * g / D` to a sum `S`, so
//! that deposit gains `amount * (S - S0) / P0`. (Liquity, "Scalable reward distribution with
//! compounding stakes", 2020.) `P` only falls; below [`PRODUCT_MIN`] it is multiplied by
//! [`SCALE_FACTOR`], exactly, and the scale counts up; sums are kept per scale.
//!
//! Rounding: `P` down, sums down, worth and gains down. By induction the worth of all deposits is at
//! most `D` and their gains at most what was given. Per loss a deposit loses to rounding less than
//! one unit in 1e27 of itself, per reading less than one unit.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Amount, MathError};
use ruint::aliases::{U256, U512};
use serde::{Deserialize, Serialize};

/// The product at the start of an epoch: 1, in 1e-36.
pub const PRODUCT_ONE: u128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;
/// The product is scaled up when it falls below this.
pub const PRODUCT_MIN: u128 = 1_000_000_000_000_000_000_000_000_000;
/// What one scale multiplies the product by.
pub const SCALE_FACTOR: u128 = 1_000_000_000;
/// Scales after which a deposit and its further gains count as nothing: it has shrunk by 1e27 or more.
pub const SCALE_SPAN: u32 = 4;

/// A point of the product: epoch, scale, value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Product {
    /// Counts the times the pool began anew.
    pub epoch: u32,
    /// Counts the multiplications by [`SCALE_FACTOR`] in this epoch.
    pub scale: u32,
    /// Between [`PRODUCT_MIN`] and [`PRODUCT_ONE`], in 1e-36.
    #[serde(with = "gage_units::as_text")]
    pub value: u128,
}

/// A sum of gains per unit deposited, times the product: 256 bits, least significant limb first.
/// JSON carries the integer as a string.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Sum([u64; 4]);

impl Product {
    /// The first product of an epoch.
    pub const fn start(epoch: u32) -> Product {
        Product { epoch, scale: 0, value: PRODUCT_ONE }
    }

    /// The product after `loss` of `deposits`, rounded down.
    ///
    /// # Errors
    /// [`MathError::Underflow`] unless `loss` is below `deposits`: a pool is never emptied.
    pub fn after_loss(self, deposits: Amount, loss: Amount) -> Result<Product, MathError> {
        let left = deposits.minus(loss)?;
        if left.is_zero() {
            return Err(MathError::Underflow);
        }
        let divisor = U256::from(deposits.0);
        let mut scaled = U256::from(self.value).checked_mul(U256::from(left.0)).ok_or(MathError::Overflow)?;
        let mut value = divide(scaled, divisor)?;
        let mut scale = self.scale;
        // Scaling before the division keeps all digits; `left` is not zero, so this ends.
        while value < U256::from(PRODUCT_MIN) {
            scaled = scaled.checked_mul(U256::from(SCALE_FACTOR)).ok_or(MathError::Overflow)?;
            value = divide(scaled, divisor)?;
            scale = scale.checked_add(1).ok_or(MathError::Overflow)?;
        }
        Ok(Product { value: narrow(value)?, scale, ..self })
    }

    /// What `amount`, deposited when the product was `from`, is worth now, rounded down.
    ///
    /// # Errors
    /// [`MathError`] never for products of one pool.
    pub fn worth(self, amount: Amount, from: Product) -> Result<Amount, MathError> {
        let scales = self.scale.saturating_sub(from.scale);
        if self.epoch != from.epoch || scales > SCALE_SPAN || amount.is_zero() {
            return Ok(Amount::ZERO);
        }
        let numerator = U256::from(amount.0).checked_mul(U256::from(self.value)).ok_or(MathError::Overflow)?;
        let divisor = U256::from(from.value).checked_mul(scale_power(scales)?).ok_or(MathError::Overflow)?;
        narrow(divide(numerator, divisor)?).map(Amount)
    }

    /// What `gain` on `deposits` adds to the sum of this product's scale, rounded down.
    ///
    /// # Errors
    /// [`MathError::DivisionByZero`] without deposits.
    pub fn sum_of(self, gain: Amount, deposits: Amount) -> Result<Sum, MathError> {
        let product = U256::from(self.value).checked_mul(U256::from(gain.0)).ok_or(MathError::Overflow)?;
        divide(product, U256::from(deposits.0)).map(Sum::from_wide)
    }

    /// What `amount`, deposited at this product when the sum of its scale was `before`, gained, rounded
    /// down. `sums` are the sums of this scale and the next ones, as many as exist up to [`SCALE_SPAN`].
    ///
    /// # Errors
    /// [`MathError::Overflow`] never for the sums of one pool.
    pub fn gain(self, amount: Amount, before: Sum, sums: impl Iterator<Item = Sum>) -> Result<Amount, MathError> {
        let mut per_unit = U256::ZERO;
        for (scales, sum) in (0..=SCALE_SPAN).zip(sums) {
            let base = if scales == 0 { before.wide() } else { U256::ZERO };
            let grown = sum.wide().checked_sub(base).ok_or(MathError::Underflow)?;
            per_unit = per_unit.checked_add(divide(grown, scale_power(scales)?)?).ok_or(MathError::Overflow)?;
        }
        if per_unit.is_zero() || amount.is_zero() {
            return Ok(Amount::ZERO);
        }
        let product = U512::from(per_unit).checked_mul(U512::from(amount.0)).ok_or(MathError::Overflow)?;
        let gain = product.checked_div(U512::from(self.value)).ok_or(MathError::DivisionByZero)?;
        u128::try_from(gain).map(Amount).map_err(|_| MathError::Overflow)
    }
}

impl Sum {
    /// The larger sum. # Errors [`MathError::Overflow`].
    pub fn plus(self, other: Sum) -> Result<Sum, MathError> {
        self.wide().checked_add(other.wide()).map(Sum::from_wide).ok_or(MathError::Overflow)
    }

    fn wide(self) -> U256 {
        U256::from_limbs(self.0)
    }

    fn from_wide(wide: U256) -> Sum {
        Sum(wide.into_limbs())
    }
}

impl From<Sum> for String {
    fn from(sum: Sum) -> String {
        sum.wide().to_string()
    }
}

impl TryFrom<String> for Sum {
    type Error = String;

    fn try_from(text: String) -> Result<Sum, String> {
        U256::from_str_radix(&text, 10)
            .map(Sum::from_wide)
            .map_err(|_| "expected a whole number below 2^256".to_owned())
    }
}

fn scale_power(scales: u32) -> Result<U256, MathError> {
    U256::from(SCALE_FACTOR).checked_pow(U256::from(scales)).ok_or(MathError::Overflow)
}

fn divide(numerator: U256, divisor: U256) -> Result<U256, MathError> {
    numerator.checked_div(divisor).ok_or(MathError::DivisionByZero)
}

fn narrow(wide: U256) -> Result<u128, MathError> {
    u128::try_from(wide).map_err(|_| MathError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_takes_the_same_part_of_every_deposit() {
        let start = Product::start(0);
        // 100 and 300 deposited, a loss of 100: a quarter goes.
        let after = start.after_loss(Amount(400), Amount(100)).unwrap();
        assert_eq!(after.worth(Amount(100), start), Ok(Amount(75)));
        assert_eq!(after.worth(Amount(300), start), Ok(Amount(225)));
        // 100 more join, then half of the 400 goes.
        let last = after.after_loss(Amount(400), Amount(200)).unwrap();
        assert_eq!(last.worth(Amount(100), start), Ok(Amount(37)), "37.5, rounded down");
        assert_eq!(last.worth(Amount(100), after), Ok(Amount(50)));
    }

    #[test]
    fn gains_follow_the_worth_at_their_time() {
        let start = Product::start(0);
        let first = start.sum_of(Amount(40), Amount(400)).unwrap(); // 0.1 each
        let after = start.after_loss(Amount(400), Amount(200)).unwrap();
        let second = first.plus(after.sum_of(Amount(40), Amount(200)).unwrap()).unwrap(); // 0.2 each
        assert_eq!(start.gain(Amount(100), Sum::default(), [second].into_iter()), Ok(Amount(20)));
        assert_eq!(after.gain(Amount(50), first, [second].into_iter()), Ok(Amount(10)));
    }

    #[test]
    fn deep_losses_cross_scales_without_losing_digits() {
        let start = Product::start(0);
        let deposits = Amount(1_000_000_000_000_000_000_000_000_000); // 1e27
        // All but 1e9 goes: the product would be 1e18 and is scaled to 1e27.
        let after = start.after_loss(deposits, deposits.minus(Amount(1_000_000_000)).unwrap()).unwrap();
        assert_eq!((after.scale, after.value), (1, PRODUCT_MIN));
        assert_eq!(after.worth(deposits, start), Ok(Amount(1_000_000_000)));
        // A gain in the second scale belongs to the deposit of the first: all of it.
        let sum = after.sum_of(Amount(777), Amount(1_000_000_000)).unwrap();
        assert_eq!(start.gain(deposits, Sum::default(), [Sum::default(), sum].into_iter()), Ok(Amount(777)));
        assert_eq!(start.after_loss(deposits, deposits), Err(MathError::Underflow), "never emptied");
    }

    #[test]
    fn another_epoch_is_worth_nothing() {
        assert_eq!(Product::start(1).worth(Amount(5), Product::start(0)), Ok(Amount::ZERO));
        let far = Product { scale: SCALE_SPAN + 1, ..Product::start(0) };
        assert_eq!(far.worth(Amount::MAX, Product::start(0)), Ok(Amount::ZERO));
    }
}
