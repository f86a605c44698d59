//! When a loan matures whose terms do not say so (technical specification, state `Md` of LAM, NAM, ANN, LAX,
//! CLM and UMP).

use gage_calendar::Moment;
use gage_units::Rounding;

use super::cycle::{EVENTS_MAX, schedule};
use super::terms::Terms;
use super::{ActusError, ContractType, Observed};
use crate::Number;

/// The maturity, or `None` for a contract that never matures by itself.
pub(super) fn of(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Option<Moment>, ActusError> {
    if terms.maturity_date.is_some() {
        return Ok(terms.maturity_date);
    }
    match terms.contract_type {
        ContractType::LAM => linear(terms).map(Some),
        // An annuity without maturity is amortised by its amortisation date.
        ContractType::ANN if terms.amortization_date.is_some() => Ok(terms.amortization_date),
        ContractType::NAM | ContractType::ANN => negative(terms).map(Some),
        ContractType::LAX => exotic(terms).map(Some),
        ContractType::CLM => Ok(called(terms, observed)),
        ContractType::UMP => Ok(to),
        _ => Err(ActusError::Missing("maturityDate")),
    }
}

/// When the call of an open loan was observed.
pub(super) fn called(terms: &Terms, observed: &Observed) -> Option<Moment> {
    let own = |id: &Option<String>| id.as_ref().is_none_or(|id| *id == terms.contract_id);
    let calls = observed.events.iter().filter(|event| event.kind == "XD" && own(&event.contract_id));
    calls.map(|event| event.time).filter(|time| *time > terms.status_date).min()
}

/// As many periods as the notional has payments.
fn linear(terms: &Terms) -> Result<Moment, ActusError> {
    let payment = terms.next_principal.ok_or(ActusError::Missing("nextPrincipalRedemptionPayment"))?;
    after_payments(terms, terms.notional()?, payment)
}

/// As many as it has payments less the first period's interest.
fn negative(terms: &Terms) -> Result<Moment, ActusError> {
    let payment = terms.next_principal.ok_or(ActusError::Missing("nextPrincipalRedemptionPayment"))?;
    let (last, _) = last_payment(terms)?;
    let cycle = terms.principal.cycle.ok_or(ActusError::Missing("cycleOfPrincipalRedemption"))?;
    let next = cycle.after(last, 1, terms.days.month_ends)?;
    let notional = terms.notional()?;
    let interest = terms.days.interest(notional, terms.rate.unwrap_or(Number::ZERO), last, next)?;
    after_payments(terms, notional, payment.minus(interest)?)
}

/// The last payment before the status date and `false`, or the first after it and `true`.
fn last_payment(terms: &Terms) -> Result<(Moment, bool), ActusError> {
    let missing = ActusError::Missing("cycleAnchorDateOfPrincipalRedemption");
    let start = terms.principal.start(terms.initial_exchange_date, terms.days.month_ends)?.ok_or(missing)?;
    if start >= terms.status_date {
        return Ok((start, true));
    }
    let past = schedule(start, terms.status_date, terms.principal.cycle, terms.days.month_ends, false)?;
    Ok((past.last().copied().unwrap_or(start), false))
}

/// The time of the last of `ceil(amount / payment)` payments.
fn after_payments(terms: &Terms, amount: Number, payment: Number) -> Result<Moment, ActusError> {
    let cycle = terms.principal.cycle.ok_or(ActusError::Missing("cycleOfPrincipalRedemption"))?;
    let bad = || ActusError::BadTerm { term: "nextPrincipalRedemptionPayment", value: payment.to_string() };
    if payment <= Number::ZERO {
        return Err(bad());
    }
    let units = payment.0.unsigned_abs();
    let count = gage_units::mul_div(amount.0.unsigned_abs(), 1, units, Rounding::Up)?;
    let count = i32::try_from(count).ok().filter(|count| usize::try_from(*count).is_ok_and(|n| n <= EVENTS_MAX));
    let (last, is_first) = last_payment(terms)?;
    // The first payment is one of them.
    let periods = count.ok_or_else(bad)?.saturating_sub(i32::from(is_first));
    cycle.after(last, periods.max(0), terms.days.month_ends)
}

/// When the rows of increases and decreases have brought the notional to nothing.
fn exotic(terms: &Terms) -> Result<Moment, ActusError> {
    let arrays = &terms.arrays;
    let mut left = terms.notional()?;
    let missing = ActusError::Missing("arrayCycleAnchorDateOfPrincipalRedemption");
    let mut last = *arrays.principal_anchors.first().ok_or(missing)?;
    for (row, anchor) in arrays.principal_anchors.iter().enumerate() {
        let next_anchor = arrays.principal_anchors.get(row.saturating_add(1)).copied();
        let cycle = arrays.principal_cycles.get(row).or(arrays.principal_cycles.first()).copied();
        let payment = arrays.principal_payments.get(row).or(arrays.principal_payments.last()).copied();
        let payment = payment.ok_or(ActusError::Missing("arrayNextPrincipalRedemptionPayment"))?;
        let increases = arrays.increase.get(row).copied().unwrap_or(false);
        for count in 0..i32::try_from(EVENTS_MAX).unwrap_or(i32::MAX) {
            let time = match cycle {
                Some(cycle) => cycle.after(*anchor, count, terms.days.month_ends)?,
                None if count == 0 => *anchor,
                None => break,
            };
            if next_anchor.is_some_and(|next| time >= next) {
                break;
            }
            left = if increases { left.plus(payment)? } else { left.minus(payment)? };
            last = time;
            if left <= Number::ZERO {
                return Ok(time);
            }
            // A last row of increases never ends by itself.
            if next_anchor.is_none() && (increases || payment <= Number::ZERO) {
                return Err(ActusError::Missing("maturityDate"));
            }
        }
    }
    Ok(last)
}
