//! Loans: PAM, LAM, NAM, ANN, LAX, CLM and UMP share states and functions, and differ in schedules and in what
//! interest accrues on.

use gage_calendar::Moment;

use super::event::{Outcome, Scheduled, State};
use super::terms::Terms;
use super::{ActusError, ContractType, EventType, Observed, annuity, in_window, loan_events, loan_schedule, maturity};
use crate::Number;

/// A loan in its context.
pub(super) struct Loan<'a> {
    pub terms: &'a Terms,
    pub observed: &'a Observed,
    pub maturity: Option<Moment>,
    /// Its fee payments, for fees that accrue.
    pub fees: Vec<Moment>,
}

/// The events of a loan with payoffs and states.
pub(super) fn events(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    let (loan, schedule) = prepared(terms, observed, to)?;
    let mut state = loan.initial_state(&schedule)?;
    let mut outcomes = Vec::new();
    // The interest of a call is fixed at the call and shown when it is paid.
    for event in evaluation_order(schedule) {
        let inside = terms.status_date < event.time && (to.is_none_or(|to| event.time <= to) || is_settlement(&event));
        if !inside {
            continue;
        }
        let payoff = loan_events::payoff(&loan, &state, &event)?;
        let payoff = settled(terms, observed, event.time, payoff)?;
        loan_events::transition(&loan, &mut state, &event)?;
        outcomes.push(Outcome {
            time: event.time,
            kind: event.kind,
            payoff,
            currency: terms.paid_in().to_owned(),
            state,
        });
    }
    outcomes.sort_by_key(|outcome| outcome.time);
    // Who bought the contract has no part in what was before.
    if let Some(purchase) = terms.purchase_date {
        outcomes.retain(|outcome| {
            (outcome.time, outcome.kind) >= (purchase, EventType::PRD) || outcome.kind == EventType::AD
        });
    }
    Ok(outcomes)
}

/// The state of a loan at a moment, interest accrued to it.
pub(super) fn state_at(terms: &Terms, observed: &Observed, at: Moment) -> Result<State, ActusError> {
    let (loan, schedule) = prepared(terms, observed, None)?;
    let mut state = loan.initial_state(&schedule)?;
    for event in schedule {
        if in_window(terms, Some(at), event.time) {
            loan_events::transition(&loan, &mut state, &event)?;
        }
    }
    loan_events::accrue(&loan, &mut state, at)?;
    Ok(state)
}

fn prepared<'a>(
    terms: &'a Terms,
    observed: &'a Observed,
    to: Option<Moment>,
) -> Result<(Loan<'a>, Vec<Scheduled>), ActusError> {
    let maturity = maturity::of(terms, observed, to)?;
    let fees = fee_times(terms, terms.initial_exchange_date, maturity)?;
    let loan = Loan { terms, observed, maturity, fees };
    let schedule = loan_schedule::of(&loan)?;
    Ok((loan, schedule))
}

/// Regular fee payments and the one after the end, for the part of a period that has passed.
pub(super) fn fee_times(terms: &Terms, base: Option<Moment>, end: Option<Moment>) -> Result<Vec<Moment>, ActusError> {
    let (Some(start), Some(cycle), Some(end)) = (terms.fee.start(base, terms.days.month_ends)?, terms.fee.cycle, end)
    else {
        return Ok(Vec::new());
    };
    let mut times = Vec::new();
    for count in 0..i32::try_from(super::cycle::EVENTS_MAX).unwrap_or(i32::MAX) {
        let time = cycle.after(start, count, terms.days.month_ends)?;
        times.push(time);
        if time >= end || cycle.period.count == 0 {
            break;
        }
    }
    Ok(times)
}

/// What a payoff is in the currency in which it is settled.
pub(super) fn settled(terms: &Terms, observed: &Observed, at: Moment, payoff: Number) -> Result<Number, ActusError> {
    match &terms.settlement_currency {
        Some(currency) if *currency != terms.currency && !payoff.is_zero() => {
            let rate = observed.value(&format!("{}/{currency}", terms.currency), at)?;
            Ok(payoff.times(rate, gage_units::Rounding::Down)?)
        }
        _ => Ok(payoff),
    }
}

/// The settlement of a call belongs to the call, even beyond the analysis.
fn is_settlement(event: &Scheduled) -> bool {
    event.kind == EventType::STD || (event.kind == EventType::IP && event.part == 1)
}

/// The order in which events change the state: that of their times, but interest fixed at a call and paid later is
/// taken out of the accrual at the call itself.
fn evaluation_order(schedule: Vec<Scheduled>) -> Vec<Scheduled> {
    let call = schedule.iter().find(|event| event.kind == EventType::XD).map(|event| event.time);
    let mut order = schedule;
    order.sort_by_key(|event| match call {
        Some(call) if event.part == 1 && event.kind == EventType::IP => match event.time > call {
            true => (call, 0, event.kind),
            false => (call, 2, event.kind),
        },
        Some(call) if event.kind == EventType::XD => (call, 1, event.kind),
        Some(call) if event.kind == EventType::STD => (event.time.max(call), 3, event.kind),
        _ => (event.time, 0, event.kind),
    });
    order
}

impl Loan<'_> {
    /// Whether interest accrues on a base of its own, not on the notional.
    pub fn accrues_on_base(&self) -> bool {
        matches!(
            self.terms.contract_type,
            ContractType::LAM | ContractType::NAM | ContractType::ANN | ContractType::LAX
        )
    }

    /// Whether that base follows the notional.
    pub fn base_follows(&self) -> bool {
        self.terms.base.as_deref().is_none_or(|base| base == "NT")
    }

    /// The base at the start, with the role's sign.
    pub fn base_at_start(&self, notional: Number) -> Result<Number, ActusError> {
        if self.base_follows() {
            return Ok(notional);
        }
        let amount = self.terms.base_amount.unwrap_or(self.terms.notional()?);
        self.terms.role.sign(amount)
    }

    /// The state at the status date.
    fn initial_state(&self, schedule: &[Scheduled]) -> Result<State, ActusError> {
        let terms = self.terms;
        let at = terms.status_date;
        let mut state = State::new(at);
        let started = terms.initial_exchange_date.is_none_or(|exchange| exchange <= at);
        if started {
            state.notional = terms.role.sign(terms.notional()?)?;
            state.rate = terms.rate.unwrap_or(Number::ZERO);
            state.base = self.base_at_start(state.notional)?;
            state.accrued = self.accrued_before(schedule, &state)?;
            state.fee = terms.fee_accrued.unwrap_or(Number::ZERO);
        }
        if terms.scales_notional {
            state.notional_scaling = terms.notional_scaling;
        }
        if terms.scales_interest {
            state.interest_scaling = terms.interest_scaling;
        }
        state.next_principal = self.first_principal(&state)?;
        Ok(state)
    }

    /// Interest from the last payment before the status date.
    fn accrued_before(&self, schedule: &[Scheduled], state: &State) -> Result<Number, ActusError> {
        if let Some(accrued) = self.terms.accrued {
            return self.terms.role.sign(accrued);
        }
        // Open loans start to accrue at the status date.
        if matches!(self.terms.contract_type, ContractType::CLM | ContractType::UMP) {
            return Ok(Number::ZERO);
        }
        let interest = |event: &&Scheduled| matches!(event.kind, EventType::IP | EventType::IPCI | EventType::IED);
        let past = schedule.iter().filter(interest).filter(|event| event.scheduled <= state.at);
        let from = past.map(|event| event.scheduled).next_back();
        let base = if self.accrues_on_base() { state.base } else { state.notional };
        from.map_or(Ok(Number::ZERO), |from| self.terms.days.interest(base, state.rate, from, state.at))
    }

    /// The amount of the next redemption, if it is known at the status date.
    fn first_principal(&self, state: &State) -> Result<Number, ActusError> {
        let terms = self.terms;
        let (Some(maturity), None) = (self.maturity, terms.next_principal) else {
            return terms.role.sign(terms.next_principal.unwrap_or(Number::ZERO));
        };
        match terms.contract_type {
            // Equal parts, the last at the maturity.
            ContractType::LAM => {
                let missing = ActusError::Missing("cycleAnchorDateOfPrincipalRedemption");
                let month_ends = terms.days.month_ends;
                let start = terms.principal.start(terms.initial_exchange_date, month_ends)?.ok_or(missing)?;
                let times = super::cycle::schedule(start, maturity, terms.principal.cycle, month_ends, true)?;
                let left = times.iter().filter(|time| **time > state.at).count();
                let left = i32::try_from(left).map_err(|_| ActusError::TooManyEvents)?.max(1);
                let part = terms.notional()?.over(Number::whole(left), gage_units::Rounding::Down)?;
                terms.role.sign(part)
            }
            // The payment of an annuity that runs is fixed from its last redemption on.
            ContractType::ANN if !state.notional.is_zero() => {
                annuity::payment(terms, state.at, maturity, state.notional, state.accrued, state.rate)
            }
            ContractType::LAX => {
                let rows = terms.arrays.principal_anchors.iter().zip(&terms.arrays.principal_payments);
                let current = rows.rev().find(|(anchor, _)| **anchor <= state.at);
                terms.role.sign(current.map_or(Number::ZERO, |(_, payment)| *payment))
            }
            _ => Ok(Number::ZERO),
        }
    }
}
