//! Credit enhancement: guarantees (CEG) and collateral (CEC) for other contracts.

use gage_calendar::Moment;
use gage_units::Rounding;

use super::event::{Outcome, State};
use super::loan::{fee_times, state_at};
use super::loan_events::part_of_fee;
use super::terms::{Reference, Terms};
use super::{ActusError, ContractType, EventType, Observed, events as events_of, in_window};
use crate::Number;
use crate::actus::cycle::schedule;

/// Who covers the debt of others pays when they fail, in the measure agreed.
pub(super) fn events(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let guarantee = terms.contract_type == ContractType::CEG;
    let maturity = maturity(terms, observed, to)?;
    let call = credit_event(terms, observed, maturity);
    let mut outcomes = Vec::new();
    let mut add = |time: Moment, kind: EventType, payoff: Number, state: State| {
        if in_window(terms, to, time) {
            outcomes.push(Outcome { time, kind, payoff, currency: terms.paid_in().to_owned(), state });
        }
    };
    let mut state = State::new(terms.status_date);
    if let Some(time) = terms.purchase_date.filter(|_| guarantee) {
        state.notional = covered(terms, observed, time)?;
        add(time, EventType::PRD, terms.role.sign(terms.price_at_purchase.negate()?)?, state);
    }
    if guarantee {
        for time in fee_payments(terms, maturity)?.into_iter().filter(|time| call.is_none_or(|call| *time < call)) {
            state.notional = covered(terms, observed, time)?;
            add(terms.days.event_time(time)?, EventType::FP, fee(terms, &state, time)?, state);
        }
    }
    match call {
        Some(call) => {
            state.notional = covered(terms, observed, call)?;
            state.exercise_date = Some(call);
            state.exercise_amount =
                terms.exercise_amount.map_or(Ok(state.notional), |amount| terms.role.sign(amount))?;
            add(call, EventType::XD, Number::ZERO, state);
            let settled_at = match terms.settlement_period {
                Some(period) => call.on(period.after(call.date(), 1)?),
                None => call,
            };
            let earned = if guarantee { earned_fee(terms, &state, maturity, call)? } else { Number::ZERO };
            let payoff = state.exercise_amount.plus(earned)?;
            state.notional = Number::ZERO;
            add(terms.days.event_time(settled_at)?, EventType::STD, payoff, state);
        }
        None => {
            state.notional = Number::ZERO;
            add(maturity, EventType::MD, Number::ZERO, state);
        }
    }
    if let Some(end) = terms.termination_date {
        let state = State::new(end);
        add(end, EventType::TD, terms.role.sign(terms.price_at_termination)?, state);
        outcomes.retain(|outcome| (outcome.time, outcome.kind) <= (end, EventType::TD));
    }
    outcomes.sort_by_key(|outcome| (outcome.time, outcome.kind));
    Ok(outcomes)
}

/// Its own, or the last day of what it covers.
fn maturity(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Moment, ActusError> {
    if let Some(maturity) = terms.maturity_date {
        return Ok(maturity);
    }
    let mut last = None;
    for covered in terms.children_as("COVE") {
        if let Reference::Contract(contract) = covered {
            let end = match contract.maturity_date {
                Some(end) => Some(end),
                None => events_of(contract, observed, to)?.last().map(|outcome| outcome.time),
            };
            last = last.max(end);
        }
    }
    last.ok_or(ActusError::Missing("maturityDate"))
}

/// The first event of a covered contract that the terms name, not after the maturity.
fn credit_event(terms: &Terms, observed: &Observed, maturity: Moment) -> Option<Moment> {
    if terms.exercise_date.is_some() {
        return terms.exercise_date;
    }
    let names: Vec<&str> = terms
        .children_as("COVE")
        .filter_map(|covered| match covered {
            Reference::Contract(contract) => Some(contract.contract_id.as_str()),
            Reference::ContractId(id) => Some(id.as_str()),
            Reference::MarketObject(_) => None,
        })
        .collect();
    let calls = observed.events.iter().filter(|event| {
        let of_ours = event.contract_id.as_deref().is_some_and(|id| names.contains(&id));
        let performance = event.performance.as_deref().unwrap_or_default();
        let by_default = terms.credit_events.is_empty() && performance == "DF";
        event.kind == "CE" && of_ours && (by_default || terms.credit_events.iter().any(|kind| kind == performance))
    });
    calls.map(|event| event.time).filter(|time| *time > terms.status_date && *time <= maturity).min()
}

/// The part of the exposure that is covered, with the role's sign; of collateral, no more than it is worth.
fn covered(terms: &Terms, observed: &Observed, at: Moment) -> Result<Number, ActusError> {
    let exposure = match terms.notional {
        Some(notional) => notional,
        None => exposure(terms, observed, at)?,
    };
    let part = exposure.times(terms.coverage, Rounding::Down)?;
    let part = if terms.contract_type == ContractType::CEC { part.min(collateral(terms, observed, at)?) } else { part };
    terms.role.sign(part)
}

/// What the covered contracts owe: the notional, with accrued interest, or what they are worth in the market.
fn exposure(terms: &Terms, observed: &Observed, at: Moment) -> Result<Number, ActusError> {
    let mut sum = Number::ZERO;
    for covered in terms.children_as("COVE") {
        let Reference::Contract(contract) = covered else { continue };
        let owed = match terms.guaranteed_exposure.as_deref() {
            Some("MV") => {
                let code = contract.market_object.as_deref().ok_or(ActusError::Missing("marketObjectCode"))?;
                observed.value(code, at)?
            }
            exposure => {
                let state = state_at(contract, observed, at)?;
                let interest = if exposure == Some("NI") { state.accrued } else { Number::ZERO };
                state.notional.plus(interest)?.magnitude()?
            }
        };
        sum = sum.plus(owed)?;
    }
    Ok(sum)
}

/// What the collateral is worth in the market.
fn collateral(terms: &Terms, observed: &Observed, at: Moment) -> Result<Number, ActusError> {
    let mut sum = Number::ZERO;
    for covering in terms.children_as("COVI") {
        let (code, quantity) = match covering {
            Reference::Contract(contract) => (contract.market_object.as_deref(), contract.quantity),
            Reference::MarketObject(code) => (Some(code.as_str()), Number::ONE),
            Reference::ContractId(_) => (None, Number::ONE),
        };
        let code = code.ok_or(ActusError::Missing("marketObjectCode"))?;
        sum = sum.plus(observed.value(code, at)?.times(quantity, Rounding::Down)?)?;
    }
    Ok(sum)
}

fn fee_payments(terms: &Terms, maturity: Moment) -> Result<Vec<Moment>, ActusError> {
    let Some(start) = terms.fee.start(terms.purchase_date, terms.days.month_ends)? else { return Ok(Vec::new()) };
    if terms.fee_rate.is_none_or(Number::is_zero) {
        return Ok(Vec::new());
    }
    schedule(start, maturity, terms.fee.cycle, terms.days.month_ends, true)
}

/// A fee that is due: an amount, or a rate on what is covered since the last one.
fn fee(terms: &Terms, state: &State, at: Moment) -> Result<Number, ActusError> {
    let rate = terms.fee_rate.unwrap_or(Number::ZERO);
    if !terms.fee_by_notional {
        return terms.role.sign(rate);
    }
    let times = fee_times(terms, terms.purchase_date, Some(at))?;
    let last =
        times.iter().rev().find(|time| **time < at).copied().or(terms.purchase_date).unwrap_or(terms.status_date);
    terms.days.interest(state.notional, rate, last, at)
}

/// The fee that the time since the last payment has earned when the guarantee is called.
fn earned_fee(terms: &Terms, state: &State, maturity: Moment, call: Moment) -> Result<Number, ActusError> {
    let Some(rate) = terms.fee_rate else { return Ok(Number::ZERO) };
    if terms.fee_by_notional {
        return fee(terms, state, call);
    }
    part_of_fee(terms, &fee_times(terms, terms.purchase_date, Some(maturity))?, rate, call)
}
