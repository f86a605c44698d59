//! Exact 256- and 512-bit worth: so that "is it safe" is a comparison, never a rounding.

use gage_units::{Amount, MathError, Price, Rounding, pow10, wide_product};
use ruint::aliases::{U256, U512};

/// Worth in 1e-36 of the numeraire. A price has 18 places and a quantity is brought to 18 places,
/// so their product is exact.
pub type Worth = U256;

/// The decimals to which every quantity is brought.
pub const PLACES: u8 = 18;

/// The factor that brings an amount with `decimals` to 18 places. # Errors [`MathError`] above 18 decimals.
pub fn scale_of(decimals: u8) -> Result<u128, MathError> {
    pow10(PLACES.checked_sub(decimals).ok_or(MathError::Underflow)?)
}

/// `amount * price`, exact. # Errors [`MathError::Overflow`] if it exceeds 256 bits.
pub fn worth(amount: Amount, price: u128, decimals: u8) -> Result<Worth, MathError> {
    let scale = scale_of(decimals)?;
    match amount.0.checked_mul(scale) {
        Some(places) => Ok(wide_product(places, price)),
        None => wide_product(amount.0, scale).checked_mul(U256::from(price)).ok_or(MathError::Overflow),
    }
}

/// How much of an asset at `price` is worth `value`. # Errors [`MathError`] at price zero or if it does not fit.
pub fn amount_of(value: Worth, price: Price, decimals: u8, rounding: Rounding) -> Result<Amount, MathError> {
    let unit = worth(Amount(1), price.0, decimals)?;
    narrow(divide(wide(value), wide(unit), rounding)?).map(Amount)
}

/// In numeraire 1e-18, rounded as told; for people and events. # Errors [`MathError::Overflow`].
pub fn in_numeraire(value: Worth, rounding: Rounding) -> Result<u128, MathError> {
    narrow(divide(wide(value), U512::from(pow10(PLACES)?), rounding)?)
}

/// The same number in 512 bits.
pub fn wide(value: U256) -> U512 {
    U512::from(value)
}

/// The product in 512 bits. # Errors [`MathError::Overflow`].
pub fn times(a: U512, b: U512) -> Result<U512, MathError> {
    a.checked_mul(b).ok_or(MathError::Overflow)
}

/// The quotient, rounded as told. # Errors [`MathError::DivisionByZero`].
pub fn divide(a: U512, b: U512, rounding: Rounding) -> Result<U512, MathError> {
    let quotient = a.checked_div(b).ok_or(MathError::DivisionByZero)?;
    let exact = a.checked_rem(b).is_some_and(|rest| rest.is_zero());
    match rounding {
        Rounding::Up if !exact => quotient.checked_add(U512::from(1u8)).ok_or(MathError::Overflow),
        _ => Ok(quotient),
    }
}

/// Back to 128 bits. # Errors [`MathError::Overflow`].
pub fn narrow(value: U512) -> Result<u128, MathError> {
    u128::try_from(value).map_err(|_| MathError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worth_is_exact_and_comes_back() {
        // 2.5 coins of 6 decimals at 4 numeraire: ten, in 1e-36.
        let ten = worth(Amount(2_500_000), 4_000_000_000_000_000_000, 6);
        assert_eq!(ten, Ok(U256::from(10_000_000_000_000_000_000u128) * U256::from(1_000_000_000_000_000_000u128)));
        let ten = ten.unwrap_or_default();
        assert_eq!(amount_of(ten, Price(4_000_000_000_000_000_000), 6, Rounding::Down), Ok(Amount(2_500_000)));
        assert_eq!(amount_of(ten, Price(3_000_000_000_000_000_000), 6, Rounding::Down), Ok(Amount(3_333_333)));
        assert_eq!(amount_of(ten, Price(3_000_000_000_000_000_000), 6, Rounding::Up), Ok(Amount(3_333_334)));
        assert_eq!(in_numeraire(ten, Rounding::Down), Ok(10_000_000_000_000_000_000));
        assert_eq!(amount_of(ten, Price(0), 6, Rounding::Up), Err(MathError::DivisionByZero));
        assert_eq!(worth(Amount(1), 1, 19), Err(MathError::Underflow));
    }
}
