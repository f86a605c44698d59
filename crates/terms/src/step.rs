use gage_calendar::Moment;
use gage_units::Rounding;
use serde::{Deserialize, Serialize};

use crate::claim::LIST_MAX;
use crate::{
    Claim, Contract, Election, Leg, Name, Number, Observable, Observations, Predicate, Repeat, TermsError, Work,
};

/// The most payments of one step.
pub const PAYMENTS_MAX: usize = 4_096;
/// The most work of one [`step`]: see [`Work`].
pub const STEP_WORK_MAX: u64 = 1_000_000;

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
/// [`TermsError::TooMuchWork`] beyond [`STEP_WORK_MAX`], [`TermsError::Math`], [`TermsError::Calendar`]; as
/// [`Contract::validate`] if so much waits for observations that what is left is no contract any more.
pub fn step(contract: &Contract, now: Moment, observations: &Observations) -> Result<Stepped, TermsError> {
    step_within(contract, now, observations, &mut Work::new(STEP_WORK_MAX))
}

/// The same within the work that is left.
///
/// # Errors
/// As [`step`].
pub fn step_within(
    contract: &Contract,
    now: Moment,
    observations: &Observations,
    work: &mut Work,
) -> Result<Stepped, TermsError> {
    if now < contract.from {
        return Err(TermsError::Backward);
    }
    let mut payments = Vec::new();
    let mut legs = Vec::with_capacity(contract.legs.len());
    for leg in &contract.legs {
        let sides = Sides { holder: &leg.holder, obligor: &leg.obligor, factor: Number::ONE };
        let mut run = Run { now, observations, payments: &mut payments, work: &mut *work };
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
    work: &'a mut Work,
}

impl Run<'_> {
    /// Executes a claim that is held from `from` on, up to `now`, and gives what is left of it.
    fn advance(&mut self, claim: &Claim, from: Moment, sides: Sides<'_>) -> Result<Claim, TermsError> {
        self.work.spend(1)?;
        match claim {
            Claim::Zero => Ok(Claim::Zero),
            Claim::One(asset) => self.pay(asset, from, sides).map(|()| Claim::Zero),
            Claim::Give(given) => Ok(give(self.advance(given, from, sides.exchanged())?)),
            Claim::And(claims) => {
                let left = claims.iter().map(|claim| self.advance(claim, from, sides));
                Ok(all(left.collect::<Result<Vec<Claim>, TermsError>>()?))
            }
            Claim::Or(name, claims) => self.alternatives(claim, (name, claims), from, sides),
            Claim::Cond(condition, yes, no) => {
                self.work.spend_on(|nodes| condition.measure(0, nodes))?;
                match condition.holds(from, self.observations)? {
                    Some(true) => self.advance(yes, from, sides),
                    Some(false) => self.advance(no, from, sides),
                    None => self.waiting(claim, from),
                }
            }
            Claim::Scale(factor, scaled) => self.scale(claim, factor, scaled, from, sides),
            Claim::When(condition, then) => match self.first(condition, from)? {
                Some(moment) => self.advance(then, moment, sides),
                None if condition.may_hold_after(self.now) => self.kept(claim),
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
        self.work.spend_on(|nodes| factor.measure(0, nodes))?;
        let Some(value) = factor.value(from, self.now, self.observations)? else { return self.waiting(claim, from) };
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
        claim: &Claim,
        (name, claims): (&Name, &[Claim]),
        from: Moment,
        sides: Sides<'_>,
    ) -> Result<Claim, TermsError> {
        let number = |election: &Election| usize::try_from(election.choice).ok();
        let exists = |election: &Election| number(election).is_some_and(|number| number < claims.len());
        let elected = self.observations.election(name, sides.elector(), from, self.now, &exists);
        match elected.and_then(|election| Some((election.at, claims.get(number(election)?)?))) {
            Some((at, chosen)) => self.advance(chosen, at, sides),
            None => self.kept(claim),
        }
    }

    fn exercise(
        &mut self,
        claim: &Claim,
        (name, condition, then): (&Name, &Predicate, &Claim),
        from: Moment,
        sides: Sides<'_>,
    ) -> Result<Claim, TermsError> {
        self.work.spend_on(|nodes| condition.measure(0, nodes))?;
        let observations = self.observations;
        let valid = |election: &Election| matches!(condition.holds(election.at, observations), Ok(Some(true)));
        match observations.election(name, sides.elector(), from, self.now, &valid) {
            Some(election) => self.advance(then, election.at, sides),
            None if condition.may_hold_after(self.now) => self.kept(claim),
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
        let Some(end) = self.first(condition, from)? else {
            let left = self.advance(held, from, sides)?;
            return Ok(match left {
                Claim::Zero => Claim::Zero,
                left => Claim::Until(condition.clone(), Box::new(left)),
            });
        };
        if from < end {
            let before = end.plus_seconds(-1)?;
            let (observations, payments, work) = (self.observations, &mut *self.payments, &mut *self.work);
            let mut run = Run { now: before, observations, payments, work };
            run.advance(held, from, sides)?;
        }
        Ok(Claim::Zero)
    }

    fn every(&mut self, repeat: &Repeat, each: &Claim, from: Moment, sides: Sides<'_>) -> Result<Claim, TermsError> {
        let mut left = Vec::new();
        let mut done = repeat.done;
        loop {
            // Moments that lie before the acquisition are passed over one by one: they count as well.
            self.work.spend(1)?;
            let Some(moment) = repeat.moment(done)? else { return Ok(all(left)) };
            if moment > self.now {
                break;
            }
            // Rows that began before the claim was acquired start with their next moment.
            if moment >= from {
                let row = self.advance(each, moment, sides)?;
                left.extend((!row.is_zero()).then_some(row));
            }
            done = done.checked_add(1).ok_or(TermsError::BadRepeat)?;
        }
        self.work.spend_on(|nodes| each.measure(0, nodes))?;
        left.push(Claim::Every(Repeat { done, ..*repeat }, Box::new(each.clone())));
        Ok(all(left))
    }

    /// The first moment at which a condition holds: it is asked at every moment that it names.
    fn first(&mut self, condition: &Predicate, from: Moment) -> Result<Option<Moment>, TermsError> {
        let mut moments = 2u64;
        condition.visit_moments(self.observations, &mut |_| moments = moments.saturating_add(1));
        let mut nodes = 0;
        condition.measure(0, &mut nodes)?;
        self.work.spend(moments.saturating_mul(u64::try_from(nodes).unwrap_or(u64::MAX)))?;
        condition.first(from, self.now, self.observations)
    }

    /// A claim that stays as it is.
    fn kept(&mut self, claim: &Claim) -> Result<Claim, TermsError> {
        self.work.spend_on(|nodes| claim.measure(0, nodes))?;
        Ok(claim.clone())
    }

    /// Acquired at a moment, waiting for an observation.
    fn waiting(&mut self, claim: &Claim, from: Moment) -> Result<Claim, TermsError> {
        Ok(Claim::Acquired(from, Box::new(self.kept(claim)?)))
    }
}

fn give(claim: Claim) -> Claim {
    if claim.is_zero() { Claim::Zero } else { Claim::Give(Box::new(claim)) }
}

/// All that is left, without what is nothing. Lists in lists become one, so that a row which waits step after step
/// lies no deeper than before; a list longer than a contract may have is one of such lists.
fn all(claims: Vec<Claim>) -> Claim {
    let mut left = Vec::with_capacity(claims.len());
    claims.into_iter().for_each(|claim| flatten(claim, &mut left));
    match left.len() {
        0 => Claim::Zero,
        1 => left.pop().unwrap_or(Claim::Zero),
        count if count <= LIST_MAX => Claim::And(left),
        _ => {
            let mut lists = Vec::new();
            while !left.is_empty() {
                let rest = left.split_off(left.len().min(LIST_MAX));
                lists.push(Claim::And(std::mem::replace(&mut left, rest)));
            }
            Claim::And(lists)
        }
    }
}

fn flatten(claim: Claim, into: &mut Vec<Claim>) {
    match claim {
        Claim::Zero => {}
        Claim::And(claims) => claims.into_iter().for_each(|claim| flatten(claim, into)),
        claim => into.push(claim),
    }
}
