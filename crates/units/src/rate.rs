use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::amount::parse_u128;
use crate::{MathError, Rounding, format_decimal, mul_div};

/// Seconds of a year of 365 days, the year of every per-second rate.
pub const SECONDS_PER_YEAR: u64 = 31_536_000;

/// The growth factor of one second, in 1e-27 (one is no interest).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct RatePerSecond(pub u128);

/// A product of growth factors, in 1e-27: normalised debt times it is debt.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Accumulator(pub u128);

impl RatePerSecond {
    /// No interest.
    pub const ZERO_INTEREST: RatePerSecond = RatePerSecond(Accumulator::SCALE);

    /// The growth over `seconds`, by repeated squaring, each product rounded as told. An error of one
    /// unit doubles with every squaring, so the result is off by less than `2 * seconds` units of 1e-27
    /// relative to growth: below 1e-19 for a year.
    ///
    /// # Errors
    /// [`MathError::Overflow`] if the growth does not fit.
    pub fn growth(self, seconds: u64, rounding: Rounding) -> Result<Accumulator, MathError> {
        let mut factor = self.0;
        let mut growth = Accumulator::SCALE;
        let mut left = seconds;
        while left > 0 {
            if left & 1 == 1 {
                growth = mul_div(growth, factor, Accumulator::SCALE, rounding)?;
            }
            left >>= 1;
            if left > 0 {
                factor = mul_div(factor, factor, Accumulator::SCALE, rounding)?;
            }
        }
        Ok(Accumulator(growth))
    }

    /// The interest of one second above one, in 1e-27.
    pub fn interest(self) -> Result<u128, MathError> {
        self.0.checked_sub(Accumulator::SCALE).ok_or(MathError::Underflow)
    }

    /// The rate whose one-second interest is the sum of both: a base and a premium.
    ///
    /// # Errors
    /// [`MathError::Overflow`], or [`MathError::Underflow`] for a rate below one.
    pub fn plus(self, premium: RatePerSecond) -> Result<RatePerSecond, MathError> {
        self.0.checked_add(premium.interest()?).map(RatePerSecond).ok_or(MathError::Overflow)
    }
}

impl Accumulator {
    /// The fixed-point unit.
    pub const SCALE: u128 = 1_000_000_000_000_000_000_000_000_000;
    /// No growth yet.
    pub const ONE: Accumulator = Accumulator(Accumulator::SCALE);

    /// This accumulator after `growth` more. # Errors [`MathError::Overflow`].
    pub fn grow(self, growth: Accumulator, rounding: Rounding) -> Result<Accumulator, MathError> {
        mul_div(self.0, growth.0, Accumulator::SCALE, rounding).map(Accumulator)
    }
}

impl fmt::Display for RatePerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_decimal(self.0, 27))
    }
}

impl fmt::Display for Accumulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_decimal(self.0, 27))
    }
}

impl FromStr for RatePerSecond {
    type Err = String;

    fn from_str(text: &str) -> Result<RatePerSecond, String> {
        parse_u128(text).map(RatePerSecond)
    }
}

impl FromStr for Accumulator {
    type Err = String;

    fn from_str(text: &str) -> Result<Accumulator, String> {
        parse_u128(text).map(Accumulator)
    }
}

impl From<RatePerSecond> for String {
    fn from(rate: RatePerSecond) -> String {
        rate.0.to_string()
    }
}

impl From<Accumulator> for String {
    fn from(accumulator: Accumulator) -> String {
        accumulator.0.to_string()
    }
}

impl TryFrom<String> for RatePerSecond {
    type Error = String;

    fn try_from(text: String) -> Result<RatePerSecond, String> {
        text.parse()
    }
}

impl TryFrom<String> for Accumulator {
    type Error = String;

    fn try_from(text: String) -> Result<Accumulator, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_a_year_compounds_to_itself() {
        // 1.05^(1/31536000) in 1e-27, as the Maker documentation tabulates it.
        let rate = RatePerSecond(1_000_000_001_547_125_957_863_212_448);
        let year = rate.growth(SECONDS_PER_YEAR, Rounding::Down).map(|growth| growth.0);
        let target = 1_050_000_000_000_000_000_000_000_000u128;
        assert!(year.is_ok_and(|growth| growth.abs_diff(target) < 1_000_000_000_000));
        assert!(rate.growth(SECONDS_PER_YEAR, Rounding::Up).is_ok_and(|up| up.0 >= year.unwrap_or(0)));
    }

    #[test]
    fn no_time_is_no_growth() {
        assert_eq!(RatePerSecond(2 * Accumulator::SCALE).growth(0, Rounding::Up), Ok(Accumulator::ONE));
        assert_eq!(RatePerSecond::ZERO_INTEREST.growth(u64::MAX, Rounding::Up), Ok(Accumulator::ONE));
    }
}
