use std::collections::BTreeSet;

use gage_calendar::Moment;
use serde::Serialize;

use crate::{Claim, Contract, Instant, Name, Observable, Observations, Payment, TermsError, Work, step_within};

/// The most moments of one projection.
const MOMENTS_MAX: usize = 20_000;
/// The most work of one [`project`]: see [`Work`].
pub const PROJECT_WORK_MAX: u64 = 50_000_000;

/// A payment of a projection.
pub type CashFlow = Payment;

/// What a contract pays under a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Projection {
    /// Every payment, in order of time.
    pub flows: Vec<CashFlow>,
    /// What is left at the end.
    pub left: Contract,
}

/// Steps a contract through every moment up to `until` at which something can happen under a scenario. It is the same
/// `step` that executes the contract: a projection of what comes true is what is paid. Where so much waits for
/// observations that the scenario does not hold that no contract is left which can carry it, the projection ends before;
/// `left` says from when.
///
/// # Errors
/// As [`Contract::validate`] and [`step`](crate::step), but for [`PROJECT_WORK_MAX`] in all;
/// [`TermsError::TooManyPayments`] for more than twenty thousand moments.
pub fn project(contract: &Contract, scenario: &Observations, until: Moment) -> Result<Projection, TermsError> {
    let mut flows = Vec::new();
    let run = Run { scenario, until, flows_max: usize::MAX, step_max: u64::MAX };
    let left = run.through(contract, &mut Work::new(PROJECT_WORK_MAX), &mut flows)?;
    Ok(Projection { flows, left })
}

/// The first payments of a projection without end, at most `flows_max`: as far as the work reaches, of which one step
/// may take `step_max`.
///
/// # Errors
/// As [`project`], but for the work and the number of moments: where they end, so do the payments.
pub fn first_flows(
    contract: &Contract,
    scenario: &Observations,
    flows_max: usize,
    step_max: u64,
    work: &mut Work,
) -> Result<Vec<CashFlow>, TermsError> {
    let mut flows = Vec::new();
    let run = Run { scenario, until: Moment::MAX, flows_max, step_max };
    match run.through(contract, work, &mut flows) {
        Ok(_) | Err(TermsError::TooMuchWork | TermsError::TooManyPayments) => {
            flows.truncate(flows_max);
            Ok(flows)
        }
        Err(error) => Err(error),
    }
}

/// One projection.
struct Run<'a> {
    scenario: &'a Observations,
    until: Moment,
    flows_max: usize,
    step_max: u64,
}

impl Run<'_> {
    /// Steps a contract through its moments, and gives what is left at the end.
    fn through(&self, contract: &Contract, work: &mut Work, flows: &mut Vec<CashFlow>) -> Result<Contract, TermsError> {
        let Run { scenario, until, flows_max, step_max } = *self;
        contract.validate()?;
        let mut left = contract.clone();
        let names = monitored(contract);
        let mut now = left.from;
        for _ in 0..MOMENTS_MAX {
            if now > until {
                return Ok(left);
            }
            let given = work.left().min(step_max);
            let mut step = Work::new(given);
            let stepped = match step_within(&left, now, scenario, &mut step) {
                Err(TermsError::TooLarge | TermsError::TooDeep | TermsError::BadList) => return Ok(left),
                stepped => stepped?,
            };
            work.spend(given.saturating_sub(step.left()))?;
            flows.extend(stepped.payments);
            left = stepped.contract;
            if left.is_over() || flows.len() >= flows_max {
                return Ok(left);
            }
            let next = next_after(&left, now, scenario, &names)?;
            // The end itself is looked at, too: a scenario may hold what is published on it.
            now = match next {
                Some(next) if next <= until => next,
                _ if now < until => until,
                _ => return Ok(left),
            };
        }
        Err(TermsError::TooManyPayments)
    }
}

/// The next moment at which a contract can change by itself, as far as the world is known.
///
/// # Errors
/// [`TermsError::Calendar`].
pub fn next_moment(contract: &Contract, seen: &Observations) -> Result<Option<Moment>, TermsError> {
    let names = monitored(contract);
    // What is due at the moment to which it was stepped is due.
    let before = contract.from.plus_seconds(-1).unwrap_or(contract.from);
    next_after(contract, before, seen, &names)
}

/// The next moment after another at which a contract can change. It looks once at every part of what is left, which the
/// step before has visited or copied: it counts no work of its own.
fn next_after(
    contract: &Contract,
    after: Moment,
    scenario: &Observations,
    monitored: &BTreeSet<Name>,
) -> Result<Option<Moment>, TermsError> {
    let mut next: Option<Moment> = scenario.next_election(after);
    let mut consider = |moment: Moment| {
        if moment > after {
            next = Some(next.map_or(moment, |next| next.min(moment)));
        }
    };
    for leg in &contract.legs {
        visit_moments(&leg.claim, scenario, &mut consider)?;
    }
    monitored.iter().filter_map(|name| scenario.next_value(name, after)).for_each(consider);
    Ok(next)
}

/// Every date in a claim.
pub(crate) fn visit_moments(
    claim: &Claim,
    scenario: &Observations,
    visitor: &mut dyn FnMut(Moment),
) -> Result<(), TermsError> {
    match claim {
        Claim::Zero | Claim::One(_) => Ok(()),
        Claim::Give(held) => visit_moments(held, scenario, visitor),
        Claim::Acquired(moment, held) => {
            visitor(*moment);
            visit_moments(held, scenario, visitor)
        }
        Claim::And(claims) | Claim::Or(_, claims) => {
            claims.iter().try_for_each(|claim| visit_moments(claim, scenario, visitor))
        }
        Claim::Cond(condition, yes, no) => {
            condition.visit_moments(scenario, visitor);
            visit_moments(yes, scenario, visitor)?;
            visit_moments(no, scenario, visitor)
        }
        Claim::When(condition, held) | Claim::Anytime(_, condition, held) | Claim::Until(condition, held) => {
            condition.visit_moments(scenario, visitor);
            visit_moments(held, scenario, visitor)
        }
        Claim::Scale(factor, held) => {
            factor.visit(&mut |observable| {
                if let Observable::Price(_, Instant::At(moment)) | Observable::Fixing(_, Instant::At(moment)) =
                    observable
                {
                    visitor(*moment);
                }
            });
            visit_moments(held, scenario, visitor)
        }
        Claim::Every(repeat, held) => {
            if let Some(moment) = repeat.moment(repeat.done)? {
                visitor(moment);
            }
            visit_moments(held, scenario, visitor)
        }
    }
}

/// Names whose numbers are watched: those a claim may wait for, and those that conditions compare.
fn monitored(contract: &Contract) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    contract.legs.iter().for_each(|leg| visit_monitored(&leg.claim, &mut names));
    names
}

fn visit_monitored(claim: &Claim, names: &mut BTreeSet<Name>) {
    let mut observe = |observable: &Observable| {
        if let Observable::Price(name, _) | Observable::Fixing(name, _) = observable
            && !names.contains(name)
        {
            names.insert(name.clone());
        }
    };
    match claim {
        Claim::Scale(factor, _) => factor.visit(&mut observe),
        Claim::Cond(condition, ..)
        | Claim::When(condition, _)
        | Claim::Anytime(_, condition, _)
        | Claim::Until(condition, _) => {
            condition.visit(&mut |part| {
                if let crate::Predicate::Compare(a, _, b) = part {
                    a.visit(&mut observe);
                    b.visit(&mut observe);
                }
            });
        }
        _ => {}
    }
    match claim {
        Claim::Zero | Claim::One(_) => {}
        Claim::Cond(_, yes, no) => {
            visit_monitored(yes, names);
            visit_monitored(no, names);
        }
        Claim::And(claims) | Claim::Or(_, claims) => claims.iter().for_each(|claim| visit_monitored(claim, names)),
        Claim::Give(held)
        | Claim::Scale(_, held)
        | Claim::When(_, held)
        | Claim::Anytime(_, _, held)
        | Claim::Until(_, held)
        | Claim::Every(_, held)
        | Claim::Acquired(_, held) => visit_monitored(held, names),
    }
}
