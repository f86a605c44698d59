//! The whole numbers of PostgreSQL's `numeric`, which its driver does not read by itself.
//!
//! ```text
//! 0 2  how many digits of base 10,000 follow     big endian, as all of them
//! 2 2  the weight of the first: 10,000^weight
//! 4 2  sign: 0 is plus
//! 6 2  digits behind the point
//! 8    the digits, two bytes each; zeros at the end are left out
//! ```

use std::error::Error;

use postgres::types::{FromSql, Type};

/// A whole number from zero up to `u128::MAX`.
pub(super) struct Numeric(pub u128);

impl<'a> FromSql<'a> for Numeric {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Numeric, Box<dyn Error + Sync + Send>> {
        decode(bytes).map(Numeric).ok_or_else(|| "a number that is not whole, negative or too large".into())
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::NUMERIC
    }
}

fn decode(bytes: &[u8]) -> Option<u128> {
    let word = |place: usize| Some(i16::from_be_bytes([*bytes.get(place)?, *bytes.get(place.checked_add(1)?)?]));
    let (count, weight, sign) = (word(0)?, word(2)?, word(4)?);
    if sign != 0 {
        return None;
    }
    if count == 0 {
        return Some(0);
    }
    // A digit below the point would be a fraction.
    if count > weight.checked_add(1)? {
        return None;
    }
    (0..=weight).try_fold(0u128, |number, place| {
        let digit = if place < count { word(8 + 2 * usize::try_from(place).ok()?)? } else { 0 };
        number.checked_mul(10_000)?.checked_add(u128::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(words: &[i16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn whole_numbers_are_read() {
        assert_eq!(decode(&bytes(&[0, 0, 0, 0])), Some(0));
        assert_eq!(decode(&bytes(&[1, 0, 0, 0, 42])), Some(42));
        // 120,000,000 = 1 x 10,000^2 + 2,000 x 10,000, without the zeros at the end.
        assert_eq!(decode(&bytes(&[2, 2, 0, 0, 1, 2_000])), Some(120_000_000));
        let largest = [340, 2823, 6692, 938, 4634, 6337, 4607, 4317, 6821, 1455];
        let mut words = vec![10, 9, 0, 0];
        words.extend(largest);
        assert_eq!(decode(&bytes(&words)), Some(u128::MAX));
        if let Some(last) = words.last_mut() {
            *last += 1;
        }
        assert_eq!(decode(&bytes(&words)), None, "one more does not fit");
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(decode(&bytes(&[1, 0, 0x4000, 0, 42])), None, "negative");
        assert_eq!(decode(&bytes(&[2, 0, 0, 2, 42, 5_000])), None, "a fraction");
        assert_eq!(decode(&bytes(&[3, 2, 0, 0, 1])), None, "cut off");
        assert_eq!(decode(&[]), None);
    }
}
