use gage_calendar::Moment;
use gage_units::Rounding;
use serde::{Deserialize, Serialize};

use crate::claim::LIST_MAX;
use crate::{Claim, Contract, Election, Leg, Name, Number, Observable, Observations, Predicate, Repeat, TermsError};

/// The most payments of one step.
pub const PAYMENTS_MAX: usize = 4_096;

/// One thing that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Since when.
    pub at: Moment,
    /// Who pays.
    pub from: Name,
    /// Whom.
    pub to: Name,
    /// In what.
    pub asset: Name,
    /// How much, in whole units; above zero. Who settles it rounds to the asset's smallest unit, down: against the
    /// receiver.
    pub amount: Number,
}

/// What a step gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// What is due, in order of time.
    pub payments: Vec<Payment>,
    /// What is left.
    pub contract: Contract,
}

/// Executes a contract from where it stands up to and including `now`.
///
/// # Errors
/// [`TermsError::Backward`] before the moment to which it was stepped, [`TermsError::TooManyPayments`],
/// [`TermsError::Math`], [`TermsError::Calendar`]; as [`Contract::validate`] if so much waits for observations that what is
/// left is no contract any more.
pub fn step(contract: &Contract, now: Moment, observations: &Observations) -> Result<Stepped, TermsError> {
    if now < contract.from {
        return Err(TermsError::Backward);
    }
    let mut payments = Vec::new();
    let mut legs = Vec::with_capacity(contract.legs.len());
    for leg in &contract.legs {
        let sides = Sides { holder: &leg.holder, obligor: &leg.obligor, factor: Number::ONE };
        let mut run = Run { now, observations, payments: &mut payments };
        let claim = run.advance(&leg.claim, contract.from, sides)?;
        legs.push(Leg { obligor: leg.obligor.clone(), holder: leg.holder.clone(), claim });
    }
    // Stable: what is due at the same moment stays in the order of the legs.
    payments.sort_by_key(|payment| payment.at);
    // What is due at `now` is done: the rest is acquired a second later.
    let from = now.plus_seconds(1).unwrap_or(now);
    let left = Contract { title: contract.title.clone(), from, legs };
    // Rows leave a claim for every moment that waits: what cannot be read again is not left.
    left.validate()?;
    Ok(Stepped { payments, contract: left })
}

/// Who gets how many of a claim from whom.
#[derive(Clone, Copy)]
struct Sides<'a> {
    holder: &'a Name,
    obligor: &'a Name,
    factor: Number,
}

impl<'a> Sides<'a> {
    fn exchanged(self) -> Sides<'a> {
        Sides { holder: self.obligor, obligor: self.holder, factor: self.factor }
    }

    /// Who elects: the holder, or the other side where the claim counts negative.
    fn elector(self) -> &'a Name {
        if self.factor.is_negative() { self.obligor } else { self.holder }
    }
}

/// One step of one leg.
struct Run<'a> {
    now: Moment,
    observations: &'a Observations,
    payments: &'a mut Vec<Payment>,
}

impl Run<'_> {
    /// Executes a claim that is held from `from` on, up to `now`, and gives what is left of it.
    fn advance(&mut self, claim: &Claim, from: Moment, sides: Sides<'_>) -> Result<Claim, TermsError> {
        match claim {
            Claim::Zero => Ok(Claim::Zero),
            Claim::One(asset) => self.pay(asset, from, sides).map(|()| Claim::Zero),
            Claim::Give(given) => Ok(give(self.advance(given, from, sides.exchanged())?)),
            Claim::And(claims) => {
                let left = claims.iter().map(|claim| self.advance(claim, from, sides));
                Ok(all(left.collect::<Result<Vec<Claim>, TermsError>>()?))
            }
            Claim::Or(name, claims) => self.alternatives(name, claims, from, sides),
            Claim::Cond(condition, yes, no) => match condition.holds(from, self.observations)? {
                Some(true) => self.advance(yes, from, sides),
                Some(false) => self.advance(no, from, sides),
                None => Ok(waiting(claim, from)),
            },
            Claim::Scale(factor, scaled) => self.scale(claim, factor, scaled, from, sides),
            Claim::When(condition, then) => match condition.first(from, self.now, self.observations)? {
                Some(moment) => self.advance(then, moment, sides),
                None if condition.may_hold_after(self.now) => Ok(claim.clone()),
                None => Ok(Claim::Zero),
            },
            Claim::Anytime(name, condition, then) => self.exercise(claim, (name, condition, then), from, sides),
            Claim::Until(condition, held) => self.until(condition, held, from, sides),
            Claim::Every(repeat, each) => self.every(repeat, each, from, sides),
            // It was acquired when it says so, whenever it is looked at.
            Claim::Acquired(moment, held) => self.advance(held, *moment, sides),
        }
    }

    fn pay(&mut self, asset: &Name, at: Moment, sides: Sides<'_>) -> Result<(), TermsError> {
        let (from, to) = match sides.factor.is_negative() {
            true => (sides.holder, sides.obligor),
            false => (sides.obligor, sides.holder),
        };
        let amount = sides.factor.magnitude()?;
        if amount.is_zero() {
            return Ok(());
        }
        if self.payments.len() >= PAYMENTS_MAX {
            return Err(TermsError::TooManyPayments);
        }
        let (from, to, asset) = (from.clone(), to.clone(), asset.clone());
        self.payments.push(Payment { at, from, to, asset, amount });
        Ok(())
    }

    fn scale(
        &mut self,
        claim: &Claim,
        factor: &Observable,
        scaled: &Claim,
        from: Moment,
        sides: Sides<'_>,
    ) -> Result<Claim, TermsError> {
        let Some(value) = factor.value(from, self.now, self.observations)? else { return Ok(waiting(claim, from)) };
        if value.is_zero() {
            return Ok(Claim::Zero);
        }
        // Toward zero, against the receiver.
        let factor = sides.factor.times(value, Rounding::Down)?;
        let left = self.advance(scaled, from, Sides { factor, ..sides })?;
        Ok(match left {
            Claim::Zero => Claim::Zero,
            left => Claim::Scale(Observable::Constant(value), Box::new(left)),
        })
    }

    fn alternatives(
        &mut self,
        name: &Name,
        claims: &[Claim],
        from: Moment,
        sides: Sides<'_>,
    ) -> Result<Claim, TermsError> {
        let number = |election: &Election| usize::try_from(election.choice).ok();
        let exists = |election: &Election| number(election).is_some_and(|number| number < claims.len());
        let elected = self.observations.election(name, sides.elector(), from, self.now, &exists);
        match elected.and_then(|election| Some((election.at, claims.get(number(election)?)?))) {
            Some((at, chosen)) => self.advance(chosen, at, sides),
            None => Ok(Claim::Or(name.clone(), claims.to_vec())),
        }
    }

    fn exercise(
        &mut self,
        claim: &Claim,
        (name, condition, then): (&Name, &Predicate, &Claim),
        from: Moment,
        sides: Sides<'_>,
    ) -> Result<Claim, TermsError> {
        let observations = self.observations;
        let valid = |election: &Election| matches!(condition.holds(election.at, observations), Ok(Some(true)));
        match observations.election(name, sides.elector(), from, self.now, &valid) {
            Some(election) => self.advance(then, election.at, sides),
            None if condition.may_hold_after(self.now) => Ok(claim.clone()),
            None => Ok(Claim::Zero),
        }
    }

    /// What lies before the end is executed; the end itself and what follows is not.
    fn until(
        &mut self,
        condition: &Predicate,
        held: &Claim,
        from: Moment,
        sides: Sides<'_>,
    ) -> Result<Claim, TermsError> {
        let Some(end) = condition.first(from, self.now, self.observations)? else {
            let left = self.advance(held, from, sides)?;
            return Ok(match left {
                Claim::Zero => Claim::Zero,
                left => Claim::Until(condition.clone(), Box::new(left)),
            });
        };
        if from < end {
            let before = end.plus_seconds(-1)?;
            let mut run = Run { now: before, observations: self.observations, payments: self.payments };
            run.advance(held, from, sides)?;
        }
        Ok(Claim::Zero)
    }

    fn every(&mut self, repeat: &Repeat, each: &Claim, from: Moment, sides: Sides<'_>) -> Result<Claim, TermsError> {
        let mut left = Vec::new();
        let mut done = repeat.done;
        loop {
            let Some(moment) = repeat.moment(done)? else { return Ok(all(left)) };
            if moment > self.now {
                break;
            }
            // Rows that began before the claim was acquired start with their next moment.
            if moment >= from {
                left.push(self.advance(each, moment, sides)?);
            }
            // A row without payments is bounded as one with them.
            if left.len() > PAYMENTS_MAX {
                return Err(TermsError::TooManyPayments);
            }
            done = done.checked_add(1).ok_or(TermsError::BadRepeat)?;
        }
        left.push(Claim::Every(Repeat { done, ..*repeat }, Box::new(each.clone())));
        Ok(all(left))
    }
}

/// Acquired at a moment, waiting for an observation.
fn waiting(claim: &Claim, from: Moment) -> Claim {
    Claim::Acquired(from, Box::new(claim.clone()))
}

fn give(claim: Claim) -> Claim {
    if claim.is_zero() { Claim::Zero } else { Claim::Give(Box::new(claim)) }
}

/// All that is left, without what is nothing. A list within the list becomes a part of it, so that a row that waits does
/// not sink deeper with every step.
fn all(claims: Vec<Claim>) -> Claim {
    let mut left: Vec<Claim> = claims.into_iter().filter(|claim| !claim.is_zero()).collect();
    let members = |claim: &Claim| if let Claim::And(inner) = claim { inner.len() } else { 1 };
    if left.iter().map(members).sum::<usize>() <= LIST_MAX {
        left = left
            .into_iter()
            .flat_map(|claim| if let Claim::And(inner) = claim { inner } else { vec![claim] })
            .collect();
    }
    match left.len() {
        0 => Claim::Zero,
        1 => left.pop().unwrap_or(Claim::Zero),
        _ => Claim::And(left),
    }
}
