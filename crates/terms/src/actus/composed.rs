//! Contracts over other contracts or prices: swaps, caps and floors, options, futures.

use gage_calendar::Moment;

use super::event::{Outcome, State};
use super::loan::settled;
use super::terms::{Reference, Role, Terms};
use super::{ActusError, EventType, Observed, events, in_window};
use crate::Number;

const RECEIVER: Role = Role { pays: false, receives_first: true };
const PAYER: Role = Role { pays: true, receives_first: false };

/// The contract in a role of the structure.
fn contract<'a>(terms: &'a Terms, role: &str) -> Result<&'a Terms, ActusError> {
    match terms.child(role) {
        Some(Reference::Contract(child)) => Ok(child),
        _ => Err(ActusError::Missing("contractStructure")),
    }
}

/// Two contracts, one received and one paid; congruent events net if the swap settles net.
pub(super) fn swap(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let (first_role, second_role) = if terms.role.receives_first { (RECEIVER, PAYER) } else { (PAYER, RECEIVER) };
    let first = events(&Terms { role: first_role, ..contract(terms, "FIL")?.clone() }, observed, to)?;
    let second = events(&Terms { role: second_role, ..contract(terms, "SEL")?.clone() }, observed, to)?;
    let mut outcomes = if terms.settles_net { netted(first, second)? } else { [first, second].concat() };
    outcomes.sort_by_key(|outcome| (outcome.time, outcome.kind));
    let mut extra = Vec::new();
    let mut trade = |time: Option<Moment>, kind: EventType, payoff: Number| {
        if let Some(time) = time.filter(|time| in_window(terms, to, *time)) {
            let (currency, state) = (terms.paid_in().to_owned(), State::new(time));
            extra.push(Outcome { time, kind, payoff, currency, state });
        }
    };
    trade(terms.purchase_date, EventType::PRD, terms.role.sign(terms.price_at_purchase.negate()?)?);
    trade(terms.termination_date, EventType::TD, terms.price_at_termination);
    outcomes.extend(extra);
    outcomes.sort_by_key(|outcome| (outcome.time, outcome.kind));
    within_trades(terms, &mut outcomes);
    Ok(outcomes)
}

/// Only what lies between purchase and termination.
fn within_trades(terms: &Terms, outcomes: &mut Vec<Outcome>) {
    if let Some(purchase) = terms.purchase_date {
        outcomes.retain(|outcome| (outcome.time, outcome.kind) >= (purchase, EventType::PRD));
    }
    if let Some(end) = terms.termination_date {
        outcomes.retain(|outcome| (outcome.time, outcome.kind) <= (end, EventType::TD));
    }
}

/// Exchanges, interest, redemptions and maturities of the same moment become one: payoffs and amounts add up, and
/// there is no one rate.
fn netted(first: Vec<Outcome>, second: Vec<Outcome>) -> Result<Vec<Outcome>, ActusError> {
    let nets = |kind: EventType| matches!(kind, EventType::IED | EventType::IP | EventType::PR | EventType::MD);
    let mut second: Vec<Option<Outcome>> = second.into_iter().map(Some).collect();
    let mut outcomes = Vec::new();
    for one in first {
        let congruent = second.iter_mut().find(|slot| {
            slot.as_ref().is_some_and(|other| other.time == one.time && other.kind == one.kind && nets(one.kind))
        });
        match congruent.and_then(Option::take) {
            Some(other) => {
                let mut state = State::new(one.time);
                state.notional = one.state.notional.plus(other.state.notional)?;
                state.accrued = one.state.accrued.plus(other.state.accrued)?;
                outcomes.push(Outcome { payoff: one.payoff.plus(other.payoff)?, state, ..one });
            }
            None => outcomes.push(one),
        }
    }
    outcomes.extend(second.into_iter().flatten());
    Ok(outcomes)
}

/// The difference between the interest of a loan without and with the bounds of a cap or floor.
pub(super) fn cap_floor(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let free = Terms { role: RECEIVER, ..contract(terms, "UDL")?.clone() };
    let bounded = Terms { life_cap: terms.life_cap, life_floor: terms.life_floor, ..free.clone() };
    let interest = |loan: &Terms| -> Result<Vec<Outcome>, ActusError> {
        Ok(events(loan, observed, to)?.into_iter().filter(|outcome| outcome.kind == EventType::IP).collect())
    };
    let mut outcomes = Vec::new();
    for (free, bounded) in interest(&free)?.into_iter().zip(interest(&bounded)?) {
        let payoff = terms.role.sign(free.payoff.minus(bounded.payoff)?.magnitude()?)?;
        if in_window(terms, to, free.time) {
            let (currency, state) = (terms.paid_in().to_owned(), State::new(free.time));
            outcomes.push(Outcome { time: free.time, kind: EventType::IP, payoff, currency, state });
        }
    }
    trades(terms, to, &mut outcomes)?;
    Ok(outcomes)
}

/// Adds purchase and termination, at prices as they are.
fn trades(terms: &Terms, to: Option<Moment>, outcomes: &mut Vec<Outcome>) -> Result<(), ActusError> {
    let bought = terms.role.sign(terms.price_at_purchase.negate()?)?;
    let sold = terms.role.sign(terms.price_at_termination)?;
    for (time, kind, payoff) in
        [(terms.purchase_date, EventType::PRD, bought), (terms.termination_date, EventType::TD, sold)]
    {
        if let Some(time) = time.filter(|time| in_window(terms, to, *time)) {
            let (currency, state) = (terms.paid_in().to_owned(), State::new(time));
            outcomes.push(Outcome { time, kind, payoff, currency, state });
        }
    }
    outcomes.sort_by_key(|outcome| (outcome.time, outcome.kind));
    within_trades(terms, outcomes);
    Ok(())
}

/// What exercising is worth to the buyer at a price.
type Worth = fn(&Terms, Number) -> Result<Number, ActusError>;

/// An option: exercised at maturity if that is worth something, or when its exercise was observed.
pub(super) fn option(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    contingent(terms, observed, to, option_worth, false)
}

/// A future: always exercised at maturity, for better or worse.
pub(super) fn future(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    contingent(terms, observed, to, future_worth, true)
}

fn option_worth(terms: &Terms, price: Number) -> Result<Number, ActusError> {
    let strike = terms.strike.ok_or(ActusError::Missing("optionStrike1"))?;
    let above = |strike: Number| Ok::<Number, ActusError>(price.minus(strike)?.max(Number::ZERO));
    let below = |strike: Number| Ok::<Number, ActusError>(strike.minus(price)?.max(Number::ZERO));
    match terms.option_type.as_deref() {
        Some("C") => above(strike),
        Some("P") => below(strike),
        Some("CP") => {
            let strike2 = terms.strike2.ok_or(ActusError::Missing("optionStrike2"))?;
            Ok(above(strike)?.plus(below(strike2)?)?)
        }
        _ => Err(ActusError::Missing("optionType")),
    }
}

fn future_worth(terms: &Terms, price: Number) -> Result<Number, ActusError> {
    Ok(price.minus(terms.futures_price.ok_or(ActusError::Missing("futuresPrice"))?)?)
}

/// The price that the contract is about.
fn price(terms: &Terms, observed: &Observed, at: Moment) -> Result<Number, ActusError> {
    match terms.child("UDL") {
        Some(Reference::MarketObject(code)) => observed.value(code, at),
        Some(Reference::Contract(child)) => {
            let code = child.market_object.as_deref().ok_or(ActusError::Missing("marketObjectCode"))?;
            observed.value(code, at)
        }
        _ => Err(ActusError::Missing("contractStructure")),
    }
}

fn contingent(
    terms: &Terms,
    observed: &Observed,
    to: Option<Moment>,
    worth: Worth,
    binding: bool,
) -> Result<Vec<Outcome>, ActusError> {
    let mut outcomes = Vec::new();
    let mut state = State::new(terms.status_date);
    let mut add = |time: Moment, kind: EventType, payoff: Number, state: State| {
        if in_window(terms, to, time) {
            let currency = terms.paid_in().to_owned();
            outcomes.push(Outcome { time, kind, payoff, currency, state });
        }
    };
    if let Some(time) = terms.purchase_date {
        add(time, EventType::PRD, terms.role.sign(terms.price_at_purchase.negate()?)?, state);
    }
    if let Some(time) = terms.termination_date {
        add(time, EventType::TD, terms.role.sign(terms.price_at_termination)?, state);
    }
    let maturity = terms.maturity_date.ok_or(ActusError::Missing("maturityDate"))?;
    let ended = |time: Moment| terms.termination_date.is_some_and(|end| time > end);
    let exercise = match terms.exercise_date {
        // Exercised before the status date, at an amount that is known.
        Some(time) => {
            state.exercise_date = Some(time);
            state.exercise_amount = terms.exercise_amount.unwrap_or(Number::ZERO);
            (!ended(time)).then_some(time)
        }
        None => {
            let early = early_exercise(terms, observed, maturity);
            let time = early.unwrap_or(maturity);
            if ended(time) || !in_window(terms, to, time) {
                None
            } else {
                let value = worth(terms, price(terms, observed, time)?)?;
                if early.is_none() {
                    // At maturity the exercise is decided, then done.
                    state.exercise_date = (value > Number::ZERO).then_some(time);
                    add(time, EventType::MD, Number::ZERO, state);
                }
                if early.is_some() || binding {
                    state.exercise_date = Some(time);
                }
                state.exercise_amount = value;
                add(time, EventType::XD, Number::ZERO, state);
                Some(time)
            }
        }
    };
    if let Some(time) = exercise {
        let settled_at = match terms.settlement_period {
            Some(period) => time.on(period.after(time.date(), 1)?),
            None => time,
        };
        let payoff = settled(terms, observed, settled_at, terms.role.sign(state.exercise_amount)?)?;
        state.exercise_amount = Number::ZERO;
        add(terms.days.event_time(settled_at)?, EventType::STD, payoff, state);
    }
    outcomes.sort_by_key(|outcome| (outcome.time, outcome.kind));
    Ok(outcomes)
}

/// An exercise before maturity that was observed; never of a European option.
fn early_exercise(terms: &Terms, observed: &Observed, maturity: Moment) -> Option<Moment> {
    if terms.option_exercise.as_deref() == Some("E") {
        return None;
    }
    let own = |id: &Option<String>| id.as_ref().is_none_or(|id| *id == terms.contract_id);
    let exercises = observed.events.iter().filter(|event| event.kind == "XD" && own(&event.contract_id));
    exercises.map(|event| event.time).filter(|time| *time > terms.status_date && *time <= maturity).min()
}
