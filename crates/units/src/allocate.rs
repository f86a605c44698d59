use ruint::aliases::U256;

use crate::{Amount, MathError};

/// The most parts one allocation may have.
pub const ALLOCATE_MAX: usize = 10_000;

/// Splits `total` in proportion to `weights` without losing a unit: every part is rounded down and
/// the units left over go to the largest remainders, the earlier part first among equals. The weights may sum
/// to more than an amount.
///
/// # Errors
/// [`MathError::DivisionByZero`] if all weights are zero, [`MathError::Overflow`] if there are more than
/// [`ALLOCATE_MAX`].
pub fn allocate(total: Amount, weights: &[u128]) -> Result<Vec<Amount>, MathError> {
    if weights.len() > ALLOCATE_MAX {
        return Err(MathError::Overflow);
    }
    // At most 10,000 weights of 128 bits sum to less than 142 bits, and a product of two has 256.
    let sum = weights.iter().fold(U256::ZERO, |sum, weight| sum.wrapping_add(U256::from(*weight)));
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = total;
    for weight in weights {
        let product = U256::from(total.0).wrapping_mul(U256::from(*weight));
        let part = product.checked_div(sum).ok_or(MathError::DivisionByZero)?;
        let part = Amount(u128::try_from(part).map_err(|_| MathError::Overflow)?);
        left = left.minus(part)?;
        parts.push(part);
        remainders.push(product.checked_rem(sum).unwrap_or(U256::ZERO));
    }

    // `left` is below the number of parts with a remainder, so one unit for each is enough.
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|index| std::cmp::Reverse(remainders.get(*index).copied().unwrap_or(U256::ZERO)));
    for index in by_remainder {
        if left.is_zero() {
            break;
        }
        if let Some(part) = parts.get_mut(index) {
            *part = part.plus(Amount(1))?;
            left = left.minus(Amount(1))?;
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_unit_is_lost() {
        assert_eq!(allocate(Amount(10), &[1, 1, 1]), Ok(vec![Amount(4), Amount(3), Amount(3)]));
        assert_eq!(allocate(Amount(10), &[1, 2, 0]), Ok(vec![Amount(3), Amount(7), Amount(0)]));
        assert_eq!(allocate(Amount(u128::MAX), &[1, 1]).map(|parts| parts[0].plus(parts[1])), Ok(Ok(Amount::MAX)));
        assert_eq!(allocate(Amount(5), &[0, 0]), Err(MathError::DivisionByZero));
        assert_eq!(allocate(Amount(7), &[u128::MAX; 3]), Ok(vec![Amount(3), Amount(2), Amount(2)]));
        assert_eq!(allocate(Amount::MAX, &[u128::MAX; 1]), Ok(vec![Amount::MAX]));
    }
}
