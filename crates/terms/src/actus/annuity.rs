//! The annuity amount (technical specification, 3.8).

use gage_calendar::Moment;
use gage_units::Rounding;

use super::ActusError;
use super::cycle::schedule;
use super::terms::Terms;
use crate::Number;

/// The equal payment that brings `notional` with `accrued` interest to nothing by the end of the payments after
/// `from`, at `rate`; with the sign of the notional.
///
/// Every payment grows to the last one: with growth factors `g` from each to the next, it is the grown debt over
/// the sum of the grown payments.
pub(super) fn payment(
    terms: &Terms,
    from: Moment,
    maturity: Moment,
    notional: Number,
    accrued: Number,
    rate: Number,
) -> Result<Number, ActusError> {
    let missing = ActusError::Missing("cycleAnchorDateOfPrincipalRedemption");
    let start = terms.principal.start(terms.initial_exchange_date, terms.days.month_ends)?.ok_or(missing)?;
    let end = terms.amortization_date.unwrap_or(maturity);
    let times = schedule(start, end, terms.principal.cycle, terms.days.month_ends, true)?;
    let (mut grown, mut sum) = (Number::ONE, Number::ZERO);
    let mut debt = notional.plus(accrued)?;
    let mut last = None;
    for time in times.into_iter().filter(|time| *time > from) {
        match last {
            // Up to the first payment interest is simple, from `from` on.
            None => debt = debt.plus(terms.days.interest(notional, rate, from, time)?)?,
            // The debt and the payments before grow, and one more payment is made.
            Some(last) => {
                let growth = Number::ONE.plus(terms.days.interest(Number::ONE, rate, last, time)?)?;
                grown = grown.times(growth, Rounding::Down)?;
                sum = sum.times(growth, Rounding::Down)?;
            }
        }
        sum = sum.plus(Number::ONE)?;
        last = Some(time);
    }
    if sum.is_zero() {
        return Ok(debt);
    }
    Ok(debt.times(grown, Rounding::Down)?.over(sum, Rounding::Down)?)
}
