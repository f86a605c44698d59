use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{MathError, format_decimal};

/// Worth in 1e-18 of the numeraire (USD unless genesis says otherwise), signed.
/// JSON carries the integer as a string; `Display` prints decimals.
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
pub struct Value(pub i128);

impl Value {
    /// Nothing.
    pub const ZERO: Value = Value(0);
    /// One whole unit of the numeraire.
    pub const ONE: Value = Value(1_000_000_000_000_000_000);

    /// The sum. # Errors [`MathError::Overflow`].
    pub fn plus(self, other: Value) -> Result<Value, MathError> {
        self.0.checked_add(other.0).map(Value).ok_or(MathError::Overflow)
    }

    /// The difference. # Errors [`MathError::Overflow`].
    pub fn minus(self, other: Value) -> Result<Value, MathError> {
        self.0.checked_sub(other.0).map(Value).ok_or(MathError::Overflow)
    }

    /// The magnitude, for values known to be zero or more. # Errors [`MathError::Underflow`] below zero.
    pub fn unsigned(self) -> Result<u128, MathError> {
        u128::try_from(self.0).map_err(|_| MathError::Underflow)
    }

    /// From a magnitude. # Errors [`MathError::Overflow`] above `i128::MAX`.
    pub fn from_unsigned(value: u128) -> Result<Value, MathError> {
        i128::try_from(value).map(Value).map_err(|_| MathError::Overflow)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}", format_decimal(self.0.unsigned_abs(), 18))
    }
}

impl FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Value, String> {
        text.parse().map(Value).map_err(|_| "expected a whole number of 1e-18 of the numeraire".to_owned())
    }
}

impl From<Value> for String {
    fn from(value: Value) -> String {
        value.0.to_string()
    }
}

impl TryFrom<String> for Value {
    type Error = String;

    fn try_from(text: String) -> Result<Value, String> {
        text.parse()
    }
}
