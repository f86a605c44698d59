use std::collections::{BTreeMap, BTreeSet};

use gage_calendar::Moment;
use serde::Serialize;

use crate::bounds::range;
use crate::project::visit_moments;
use crate::{Bound, Claim, Contract, Instant, Name, Number, Observable, Observations, Predicate, TermsError};

/// What a contract is about, found without executing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Who takes part.
    pub parties: BTreeSet<Name>,
    /// In what is paid.
    pub assets: BTreeSet<Name>,
    /// Every date in it, without those of rows that repeat.
    pub dates: BTreeSet<Moment>,
    /// What must be published, with the date where it has one.
    pub fixings: BTreeSet<(Name, Option<Moment>)>,
    /// Who may elect what.
    pub elections: BTreeSet<ElectionRight>,
    /// The most that each party can come to pay.
    pub obligations: Vec<Obligation>,
    /// How many parts it has.
    pub nodes: usize,
}

/// A right to elect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ElectionRight {
    /// Under which name.
    pub name: Name,
    /// Which party.
    pub by: Name,
    /// Among how many alternatives; one is to exercise or not.
    pub alternatives: usize,
}

/// The most that a party can come to pay in an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// Who.
    pub party: Name,
    /// In what.
    pub asset: Name,
    /// How much over the contract's life.
    pub worst: Bound,
}

/// Looks a contract over: limits, parties, assets, dates, fixings, rights, and the worst case.
///
/// # Errors
/// As [`Contract::validate`].
pub fn check(contract: &Contract) -> Result<Report, TermsError> {
    contract.validate()?;
    let mut report = Report {
        parties: BTreeSet::new(),
        assets: BTreeSet::new(),
        dates: BTreeSet::new(),
        fixings: BTreeSet::new(),
        elections: BTreeSet::new(),
        obligations: Vec::new(),
        nodes: 0,
    };
    let mut worst: BTreeMap<(Name, Name), Bound> = BTreeMap::new();
    for leg in &contract.legs {
        report.parties.extend([leg.obligor.clone(), leg.holder.clone()]);
        leg.claim.measure(0, &mut report.nodes)?;
        visit_moments(&leg.claim, &Observations::default(), &mut |moment| {
            report.dates.insert(moment);
        })?;
        visit_claim(&leg.claim, (&leg.holder, &leg.obligor), &mut report);
        for (asset, (owed, given)) in flows(&leg.claim) {
            for (party, bound) in [(&leg.obligor, owed), (&leg.holder, given)] {
                let sum = worst.entry((party.clone(), asset.clone())).or_insert(Bound::ZERO);
                *sum = sum.plus(bound);
            }
        }
    }
    let obligations = worst.into_iter().filter(|(_, worst)| *worst != Bound::ZERO);
    report.obligations = obligations.map(|((party, asset), worst)| Obligation { party, asset, worst }).collect();
    Ok(report)
}

/// Assets, fixings and rights. A claim that counts negative may give the election to the other side: both are named.
fn visit_claim(claim: &Claim, (holder, obligor): (&Name, &Name), report: &mut Report) {
    let mut elect = |name: &Name, alternatives: usize| {
        report.elections.insert(ElectionRight { name: name.clone(), by: holder.clone(), alternatives });
    };
    match claim {
        Claim::Zero => {}
        Claim::One(asset) => {
            report.assets.insert(asset.clone());
        }
        Claim::Give(held) => visit_claim(held, (obligor, holder), report),
        Claim::Or(name, claims) => {
            elect(name, claims.len());
            claims.iter().for_each(|claim| visit_claim(claim, (holder, obligor), report));
        }
        Claim::And(claims) => claims.iter().for_each(|claim| visit_claim(claim, (holder, obligor), report)),
        Claim::Cond(condition, yes, no) => {
            visit_predicate(condition, report);
            visit_claim(yes, (holder, obligor), report);
            visit_claim(no, (holder, obligor), report);
        }
        Claim::Scale(factor, held) => {
            factor.visit(&mut |observable| visit_observable(observable, report));
            visit_claim(held, (holder, obligor), report);
            if range(factor).below() != Bound::ZERO {
                visit_claim(held, (obligor, holder), report);
            }
        }
        Claim::Anytime(name, condition, held) => {
            elect(name, 1);
            visit_predicate(condition, report);
            visit_claim(held, (holder, obligor), report);
        }
        Claim::When(condition, held) | Claim::Until(condition, held) => {
            visit_predicate(condition, report);
            visit_claim(held, (holder, obligor), report);
        }
        Claim::Every(_, held) | Claim::Acquired(_, held) => visit_claim(held, (holder, obligor), report),
    }
}

fn visit_predicate(predicate: &Predicate, report: &mut Report) {
    predicate.visit(&mut |part| {
        if let Predicate::Compare(a, _, b) = part {
            a.visit(&mut |observable| visit_observable(observable, report));
            b.visit(&mut |observable| visit_observable(observable, report));
        }
    });
}

fn visit_observable(observable: &Observable, report: &mut Report) {
    if let Observable::Price(name, instant) | Observable::Fixing(name, instant) = observable {
        let at = match instant {
            Instant::At(moment) => Some(*moment),
            Instant::Now | Instant::Before(_) => None,
        };
        report.fixings.insert((name.clone(), at));
    }
}

/// By asset, the most that the obligor and the holder can come to pay.
type Flows = BTreeMap<Name, (Bound, Bound)>;

fn flows(claim: &Claim) -> Flows {
    match claim {
        Claim::Zero => Flows::new(),
        Claim::One(asset) => Flows::from([(asset.clone(), (Bound::Finite(Number::ONE), Bound::ZERO))]),
        Claim::Give(held) => flows(held).into_iter().map(|(asset, (owed, given))| (asset, (given, owed))).collect(),
        Claim::And(claims) => joined(claims.iter().map(flows), Bound::plus),
        // Only one of them comes.
        Claim::Or(_, claims) => joined(claims.iter().map(flows), Bound::max),
        Claim::Cond(_, yes, no) => joined([flows(yes), flows(no)].into_iter(), Bound::max),
        Claim::Scale(factor, held) => scaled(flows(held), factor),
        Claim::When(_, held) | Claim::Anytime(_, _, held) | Claim::Until(_, held) | Claim::Acquired(_, held) => {
            flows(held)
        }
        Claim::Every(repeat, held) => {
            let count = repeat.left().and_then(|left| i32::try_from(left).ok());
            let times = count.map_or(Bound::Unbounded, |count| Bound::Finite(Number::whole(count)));
            flows(held).into_iter().map(|(asset, (a, b))| (asset, (a.times(times), b.times(times)))).collect()
        }
    }
}

fn joined(all: impl Iterator<Item = Flows>, join: fn(Bound, Bound) -> Bound) -> Flows {
    let mut sum = Flows::new();
    for (asset, (owed, given)) in all.flatten() {
        let entry = sum.entry(asset).or_insert((Bound::ZERO, Bound::ZERO));
        *entry = (join(entry.0, owed), join(entry.1, given));
    }
    sum
}

/// What counts negative is owed by the other side.
fn scaled(flows: Flows, factor: &Observable) -> Flows {
    let range = range(factor);
    let (above, below) = (range.above(), range.below());
    let scale = |(owed, given): (Bound, Bound)| {
        (above.times(owed).max(below.times(given)), above.times(given).max(below.times(owed)))
    };
    flows.into_iter().map(|(asset, both)| (asset, scale(both))).collect()
}
