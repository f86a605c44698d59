use gage_calendar::{DayCount, DayCountContext, Moment, Period};
use gage_units::Rounding;
use serde::{Deserialize, Serialize};

use crate::claim::count;
use crate::{Name, Number, Observations, TermsError};

/// A moment in an observable: a date, or the moment at which the claim is acquired, perhaps some time before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instant {
    /// A date.
    At(Moment),
    /// When the claim is acquired.
    Now,
    /// A period before that.
    Before(Period),
}

impl Instant {
    /// The moment, for a claim acquired at `acquired`.
    ///
    /// # Errors
    /// [`TermsError::Calendar`] outside the calendar.
    pub fn resolve(self, acquired: Moment) -> Result<Moment, TermsError> {
        match self {
            Instant::At(moment) => Ok(moment),
            Instant::Now => Ok(acquired),
            Instant::Before(period) => Ok(acquired.on(period.after(acquired.date(), -1)?)),
        }
    }
}

/// A number that the terms fix or the world will.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observable {
    /// A number.
    Constant(Number),
    /// A price, never negative.
    Price(Name, Instant),
    /// Anything else that is published: a rate, an index, the performance of a pool.
    Fixing(Name, Instant),
    /// The part of a year between two moments by a day count that needs nothing but dates.
    Years(DayCount, Instant, Instant),
    /// The opposite.
    Negate(Box<Observable>),
    /// The sum.
    Add(Box<Observable>, Box<Observable>),
    /// The difference.
    Subtract(Box<Observable>, Box<Observable>),
    /// The product, rounded toward zero.
    Multiply(Box<Observable>, Box<Observable>),
    /// The quotient, rounded toward zero; a quotient by zero is never known.
    Divide(Box<Observable>, Box<Observable>),
    /// The smaller.
    Min(Box<Observable>, Box<Observable>),
    /// The larger.
    Max(Box<Observable>, Box<Observable>),
}

impl Observable {
    /// Its value for a claim acquired at `acquired`, as far as the world is known at `now`; `None` if something is
    /// not observed yet.
    ///
    /// # Errors
    /// [`TermsError::Math`], [`TermsError::Calendar`].
    pub fn value(
        &self,
        acquired: Moment,
        now: Moment,
        observations: &Observations,
    ) -> Result<Option<Number>, TermsError> {
        let of = |observable: &Observable| observable.value(acquired, now, observations);
        let both = |a: &Observable, b: &Observable| Ok::<_, TermsError>(of(a)?.zip(of(b)?));
        let observed = |name: &Name, instant: &Instant| {
            let at = instant.resolve(acquired)?;
            Ok::<_, TermsError>(if at <= now { observations.value(name, at) } else { None })
        };
        Ok(match self {
            Observable::Constant(number) => Some(*number),
            Observable::Price(name, instant) => observed(name, instant)?.filter(|price| !price.is_negative()),
            Observable::Fixing(name, instant) => observed(name, instant)?,
            Observable::Years(count, from, to) => {
                let (from, to) = (from.resolve(acquired)?, to.resolve(acquired)?);
                if to < from {
                    return Ok(Some(Number::ZERO));
                }
                let fraction = count.year_fraction(from.date(), to.date(), &DayCountContext::default())?;
                Some(Number::of_year(fraction, Rounding::Down)?)
            }
            Observable::Negate(a) => of(a)?.map(Number::negate).transpose()?,
            Observable::Add(a, b) => both(a, b)?.map(|(a, b)| a.plus(b)).transpose()?,
            Observable::Subtract(a, b) => both(a, b)?.map(|(a, b)| a.minus(b)).transpose()?,
            // Toward zero: who is paid more for rounding would be the one who chose the terms.
            Observable::Multiply(a, b) => both(a, b)?.map(|(a, b)| a.times(b, Rounding::Down)).transpose()?,
            Observable::Divide(a, b) => match both(a, b)? {
                Some((_, b)) if b.is_zero() => None,
                Some((a, b)) => Some(a.over(b, Rounding::Down)?),
                None => None,
            },
            Observable::Min(a, b) => both(a, b)?.map(|(a, b)| a.min(b)),
            Observable::Max(a, b) => both(a, b)?.map(|(a, b)| a.max(b)),
        })
    }

    /// Counts its parts. # Errors [`TermsError::TooLarge`], [`TermsError::TooDeep`].
    pub fn measure(&self, depth: usize, nodes: &mut usize) -> Result<(), TermsError> {
        count(depth, nodes)?;
        self.parts().into_iter().flatten().try_for_each(|part| part.measure(depth.saturating_add(1), nodes))
    }

    /// Visits it and its parts.
    pub fn visit(&self, visitor: &mut dyn FnMut(&Observable)) {
        visitor(self);
        self.parts().into_iter().flatten().for_each(|part| part.visit(visitor));
    }

    /// Its parts, up to two.
    pub(crate) fn parts(&self) -> [Option<&Observable>; 2] {
        match self {
            Observable::Constant(_) | Observable::Price(..) | Observable::Fixing(..) | Observable::Years(..) => {
                [None, None]
            }
            Observable::Negate(a) => [Some(a), None],
            Observable::Add(a, b)
            | Observable::Subtract(a, b)
            | Observable::Multiply(a, b)
            | Observable::Divide(a, b)
            | Observable::Min(a, b)
            | Observable::Max(a, b) => [Some(a), Some(b)],
        }
    }
}
