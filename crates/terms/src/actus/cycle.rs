//! Cycles and the schedules they make (technical specification, 3.1 to 3.3).

use gage_calendar::{Moment, Period, PeriodUnit};

use super::ActusError;

/// The most events of one contract.
pub(super) const EVENTS_MAX: usize = 20_000;

/// A period that repeats, with what becomes of an irregular last one: `P3ML1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// How long it is.
    pub period: Period,
    /// Whether an irregular last period is joined to the regular one before it (`L0`).
    pub long_stub: bool,
}

impl Cycle {
    /// Reads `P1ML0`, `P1M`, or the older `1M-` and `1M+`.
    pub fn parse(text: &str) -> Option<Cycle> {
        let (body, long_stub) = match (text.split_once('L'), text.strip_suffix('-'), text.strip_suffix('+')) {
            (Some((body, "0")), ..) => (body, true),
            (Some((body, "1")), ..) => (body, false),
            (Some(_), ..) => return None,
            (None, Some(body), _) => (body, false),
            (None, None, Some(body)) => (body, true),
            (None, None, None) => (text, false),
        };
        let body = body.strip_prefix('P').unwrap_or(body);
        // Quarters and half years are months.
        let (count, unit) = body.split_at_checked(body.len().checked_sub(1)?)?;
        let count: u16 = count.parse().ok()?;
        let period = match unit {
            "D" => Period { count, unit: PeriodUnit::Day },
            "W" => Period { count, unit: PeriodUnit::Week },
            "M" => Period::months(count),
            "Q" => Period::months(count.checked_mul(3)?),
            "H" => Period::months(count.checked_mul(6)?),
            "Y" => Period { count, unit: PeriodUnit::Year },
            _ => return None,
        };
        Some(Cycle { period, long_stub })
    }

    /// `from` moved by `times` periods; the time of day stays. Whole months from a month's end go to month ends
    /// if `month_ends` says so.
    pub fn after(self, from: Moment, times: i32, month_ends: bool) -> Result<Moment, ActusError> {
        let date = self.period.after(from.date(), times)?;
        let roll = month_ends && from.date().is_month_end() && self.period.in_months().is_some();
        Ok(from.on(if roll { date.month_end() } else { date }))
    }
}

/// The times from `start` up to `end`, every `cycle`; `with_end` says whether `end` belongs to them.
/// A long stub removes the last regular time if the end is not regular itself.
///
/// # Errors
/// [`ActusError::TooManyEvents`].
pub fn schedule(
    start: Moment,
    end: Moment,
    cycle: Option<Cycle>,
    month_ends: bool,
    with_end: bool,
) -> Result<Vec<Moment>, ActusError> {
    let mut times = Vec::new();
    let Some(cycle) = cycle.filter(|cycle| cycle.period.count > 0) else {
        if start < end || !with_end {
            times.push(start);
        }
        if with_end {
            times.push(end);
        }
        return Ok(times);
    };
    let mut next = start;
    let mut count = 0i32;
    while next < end {
        if times.len() >= EVENTS_MAX {
            return Err(ActusError::TooManyEvents);
        }
        times.push(next);
        count = count.saturating_add(1);
        next = cycle.after(start, count, month_ends)?;
    }
    if cycle.long_stub && next != end && times.len() > 1 {
        times.pop();
    }
    if with_end {
        times.push(end);
    }
    Ok(times)
}
