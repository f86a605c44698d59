//! Bounds of what an observable can be: for the worst case of a contract.

use std::fmt;

use gage_units::Rounding;
use serde::{Serialize, Serializer};

use crate::{Instant, Number, Observable};

/// A number, or no bound at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// At most this.
    Finite(Number),
    /// No bound.
    Unbounded,
}

impl Bound {
    /// Nothing.
    pub const ZERO: Bound = Bound::Finite(Number::ZERO);

    /// The sum; what does not fit has no bound.
    pub fn plus(self, other: Bound) -> Bound {
        match (self, other) {
            (Bound::Finite(a), Bound::Finite(b)) => a.plus(b).map_or(Bound::Unbounded, Bound::Finite),
            _ => Bound::Unbounded,
        }
    }

    /// The product of two bounds that are not negative, rounded up; nothing times anything is nothing.
    pub fn times(self, other: Bound) -> Bound {
        match (self, other) {
            (Bound::ZERO, _) | (_, Bound::ZERO) => Bound::ZERO,
            (Bound::Finite(a), Bound::Finite(b)) => a.times(b, Rounding::Up).map_or(Bound::Unbounded, Bound::Finite),
            _ => Bound::Unbounded,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Finite(number) => number.fmt(f),
            Bound::Unbounded => f.write_str("unbounded"),
        }
    }
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From how far below nothing to how far above an observable can be: both not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// The least it can be; `None` if there is no least.
    pub low: Option<Number>,
    /// The most it can be; `None` if there is no most.
    pub high: Option<Number>,
}

impl Range {
    const ANY: Range = Range { low: None, high: None };

    /// How far above nothing it can be.
    pub fn above(self) -> Bound {
        self.high.map_or(Bound::Unbounded, |high| Bound::Finite(high.max(Number::ZERO)))
    }

    /// How far below nothing it can be.
    pub fn below(self) -> Bound {
        match self.low {
            None => Bound::Unbounded,
            Some(low) if low.is_negative() => low.magnitude().map_or(Bound::Unbounded, Bound::Finite),
            Some(_) => Bound::ZERO,
        }
    }
}

/// Where an observable can lie, whatever is observed.
pub(crate) fn range(observable: &Observable) -> Range {
    match observable {
        Observable::Constant(number) => Range { low: Some(*number), high: Some(*number) },
        Observable::Price(..) => Range { low: Some(Number::ZERO), high: None },
        Observable::Fixing(..) => Range::ANY,
        Observable::Years(_, from, to) => Range { low: Some(Number::ZERO), high: years_at_most(*from, *to) },
        Observable::Negate(a) => negated(range(a)),
        Observable::Add(a, b) => sum(range(a), range(b)),
        Observable::Subtract(a, b) => sum(range(a), negated(range(b))),
        Observable::Multiply(a, b) => product(range(a), range(b)),
        Observable::Divide(a, b) => quotient(range(a), range(b)),
        Observable::Min(a, b) => {
            let (a, b) = (range(a), range(b));
            Range { low: a.low.zip(b.low).map(|(a, b)| a.min(b)), high: least(a.high, b.high) }
        }
        Observable::Max(a, b) => {
            let (a, b) = (range(a), range(b));
            Range { low: most(a.low, b.low), high: a.high.zip(b.high).map(|(a, b)| a.max(b)) }
        }
    }
}

fn least(a: Option<Number>, b: Option<Number>) -> Option<Number> {
    a.into_iter().chain(b).min()
}

fn most(a: Option<Number>, b: Option<Number>) -> Option<Number> {
    a.into_iter().chain(b).max()
}

fn negated(range: Range) -> Range {
    let opposite = |number: Option<Number>| number.and_then(|number| number.negate().ok());
    Range { low: opposite(range.high), high: opposite(range.low) }
}

fn sum(a: Range, b: Range) -> Range {
    let add = |a: Option<Number>, b: Option<Number>| a.zip(b).and_then(|(a, b)| a.plus(b).ok());
    Range { low: add(a.low, b.low), high: add(a.high, b.high) }
}

fn product(a: Range, b: Range) -> Range {
    // How far above nothing: both above or both below; how far below: one above and one below.
    let positive = a.above().times(b.above()).max(a.below().times(b.below()));
    let negative = a.above().times(b.below()).max(a.below().times(b.above()));
    let finite = |bound: Bound| match bound {
        Bound::Finite(number) => Some(number),
        Bound::Unbounded => None,
    };
    Range { low: finite(negative).and_then(|number| number.negate().ok()), high: finite(positive) }
}

/// A divisor that can come near nothing bounds nothing.
fn quotient(a: Range, b: Range) -> Range {
    let away = |number: Number| number.magnitude().ok().filter(|number| !number.is_zero());
    let nearest = match (b.low, b.high) {
        (Some(low), _) if low > Number::ZERO => away(low),
        (_, Some(high)) if high.is_negative() => away(high),
        _ => None,
    };
    let Some(inverse) = nearest.and_then(|number| Number::ONE.over(number, Rounding::Up).ok()) else {
        let zero = Range { low: Some(Number::ZERO), high: Some(Number::ZERO) };
        return if a == zero { zero } else { Range::ANY };
    };
    let negative = b.high.is_some_and(Number::is_negative);
    let inverse = Range { low: Some(Number::ZERO), high: Some(inverse) };
    product(a, if negative { negated(inverse) } else { inverse })
}

/// The most years that can lie between two instants: days over 252, the shortest year of a day count, and three days
/// more for the ends of months.
fn years_at_most(from: Instant, to: Instant) -> Option<Number> {
    let days = match (from, to) {
        (Instant::At(from), Instant::At(to)) => from.date().days_until(to.date()).max(0),
        (Instant::Before(period), Instant::Now) => {
            let days = period.in_days().or(period.in_months().map(|months| months.saturating_mul(31)))?;
            i32::try_from(days).ok()?
        }
        (Instant::Now, Instant::Now | Instant::Before(_)) => 0,
        _ => return None,
    };
    Number::whole(days.saturating_add(3)).over(Number::whole(252), Rounding::Up).ok()
}
