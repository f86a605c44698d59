//! What an asset with a redemption queue is worth to who must wait in it: the price of redemption less what
//! the wait costs, `V / (1 + r t)`. The wait is the notice, one window, and as many further windows as the gate
//! needs for those who wait already and for what is handed over.

use gage_accounts::Context;
use gage_oracle::Action;
use gage_store::Draft;
use gage_units::{Amount, AssetId, MathError, Price, Rounding, pow10};

use crate::Error;
use crate::redemption::{Queue, RedemptionPrice};

/// What waiting costs: 20 % a year, in basis points.
pub const WAIT_BPS: u128 = 2_000;
/// No wait counts as longer than this: ten years, in milliseconds.
pub const WAIT_MS_MAX: u64 = 10 * YEAR_MS;
const YEAR_MS: u64 = 365 * 86_400_000;

/// `price / (1 + r t)`, rounded down against the owner.
///
/// # Errors
/// [`MathError::Overflow`].
pub fn after_wait(price: Price, wait_ms: u64) -> Result<Price, MathError> {
    let year = u128::from(YEAR_MS).checked_mul(10_000).ok_or(MathError::Overflow)?;
    let cost = u128::from(wait_ms.min(WAIT_MS_MAX)).checked_mul(WAIT_BPS).ok_or(MathError::Overflow)?;
    price.mul_div(year, year.checked_add(cost).ok_or(MathError::Overflow)?, Rounding::Down)
}

/// How long who joins now behind `ahead` units would wait: notice, a window, and those that the gate adds.
///
/// # Errors
/// [`MathError::Overflow`].
pub fn wait_ms(notice_ms: u64, window_ms: u64, per_window: Amount, ahead: Amount) -> Result<u64, MathError> {
    let Some(windows) = ahead.0.checked_div(per_window.0) else { return Ok(WAIT_MS_MAX) };
    let windows = u64::try_from(windows).unwrap_or(u64::MAX).saturating_add(1);
    Ok(notice_ms.saturating_add(window_ms.saturating_mul(windows)).min(WAIT_MS_MAX))
}

/// How long `amount` more would wait, with the gate as it is of the supply of now, in milliseconds.
///
/// # Errors
/// If a figure does not fit.
pub fn expected_wait_ms(draft: &Draft, asset: AssetId, queue: &Queue, amount: Amount) -> Result<u64, Error> {
    let terms = &queue.terms;
    let per_window = Amount(terms.gate.apply(gage_ledger::supply(draft, asset).0, Rounding::Down)?);
    let ahead = queue.waiting.plus(queue.joining)?.plus(amount)?;
    Ok(wait_ms(terms.notice_ms, terms.window_ms, per_window, ahead)?)
}

/// The lower of `price` and what the queue of an asset would fetch for a whole unit after a wait.
///
/// # Errors
/// If a figure does not fit.
pub fn fetches(draft: &Draft, ctx: &Context, queue: &Queue, price: Price, wait_ms: u64) -> Result<Price, Error> {
    let paid = match queue.terms.price {
        RedemptionPrice::Nav => price,
        RedemptionPrice::Par(each) => {
            let unit = Price(pow10(gage_ledger::decimals(draft, queue.terms.cash)?)?);
            let money = match gage_oracle::asset_feed(draft, queue.terms.cash) {
                // Without a usable price of the money nobody can say what the queue fetches.
                Some(feed) => match gage_oracle::quote_for(draft, ctx, feed, Action::Liquidate) {
                    Ok(quote) => quote.low,
                    Err(_) => return Ok(price),
                },
                None => Price::ONE,
            };
            money.mul_div(each.0, unit.0, Rounding::Down)?.min(price)
        }
    };
    Ok(after_wait(paid, wait_ms)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    #[test]
    fn a_wait_costs_its_part_of_a_year() -> Result<(), MathError> {
        // A year at 20 %: 1,200 becomes 1,000; half a year: 1,100 becomes 1,000.
        assert_eq!(after_wait(Price(1_200), YEAR_MS)?, Price(1_000));
        assert_eq!(after_wait(Price(1_100), YEAR_MS / 2)?, Price(1_000));
        assert_eq!(after_wait(Price(1_000), 0)?, Price(1_000));
        assert_eq!(after_wait(Price(3_000), u64::MAX)?, Price(1_000), "ten years at most");
        Ok(())
    }

    #[test]
    fn notice_and_gate_are_waited_for() -> Result<(), MathError> {
        // Thirty days of notice, quarters, a gate of 50: nobody waits, so one window.
        assert_eq!(wait_ms(30 * DAY, 90 * DAY, Amount(50), Amount(49))?, 120 * DAY);
        // 120 ahead: two windows pass before one's own.
        assert_eq!(wait_ms(30 * DAY, 90 * DAY, Amount(50), Amount(120))?, 300 * DAY);
        assert_eq!(wait_ms(0, DAY, Amount(0), Amount(1))?, WAIT_MS_MAX, "a gate that lets nothing out");
        assert_eq!(wait_ms(0, DAY, Amount(1), Amount(u128::MAX))?, WAIT_MS_MAX);
        Ok(())
    }
}
