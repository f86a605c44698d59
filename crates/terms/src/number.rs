use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_calendar::YearFraction;
use gage_units::{Amount, MathError, Rounding, format_decimal, mul_div, pow10};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A signed decimal with eighteen places: amounts in whole units, rates, prices and factors of terms alike.
/// Every product and quotient says how it rounds: `Down` is toward zero, `Up` away from it.
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
pub struct Number(pub i128);

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Not a decimal.
    #[error("expected a decimal like -12.5")]
    Malformed,
    /// More than eighteen places.
    #[error("more than eighteen decimal places")]
    TooPrecise,
    /// Outside about 1.7e20.
    #[error("the number is too large")]
    TooLarge,
}

/// 10^18 as the fixed-point unit.
const SCALE: u128 = 1_000_000_000_000_000_000;
/// Its exponent.
const PLACES: u8 = 18;

impl Number {
    /// Nothing.
    pub const ZERO: Number = Number(0);
    /// One.
    pub const ONE: Number = Number(1_000_000_000_000_000_000);

    /// A whole number.
    pub const fn whole(count: i32) -> Number {
        match Number::ONE.0.checked_mul(widen(count)) {
            Some(units) => Number(units),
            None => Number::ZERO,
        }
    }

    /// A part of a year, to eighteen places.
    ///
    /// # Errors
    /// [`MathError::Overflow`].
    pub fn of_year(fraction: YearFraction, rounding: Rounding) -> Result<Number, MathError> {
        Number::from_parts(false, fraction.of(SCALE, rounding)?)
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is below nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The sum. # Errors [`MathError::Overflow`].
    pub fn plus(self, other: Number) -> Result<Number, MathError> {
        self.0.checked_add(other.0).map(Number).ok_or(MathError::Overflow)
    }

    /// The difference. # Errors [`MathError::Overflow`].
    pub fn minus(self, other: Number) -> Result<Number, MathError> {
        self.0.checked_sub(other.0).map(Number).ok_or(MathError::Overflow)
    }

    /// The opposite. # Errors [`MathError::Overflow`] for the least number.
    pub fn negate(self) -> Result<Number, MathError> {
        self.0.checked_neg().map(Number).ok_or(MathError::Overflow)
    }

    /// The distance from nothing. # Errors [`MathError::Overflow`] for the least number.
    pub fn magnitude(self) -> Result<Number, MathError> {
        self.0.checked_abs().map(Number).ok_or(MathError::Overflow)
    }

    /// The product. # Errors [`MathError::Overflow`].
    pub fn times(self, other: Number, rounding: Rounding) -> Result<Number, MathError> {
        let units = mul_div(self.0.unsigned_abs(), other.0.unsigned_abs(), SCALE, rounding)?;
        Number::from_parts(self.is_negative() != other.is_negative(), units)
    }

    /// The quotient. # Errors [`MathError::DivisionByZero`], [`MathError::Overflow`].
    pub fn over(self, other: Number, rounding: Rounding) -> Result<Number, MathError> {
        let units = mul_div(self.0.unsigned_abs(), SCALE, other.0.unsigned_abs(), rounding)?;
        Number::from_parts(self.is_negative() != other.is_negative(), units)
    }

    /// The part of it that a part of a year is, without rounding the part first. # Errors [`MathError::Overflow`].
    pub fn for_year_fraction(self, fraction: YearFraction, rounding: Rounding) -> Result<Number, MathError> {
        Number::from_parts(self.is_negative(), fraction.of(self.0.unsigned_abs(), rounding)?)
    }

    /// How much of an asset with `decimals` it is, in smallest units.
    ///
    /// # Errors
    /// [`MathError::Underflow`] for a negative number, [`MathError::Overflow`] above 18 decimals.
    pub fn to_amount(self, decimals: u8, rounding: Rounding) -> Result<Amount, MathError> {
        let units = u128::try_from(self.0).map_err(|_| MathError::Underflow)?;
        let unit = pow10(PLACES.checked_sub(decimals).ok_or(MathError::Overflow)?)?;
        mul_div(units, 1, unit, rounding).map(Amount)
    }

    /// What an amount of an asset with `decimals` is in whole units; exact.
    ///
    /// # Errors
    /// [`MathError::Overflow`] above 18 decimals or what fits.
    pub fn from_amount(amount: Amount, decimals: u8) -> Result<Number, MathError> {
        let unit = pow10(PLACES.checked_sub(decimals).ok_or(MathError::Overflow)?)?;
        Number::from_parts(false, amount.0.checked_mul(unit).ok_or(MathError::Overflow)?)
    }

    /// Reads a decimal as computers print it, with an exponent perhaps, and drops what lies beyond the
    /// eighteenth place: for observations and published results, never for terms.
    ///
    /// # Errors
    /// [`NumberError::Malformed`], [`NumberError::TooLarge`].
    pub fn from_printed(text: &str) -> Result<Number, NumberError> {
        let text = text.trim();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().map_err(|_| NumberError::Malformed)?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(NumberError::Malformed);
        }
        // Places after which the digits end, once the point has moved by the exponent.
        let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(i64::from(exponent));
        let kept = usize::try_from(point.saturating_add(i64::from(PLACES))).unwrap_or(0);
        let digits = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat(b'0')).take(kept.min(512));
        let mut units = 0u128;
        for digit in digits {
            let digit = u128::from(digit.saturating_sub(b'0'));
            units = units.checked_mul(10).and_then(|units| units.checked_add(digit)).ok_or(NumberError::TooLarge)?;
        }
        Number::from_parts(negative, units).map_err(|_| NumberError::TooLarge)
    }

    fn from_parts(negative: bool, units: u128) -> Result<Number, MathError> {
        let units = i128::try_from(units).map_err(|_| MathError::Overflow)?;
        if negative { Number(units).negate() } else { Ok(Number(units)) }
    }
}

/// A lossless widening, which `From` cannot do in a constant.
#[allow(clippy::as_conversions, reason = "from 32 bits to 128 nothing is lost")]
const fn widen(count: i32) -> i128 {
    count as i128
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        write!(f, "{sign}{}", format_decimal(self.0.unsigned_abs(), PLACES))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads a decimal; never rounds.
    fn from_str(text: &str) -> Result<Number, NumberError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let units = gage_units::parse_decimal(digits, PLACES).map_err(|error| match error {
            gage_units::ParseDecimalError::Malformed => NumberError::Malformed,
            gage_units::ParseDecimalError::TooPrecise => NumberError::TooPrecise,
            gage_units::ParseDecimalError::TooLarge => NumberError::TooLarge,
        })?;
        Number::from_parts(negative, units).map_err(|_| NumberError::TooLarge)
    }
}

impl From<Number> for String {
    fn from(number: Number) -> String {
        number.to_string()
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Number, NumberError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().expect(text)
    }

    #[test]
    fn numbers_print_and_read_back() {
        for text in ["0", "-12.5", "0.000000000000000001", "170141183460469231731.687303715884105727"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(Number::whole(-3), number("-3"));
        assert_eq!("0.0000000000000000001".parse::<Number>(), Err(NumberError::TooPrecise));
        assert_eq!("170141183460469231731.687303715884105728".parse::<Number>(), Err(NumberError::TooLarge));
        for text in ["", "-", "1e3", "+1", " 1", "1.", "--1"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn printed_numbers_of_other_programs_are_read() {
        for (text, value) in [
            ("   5000", "5000"),
            ("1e-7", "0.0000001"),
            ("-1.5E3", "-1500"),
            (".5", "0.5"),
            ("0.1234567890123456789", "0.123456789012345678"),
            ("123e-20", "0.000000000000000001"),
            ("1e-300", "0"),
            ("1E20", "100000000000000000000"),
        ] {
            assert_eq!(Number::from_printed(text), Ok(number(value)), "{text}");
        }
        for text in ["", "e5", "1e", "a", "1-2", "-"] {
            assert_eq!(Number::from_printed(text), Err(NumberError::Malformed), "{text:?}");
        }
        assert_eq!(Number::from_printed("1e21"), Err(NumberError::TooLarge));
        assert_eq!(Number::from_printed("1e300"), Err(NumberError::TooLarge));
    }

    #[test]
    fn rounding_is_toward_or_from_nothing() {
        let third = |number: Number, rounding| number.over(Number::whole(3), rounding);
        assert_eq!(third(Number::ONE, Rounding::Down), Ok(number("0.333333333333333333")));
        assert_eq!(third(Number::whole(-1), Rounding::Up), Ok(number("-0.333333333333333334")));
        assert_eq!(number("-2.5").times(number("-4"), Rounding::Down), Ok(Number::whole(10)));
        assert_eq!(Number::ONE.over(Number::ZERO, Rounding::Down), Err(MathError::DivisionByZero));
    }

    #[test]
    fn amounts_come_and_go() {
        assert_eq!(number("12.345678").to_amount(2, Rounding::Down), Ok(Amount(1_234)));
        assert_eq!(number("12.345678").to_amount(2, Rounding::Up), Ok(Amount(1_235)));
        assert_eq!(number("-1").to_amount(2, Rounding::Up), Err(MathError::Underflow));
        assert_eq!(Number::from_amount(Amount(1_234), 2), Ok(number("12.34")));
        assert_eq!(Number::from_amount(Amount(1), 19), Err(MathError::Overflow));
    }
}
