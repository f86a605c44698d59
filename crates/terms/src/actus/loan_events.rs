//! Payoffs and state transitions of the loans (technical specification, 7.1 to 7.7).

use gage_calendar::Moment;
use gage_units::Rounding;

use super::event::{Scheduled, State};
use super::loan::Loan;
use super::{ActusError, ContractType, EventType, annuity};
use crate::Number;

/// What flows at an event.
pub(super) fn payoff(loan: &Loan<'_>, state: &State, event: &Scheduled) -> Result<Number, ActusError> {
    let terms = loan.terms;
    match event.kind {
        EventType::IED => {
            // Call money and undefined profiles have no premium.
            let premium = match terms.contract_type {
                ContractType::CLM | ContractType::UMP => Number::ZERO,
                _ => terms.premium_discount,
            };
            terms.role.sign(terms.notional()?.plus(premium)?.negate()?)
        }
        EventType::MD | EventType::STD => {
            let principal = state.notional.times(state.notional_scaling, Rounding::Down)?;
            let interest = state.accrued.times(state.interest_scaling, Rounding::Down)?;
            // What a call pays in interest is an event of its own.
            let interest = if event.kind == EventType::STD { Number::ZERO } else { interest };
            Ok(principal.plus(interest)?.plus(state.fee)?)
        }
        EventType::PR if terms.contract_type == ContractType::UMP => observed_amount(loan, event),
        EventType::PI if terms.contract_type == ContractType::UMP => Ok(observed_amount(loan, event)?.negate()?),
        EventType::PR => Ok(redemption(loan, state, event)?.times(state.notional_scaling, Rounding::Down)?),
        EventType::PI => {
            let drawn = row_amount(loan, event)?.negate()?;
            Ok(drawn.times(state.notional_scaling, Rounding::Down)?)
        }
        EventType::PP => observed_amount(loan, event),
        EventType::PY => penalty(loan, state, event),
        EventType::IP => Ok(accrued(loan, state, event.scheduled)?.times(state.interest_scaling, Rounding::Down)?),
        EventType::FP => fee_due(loan, state, event.scheduled),
        EventType::PRD => {
            let price = terms.price_at_purchase.plus(accrued(loan, state, event.scheduled)?)?;
            terms.role.sign(price.negate()?)
        }
        EventType::TD => {
            let price = terms.price_at_termination.plus(accrued(loan, state, event.scheduled)?)?;
            terms.role.sign(price)
        }
        _ => Ok(Number::ZERO),
    }
}

/// How an event changes the state.
pub(super) fn transition(loan: &Loan<'_>, state: &mut State, event: &Scheduled) -> Result<(), ActusError> {
    let terms = loan.terms;
    if event.kind == EventType::IED {
        return start(loan, state, event.scheduled);
    }
    let redeemed = match event.kind {
        EventType::PR if terms.contract_type == ContractType::UMP => observed_amount(loan, event)?,
        EventType::PI if terms.contract_type == ContractType::UMP => observed_amount(loan, event)?.negate()?,
        EventType::PR => redemption(loan, state, event)?,
        EventType::PI => row_amount(loan, event)?.negate()?,
        EventType::PP => observed_amount(loan, event)?,
        _ => Number::ZERO,
    };
    accrue(loan, state, event.scheduled)?;
    match event.kind {
        EventType::IP => state.accrued = Number::ZERO,
        EventType::IPCI => {
            state.notional = state.notional.plus(state.accrued)?;
            state.accrued = Number::ZERO;
            follow(loan, state);
        }
        EventType::PR | EventType::PI | EventType::PP => {
            state.notional = state.notional.minus(redeemed)?;
            follow(loan, state);
        }
        EventType::FP => state.fee = Number::ZERO,
        EventType::RR => state.rate = reset_rate(loan, state, event)?,
        EventType::RRF => {
            let known = match terms.contract_type {
                ContractType::LAX => terms.arrays.rates.get(usize::from(event.part)).copied(),
                _ => terms.next_reset,
            };
            state.rate = known.ok_or(ActusError::Missing("nextResetRate"))?;
        }
        EventType::PRF => state.next_principal = fixed_principal(loan, state, event)?,
        EventType::SC => scale(loan, state, event.scheduled)?,
        EventType::IPCB => state.base = state.notional,
        EventType::MD | EventType::STD | EventType::TD => close(state),
        EventType::XD => state.exercise_date = Some(event.scheduled),
        _ => {}
    }
    Ok(())
}

/// The loan is paid out.
fn start(loan: &Loan<'_>, state: &mut State, at: Moment) -> Result<(), ActusError> {
    let terms = loan.terms;
    state.notional = terms.role.sign(terms.notional()?)?;
    state.rate = terms.rate.unwrap_or(Number::ZERO);
    state.base = loan.base_at_start(state.notional)?;
    let base = if loan.accrues_on_base() { state.base } else { state.notional };
    state.accrued = match (terms.accrued, terms.interest.anchor) {
        (Some(accrued), _) => terms.role.sign(accrued)?,
        (None, Some(anchor)) if anchor < at => terms.days.interest(base, state.rate, anchor, at)?,
        _ => Number::ZERO,
    };
    state.at = at;
    Ok(())
}

/// Nothing is owed any more.
fn close(state: &mut State) {
    state.notional = Number::ZERO;
    state.accrued = Number::ZERO;
    state.fee = Number::ZERO;
    state.base = Number::ZERO;
}

/// Interest and fees up to a moment.
pub(super) fn accrue(loan: &Loan<'_>, state: &mut State, to: Moment) -> Result<(), ActusError> {
    let fee = fee_accrued(loan, state, to)?;
    state.accrued = accrued(loan, state, to)?;
    state.fee = fee;
    state.at = to;
    Ok(())
}

/// Interest accrued and not paid, up to a moment.
fn accrued(loan: &Loan<'_>, state: &State, to: Moment) -> Result<Number, ActusError> {
    let base = if loan.accrues_on_base() { state.base } else { state.notional };
    Ok(state.accrued.plus(loan.terms.days.interest(base, state.rate, state.at, to)?)?)
}

/// Fees accrued and not paid, up to a moment: on the notional, or the part of an amount that time has earned.
fn fee_accrued(loan: &Loan<'_>, state: &State, to: Moment) -> Result<Number, ActusError> {
    let terms = loan.terms;
    let Some(rate) = terms.fee_rate else { return Ok(Number::ZERO) };
    if terms.fee_by_notional {
        return Ok(state.fee.plus(terms.days.interest(state.notional, rate, state.at, to)?)?);
    }
    part_of_fee(terms, &loan.fees, rate, to)
}

/// The part of a fixed fee that the time since the last payment has earned.
pub(super) fn part_of_fee(
    terms: &super::Terms,
    fees: &[Moment],
    rate: Number,
    to: Moment,
) -> Result<Number, ActusError> {
    let next = fees.partition_point(|time| *time < to);
    let (Some(last), Some(next)) = (next.checked_sub(1).and_then(|at| fees.get(at)), fees.get(next)) else {
        return Ok(Number::ZERO);
    };
    let passed = Number::of_year(terms.days.year_fraction(*last, to)?, Rounding::Down)?;
    let whole = Number::of_year(terms.days.year_fraction(*last, *next)?, Rounding::Down)?;
    if whole.is_zero() {
        return Ok(Number::ZERO);
    }
    terms.role.sign(rate.times(passed, Rounding::Down)?.over(whole, Rounding::Down)?)
}

fn fee_due(loan: &Loan<'_>, state: &State, at: Moment) -> Result<Number, ActusError> {
    let terms = loan.terms;
    let rate = terms.fee_rate.unwrap_or(Number::ZERO);
    if terms.fee_by_notional {
        return Ok(state.fee.plus(terms.days.interest(state.notional, rate, state.at, at)?)?);
    }
    terms.role.sign(rate)
}

/// What a redemption pays back: never more than is owed. That of NAM and ANN is a payment less interest, and grows
/// the debt if the interest is larger.
fn redemption(loan: &Loan<'_>, state: &State, event: &Scheduled) -> Result<Number, ActusError> {
    let terms = loan.terms;
    let due = match terms.contract_type {
        ContractType::NAM | ContractType::ANN => state.next_principal.minus(accrued(loan, state, event.scheduled)?)?,
        ContractType::LAX => row_amount(loan, event)?,
        _ => state.next_principal,
    };
    let least = if due.magnitude()? > state.notional.magnitude()? { state.notional } else { due };
    // A debt that grows is not capped.
    Ok(if due.is_negative() == state.notional.is_negative() || due.is_zero() { least } else { due })
}

/// The amount of a row of the arrays, with the role's sign.
fn row_amount(loan: &Loan<'_>, event: &Scheduled) -> Result<Number, ActusError> {
    let payments = &loan.terms.arrays.principal_payments;
    let payment = payments.get(usize::from(event.part)).or(payments.last()).copied();
    loan.terms.role.sign(payment.ok_or(ActusError::Missing("arrayNextPrincipalRedemptionPayment"))?)
}

/// The amount of an observed event.
fn observed_amount(loan: &Loan<'_>, event: &Scheduled) -> Result<Number, ActusError> {
    let observed = loan.observed.events.get(usize::from(event.part));
    Ok(observed.map_or(Number::ZERO, |event| event.value))
}

/// The price of a prepayment: an amount, a rate on the notional for the time since the last event, or the rate that
/// the market has fallen below the loan's.
fn penalty(loan: &Loan<'_>, state: &State, event: &Scheduled) -> Result<Number, ActusError> {
    let terms = loan.terms;
    let on_notional = |rate: Number| terms.days.interest(state.notional, rate, state.at, event.scheduled);
    match terms.penalty_type.as_deref() {
        Some("A") => terms.role.sign(terms.penalty_rate),
        Some("R") => on_notional(terms.penalty_rate),
        Some("I") => {
            let code = terms.reset_code.as_deref().ok_or(ActusError::Missing("marketObjectCodeOfRateReset"))?;
            let fallen = state.rate.minus(loan.observed.value(code, event.scheduled)?)?;
            on_notional(fallen.max(Number::ZERO))
        }
        _ => Ok(Number::ZERO),
    }
}

/// The base of interest follows the notional where the terms say so.
fn follow(loan: &Loan<'_>, state: &mut State) {
    if loan.base_follows() {
        state.base = state.notional;
    }
}

/// The observed rate with multiplier and spread, within the bounds of a period and of the loan's life.
fn reset_rate(loan: &Loan<'_>, state: &State, event: &Scheduled) -> Result<Number, ActusError> {
    let terms = loan.terms;
    let code = terms.reset_code.as_deref().ok_or(ActusError::Missing("marketObjectCodeOfRateReset"))?;
    let spread = match terms.contract_type {
        ContractType::LAX => terms.arrays.rates.get(usize::from(event.part)).copied().unwrap_or(terms.reset_spread),
        _ => terms.reset_spread,
    };
    let fixing = loan.observed.value(code, event.scheduled)?;
    let target = fixing.times(terms.reset_multiplier, Rounding::Down)?.plus(spread)?;
    let change = bounded(target.minus(state.rate)?, terms.period_floor, terms.period_cap);
    Ok(bounded(state.rate.plus(change)?, terms.life_floor, terms.life_cap))
}

fn bounded(value: Number, floor: Option<Number>, cap: Option<Number>) -> Number {
    let value = floor.map_or(value, |floor| value.max(floor));
    cap.map_or(value, |cap| value.min(cap))
}

/// The annuity's payment from here on.
fn fixed_principal(loan: &Loan<'_>, state: &State, event: &Scheduled) -> Result<Number, ActusError> {
    let Some(maturity) = loan.maturity else { return Ok(state.next_principal) };
    annuity::payment(loan.terms, event.scheduled, maturity, state.notional, state.accrued, state.rate)
}

/// The index since the deal scales interest, principal or both.
fn scale(loan: &Loan<'_>, state: &mut State, at: Moment) -> Result<(), ActusError> {
    let terms = loan.terms;
    let code = terms.scaling_code.as_deref().ok_or(ActusError::Missing("marketObjectCodeOfScalingIndex"))?;
    let start = terms.scaling_index.ok_or(ActusError::Missing("scalingIndexAtContractDealDate"))?;
    let factor = loan.observed.value(code, at)?.over(start, Rounding::Down)?;
    if terms.scales_interest {
        state.interest_scaling = factor.times(terms.interest_scaling, Rounding::Down)?;
    }
    if terms.scales_notional {
        state.notional_scaling = factor.times(terms.notional_scaling, Rounding::Down)?;
    }
    Ok(())
}
