//! Powers with fractional exponents, and growth, in integers: what turns yearly speeds into monthly ones.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "only shifts of 256-bit integers stand bare here, each by less than 256; every other operation is checked"
)]

use gage_units::MathError;
use ruint::aliases::U256;

use crate::Number;

/// One, inside: 2^120, so that a product of two fits 256 bits.
const ONE_BITS: usize = 120;
/// The largest numerator and denominator of an exponent.
const EXPONENT_MAX: u16 = 1_200;
/// Newton's method from above gains a factor of at least `1 - 1/n` a step, and is quadratic near the root.
const STEPS_MAX: u16 = 60_000;

fn one() -> U256 {
    U256::from(1u8) << ONE_BITS
}

/// The product of two factors, rounded down.
fn times(a: U256, b: U256) -> Result<U256, MathError> {
    Ok(a.checked_mul(b).ok_or(MathError::Overflow)? >> ONE_BITS)
}

/// `factor^exponent` by squaring, each product rounded down.
fn whole_power(factor: U256, exponent: u16) -> Result<U256, MathError> {
    let (mut result, mut square, mut left) = (one(), factor, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = times(result, square)?;
        }
        left >>= 1;
        if left > 0 {
            square = times(square, square)?;
        }
    }
    Ok(result)
}

/// A number from nothing to one in the inner unit.
fn inner(number: Number) -> Result<U256, MathError> {
    let units = u128::try_from(number.0).map_err(|_| MathError::Underflow)?;
    let scaled = (U256::from(units) << ONE_BITS).checked_div(U256::from(Number::ONE.0.unsigned_abs()));
    scaled.ok_or(MathError::DivisionByZero)
}

/// `base^(numerator / denominator)` for a base from nothing to one, rounded down to the eighteenth place; the error is
/// below one unit of it.
///
/// The root is found by Newton's method in 120 bits, whose last step differs from the root by less than 2^-100.
///
/// # Errors
/// [`MathError::Overflow`] for a base outside, or an exponent with parts above 1,200 or a denominator of nothing.
pub fn power(base: Number, numerator: u16, denominator: u16) -> Result<Number, MathError> {
    let in_range = base >= Number::ZERO && base <= Number::ONE;
    if !in_range || numerator > EXPONENT_MAX || denominator > EXPONENT_MAX || denominator == 0 {
        return Err(MathError::Overflow);
    }
    if base == Number::ONE || numerator == 0 {
        return Ok(Number::ONE);
    }
    if base.is_zero() {
        return Ok(Number::ZERO);
    }
    let result = whole_power(root(inner(base)?, denominator)?, numerator)?;
    let units = result.checked_mul(U256::from(Number::ONE.0.unsigned_abs())).ok_or(MathError::Overflow)?;
    // Half a unit of the twentieth place makes up for what was rounded down on the way.
    let units = units.checked_add(one() >> 7usize).ok_or(MathError::Overflow)? >> ONE_BITS;
    i128::try_from(units).map(Number).map_err(|_| MathError::Overflow)
}

/// The root of a factor below one.
fn root(factor: U256, degree: u16) -> Result<U256, MathError> {
    if degree == 1 {
        return Ok(factor);
    }
    let before = degree.checked_sub(1).ok_or(MathError::Underflow)?;
    let mut root = one();
    for _ in 0..STEPS_MAX {
        // x - (x^n - a) / (n x^(n-1)): from above it never passes the root.
        let slope = whole_power(root, before)?;
        let quotient = (factor << ONE_BITS).checked_div(slope).ok_or(MathError::DivisionByZero)?;
        let sum = root.checked_mul(U256::from(before)).and_then(|kept| kept.checked_add(quotient));
        let next = sum.ok_or(MathError::Overflow)?.checked_div(U256::from(degree)).ok_or(MathError::DivisionByZero)?;
        if next >= root {
            break;
        }
        root = next;
    }
    Ok(root)
}

/// Factors of a pool have 63 binary places: one is 2^63, so that it is a factor itself.
pub(crate) const FACTOR_BITS: usize = 63;

/// The level monthly payment that repays `balance` units over `months` at a monthly rate of `yearly / 12`, in 2^-64 of a
/// unit: `balance * r / (1 - (1 + r)^-n)`, off by less than a few units of its last place.
///
/// # Errors
/// [`MathError::Overflow`] for a rate below nothing or above 1,200 % a year, or no months.
pub(crate) fn level_payment(balance: u64, yearly: Number, months: u16) -> Result<u128, MathError> {
    if months == 0 || months > EXPONENT_MAX || yearly.is_negative() || yearly > Number::whole(12) {
        return Err(MathError::Overflow);
    }
    let rate = monthly(yearly)?;
    let factor = if rate.is_zero() {
        one().checked_div(U256::from(months)).ok_or(MathError::DivisionByZero)?
    } else {
        let growth = one().checked_add(rate).ok_or(MathError::Overflow)?;
        let discount = (one() << ONE_BITS).checked_div(growth).ok_or(MathError::DivisionByZero)?;
        let repaid = one().checked_sub(whole_power(discount, months)?).ok_or(MathError::Underflow)?;
        (rate << ONE_BITS).checked_div(repaid).ok_or(MathError::DivisionByZero)?
    };
    let payment = U256::from(balance).checked_mul(factor).ok_or(MathError::Overflow)?;
    u128::try_from(payment >> ONE_BITS.saturating_sub(64)).map_err(|_| MathError::Overflow)
}

/// A twelfth of a yearly rate in the inner unit.
fn monthly(yearly: Number) -> Result<U256, MathError> {
    let units = u128::try_from(yearly.0).map_err(|_| MathError::Underflow)?;
    let year = U256::from(Number::ONE.0.unsigned_abs()).checked_mul(U256::from(12u8)).ok_or(MathError::Overflow)?;
    (U256::from(units) << ONE_BITS).checked_div(year).ok_or(MathError::DivisionByZero)
}

/// The inner unit as a factor, rounded to nearest.
fn shorten(value: U256) -> Result<u64, MathError> {
    let down = ONE_BITS.saturating_sub(FACTOR_BITS);
    let half = U256::from(1u8) << down.saturating_sub(1);
    u64::try_from(value.checked_add(half).ok_or(MathError::Overflow)? >> down).map_err(|_| MathError::Overflow)
}

/// A number from nothing to one as a factor.
///
/// # Errors
/// [`MathError::Overflow`], [`MathError::Underflow`] outside.
pub(crate) fn to_factor(number: Number) -> Result<u64, MathError> {
    if number > Number::ONE { Err(MathError::Overflow) } else { shorten(inner(number)?) }
}

/// The part that goes in a month, as a factor, of what goes in a year: `1 - (1 - yearly)^(1/12)`.
///
/// # Errors
/// [`MathError::Overflow`], [`MathError::Underflow`] outside nothing to one.
pub(crate) fn monthly_factor(yearly: Number) -> Result<u64, MathError> {
    let survives = Number::ONE.minus(yearly)?;
    if survives > Number::ONE || survives.is_negative() {
        return Err(MathError::Overflow);
    }
    let survives = if survives.is_zero() { U256::ZERO } else { root(inner(survives)?, 12)? };
    shorten(one().checked_sub(survives).ok_or(MathError::Underflow)?)
}

/// A twelfth of a yearly rate as a factor, and what is left of it in 2^-63 of the factor's last place.
///
/// # Errors
/// [`MathError::Overflow`] for a rate below nothing or above 1,200 % a year.
pub(crate) fn rate_factor(yearly: Number) -> Result<(u64, u64), MathError> {
    if yearly.is_negative() || yearly > Number::whole(12) {
        return Err(MathError::Overflow);
    }
    let down = ONE_BITS.saturating_sub(FACTOR_BITS);
    let rate = monthly(yearly)?;
    let high = rate >> down;
    let rest = rate.checked_sub(high << down).ok_or(MathError::Underflow)? << FACTOR_BITS.saturating_sub(down);
    let narrow = |value: U256| u64::try_from(value).map_err(|_| MathError::Overflow);
    Ok((narrow(high)?, narrow(rest)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

    use ruint::Uint;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    /// References: fifty digits of another program.
    #[test]
    fn monthly_mortality_of_yearly_speeds() {
        for (base, n, d, expected) in [
            ("0.94", 1, 12, "0.994856987168177053"),
            ("0.99", 1, 12, "0.999162822640879440"),
            ("0.5", 1, 2, "0.707106781186547524"),
            ("0.94", 31, 365, "0.994758612981097253"),
            ("0.000000000000000001", 1, 365, "0.892657650624273035"),
            ("0.999999999999999999", 1, 12, "0.999999999999999999"),
        ] {
            let found = power(number(base), n, d).unwrap();
            assert!((found.0 - number(expected).0).abs() <= 1, "{base}^({n}/{d}) = {found}, expected {expected}");
        }
        assert_eq!(power(Number::ZERO, 1, 12), Ok(Number::ZERO));
        assert_eq!(power(number("1.1"), 1, 12), Err(MathError::Overflow));
        assert_eq!(power(Number::ONE, 1, 0), Err(MathError::Overflow));
    }

    /// For roots of small degree: r^n <= x < (r + 2 units)^n, exactly.
    #[test]
    fn roots_are_bracketed_exactly() {
        type Wide = Uint<1024, 16>;
        for thousandths in 1..1000i128 {
            let base = Number(thousandths * 1_000_000_000_000_000 + 7 * thousandths);
            for degree in [2usize, 3, 12] {
                let root = power(base, 1, u16::try_from(degree).unwrap()).unwrap();
                let to = |units: i128| Wide::from(units.unsigned_abs()).pow(Wide::from(degree));
                let exact =
                    Wide::from(base.0.unsigned_abs()) * to(Number::ONE.0) / Wide::from(Number::ONE.0.unsigned_abs());
                assert!(to(root.0 - 1) <= exact && exact < to(root.0 + 2), "{base} root {degree} = {root}");
            }
        }
    }

    /// A million over 360 months at 8.125 % is repaid with 7,424.97 a month (any mortgage table).
    #[test]
    fn level_payments_are_those_of_the_tables() {
        let payment = |amount: u64, yearly: &str, months: u16| {
            (level_payment(amount, number(yearly), months).unwrap() + (1 << 63)) >> 64
        };
        assert_eq!(payment(100_000_000, "0.08125", 360), 742_497);
        assert_eq!(payment(20_000_000, "0.06", 360), 119_910);
        assert_eq!(payment(1_200_000, "0", 12), 100_000);
        assert!(level_payment(1, number("0.05"), 0).is_err());
    }
}
