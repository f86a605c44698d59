use std::cmp::Ordering;

use ruint::aliases::{U128, U256};

use crate::MathError;

/// The direction of a rounding, named at every division: against the actor, for the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Toward zero.
    Down,
    /// Away from zero.
    Up,
}

/// `a * b / c` with a 256-bit product, rounded as told.
///
/// # Errors
/// [`MathError::DivisionByZero`] if `c` is zero, [`MathError::Overflow`] if the quotient exceeds `u128`.
pub fn mul_div(a: u128, b: u128, c: u128, rounding: Rounding) -> Result<u128, MathError> {
    if c == 0 {
        return Err(MathError::DivisionByZero);
    }
    // An accumulator that has not grown yet, a price of one.
    if b == c {
        return Ok(a);
    }
    // Most products fit 128 bits, where the machine division is several times faster.
    if let Some(product) = a.checked_mul(b) {
        let quotient = product.checked_div(c).ok_or(MathError::DivisionByZero)?;
        // Not above the product: the rest costs a multiplication, not another division.
        let exact = quotient.wrapping_mul(c) == product;
        return match rounding {
            Rounding::Up if !exact => quotient.checked_add(1).ok_or(MathError::Overflow),
            _ => Ok(quotient),
        };
    }
    let (quotient, remainder) = wide_product(a, b).div_rem(U256::from(c));
    let quotient = match rounding {
        Rounding::Up if !remainder.is_zero() => quotient.checked_add(U256::from(1u8)).ok_or(MathError::Overflow)?,
        _ => quotient,
    };
    u128::try_from(quotient).map_err(|_| MathError::Overflow)
}

/// `a * b` in 256 bits, which it always fits.
pub fn wide_product(a: u128, b: u128) -> U256 {
    U128::from(a).widening_mul(U128::from(b))
}

/// `10^exponent`.
///
/// # Errors
/// [`MathError::Overflow`] above `10^38`.
pub fn pow10(exponent: u8) -> Result<u128, MathError> {
    10u128.checked_pow(u32::from(exponent)).ok_or(MathError::Overflow)
}

/// The square root of `a * b`, rounded down: with `b` the fixed-point unit of `a`, the square root
/// in the same unit. Exact integer arithmetic, no floats.
///
/// # Errors
/// [`MathError::Overflow`] never for products of two `u128`; kept so that callers need no proof.
pub fn sqrt_ratio(a: u128, b: u128) -> Result<u128, MathError> {
    if let Some(product) = a.checked_mul(b) {
        return Ok(product.isqrt());
    }
    u128::try_from(wide_product(a, b).root(2)).map_err(|_| MathError::Overflow)
}

/// Compares `a / b` with `c / d` exactly; a denominator of zero stands for infinity.
pub fn compare_fractions(a: u128, b: u128, c: u128, d: u128) -> Ordering {
    wide_product(a, d).cmp(&wide_product(c, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_what_the_call_says() {
        assert_eq!(mul_div(7, 3, 2, Rounding::Down), Ok(10));
        assert_eq!(mul_div(7, 3, 2, Rounding::Up), Ok(11));
        assert_eq!(mul_div(8, 3, 2, Rounding::Up), Ok(12));
        assert_eq!(mul_div(1, 1, 0, Rounding::Up), Err(MathError::DivisionByZero));
        assert_eq!(mul_div(1, 0, 0, Rounding::Up), Err(MathError::DivisionByZero));
        assert_eq!(mul_div(u128::MAX, 7, 7, Rounding::Up), Ok(u128::MAX));
    }

    #[test]
    fn products_beyond_128_bits_are_exact() {
        assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX, Rounding::Up), Ok(u128::MAX));
        assert_eq!(mul_div(u128::MAX, 2, 3, Rounding::Down), Ok(226_854_911_280_625_642_308_916_404_954_512_140_970));
        assert_eq!(mul_div(u128::MAX, 2, 1, Rounding::Down), Err(MathError::Overflow));
        assert_eq!(mul_div(u128::MAX, 5, 7, Rounding::Up).map(|up| up - 1), mul_div(u128::MAX, 5, 7, Rounding::Down));
    }

    #[test]
    fn a_wide_product_is_that_of_wide_numbers() {
        for a in [0, 1, u128::from(u64::MAX), 1 << 64, u128::MAX - 1, u128::MAX] {
            for b in [0, 3, u128::from(u64::MAX), 1 << 127, u128::MAX] {
                assert_eq!(Some(wide_product(a, b)), U256::from(a).checked_mul(U256::from(b)));
            }
        }
    }

    #[test]
    fn fractions_compare_exactly() {
        assert_eq!(compare_fractions(1, 3, 2, 6), Ordering::Equal);
        assert_eq!(compare_fractions(u128::MAX - 1, u128::MAX, 1, 1), Ordering::Less);
        assert_eq!(compare_fractions(u128::MAX, 2, u128::MAX - 1, 2), Ordering::Greater);
    }

    #[test]
    fn square_roots_round_down() {
        assert_eq!(sqrt_ratio(2_000_000_000_000_000_000, 1_000_000_000_000_000_000), Ok(1_414_213_562_373_095_048));
        assert_eq!(sqrt_ratio(u128::MAX, u128::MAX), Ok(u128::MAX));
        // The same on both sides of 128 bits.
        let just_below = (1u128 << 64) - 1;
        assert_eq!(sqrt_ratio(u128::MAX, 1), Ok(just_below));
        assert_eq!(sqrt_ratio(u128::MAX / 2 + 1, 2), Ok(1 << 64));
        assert_eq!(sqrt_ratio(0, 7), Ok(0));
    }
}
