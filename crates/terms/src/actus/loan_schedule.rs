//! Schedules of the loans: PAM, LAM, NAM, ANN, LAX, CLM and UMP.

use gage_calendar::Moment;

use super::cycle::{Cycle, schedule};
use super::event::Scheduled;
use super::loan::Loan;
use super::terms::Cyclic;
use super::{ActusError, ContractType, EventType};

/// Collects the events of one loan.
struct Builder<'a> {
    loan: &'a Loan<'a>,
    events: Vec<Scheduled>,
}

/// All events of the loan in the order in which they happen, those of the past included.
pub(super) fn of(loan: &Loan<'_>) -> Result<Vec<Scheduled>, ActusError> {
    let mut builder = Builder { loan, events: Vec::new() };
    let terms = loan.terms;
    if let Some(time) = terms.initial_exchange_date {
        builder.fixed(EventType::IED, time);
    }
    builder.principal()?;
    builder.interest()?;
    builder.resets()?;
    builder.annuity_fixings()?;
    if terms.fee_rate.is_some_and(|rate| !rate.is_zero()) {
        builder.cyclic(EventType::FP, &terms.fee, true)?;
    }
    if terms.scales_interest || terms.scales_notional {
        builder.cyclic(EventType::SC, &terms.scaling, false)?;
    }
    if terms.base.as_deref() == Some("NTL") && loan.accrues_on_base() {
        builder.cyclic(EventType::IPCB, &terms.base_cycle, false)?;
    }
    if let Some(time) = terms.purchase_date {
        builder.fixed(EventType::PRD, time);
    }
    builder.observed();
    builder.end();
    builder.events.sort();
    Ok(builder.events)
}

impl Builder<'_> {
    /// An event at a day of the terms, which is not moved.
    fn fixed(&mut self, kind: EventType, time: Moment) {
        self.events.push(Scheduled { time, kind, scheduled: time, part: 0 });
    }

    /// An event of a schedule, which is moved to a business day.
    fn at(&mut self, kind: EventType, scheduled: Moment, part: u16) -> Result<(), ActusError> {
        let time = self.loan.terms.days.event_time(scheduled)?;
        self.events.push(Scheduled { time, kind, scheduled, part });
        Ok(())
    }

    fn times(
        &self,
        start: Moment,
        end: Moment,
        cycle: Option<Cycle>,
        with_end: bool,
    ) -> Result<Vec<Moment>, ActusError> {
        schedule(start, end, cycle, self.loan.terms.days.month_ends, with_end)
    }

    fn start(&self, cyclic: &Cyclic) -> Result<Option<Moment>, ActusError> {
        cyclic.start(self.loan.terms.initial_exchange_date, self.loan.terms.days.month_ends)
    }

    /// A row up to the maturity.
    fn cyclic(&mut self, kind: EventType, cyclic: &Cyclic, with_end: bool) -> Result<(), ActusError> {
        let (Some(start), Some(end)) = (self.start(cyclic)?, self.loan.maturity) else { return Ok(()) };
        for time in self.times(start, end, cyclic.cycle, with_end)? {
            self.at(kind, time, 0)?;
        }
        Ok(())
    }

    /// Redemptions and the maturity.
    fn principal(&mut self) -> Result<(), ActusError> {
        let terms = self.loan.terms;
        match terms.contract_type {
            ContractType::LAM | ContractType::NAM | ContractType::ANN => {
                self.cyclic(EventType::PR, &terms.principal, false)?;
            }
            ContractType::LAX => {
                let arrays = &terms.arrays;
                let kinds = [EventType::PR, EventType::PI];
                self.rows(&arrays.principal_anchors, &arrays.principal_cycles, &arrays.increase, kinds)?;
            }
            _ => {}
        }
        let Some(maturity) = self.loan.maturity else { return Ok(()) };
        match terms.contract_type {
            // An open loan without maturity is settled after its call; nothing else ends an undefined profile.
            ContractType::CLM if terms.maturity_date.is_none() => {}
            ContractType::UMP => {}
            // A maturity that was counted is of the schedule, and moves; one that is a term stays.
            _ if terms.maturity_date.is_none() => self.at(EventType::MD, maturity, 0)?,
            _ => self.fixed(EventType::MD, maturity),
        }
        Ok(())
    }

    /// Rows of arrays: each runs from its anchor to the anchor of the next, the last to the maturity. An event is
    /// of the kind `marked` where its row is, else of the kind `plain`; its part is its row.
    fn rows(
        &mut self,
        anchors: &[Moment],
        cycles: &[Cycle],
        marks: &[bool],
        [plain, marked]: [EventType; 2],
    ) -> Result<(), ActusError> {
        let Some(maturity) = self.loan.maturity else { return Ok(()) };
        for (row, anchor) in anchors.iter().enumerate() {
            let next = anchors.get(row.saturating_add(1)).copied();
            let cycle = cycles.get(row).or(cycles.first()).copied();
            let kind = if marks.get(row).copied().unwrap_or(false) { marked } else { plain };
            let part = u16::try_from(row).unwrap_or(u16::MAX);
            let end = next.unwrap_or(maturity).min(maturity);
            let times = match cycle {
                Some(_) if *anchor < end => self.times(*anchor, end, cycle, false)?,
                _ if *anchor < maturity => vec![*anchor],
                _ => Vec::new(),
            };
            for time in times {
                self.at(kind, time, part)?;
            }
        }
        Ok(())
    }

    fn interest(&mut self) -> Result<(), ActusError> {
        let terms = self.loan.terms;
        if terms.rate.is_none() {
            return Ok(());
        }
        match terms.contract_type {
            ContractType::CLM | ContractType::UMP => self.capitalised(),
            ContractType::LAX => self.rows_of_interest(),
            ContractType::NAM | ContractType::ANN => self.interest_with_principal(),
            _ => self.plain_interest(),
        }
    }

    /// Interest on its own schedule to the maturity; before the end of capitalisation it is added to the notional.
    fn plain_interest(&mut self) -> Result<(), ActusError> {
        let Some(maturity) = self.loan.maturity else { return Ok(()) };
        let times = match self.start(&self.loan.terms.interest)? {
            Some(start) => self.times(start, maturity, self.loan.terms.interest.cycle, true)?,
            // Without a schedule interest is paid once, at the end.
            None => vec![maturity],
        };
        self.paid_or_capitalised(times)
    }

    fn paid_or_capitalised(&mut self, times: Vec<Moment>) -> Result<(), ActusError> {
        let end = self.loan.terms.capitalization_end_date;
        for time in &times {
            let kind = if end.is_some_and(|end| *time <= end) { EventType::IPCI } else { EventType::IP };
            self.at(kind, *time, 0)?;
        }
        match end {
            Some(end) if !times.contains(&end) => self.at(EventType::IPCI, end, 0),
            _ => Ok(()),
        }
    }

    /// From the first redemption on interest is paid with every redemption; before, on its own schedule.
    fn interest_with_principal(&mut self) -> Result<(), ActusError> {
        let terms = self.loan.terms;
        let (Some(maturity), Some(first)) = (self.loan.maturity, self.start(&terms.principal)?) else {
            return self.plain_interest();
        };
        let before = match self.start(&terms.interest)? {
            Some(start) if start < first => self.times(start, first, terms.interest.cycle, false)?,
            _ => Vec::new(),
        };
        self.paid_or_capitalised(before)?;
        for time in self.times(first, maturity, terms.principal.cycle, true)? {
            self.at(EventType::IP, time, 0)?;
        }
        Ok(())
    }

    /// Rows of the arrays, each to the start of the next, the last to the maturity.
    fn rows_of_interest(&mut self) -> Result<(), ActusError> {
        let arrays = &self.loan.terms.arrays;
        let Some(maturity) = self.loan.maturity else { return Ok(()) };
        if arrays.interest_anchors.is_empty() {
            return self.plain_interest();
        }
        let mut times = Vec::new();
        for (row, anchor) in arrays.interest_anchors.iter().enumerate() {
            let next = arrays.interest_anchors.get(row.saturating_add(1)).copied();
            let cycle = arrays.interest_cycles.get(row).or(arrays.interest_cycles.first()).copied();
            let end = next.unwrap_or(maturity).min(maturity);
            match cycle {
                Some(_) if *anchor < end => times.extend(self.times(*anchor, end, cycle, next.is_none())?),
                _ if *anchor <= maturity => times.push(*anchor),
                _ => {}
            }
        }
        if times.last() != Some(&maturity) {
            times.push(maturity);
        }
        times.dedup();
        self.paid_or_capitalised(times)
    }

    /// Interest of an open loan is capitalised until it ends, and paid with the end.
    fn capitalised(&mut self) -> Result<(), ActusError> {
        let terms = self.loan.terms;
        let Some(end) = self.loan.maturity else { return Ok(()) };
        if let Some(start) = self.start(&terms.interest)?.filter(|_| terms.interest.is_set()) {
            let cycle = terms.interest.cycle.map(|cycle| Cycle { long_stub: false, ..cycle });
            for time in self.times(start, end, cycle, false)?.into_iter().filter(|time| *time < end) {
                self.at(EventType::IPCI, time, 0)?;
            }
        }
        if terms.contract_type == ContractType::CLM {
            match terms.maturity_date {
                Some(maturity) => self.fixed(EventType::IP, maturity),
                None => self.call(end)?,
            }
        }
        Ok(())
    }

    /// The call of an open loan: interest is fixed at the call and paid, with the notional, after the notice.
    fn call(&mut self, call: Moment) -> Result<(), ActusError> {
        let days = &self.loan.terms.days;
        let paid = match self.loan.terms.notice {
            Some(notice) => call.on(notice.after(call.date(), 1)?),
            None => call,
        };
        let time = days.event_time(paid)?;
        self.events.push(Scheduled { time: call, kind: EventType::XD, scheduled: call, part: 0 });
        self.events.push(Scheduled { time, kind: EventType::IP, scheduled: call, part: 1 });
        self.events.push(Scheduled { time, kind: EventType::STD, scheduled: paid, part: 0 });
        Ok(())
    }

    /// Fixings of the rate; the first after the status date is known if the terms have it.
    fn resets(&mut self) -> Result<(), ActusError> {
        let terms = self.loan.terms;
        if terms.contract_type == ContractType::LAX && !terms.arrays.reset_anchors.is_empty() {
            let arrays = &terms.arrays;
            let kinds = [EventType::RR, EventType::RRF];
            return self.rows(&arrays.reset_anchors, &arrays.reset_cycles, &arrays.fixed, kinds);
        }
        let (Some(start), Some(end)) = (self.start(&terms.reset)?, self.loan.maturity) else { return Ok(()) };
        let mut known = terms.next_reset.is_some();
        for time in self.times(start, end, terms.reset.cycle, false)? {
            let first = known && time > terms.status_date;
            known = known && !first;
            self.at(if first { EventType::RRF } else { EventType::RR }, time, 0)?;
        }
        Ok(())
    }

    /// An annuity whose payment is not a term fixes it a day before the first redemption, and after every reset.
    fn annuity_fixings(&mut self) -> Result<(), ActusError> {
        let terms = self.loan.terms;
        if terms.contract_type != ContractType::ANN {
            return Ok(());
        }
        if let (None, Some(first)) = (terms.next_principal, self.start(&terms.principal)?) {
            let day_before = first.on(first.date().plus_days(-1)?);
            self.at(EventType::PRF, day_before, 0)?;
        }
        let resets: Vec<Moment> = self
            .events
            .iter()
            .filter(|event| matches!(event.kind, EventType::RR | EventType::RRF))
            .map(|event| event.scheduled)
            .collect();
        for time in resets {
            self.at(EventType::PRF, time, 1)?;
        }
        Ok(())
    }

    /// Prepayments and drawings that were observed.
    fn observed(&mut self) {
        let terms = self.loan.terms;
        for (index, event) in self.loan.observed.events.iter().enumerate() {
            let own = event.contract_id.as_ref().is_none_or(|id| *id == terms.contract_id);
            let kind = match event.kind.as_str() {
                "PP" if terms.prepays && terms.contract_type != ContractType::UMP => EventType::PP,
                "PR" if terms.contract_type == ContractType::UMP => EventType::PR,
                "PI" | "PD" if terms.contract_type == ContractType::UMP => EventType::PI,
                "AD" => EventType::AD,
                "CE" => EventType::CE,
                _ => continue,
            };
            let explicit = kind != EventType::CE || event.contract_id.is_some();
            if own && explicit {
                let part = u16::try_from(index).unwrap_or(u16::MAX);
                self.events.push(Scheduled { time: event.time, kind, scheduled: event.time, part });
                // A prepayment may cost a penalty, which comes first.
                if kind == EventType::PP && matches!(terms.penalty_type.as_deref(), Some("A" | "R" | "I")) {
                    self.events.push(Scheduled { time: event.time, kind: EventType::PY, scheduled: event.time, part });
                }
            }
        }
    }

    /// Nothing happens after a termination, nor after the maturity.
    fn end(&mut self) {
        if let Some(time) = self.loan.terms.termination_date {
            self.fixed(EventType::TD, time);
            self.events.retain(|event| (event.time, event.kind) <= (time, EventType::TD));
        }
    }
}
