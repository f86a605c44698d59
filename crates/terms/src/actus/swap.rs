//! Plain vanilla interest rate swap (technical specification, 7.13).

use gage_calendar::Moment;
use gage_units::Rounding;

use super::cycle::{Cycle, schedule};
use super::event::{Outcome, Scheduled, State};
use super::loan::settled;
use super::terms::{Cyclic, Terms};
use super::{ActusError, EventType, Observed, in_window};
use crate::Number;

/// The events: notional is never exchanged; the fixed and the floating interest are paid, each or net.
pub(super) fn events(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let schedule = scheduled(terms)?;
    let mut state = initial_state(terms, &schedule)?;
    let mut outcomes = Vec::new();
    for event in schedule {
        if !in_window(terms, to, event.time) {
            continue;
        }
        let payoff = settled(terms, observed, event.time, payoff(terms, &state, &event)?)?;
        transition(terms, observed, &mut state, &event)?;
        let currency = terms.paid_in().to_owned();
        // The accrual shown is that of the fixed leg, or of both where they settle net.
        let accrued = if terms.settles_net { state.accrued.minus(state.accrued2)? } else { state.accrued };
        outcomes.push(Outcome {
            time: event.time,
            kind: event.kind,
            payoff,
            currency,
            state: State { accrued, ..state },
        });
    }
    if let Some(purchase) = terms.purchase_date {
        outcomes.retain(|outcome| (outcome.time, outcome.kind) >= (purchase, EventType::PRD));
    }
    Ok(outcomes)
}

fn scheduled(terms: &Terms) -> Result<Vec<Scheduled>, ActusError> {
    let days = &terms.days;
    let maturity = terms.maturity_date.ok_or(ActusError::Missing("maturityDate"))?;
    let mut events = Vec::new();
    let fixed = |kind: EventType, time: Moment| Scheduled { time, kind, scheduled: time, part: 0 };
    if let Some(time) = terms.initial_exchange_date {
        events.push(fixed(EventType::IED, time));
    }
    if let Some(time) = terms.purchase_date {
        events.push(fixed(EventType::PRD, time));
    }
    events.push(fixed(EventType::MD, maturity));
    let times = |cyclic: &Cyclic, with_end: bool| -> Result<Vec<Moment>, ActusError> {
        match cyclic.start(terms.initial_exchange_date, days.month_ends)? {
            Some(start) if start <= maturity => {
                let cycle: Option<Cycle> = cyclic.cycle;
                schedule(start, maturity, cycle, days.month_ends, with_end)
            }
            _ if with_end => Ok(vec![maturity]),
            _ => Ok(Vec::new()),
        }
    };
    let kinds: &[EventType] = if terms.settles_net { &[EventType::IP] } else { &[EventType::IPFX, EventType::IPFL] };
    for scheduled in times(&terms.interest, true)? {
        let time = days.event_time(scheduled)?;
        events.extend(kinds.iter().map(|kind| Scheduled { time, kind: *kind, scheduled, part: 0 }));
    }
    let mut known = terms.next_reset.is_some();
    for scheduled in times(&terms.reset, false)? {
        let first = known && scheduled > terms.status_date;
        known = known && !first;
        let kind = if first { EventType::RRF } else { EventType::RR };
        events.push(Scheduled { time: days.event_time(scheduled)?, kind, scheduled, part: 0 });
    }
    if let Some(time) = terms.termination_date {
        events.push(fixed(EventType::TD, time));
        events.retain(|event| (event.time, event.kind) <= (time, EventType::TD));
    }
    events.sort();
    Ok(events)
}

fn initial_state(terms: &Terms, schedule: &[Scheduled]) -> Result<State, ActusError> {
    let mut state = State::new(terms.status_date);
    if terms.initial_exchange_date.is_none_or(|exchange| exchange <= state.at) {
        start(terms, &mut state, terms.status_date)?;
        let past = schedule.iter().filter(|event| {
            matches!(event.kind, EventType::IED | EventType::IP | EventType::IPFX) && event.scheduled <= state.at
        });
        if let Some(from) = past.map(|event| event.scheduled).next_back() {
            state.at = from;
            accrue(terms, &mut state, terms.status_date)?;
        }
        if let Some(accrued) = terms.accrued {
            state.accrued = terms.role.sign(accrued)?;
        }
        if let Some(accrued) = terms.accrued2 {
            state.accrued2 = terms.role.sign(accrued)?;
        }
    }
    Ok(state)
}

fn start(terms: &Terms, state: &mut State, at: Moment) -> Result<(), ActusError> {
    state.notional = terms.role.sign(terms.notional()?)?;
    state.rate = terms.rate2.unwrap_or(Number::ZERO);
    state.at = at;
    Ok(())
}

/// Interest of the fixed leg (`accrued`) and of the floating one (`accrued2`), both to be received.
fn accrue(terms: &Terms, state: &mut State, to: Moment) -> Result<(), ActusError> {
    let fixed = terms.rate.unwrap_or(Number::ZERO);
    let interest = |rate: Number| terms.days.interest(state.notional, rate, state.at, to);
    let (first, second) = (interest(fixed)?, interest(state.rate)?);
    state.accrued = state.accrued.plus(first)?;
    state.accrued2 = state.accrued2.plus(second)?;
    state.at = to;
    Ok(())
}

fn payoff(terms: &Terms, state: &State, event: &Scheduled) -> Result<Number, ActusError> {
    let mut then = *state;
    accrue(terms, &mut then, event.scheduled)?;
    match event.kind {
        EventType::IPFX => Ok(then.accrued),
        EventType::IPFL => Ok(then.accrued2.negate()?),
        EventType::IP => Ok(then.accrued.minus(then.accrued2)?),
        EventType::PRD => terms.role.sign(terms.price_at_purchase.negate()?),
        // The price of a termination is what is received, whatever the role.
        EventType::TD => Ok(terms.price_at_termination),
        _ => Ok(Number::ZERO),
    }
}

fn transition(terms: &Terms, observed: &Observed, state: &mut State, event: &Scheduled) -> Result<(), ActusError> {
    if event.kind == EventType::IED {
        return start(terms, state, event.scheduled);
    }
    accrue(terms, state, event.scheduled)?;
    match event.kind {
        EventType::IP => (state.accrued, state.accrued2) = (Number::ZERO, Number::ZERO),
        EventType::IPFX => state.accrued = Number::ZERO,
        EventType::IPFL => state.accrued2 = Number::ZERO,
        EventType::RR => {
            let code = terms.reset_code.as_deref().ok_or(ActusError::Missing("marketObjectCodeOfRateReset"))?;
            let fixing = observed.value(code, event.scheduled)?;
            state.rate = fixing.times(terms.reset_multiplier, Rounding::Down)?.plus(terms.reset_spread)?;
        }
        EventType::RRF => state.rate = terms.next_reset.ok_or(ActusError::Missing("nextResetRate"))?,
        EventType::MD | EventType::TD => {
            state.notional = Number::ZERO;
            (state.accrued, state.accrued2) = (Number::ZERO, Number::ZERO);
        }
        _ => {}
    }
    Ok(())
}
