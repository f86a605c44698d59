//! Debt over buckets: the safest collateral covers first.

use gage_units::{Accumulator, Amount, MathError, Rounding, mul_div};

use crate::params::VAULT_COLLATERAL_MAX;

/// One share per position of a vault, in the order of its positions; unused places are zero.
pub type Shares = [Amount; VAULT_COLLATERAL_MAX];

/// The debt that `normalised` stands for, rounded up: the borrower never owes less than accrued.
pub fn debt_of(normalised: u128, accumulator: Accumulator) -> Result<Amount, MathError> {
    mul_div(normalised, accumulator.0, Accumulator::SCALE, Rounding::Up).map(Amount)
}

/// The normalised debt that stands for at least `debt`, rounded up for the same reason.
pub fn normalised_of(debt: Amount, accumulator: Accumulator) -> Result<u128, MathError> {
    mul_div(debt.0, Accumulator::SCALE, accumulator.0, Rounding::Up)
}

/// Splits `debt` over positions in ascending risk, each up to its capacity; what no capacity covers
/// falls on the last, the riskiest. The sum of the shares is `debt`.
///
/// # Errors
/// [`MathError::Overflow`] never for amounts that sum to `debt`; kept so that callers need no proof.
pub fn split(debt: Amount, capacities: &[Amount]) -> Result<Shares, MathError> {
    let mut shares = Shares::default();
    let mut left = debt;
    for (share, capacity) in shares.iter_mut().zip(capacities) {
        *share = left.min(*capacity);
        left = left.minus(*share)?;
    }
    let last = capacities.len().checked_sub(1).and_then(|last| shares.get_mut(last));
    match last {
        Some(last) => *last = last.plus(left)?,
        None if left.is_zero() => {}
        None => return Err(MathError::DivisionByZero),
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(shares: Shares, count: usize) -> Vec<u128> {
        shares.iter().take(count).map(|share| share.0).collect()
    }

    #[test]
    fn the_safest_collateral_covers_first() -> Result<(), MathError> {
        // 100 owed; capacities 60, 30, 50: the third bears the last ten.
        assert_eq!(amounts(split(Amount(100), &[Amount(60), Amount(30), Amount(50)])?, 3), [60, 30, 10]);
        // 200 owed over 140 of capacity: the riskiest bears what nothing covers.
        assert_eq!(amounts(split(Amount(200), &[Amount(60), Amount(30), Amount(50)])?, 3), [60, 30, 110]);
        assert_eq!(amounts(split(Amount(0), &[Amount(60)])?, 1), [0]);
        assert_eq!(split(Amount(0), &[])?, Shares::default());
        assert!(split(Amount(1), &[]).is_err());
        Ok(())
    }

    #[test]
    fn normalising_never_loses_debt() -> Result<(), MathError> {
        let accumulator = Accumulator(Accumulator::SCALE / 10 * 13); // 1.3
        // 100 / 1.3 = 76.92.. -> 77, which stands for 100.1 -> 101.
        assert_eq!(normalised_of(Amount(100), accumulator)?, 77);
        assert_eq!(debt_of(77, accumulator)?, Amount(101));
        for debt in 0..500 {
            assert!(debt_of(normalised_of(Amount(debt), accumulator)?, accumulator)? >= Amount(debt));
        }
        Ok(())
    }
}
