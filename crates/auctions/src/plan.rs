//! What one take moves: pure arithmetic on smallest units.

use gage_units::{Amount, MathError, Price, Rounding, mul_div, pow10};

use crate::Error;

/// What a taker gets and pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Of the lot's asset, to the taker.
    pub taken: Amount,
    /// Of the wanted asset, from the taker: price x taken, rounded up.
    pub payment: Amount,
}

/// Smallest units of the lot's asset x price that make one smallest unit of the wanted asset:
/// `10^(18 + lot decimals - want decimals)`.
///
/// # Errors
/// [`MathError`] for decimals that no asset has (above 18).
pub fn scale(lot_decimals: u8, want_decimals: u8) -> Result<u128, MathError> {
    let exponent = lot_decimals.checked_add(18).and_then(|sum| sum.checked_sub(want_decimals));
    pow10(exponent.ok_or(MathError::Overflow)?)
}

/// `taken` at `price`, rounded up: the taker never pays less than the price.
///
/// # Errors
/// [`MathError::Overflow`].
pub fn payment(taken: Amount, price: Price, scale: u128) -> Result<Amount, MathError> {
    taken.mul_div(price.0, scale, Rounding::Up)
}

/// The largest amount whose payment is at most `limit`.
///
/// # Errors
/// [`MathError::DivisionByZero`] at price zero. An amount that does not fit is [`Amount::MAX`].
pub fn affordable(limit: Amount, price: Price, scale: u128) -> Result<Amount, MathError> {
    match mul_div(limit.0, scale, price.0, Rounding::Down) {
        Ok(amount) => Ok(Amount(amount)),
        Err(MathError::Overflow) => Ok(Amount::MAX),
        Err(error) => Err(error),
    }
}

/// The take of `wanted` (or less) from a lot with `remaining` to sell and `outstanding` to raise.
///
/// A take that sells the rest or completes the raise always goes through, and takes no unit more
/// than completes it. Any other is cut down until both remainders are worth `dust` or more.
///
/// # Errors
/// [`Error::LeavesDust`] if no such part exists, [`Error::Math`] if an amount does not fit.
pub fn plan(
    remaining: Amount,
    outstanding: Amount,
    dust: Amount,
    wanted: Amount,
    price: Price,
    scale: u128,
) -> Result<Plan, Error> {
    let of = |taken: Amount| Ok(Plan { taken, payment: payment(taken, price, scale)? });

    // The least amount whose payment reaches what is outstanding: one more than `outstanding - 1` affords.
    let below = affordable(outstanding.minus(Amount(1))?, price, scale)?;
    let completes = Amount(below.0.saturating_add(1)).min(remaining);
    if wanted >= completes {
        return of(completes);
    }

    let Ok(leaves_to_raise) = outstanding.minus(dust) else { return Err(Error::LeavesDust) };
    let by_raise = affordable(leaves_to_raise, price, scale)?;
    // Rounded up: what stays behind is worth the dust limit even when its value is rounded down.
    let stays = mul_div(dust.0, scale, price.0, Rounding::Up).map_err(|_| Error::LeavesDust)?;
    let Ok(by_lot) = remaining.minus(Amount(stays)) else { return Err(Error::LeavesDust) };
    let taken = wanted.min(by_raise).min(by_lot);
    if taken.is_zero() { Err(Error::LeavesDust) } else { of(taken) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u128 = 1_000_000_000_000_000_000;
    const NO_LIMIT: Amount = Amount::MAX;

    fn take(
        remaining: u128,
        outstanding: Amount,
        dust: u128,
        wanted: u128,
        price: u128,
    ) -> Result<(u128, u128), Error> {
        // Both assets without decimals, the price in whole units: scale = 1.
        plan(Amount(remaining), outstanding, Amount(dust), Amount(wanted), Price(price), 1)
            .map(|plan| (plan.taken.0, plan.payment.0))
    }

    #[test]
    fn scale_brings_smallest_units_together() {
        assert_eq!(scale(18, 18), pow10(18));
        assert_eq!(scale(8, 6), pow10(20));
        assert_eq!(scale(0, 18), Ok(1));
        // 0.5 BTC (8 decimals) at 60,000.000001 USDC (6 decimals) = 30,000.0000005, rounded up.
        let price = Price(60_000 * ONE + ONE / 1_000_000);
        assert_eq!(payment(Amount(50_000_000), price, 10u128.pow(20)), Ok(Amount(30_000_000_001)));
    }

    #[test]
    fn the_raise_ends_at_the_first_unit_that_completes_it() {
        assert_eq!(take(100, Amount(30), 0, 100, 10), Ok((3, 30)));
        assert_eq!(
            take(100, Amount(31), 0, 100, 10),
            Ok((4, 40)),
            "the fourth unit is needed, its change goes to the owner"
        );
        assert_eq!(take(3, Amount(31), 0, 100, 10), Ok((3, 30)), "the lot ends first");
        assert_eq!(take(100, NO_LIMIT, 0, 40, 10), Ok((40, 400)));
    }

    #[test]
    fn dust_is_left_on_neither_side() {
        // 50 to raise at 10, dust 20: at most 30 may be paid unless all 50 are.
        assert_eq!(take(100, Amount(50), 20, 4, 10), Ok((3, 30)));
        assert_eq!(take(100, Amount(50), 20, 5, 10), Ok((5, 50)));
        assert_eq!(take(100, Amount(15), 20, 1, 10), Err(Error::LeavesDust));
        assert_eq!(take(100, Amount(15), 20, 2, 10), Ok((2, 20)));
        // 10 units at 10 = 100 for sale, dust 25: at least three units stay.
        assert_eq!(take(10, NO_LIMIT, 25, 9, 10), Ok((7, 70)));
        assert_eq!(take(10, NO_LIMIT, 25, 10, 10), Ok((10, 100)));
        assert_eq!(take(2, NO_LIMIT, 25, 1, 10), Err(Error::LeavesDust));
        assert_eq!(take(2, NO_LIMIT, 25, 2, 10), Ok((2, 20)));
    }
}
