use std::collections::BTreeMap;

use gage_calendar::Moment;

use crate::{Claim, Contract, Instant, Name, Observable, Predicate};

/// By name, a moment no later than any at which a number of that name can still count. Of the numbers published before
/// it only the last one can matter, and none of a name that is not listed.
pub fn needed_from(contract: &Contract) -> BTreeMap<Name, Moment> {
    let mut needs = Needs(BTreeMap::new());
    contract.legs.iter().for_each(|leg| needs.claim(&leg.claim, contract.from));
    needs.0
}

struct Needs(BTreeMap<Name, Moment>);

impl Needs {
    /// Whatever is in the claim is acquired at `from` or later.
    fn claim(&mut self, claim: &Claim, from: Moment) {
        match claim {
            Claim::Zero | Claim::One(_) => {}
            Claim::Acquired(moment, held) => self.claim(held, *moment),
            Claim::Give(held) | Claim::Every(_, held) => self.claim(held, from),
            Claim::And(claims) | Claim::Or(_, claims) => claims.iter().for_each(|claim| self.claim(claim, from)),
            Claim::Cond(condition, yes, no) => {
                self.condition(condition, from);
                self.claim(yes, from);
                self.claim(no, from);
            }
            Claim::Scale(factor, held) => {
                self.observable(factor, from);
                self.claim(held, from);
            }
            Claim::When(condition, held) | Claim::Anytime(_, condition, held) | Claim::Until(condition, held) => {
                self.condition(condition, from);
                self.claim(held, from);
            }
        }
    }

    fn condition(&mut self, condition: &Predicate, from: Moment) {
        condition.visit(&mut |part| {
            if let Predicate::Compare(a, _, b) = part {
                self.observable(a, from);
                self.observable(b, from);
            }
        });
    }

    fn observable(&mut self, observable: &Observable, from: Moment) {
        observable.visit(&mut |part| {
            let (Observable::Price(name, instant) | Observable::Fixing(name, instant)) = part else { return };
            let first = match instant {
                Instant::At(moment) => *moment,
                Instant::Now => from,
                // A day less: two days of a longer month can lead to the same day of a shorter one, at any hour.
                Instant::Before(_) => {
                    let before = instant.resolve(from).ok().and_then(|moment| moment.plus_seconds(-86_400).ok());
                    before.unwrap_or(Moment::MIN)
                }
            };
            let earliest = self.0.entry(name.clone()).or_insert(first);
            *earliest = first.min(*earliest);
        });
    }
}
