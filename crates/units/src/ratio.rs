use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::amount::parse_u128;
use crate::{MathError, Rounding, format_decimal, mul_div};

/// A pure number of zero or more, in 1e-18 (one is `Ratio::ONE`). JSON carries the integer as a string.
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
pub struct Ratio(pub u128);

impl Ratio {
    /// The fixed-point unit.
    pub const SCALE: u128 = 1_000_000_000_000_000_000;
    /// Nothing.
    pub const ZERO: Ratio = Ratio(0);
    /// One.
    pub const ONE: Ratio = Ratio(Ratio::SCALE);
    /// The largest ratio; stands for "no debt" in a health.
    pub const MAX: Ratio = Ratio(u128::MAX);

    /// `numerator / denominator`. # Errors as [`mul_div`].
    pub fn of(numerator: u128, denominator: u128, rounding: Rounding) -> Result<Ratio, MathError> {
        mul_div(numerator, Ratio::SCALE, denominator, rounding).map(Ratio)
    }

    /// `quantity * self`. # Errors as [`mul_div`].
    pub fn apply(self, quantity: u128, rounding: Rounding) -> Result<u128, MathError> {
        mul_div(quantity, self.0, Ratio::SCALE, rounding)
    }

    /// The product. # Errors [`MathError::Overflow`].
    pub fn times(self, other: Ratio, rounding: Rounding) -> Result<Ratio, MathError> {
        self.apply(other.0, rounding).map(Ratio)
    }

    /// The quotient. # Errors as [`mul_div`].
    pub fn over(self, other: Ratio, rounding: Rounding) -> Result<Ratio, MathError> {
        Ratio::of(self.0, other.0, rounding)
    }

    /// The sum. # Errors [`MathError::Overflow`].
    pub fn plus(self, other: Ratio) -> Result<Ratio, MathError> {
        self.0.checked_add(other.0).map(Ratio).ok_or(MathError::Overflow)
    }

    /// The difference. # Errors [`MathError::Underflow`].
    pub fn minus(self, other: Ratio) -> Result<Ratio, MathError> {
        self.0.checked_sub(other.0).map(Ratio).ok_or(MathError::Underflow)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_decimal(self.0, 18))
    }
}

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Ratio, String> {
        parse_u128(text).map(Ratio)
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> String {
        ratio.0.to_string()
    }
}

impl TryFrom<String> for Ratio {
    type Error = String;

    fn try_from(text: String) -> Result<Ratio, String> {
        text.parse()
    }
}

/// Hundredths of one percent: how governance writes thresholds, fees and bonuses.
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
#[serde(transparent)]
pub struct Bps(pub u32);

impl Bps {
    /// One, in basis points.
    pub const SCALE: u128 = 10_000;
    /// One hundred percent.
    pub const ONE: Bps = Bps(10_000);

    /// The same number as a [`Ratio`]; exact, and it always fits.
    pub fn ratio(self) -> Ratio {
        Ratio(u128::from(self.0).checked_mul(100_000_000_000_000).expect("u32::MAX * 1e14 is below 2^128"))
    }

    /// `quantity * self`. # Errors [`MathError::Overflow`].
    pub fn apply(self, quantity: u128, rounding: Rounding) -> Result<u128, MathError> {
        mul_div(quantity, u128::from(self.0), Bps::SCALE, rounding)
    }
}

impl fmt::Display for Bps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", format_decimal(u128::from(self.0), 2))
    }
}
