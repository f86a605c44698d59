use thiserror::Error;

use crate::pow10;

/// The most decimals an asset or a fixed-point number may have.
pub const DECIMALS_MAX: u8 = 27;

/// Why a decimal text is not a number of smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseDecimalError {
    /// Not digits with at most one point between digits.
    #[error("expected digits with at most one decimal point, like 12.5")]
    Malformed,
    /// More digits after the point than the unit has.
    #[error("more decimal places than the unit has")]
    TooPrecise,
    /// Above what the type holds.
    #[error("the number is too large")]
    TooLarge,
}

/// Prints `units` of 10^-decimals as a decimal without trailing zeros: `(12500, 3)` is `12.5`.
pub fn format_decimal(units: u128, decimals: u8) -> String {
    let digits = units.to_string();
    let places = usize::from(decimals);
    let padded = format!("{digits:0>width$}", width = places.saturating_add(1));
    let (whole, fraction) = padded.split_at(padded.len().saturating_sub(places));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// Reads a decimal into units of 10^-decimals. The inverse of [`format_decimal`]; never rounds.
///
/// # Errors
/// See [`ParseDecimalError`].
pub fn parse_decimal(text: &str, decimals: u8) -> Result<u128, ParseDecimalError> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return Err(ParseDecimalError::Malformed),
        Some(parts) => parts,
        None => (text, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(ParseDecimalError::Malformed);
    }
    let fraction = fraction.trim_end_matches('0');
    let missing = usize::from(decimals).checked_sub(fraction.len()).ok_or(ParseDecimalError::TooPrecise)?;
    let missing = u8::try_from(missing).map_err(|_| ParseDecimalError::TooPrecise)?;
    let parse = |part: &str| {
        if part.is_empty() { Ok(0) } else { part.parse::<u128>().map_err(|_| ParseDecimalError::TooLarge) }
    };
    let scaled = |units: u128, exponent: u8| {
        pow10(exponent).ok().and_then(|scale| units.checked_mul(scale)).ok_or(ParseDecimalError::TooLarge)
    };
    let whole = scaled(parse(whole)?, decimals)?;
    whole.checked_add(scaled(parse(fraction)?, missing)?).ok_or(ParseDecimalError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_print_and_read_back() {
        for (units, decimals, text) in [(12_500, 3, "12.5"), (0, 18, "0"), (7, 0, "7"), (5, 18, "0.000000000000000005")]
        {
            assert_eq!(format_decimal(units, decimals), text);
            assert_eq!(parse_decimal(text, decimals), Ok(units));
        }
        assert_eq!(parse_decimal("1.50", 1), Ok(15));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", ".", ".5", "5.", "1e3", "-1", "+1", "1,5", " 1", "1.2.3", "0x1"] {
            assert_eq!(parse_decimal(text, 18), Err(ParseDecimalError::Malformed), "{text:?}");
        }
        assert_eq!(parse_decimal("0.001", 2), Err(ParseDecimalError::TooPrecise));
        assert_eq!(parse_decimal("340282366920938463463374607431768211456", 0), Err(ParseDecimalError::TooLarge));
        assert_eq!(parse_decimal("340282366920938463464", 18), Err(ParseDecimalError::TooLarge));
    }
}
