use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{MathError, Rounding, mul_div};

/// How much of an asset, in its smallest unit. Text and JSON carry the integer as a string.
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
pub struct Amount(pub u128);

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(0);
    /// The largest amount that can be written.
    pub const MAX: Amount = Amount(u128::MAX);

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum. # Errors [`MathError::Overflow`].
    pub fn plus(self, other: Amount) -> Result<Amount, MathError> {
        self.0.checked_add(other.0).map(Amount).ok_or(MathError::Overflow)
    }

    /// The difference. # Errors [`MathError::Underflow`] if `other` is larger.
    pub fn minus(self, other: Amount) -> Result<Amount, MathError> {
        self.0.checked_sub(other.0).map(Amount).ok_or(MathError::Underflow)
    }

    /// `self * numerator / denominator`. # Errors as [`mul_div`].
    pub fn mul_div(self, numerator: u128, denominator: u128, rounding: Rounding) -> Result<Amount, MathError> {
        mul_div(self.0, numerator, denominator, rounding).map(Amount)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Amount, String> {
        parse_u128(text).map(Amount)
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> String {
        amount.to_string()
    }
}

impl TryFrom<String> for Amount {
    type Error = String;

    fn try_from(text: String) -> Result<Amount, String> {
        text.parse()
    }
}

/// One spelling per number: digits only, no sign, no leading zero.
pub(crate) fn parse_u128(text: &str) -> Result<u128, String> {
    let canonical = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if !canonical {
        return Err("expected a whole number of smallest units, digits only, without leading zeros".to_owned());
    }
    text.parse().map_err(|_| "the number exceeds 2^128 - 1".to_owned())
}
