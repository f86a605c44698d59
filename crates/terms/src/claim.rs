use gage_calendar::{Moment, Period};
use serde::{Deserialize, Serialize};

use crate::{Name, Number, Observable, Predicate, TermsError};

/// The most parts of a contract: claims, observables and predicates together.
pub const NODES_MAX: usize = 4_096;
/// The deepest nesting.
pub const DEPTH_MAX: usize = 32;
/// The most members of one `and` or `or`.
pub const LIST_MAX: usize = 512;

/// What the holder of a claim gets from its obligor. A claim is acquired at a moment, at which its observables are
/// observed; the root at the contract's start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Nothing.
    Zero,
    /// One unit of an asset, at once.
    One(Name),
    /// The claim with both sides exchanged: the holder owes it.
    Give(Box<Claim>),
    /// All of these.
    And(Vec<Claim>),
    /// One of these, which the holder elects under a name; nothing until then.
    Or(Name, Vec<Claim>),
    /// The first if the condition holds when it is acquired, else the second.
    Cond(Predicate, Box<Claim>, Box<Claim>),
    /// So many of the claim.
    Scale(Observable, Box<Claim>),
    /// The claim, acquired when the condition holds for the first time.
    When(Predicate, Box<Claim>),
    /// The claim, acquired when the holder elects so under a name while the condition holds.
    Anytime(Name, Predicate, Box<Claim>),
    /// The claim, which ends when the condition holds for the first time: nothing is paid from then on.
    Until(Predicate, Box<Claim>),
    /// The claim acquired anew at every date of a row, from its acquisition on.
    Every(Repeat, Box<Claim>),
    /// A claim that was acquired at a moment and waits for an observation of it. `step` makes it.
    Acquired(Moment, Box<Claim>),
}

/// A row of moments: an anchor and every period after it. Months are counted from the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The first.
    pub from: Moment,
    /// From one to the next.
    pub period: Period,
    /// The last that may be; none if it goes on for ever.
    pub to: Option<Moment>,
    /// How many of them are done.
    #[serde(default)]
    pub done: u32,
}

impl Repeat {
    /// The moment with a number from 0, unless it lies after the end.
    ///
    /// # Errors
    /// [`TermsError::Calendar`] outside the calendar.
    pub fn moment(&self, number: u32) -> Result<Option<Moment>, TermsError> {
        let times = i32::try_from(number).map_err(|_| TermsError::BadRepeat)?;
        let moment = self.from.on(self.period.after(self.from.date(), times)?);
        Ok(self.to.is_none_or(|to| moment <= to).then_some(moment))
    }

    /// How many moments are still to come; `None` if they never end.
    pub fn left(&self) -> Option<u32> {
        let to = self.to?;
        let days = u32::try_from(self.from.date().days_until(to.date())).ok()?;
        let shortest = self.period.in_days().or(self.period.in_months().map(|months| months.saturating_mul(28)))?;
        // At least as many as there are: a month has 28 days or more.
        days.checked_div(shortest)?.checked_add(1)?.checked_sub(self.done).or(Some(0))
    }
}

impl Claim {
    /// So many units of an asset.
    pub fn amount(amount: Number, asset: Name) -> Claim {
        Claim::Scale(Observable::Constant(amount), Box::new(Claim::One(asset)))
    }

    /// Whether nothing can come of it.
    pub fn is_zero(&self) -> bool {
        *self == Claim::Zero
    }

    /// Counts its parts into `nodes`.
    ///
    /// # Errors
    /// [`TermsError::TooLarge`], [`TermsError::TooDeep`], [`TermsError::BadList`], [`TermsError::BadRepeat`].
    pub fn measure(&self, depth: usize, nodes: &mut usize) -> Result<(), TermsError> {
        count(depth, nodes)?;
        let deeper = depth.saturating_add(1);
        match self {
            Claim::Zero | Claim::One(_) => Ok(()),
            Claim::Give(claim) | Claim::Acquired(_, claim) => claim.measure(deeper, nodes),
            Claim::And(claims) | Claim::Or(_, claims) => {
                if claims.is_empty() || claims.len() > LIST_MAX {
                    return Err(TermsError::BadList);
                }
                claims.iter().try_for_each(|claim| claim.measure(deeper, nodes))
            }
            Claim::Cond(condition, yes, no) => {
                condition.measure(deeper, nodes)?;
                yes.measure(deeper, nodes)?;
                no.measure(deeper, nodes)
            }
            Claim::Scale(factor, claim) => {
                factor.measure(deeper, nodes)?;
                claim.measure(deeper, nodes)
            }
            Claim::When(condition, claim) | Claim::Anytime(_, condition, claim) | Claim::Until(condition, claim) => {
                condition.measure(deeper, nodes)?;
                claim.measure(deeper, nodes)
            }
            Claim::Every(repeat, claim) => {
                let forward = repeat.to.is_none_or(|to| repeat.from <= to);
                if repeat.period.count == 0 || !forward {
                    return Err(TermsError::BadRepeat);
                }
                claim.measure(deeper, nodes)
            }
        }
    }
}

/// One more part at a depth.
pub(crate) fn count(depth: usize, nodes: &mut usize) -> Result<(), TermsError> {
    *nodes = nodes.saturating_add(1);
    match (*nodes <= NODES_MAX, depth <= DEPTH_MAX) {
        (false, _) => Err(TermsError::TooLarge),
        (true, false) => Err(TermsError::TooDeep),
        (true, true) => Ok(()),
    }
}
