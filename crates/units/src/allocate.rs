use crate::{Amount, MathError, Rounding, mul_div};

/// The most parts one allocation may have.
pub const ALLOCATE_MAX: usize = 10_000;

/// Splits `total` in proportion to `weights` without losing a unit: every part is rounded down and
/// the units left over go to the largest remainders, the earlier part first among equals.
///
/// # Errors
/// [`MathError::DivisionByZero`] if all weights are zero, [`MathError::Overflow`] if the weights'
/// sum does not fit or there are more than [`ALLOCATE_MAX`].
pub fn allocate(total: Amount, weights: &[u128]) -> Result<Vec<Amount>, MathError> {
    if weights.len() > ALLOCATE_MAX {
        return Err(MathError::Overflow);
    }
    let sum = weights.iter().try_fold(0u128, |sum, weight| sum.checked_add(*weight)).ok_or(MathError::Overflow)?;
    let mut parts = Vec::with_capacity(weights.len());
    let mut left = total;
    for weight in weights {
        let part = Amount(mul_div(total.0, *weight, sum, Rounding::Down)?);
        left = left.minus(part)?;
        parts.push(part);
    }

    // `left` is below the number of parts with a remainder, so one unit for each is enough.
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    let remainder = |index: &usize| remainder_of(total.0, weights.get(*index).copied().unwrap_or(0), sum);
    by_remainder.sort_by_key(|index| std::cmp::Reverse(remainder(index)));
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

fn remainder_of(total: u128, weight: u128, sum: u128) -> u128 {
    use ruint::aliases::U256;
    let product = U256::from(total).wrapping_mul(U256::from(weight));
    let remainder = product.checked_rem(U256::from(sum)).unwrap_or(U256::ZERO);
    u128::try_from(remainder).unwrap_or(0)
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
    }
}
