use gage_calendar::Moment;
use serde::{Deserialize, Serialize};

use crate::claim::count;
use crate::{Instant, Name, Observable, Observations, TermsError};

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Relation {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// A condition. Dates and elections are exact to the second; comparisons of what is observed now are judged at the
/// moments at which a contract is stepped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// From this moment on.
    At(Moment),
    /// Until the second before this moment.
    Before(Moment),
    /// Two numbers stand in a relation.
    Compare(Observable, Relation, Observable),
    /// Somebody elected under this name.
    Elected(Name),
    /// Both.
    Both(Box<Predicate>, Box<Predicate>),
    /// One of them or both.
    Either(Box<Predicate>, Box<Predicate>),
    /// Not so.
    Not(Box<Predicate>),
}

impl Predicate {
    /// Whether it holds at `at`; `None` if something is not observed yet.
    ///
    /// # Errors
    /// [`TermsError::Math`], [`TermsError::Calendar`].
    pub fn holds(&self, at: Moment, observations: &Observations) -> Result<Option<bool>, TermsError> {
        let of = |predicate: &Predicate| predicate.holds(at, observations);
        Ok(match self {
            Predicate::At(moment) => Some(*moment <= at),
            Predicate::Before(moment) => Some(at < *moment),
            Predicate::Compare(a, relation, b) => {
                let values = a.value(at, at, observations)?.zip(b.value(at, at, observations)?);
                values.map(|(a, b)| match relation {
                    Relation::Less => a < b,
                    Relation::LessOrEqual => a <= b,
                    Relation::Equal => a == b,
                    Relation::GreaterOrEqual => a >= b,
                    Relation::Greater => a > b,
                })
            }
            Predicate::Elected(name) => Some(observations.first_election(name).is_some_and(|moment| moment <= at)),
            Predicate::Both(a, b) => match (of(a)?, of(b)?) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Predicate::Either(a, b) => match (of(a)?, of(b)?) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Predicate::Not(a) => of(a)?.map(|holds| !holds),
        })
    }

    /// The first moment from `from` to `now` at which it holds. Between the moments at which it can change by
    /// itself, what is observed now is judged at `now` only.
    ///
    /// # Errors
    /// As [`Predicate::holds`].
    pub fn first(&self, from: Moment, now: Moment, observations: &Observations) -> Result<Option<Moment>, TermsError> {
        let mut moments = vec![from, now];
        self.visit_moments(observations, &mut |moment| moments.push(moment));
        moments.retain(|moment| from <= *moment && *moment <= now);
        moments.sort_unstable();
        moments.dedup();
        for moment in moments {
            if self.holds(moment, observations)? == Some(true) {
                return Ok(Some(moment));
            }
        }
        Ok(None)
    }

    /// Whether it can still come to hold after `now`.
    pub fn may_hold_after(&self, now: Moment) -> bool {
        match self {
            Predicate::Before(moment) => now < *moment,
            Predicate::Both(a, b) => a.may_hold_after(now) && b.may_hold_after(now),
            Predicate::Either(a, b) => a.may_hold_after(now) || b.may_hold_after(now),
            // The opposite of a date that has come.
            Predicate::Not(a) => !matches!(**a, Predicate::At(moment) if moment <= now),
            Predicate::At(_) | Predicate::Compare(..) | Predicate::Elected(_) => true,
        }
    }

    /// The moments at which it can change by itself: dates, dates of fixings, and elections that were made.
    pub fn visit_moments(&self, observations: &Observations, visitor: &mut dyn FnMut(Moment)) {
        match self {
            Predicate::At(moment) | Predicate::Before(moment) => visitor(*moment),
            Predicate::Elected(name) => observations.first_election(name).into_iter().for_each(&mut *visitor),
            _ => self.visit_observables(&mut |observable| {
                if let Observable::Price(_, Instant::At(moment)) | Observable::Fixing(_, Instant::At(moment)) =
                    observable
                {
                    visitor(*moment);
                }
            }),
        }
        self.parts().into_iter().flatten().for_each(|part| part.visit_moments(observations, visitor));
    }

    /// The observables of its own comparison.
    fn visit_observables(&self, visitor: &mut dyn FnMut(&Observable)) {
        if let Predicate::Compare(a, _, b) = self {
            a.visit(visitor);
            b.visit(visitor);
        }
    }

    /// Visits it and its parts.
    pub fn visit(&self, visitor: &mut dyn FnMut(&Predicate)) {
        visitor(self);
        self.parts().into_iter().flatten().for_each(|part| part.visit(visitor));
    }

    /// Counts its parts. # Errors [`TermsError::TooLarge`], [`TermsError::TooDeep`].
    pub fn measure(&self, depth: usize, nodes: &mut usize) -> Result<(), TermsError> {
        count(depth, nodes)?;
        let deeper = depth.saturating_add(1);
        if let Predicate::Compare(a, _, b) = self {
            a.measure(deeper, nodes)?;
            b.measure(deeper, nodes)?;
        }
        self.parts().into_iter().flatten().try_for_each(|part| part.measure(deeper, nodes))
    }

    /// Its parts, up to two.
    pub(crate) fn parts(&self) -> [Option<&Predicate>; 2] {
        match self {
            Predicate::Both(a, b) | Predicate::Either(a, b) => [Some(a), Some(b)],
            Predicate::Not(a) => [Some(a), None],
            _ => [None, None],
        }
    }
}
