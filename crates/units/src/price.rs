use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::amount::parse_u128;
use crate::{Amount, MathError, Rounding, Value, format_decimal, mul_div, pow10};

/// Numeraire per whole unit of an asset, in 1e-18. Zero means worthless and is refused wherever a
/// price must exist. JSON carries the integer as a string; `Display` prints decimals.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Price(pub u128);

impl Price {
    /// One whole unit of the numeraire per whole unit.
    pub const ONE: Price = Price(1_000_000_000_000_000_000);

    /// What `amount` is worth, for an asset with `decimals`.
    ///
    /// # Errors
    /// [`MathError::Overflow`] if the value exceeds `i128`.
    pub fn value_of(self, amount: Amount, decimals: u8, rounding: Rounding) -> Result<Value, MathError> {
        Value::from_unsigned(mul_div(amount.0, self.0, pow10(decimals)?, rounding)?)
    }

    /// How much of the asset `value` buys, for an asset with `decimals`.
    ///
    /// # Errors
    /// [`MathError::DivisionByZero`] at price zero, [`MathError::Underflow`] for a negative value,
    /// [`MathError::Overflow`] if the amount does not fit.
    pub fn amount_for(self, value: Value, decimals: u8, rounding: Rounding) -> Result<Amount, MathError> {
        mul_div(value.unsigned()?, pow10(decimals)?, self.0, rounding).map(Amount)
    }

    /// `self * numerator / denominator`. # Errors as [`mul_div`].
    pub fn mul_div(self, numerator: u128, denominator: u128, rounding: Rounding) -> Result<Price, MathError> {
        mul_div(self.0, numerator, denominator, rounding).map(Price)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_decimal(self.0, 18))
    }
}

impl FromStr for Price {
    type Err = String;

    fn from_str(text: &str) -> Result<Price, String> {
        parse_u128(text).map(Price)
    }
}

impl From<Price> for String {
    fn from(price: Price) -> String {
        price.0.to_string()
    }
}

impl TryFrom<String> for Price {
    type Error = String;

    fn try_from(text: String) -> Result<Price, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_and_amount_are_inverse_up_to_rounding() {
        let price = Price(195_020_000_000_000_000_000); // 195.02
        let amount = Amount(12_500_000_000_000_000_000); // 12.5 with 18 decimals
        let value = price.value_of(amount, 18, Rounding::Down);
        assert_eq!(value, Ok(Value(2_437_750_000_000_000_000_000)));
        assert_eq!(price.amount_for(Value(2_437_750_000_000_000_000_000), 18, Rounding::Up), Ok(amount));
        assert_eq!(price.value_of(Amount(1), 18, Rounding::Down), Ok(Value(195)));
        assert_eq!(price.value_of(Amount(1), 18, Rounding::Up), Ok(Value(196)));
    }
}
