//! Contracts of few events: cash, stock, commodity, foreign exchange outright.

use gage_calendar::Moment;
use gage_units::Rounding;

use super::cycle::{Cycle, schedule};
use super::event::{Outcome, State};
use super::loan::settled;
use super::terms::Terms;
use super::{ActusError, EventType, Observed, in_window};
use crate::Number;

/// Collects outcomes of one contract.
struct Row<'a> {
    terms: &'a Terms,
    to: Option<Moment>,
    state: State,
    outcomes: Vec<Outcome>,
}

impl<'a> Row<'a> {
    fn new(terms: &'a Terms, to: Option<Moment>) -> Row<'a> {
        Row { terms, to, state: State::new(terms.status_date), outcomes: Vec::new() }
    }

    /// Adds an event, if it lies in the analysis and before a termination.
    fn add(&mut self, time: Moment, kind: EventType, payoff: Number, currency: &str) {
        let ended = self.terms.termination_date.is_some_and(|end| (time, kind) > (end, EventType::TD));
        if ended || !in_window(self.terms, self.to, time) {
            return;
        }
        let mut state = self.state;
        state.at = time;
        self.outcomes.push(Outcome { time, kind, payoff, currency: currency.to_owned(), state });
    }

    /// In order, without what was before a purchase.
    fn finish(mut self) -> Vec<Outcome> {
        self.outcomes.sort_by_key(|outcome| (outcome.time, outcome.kind));
        if let Some(purchase) = self.terms.purchase_date {
            self.outcomes.retain(|outcome| (outcome.time, outcome.kind) >= (purchase, EventType::PRD));
        }
        self.outcomes
    }

    /// Purchase and termination, at prices for `quantity`.
    fn trades(&mut self, quantity: Number) -> Result<(), ActusError> {
        let terms = self.terms;
        if let Some(time) = terms.purchase_date {
            let paid = terms.price_at_purchase.times(quantity, Rounding::Down)?.negate()?;
            self.add(time, EventType::PRD, terms.role.sign(paid)?, terms.paid_in());
        }
        if let Some(time) = terms.termination_date {
            let received = terms.price_at_termination.times(quantity, Rounding::Down)?;
            self.add(time, EventType::TD, terms.role.sign(received)?, terms.paid_in());
        }
        Ok(())
    }
}

/// Cash: nothing happens but that it is looked at.
pub(super) fn cash(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let mut row = Row::new(terms, to);
    row.state.notional = terms.role.sign(terms.notional()?)?;
    for event in observed.events.iter().filter(|event| event.kind == "AD") {
        row.add(event.time, EventType::AD, Number::ZERO, &terms.currency);
    }
    Ok(row.finish())
}

/// Stock: bought, sold, and dividends between.
pub(super) fn stock(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let mut row = Row::new(terms, to);
    row.trades(Number::ONE)?;
    let days = &terms.days;
    let (Some(anchor), Some(end)) = (terms.dividend.anchor, to.or(terms.termination_date)) else {
        return Ok(row.finish());
    };
    // A next dividend that is known is paid at the anchor; those after it are observed.
    for (count, scheduled) in dividends(terms, anchor, end)?.into_iter().enumerate() {
        let amount = match (count, terms.next_dividend) {
            (0, Some(amount)) => amount,
            _ => {
                let code = terms.dividend_code.clone().unwrap_or_else(|| format!("{}-DV", terms.contract_id));
                observed.value(&code, scheduled)?
            }
        };
        let payoff = settled(terms, observed, scheduled, terms.role.sign(amount)?)?;
        row.add(days.event_time(scheduled)?, EventType::DV, payoff, terms.paid_in());
    }
    Ok(row.finish())
}

/// Every cycle from the anchor on, the end included if it is one of them.
fn dividends(terms: &Terms, anchor: Moment, end: Moment) -> Result<Vec<Moment>, ActusError> {
    if anchor > end {
        return Ok(Vec::new());
    }
    let cycle = terms.dividend.cycle.map(|cycle| Cycle { long_stub: false, ..cycle });
    schedule(anchor, end.plus_seconds(1)?, cycle, terms.days.month_ends, false)
}

/// Commodity: bought and sold.
pub(super) fn commodity(terms: &Terms, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let mut row = Row::new(terms, to);
    row.trades(terms.quantity)?;
    Ok(row.finish())
}

/// Two currencies exchanged at a day, each delivered, or the difference settled.
pub(super) fn exchange(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let mut row = Row::new(terms, to);
    if let Some(time) = terms.purchase_date {
        row.add(time, EventType::PRD, terms.role.sign(terms.price_at_purchase.negate()?)?, terms.paid_in());
    }
    if let Some(time) = terms.termination_date {
        // The price of a termination is what is received, whatever the role.
        row.add(time, EventType::TD, terms.price_at_termination, terms.paid_in());
    }
    let maturity = terms.maturity_date.ok_or(ActusError::Missing("maturityDate"))?;
    let other = terms.currency2.clone().ok_or(ActusError::Missing("currency2"))?;
    let (first, second) = (terms.notional()?, terms.notional2.ok_or(ActusError::Missing("notionalPrincipal2"))?);
    if !terms.settles_net {
        row.add(maturity, EventType::MD, terms.role.sign(first)?, &terms.currency);
        row.add(maturity, EventType::MD, terms.role.sign(second.negate()?)?, &other);
        return Ok(row.finish());
    }
    let settled_at = match terms.settlement_period {
        Some(period) => maturity.on(period.after(maturity.date(), 1)?),
        None => maturity,
    };
    let time = terms.days.event_time(settled_at)?;
    let ended = terms.termination_date.is_some_and(|end| maturity >= end);
    if !ended && in_window(terms, to, time) {
        let rate = observed.value(&format!("{other}/{}", terms.currency), maturity)?;
        let difference = first.minus(second.times(rate, Rounding::Down)?)?;
        row.add(time, EventType::STD, terms.role.sign(difference)?, terms.paid_in());
    }
    Ok(row.finish())
}
