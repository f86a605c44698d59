use gage_units::{Amount, MathError, Rounding, mul_div};

use super::interest::{accrued, fee};
use super::split::{allocate_down, in_order};
use super::tests_of_deal::{Cover, results};
use super::{
    Action, Collections, Deal, Flow, FlowKind, Limit, Pay, PaymentReport, Position, Sequence, TestResult, When,
};
use crate::{Name, Number, TermsError};

/// The accounts that take the collections.
const INTEREST: &str = "interest";
const PRINCIPAL: &str = "principal";

/// Takes a deal through one payment date: collections come in, interest and fees fall due, losses are booked from the
/// most junior tranche up, and the actions are done in order.
///
/// # Errors
/// [`TermsError::BadList`] if the deal has no accounts `interest` and `principal`, or the position is another deal's;
/// [`TermsError::Backward`] for a date before the last; [`TermsError::NotPublished`]; [`TermsError::Math`].
pub fn run(deal: &Deal, position: &Position, collections: &Collections) -> Result<PaymentReport, TermsError> {
    if collections.date < position.date {
        return Err(TermsError::Backward);
    }
    let same = position.cash.len() == deal.accounts.len()
        && position.fees_due.len() == deal.fees.len()
        && position.tranches.len() == deal.tranches.len();
    if !same {
        return Err(TermsError::BadList);
    }
    let mut date = PaymentDate { deal, position: position.clone(), flows: Vec::new(), tests: Vec::new() };
    date.credit(INTEREST, collections.interest)?;
    date.credit(PRINCIPAL, collections.principal)?;
    let interest_accrued = date.accrue(position, collections)?;
    let (losses_booked, losses_unborne) = date.book_losses(collections.losses)?;
    date.position.period = position.period.checked_add(1).ok_or(TermsError::Math(MathError::Overflow))?;
    date.position.date = collections.date;
    date.position.pool = collections.pool;
    let cover = date.cover()?;
    date.tests = results(deal, &date.position, &cover)?;
    for (number, action) in (0u32..).zip(&deal.actions) {
        if date.applies(action) {
            date.act(number, action)?;
        }
    }
    let PaymentDate { position, flows, tests, .. } = date;
    Ok(PaymentReport { flows, tests, interest_accrued, losses_booked, losses_unborne, position })
}

/// A payment date on the way.
struct PaymentDate<'a> {
    deal: &'a Deal,
    position: Position,
    flows: Vec<Flow>,
    tests: Vec<TestResult>,
}

/// A slot of a list that a validated deal has.
fn slot<T>(list: &mut [T], place: Option<usize>) -> Result<&mut T, TermsError> {
    place.and_then(|place| list.get_mut(place)).ok_or(TermsError::BadList)
}

impl PaymentDate<'_> {
    fn cash(&mut self, account: &Name) -> Result<&mut Amount, TermsError> {
        slot(&mut self.position.cash, self.deal.account(account))
    }

    fn credit(&mut self, account: &str, amount: Amount) -> Result<(), TermsError> {
        let place = self.deal.accounts.iter().position(|name| name.as_str() == account);
        let cash = slot(&mut self.position.cash, place)?;
        *cash = cash.plus(amount)?;
        Ok(())
    }

    /// Interest and fees fall due, reckoned on where the deal stood.
    fn accrue(&mut self, before: &Position, collections: &Collections) -> Result<Vec<Amount>, TermsError> {
        let mut fallen_due = Vec::with_capacity(self.deal.tranches.len());
        for place in 0..self.deal.tranches.len() {
            let amount = accrued(self.deal, before, place, collections)?;
            let owed = slot(&mut self.position.tranches, Some(place))?;
            owed.interest_due = owed.interest_due.plus(amount)?;
            fallen_due.push(amount);
        }
        for (due, terms) in self.position.fees_due.iter_mut().zip(&self.deal.fees) {
            *due = due.plus(fee(&terms.basis, before, collections)?)?;
        }
        Ok(fallen_due)
    }

    /// Losses from the most junior tranche up, each as far as its balance is not booked already.
    fn book_losses(&mut self, losses: Amount) -> Result<(Vec<Amount>, Amount), TermsError> {
        let mut left = losses;
        let mut booked = vec![Amount::ZERO; self.position.tranches.len()];
        for (owed, booked) in self.position.tranches.iter_mut().zip(&mut booked).rev() {
            let room = owed.balance.minus(owed.deficiency.min(owed.balance))?;
            *booked = room.min(left);
            owed.deficiency = owed.deficiency.plus(*booked)?;
            left = left.minus(*booked)?;
        }
        Ok((booked, left))
    }

    fn cover(&mut self) -> Result<Cover, TermsError> {
        let balance = |date: &mut Self, account: &str| {
            let place = date.deal.accounts.iter().position(|name| name.as_str() == account);
            slot(&mut date.position.cash, place).map(|cash| *cash)
        };
        let (interest, principal) = (balance(self, INTEREST)?, balance(self, PRINCIPAL)?);
        let fees = self.position.fees_due.iter().try_fold(Amount::ZERO, |sum, due| sum.plus(*due))?;
        let after_fees = interest.minus(fees.min(interest))?;
        Ok(Cover { assets: self.position.pool.plus(principal)?, interest: after_fees })
    }

    fn applies(&self, action: &Action) -> bool {
        let passes = |name: &Name| self.tests.iter().any(|test| test.name == *name && test.passes);
        match &action.when {
            When::Always => true,
            When::Passes(test) => passes(test),
            When::Fails(test) => !passes(test),
            When::Before(period) => self.position.period < *period,
            When::From(period) => self.position.period >= *period,
        }
    }

    /// How much an action may take out of its account.
    fn allowed(&mut self, action: &Action) -> Result<Amount, TermsError> {
        let available = *self.cash(&action.from)?;
        let fill = |date: &mut Self, target: Amount| {
            let to = action.to.last().ok_or(TermsError::BadList)?;
            let held = *date.cash(to)?;
            Ok::<Amount, TermsError>(available.min(target.minus(held.min(target))?))
        };
        match action.limit {
            Limit::Available => Ok(available),
            Limit::AtMost(most) => Ok(available.min(most)),
            Limit::PartOf(part) => Ok(part_of(available, part)?),
            Limit::Leave(kept) => Ok(available.minus(kept.min(available))?),
            Limit::FillTo(target) => fill(self, target),
            Limit::FillToPart(part) => {
                let owed = self.position.tranches.iter().try_fold(Amount::ZERO, |sum, owed| sum.plus(owed.balance))?;
                fill(self, part_of(owed, part)?)
            }
        }
    }

    fn act(&mut self, number: u32, action: &Action) -> Result<(), TermsError> {
        let allowed = self.allowed(action)?;
        // Those with an account named last pass their cash on to it.
        let targets = match action.pay {
            Pay::Accrue | Pay::CureDeficiency => action.to.split_last().map(|(_, tranches)| tranches),
            _ => Some(action.to.as_slice()),
        };
        let targets = targets.ok_or(TermsError::BadList)?;
        let due = targets.iter().map(|name| self.due(action.pay, name)).collect::<Result<Vec<Amount>, TermsError>>()?;
        let parts = match (action.pay, action.sequence) {
            // What has no measure of its own goes to the first, or in equal parts.
            (Pay::Transfer | Pay::Residual, Sequence::InOrder) => {
                let first = (0..targets.len()).map(|place| if place == 0 { allowed } else { Amount::ZERO });
                first.collect()
            }
            (Pay::Transfer | Pay::Residual, Sequence::ProRata) => {
                allocate_down(allowed, &vec![allowed.max(Amount(1)); targets.len()])?
            }
            (_, Sequence::InOrder) => in_order(allowed, &due)?,
            (_, Sequence::ProRata) => allocate_down(allowed, &due)?,
        };
        for ((name, part), due) in targets.iter().zip(parts).zip(due) {
            self.pay(number, action, name, part, due)?;
        }
        Ok(())
    }

    /// What is due to a fee or tranche.
    fn due(&self, pay: Pay, name: &Name) -> Result<Amount, TermsError> {
        let owed =
            || self.deal.tranche(name).and_then(|place| self.position.tranches.get(place)).ok_or(TermsError::BadList);
        Ok(match pay {
            Pay::Fee => {
                let due = self.deal.fee(name).and_then(|place| self.position.fees_due.get(place));
                *due.ok_or(TermsError::BadList)?
            }
            Pay::Interest | Pay::Accrue => owed()?.interest_due,
            Pay::Principal => owed()?.balance,
            Pay::PlannedPrincipal => {
                let terms = self.deal.tranche(name).and_then(|place| self.deal.tranches.get(place));
                let plan = &terms.ok_or(TermsError::BadList)?.plan;
                let date = usize::try_from(self.position.period.saturating_sub(1)).map_err(|_| TermsError::BadList)?;
                // After the plan's end nothing shall be owed.
                let target = plan.get(date).copied().unwrap_or(Amount::ZERO);
                let balance = owed()?.balance;
                balance.minus(target.min(balance))?
            }
            Pay::CureDeficiency => owed()?.deficiency,
            Pay::Transfer | Pay::Residual => Amount::ZERO,
        })
    }

    fn pay(&mut self, number: u32, action: &Action, name: &Name, part: Amount, due: Amount) -> Result<(), TermsError> {
        let cash = self.cash(&action.from)?;
        *cash = cash.minus(part)?;
        let tranche = self.deal.tranche(name);
        let (kind, to) = match action.pay {
            Pay::Fee => {
                let owed = slot(&mut self.position.fees_due, self.deal.fee(name))?;
                *owed = owed.minus(part)?;
                (FlowKind::Fee, name)
            }
            Pay::Interest => {
                let owed = slot(&mut self.position.tranches, tranche)?;
                owed.interest_due = owed.interest_due.minus(part)?;
                (FlowKind::Interest, name)
            }
            Pay::Principal | Pay::PlannedPrincipal => {
                let owed = slot(&mut self.position.tranches, tranche)?;
                owed.balance = owed.balance.minus(part)?;
                (FlowKind::Principal, name)
            }
            Pay::Accrue => {
                // All that is due is owed as principal from now on, whether its cash is there or not.
                let owed = slot(&mut self.position.tranches, tranche)?;
                owed.interest_due = owed.interest_due.minus(due)?;
                owed.balance = owed.balance.plus(due)?;
                (FlowKind::Transfer, action.to.last().ok_or(TermsError::BadList)?)
            }
            Pay::CureDeficiency => {
                let owed = slot(&mut self.position.tranches, tranche)?;
                owed.deficiency = owed.deficiency.minus(part)?;
                (FlowKind::Transfer, action.to.last().ok_or(TermsError::BadList)?)
            }
            Pay::Transfer => (FlowKind::Transfer, name),
            Pay::Residual => (FlowKind::Residual, name),
        };
        if kind == FlowKind::Transfer {
            let cash = self.cash(to)?;
            *cash = cash.plus(part)?;
        }
        if !part.is_zero() {
            let (from, to) = (action.from.clone(), to.clone());
            self.flows.push(Flow { action: number, from, to, kind, amount: part });
        }
        Ok(())
    }
}

/// A part of an amount, rounded down.
fn part_of(amount: Amount, part: Number) -> Result<Amount, MathError> {
    mul_div(amount.0, part.0.unsigned_abs(), Number::ONE.0.unsigned_abs(), Rounding::Down).map(Amount)
}
