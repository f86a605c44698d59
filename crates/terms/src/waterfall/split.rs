use gage_units::{Amount, MathError, Rounding, mul_div};

/// Splits `available` among several by what is due to each: all of it if there is enough; else in proportion, rounded
/// down, and what rounding leaves goes to the first that still wants it.
///
/// # Errors
/// [`MathError::Overflow`] if what is due does not fit.
pub fn allocate_down(available: Amount, due: &[Amount]) -> Result<Vec<Amount>, MathError> {
    let total = due.iter().try_fold(Amount::ZERO, |sum, due| sum.plus(*due))?;
    if total <= available {
        return Ok(due.to_vec());
    }
    let mut parts = Vec::with_capacity(due.len());
    for due in due {
        parts.push(Amount(mul_div(available.0, due.0, total.0, Rounding::Down)?));
    }
    let given = parts.iter().try_fold(Amount::ZERO, |sum, part| sum.plus(*part))?;
    let mut left = available.minus(given)?;
    for (part, due) in parts.iter_mut().zip(due) {
        let more = due.minus(*part)?.min(left);
        *part = part.plus(more)?;
        left = left.minus(more)?;
    }
    Ok(parts)
}

/// Pays each in full before the next.
pub(super) fn in_order(available: Amount, due: &[Amount]) -> Result<Vec<Amount>, MathError> {
    let mut left = available;
    let mut parts = Vec::with_capacity(due.len());
    for due in due {
        let part = (*due).min(left);
        left = left.minus(part)?;
        parts.push(part);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(all: &[u128]) -> Vec<Amount> {
        all.iter().map(|amount| Amount(*amount)).collect()
    }

    #[test]
    fn a_shortage_is_shared_to_the_unit() {
        assert_eq!(allocate_down(Amount(10), &amounts(&[3, 4])), Ok(amounts(&[3, 4])));
        assert_eq!(allocate_down(Amount(10), &amounts(&[10, 10, 10])), Ok(amounts(&[4, 3, 3])));
        assert_eq!(allocate_down(Amount(5), &amounts(&[1, 0, 9])), Ok(amounts(&[1, 0, 4])));
        assert_eq!(in_order(Amount(5), &amounts(&[1, 0, 9])), Ok(amounts(&[1, 0, 4])));
        assert_eq!(in_order(Amount(5), &amounts(&[9, 1])), Ok(amounts(&[5, 0])));
        assert!(allocate_down(Amount(1), &amounts(&[u128::MAX, 1])).is_err());
    }
}
