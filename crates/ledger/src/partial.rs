//! How much of an instruction can settle when a side has not enough: pure arithmetic.
//!
//! Every leg settles the same part, the smallest that any side can deliver. The side that is short
//! delivers its part of everything it owes rounded up, everybody else rounded down: no other side gives
//! or lacks a unit because of it.

use std::cmp::Ordering;

use gage_units::{AccountNumber, Amount, MathError, Rounding, allocate, compare_fractions};

/// What one party owes of one asset over all its legs, and what it has for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duty {
    /// Whose.
    pub(crate) account: AccountNumber,
    /// What each leg still needs; none is zero.
    pub(crate) legs: Vec<Amount>,
    /// The sum of the legs.
    pub(crate) needed: Amount,
    /// What the party has.
    pub(crate) available: Amount,
}

/// What each leg of each duty delivers in part; `None` if nobody is short, or if some leg would
/// deliver nothing.
///
/// # Errors
/// [`MathError`], which amounts within the supply's bound never meet.
pub(crate) fn partial(duties: &[Duty]) -> Result<Option<Vec<Vec<Amount>>>, MathError> {
    let short = |duty: &&Duty| duty.available < duty.needed;
    let Some(worst) = duties.iter().filter(short).min_by(|a, b| compare(a, b)) else { return Ok(None) };
    let mut parts = Vec::with_capacity(duties.len());
    for duty in duties {
        // Against the failing side. It has that much: of nothing else has it a smaller part.
        let fails = |other: &Duty| other.account == duty.account && compare(other, worst) == Ordering::Equal;
        let rounding = if duties.iter().any(fails) { Rounding::Up } else { Rounding::Down };
        let total = duty.needed.mul_div(worst.available.0, worst.needed.0, rounding)?;
        let weights: Vec<u128> = duty.legs.iter().map(|leg| leg.0).collect();
        let of_legs = allocate(total, &weights)?;
        if of_legs.iter().any(|part| part.is_zero()) {
            return Ok(None);
        }
        parts.push(of_legs);
    }
    Ok(Some(parts))
}

/// By the part that can be delivered; what is more than enough counts as all of it.
fn compare(a: &Duty, b: &Duty) -> Ordering {
    let has = |duty: &Duty| duty.available.min(duty.needed).0;
    compare_fractions(has(a), a.needed.0, has(b), b.needed.0)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::as_conversions)]
mod tests {
    use super::*;

    fn duty(legs: &[u128], available: u128) -> Duty {
        of(legs[0] as u32, legs, available)
    }

    fn of(account: u32, legs: &[u128], available: u128) -> Duty {
        let account = AccountNumber(account);
        let needed = Amount(legs.iter().sum());
        Duty { account, legs: legs.iter().map(|leg| Amount(*leg)).collect(), needed, available: Amount(available) }
    }

    fn parts(duties: &[Duty]) -> Option<Vec<Vec<u128>>> {
        let parts = partial(duties).unwrap()?;
        Some(parts.iter().map(|legs| legs.iter().map(|part| part.0).collect()).collect())
    }

    #[test]
    fn every_leg_settles_the_same_part() {
        // 40 of 100 bonds against 1,001 of cash: 400.4 is paid down to 400, the seller's loss.
        assert_eq!(parts(&[duty(&[100], 40), duty(&[1_001], 9_999)]), Some(vec![vec![40], vec![400]]));
        // The buyer is short instead: 500 of 1,001 is 49.95 bonds, down to 49, the buyer's loss.
        assert_eq!(parts(&[duty(&[100], 100), duty(&[1_001], 500)]), Some(vec![vec![49], vec![500]]));
        // Two legs of the failing side share what it has, to the unit.
        assert_eq!(parts(&[duty(&[70, 30], 41), duty(&[10], 10)]), Some(vec![vec![29, 12], vec![4]]));
        // What else the failing side owes is rounded up, however much of it there is: 3.33 of 10 is 4.
        let failing = [of(1, &[3], 1), of(1, &[10], 99), of(2, &[10], 99)];
        assert_eq!(parts(&failing), Some(vec![vec![1], vec![4], vec![3]]));
        // The side that is shortest decides; the other short side is no failing side by less.
        assert_eq!(parts(&[of(1, &[100], 50), of(2, &[100], 30)]), Some(vec![vec![30], vec![30]]));
    }

    #[test]
    fn nothing_settles_where_a_leg_would_deliver_nothing() {
        assert_eq!(parts(&[duty(&[100], 0), duty(&[100], 100)]), None);
        assert_eq!(parts(&[duty(&[100], 1), duty(&[50], 50)]), None);
        assert_eq!(parts(&[duty(&[100], 100), duty(&[50], 50)]), None);
    }
}
