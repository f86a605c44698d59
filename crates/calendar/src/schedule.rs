use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{BusinessDayConvention, CalendarError, Date, HolidayCalendar, Period};

/// The most dates of one schedule: daily for eleven years, monthly for three centuries.
pub const SCHEDULE_MAX: usize = 4_096;

/// Where the irregular period of a schedule lies, if the length is not a whole number of periods.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Stub {
    /// A short last period: dates are counted from the start.
    #[default]
    ShortLast,
    /// A long last period.
    LongLast,
    /// A short first period: dates are counted back from the end.
    ShortFirst,
    /// A long first period.
    LongFirst,
}

/// How a row of dates runs from a start to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The regular period.
    pub period: Period,
    /// Where the irregular one lies.
    pub stub: Stub,
    /// Whether dates counted in months from a month's end are the ends of their months.
    pub month_ends: bool,
    /// Where a date goes that is not a business day. Dates are counted before they are moved.
    pub convention: BusinessDayConvention,
}

impl Schedule {
    /// A short last period, days as they fall.
    pub const fn every(period: Period) -> Schedule {
        Schedule { period, stub: Stub::ShortLast, month_ends: false, convention: BusinessDayConvention::Unadjusted }
    }

    /// The dates from `start` to `end`, both inside, in order and each once.
    ///
    /// # Errors
    /// [`CalendarError::EndBeforeStart`], [`CalendarError::EmptyPeriod`], [`CalendarError::TooManyDates`] above
    /// [`SCHEDULE_MAX`], [`CalendarError::NoBusinessDay`].
    pub fn dates(&self, start: Date, end: Date, calendar: &HolidayCalendar) -> Result<Vec<Date>, CalendarError> {
        let mut dates = self.unadjusted(start, end)?;
        if self.convention != BusinessDayConvention::Unadjusted {
            for date in &mut dates {
                *date = self.convention.adjust(*date, calendar)?;
            }
            dates.dedup();
        }
        Ok(dates)
    }

    /// The dates as they are counted, before any is moved to a business day. # Errors as [`Schedule::dates`].
    pub fn unadjusted(&self, start: Date, end: Date) -> Result<Vec<Date>, CalendarError> {
        if end < start {
            return Err(CalendarError::EndBeforeStart);
        }
        if self.period.count == 0 {
            return Err(CalendarError::EmptyPeriod);
        }
        let backward = matches!(self.stub, Stub::ShortFirst | Stub::LongFirst);
        let (anchor, last, step) = if backward { (end, start, -1) } else { (start, end, 1) };
        let inside = |date: Date| if backward { date > last } else { date < last };
        let roll = self.month_ends && anchor.is_month_end() && self.period.in_months().is_some();
        let mut dates = vec![anchor];
        let mut whole = start == end;
        for count in 1.. {
            let date = self.period.after(anchor, i32::checked_mul(step, count).ok_or(CalendarError::Overflow)?)?;
            let date = if roll { date.month_end() } else { date };
            if !inside(date) {
                whole = whole || date == last;
                break;
            }
            if dates.len() >= SCHEDULE_MAX {
                return Err(CalendarError::TooManyDates);
            }
            dates.push(date);
        }
        let long = matches!(self.stub, Stub::LongLast | Stub::LongFirst);
        if long && !whole && dates.len() > 1 {
            dates.pop();
        }
        if start != end {
            dates.push(last);
        }
        if backward {
            dates.reverse();
        }
        Ok(dates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markets;

    fn dates(schedule: Schedule, start: &str, end: &str) -> Vec<String> {
        let (start, end) = (start.parse().expect("a date"), end.parse().expect("a date"));
        let dates = schedule.dates(start, end, &markets::target()).expect("a schedule");
        dates.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn stubs_lie_where_they_should() {
        let quarterly = |stub| Schedule { stub, ..Schedule::every(Period::months(3)) };
        let (start, end) = ("2026-01-15", "2026-08-31");
        assert_eq!(
            dates(quarterly(Stub::ShortLast), start, end),
            ["2026-01-15", "2026-04-15", "2026-07-15", "2026-08-31"]
        );
        assert_eq!(dates(quarterly(Stub::LongLast), start, end), ["2026-01-15", "2026-04-15", "2026-08-31"]);
        assert_eq!(
            dates(quarterly(Stub::ShortFirst), start, end),
            ["2026-01-15", "2026-02-28", "2026-05-31", "2026-08-31"]
        );
        assert_eq!(dates(quarterly(Stub::LongFirst), start, end), ["2026-01-15", "2026-05-31", "2026-08-31"]);
        // A whole number of periods has no stub to lengthen.
        assert_eq!(dates(quarterly(Stub::LongLast), start, "2026-07-15"), ["2026-01-15", "2026-04-15", "2026-07-15"]);
        assert_eq!(dates(quarterly(Stub::LongFirst), start, "2026-02-01"), [start, "2026-02-01"]);
        assert_eq!(dates(quarterly(Stub::LongFirst), start, start), [start]);
    }

    #[test]
    fn month_ends_stay_month_ends() {
        let monthly = Schedule { month_ends: true, ..Schedule::every(Period::months(1)) };
        let ends = dates(monthly, "2026-02-28", "2026-05-31");
        assert_eq!(ends, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
        let same_day = Schedule { month_ends: false, ..monthly };
        let days = dates(same_day, "2026-02-28", "2026-05-28");
        assert_eq!(days, ["2026-02-28", "2026-03-28", "2026-04-28", "2026-05-28"]);
    }

    #[test]
    fn business_days_move_dates_but_not_the_count() {
        let monthly =
            Schedule { convention: BusinessDayConvention::ModifiedFollowing, ..Schedule::every(Period::months(1)) };
        // Saturday 31 January moves back inside its month; 28 March is a Saturday.
        assert_eq!(
            dates(monthly, "2026-01-31", "2026-03-28"),
            ["2026-01-30", "2026-02-27", "2026-03-30"],
            "28 February is a Saturday"
        );
    }

    #[test]
    fn schedules_are_bounded() {
        let daily = Schedule::every(Period::days(1));
        let unadjusted = |start: &str, end: &str| {
            daily.unadjusted(start.parse().expect("a date"), end.parse().expect("a date")).map(|dates| dates.len())
        };
        assert_eq!(unadjusted("2000-01-01", "2026-01-01"), Err(CalendarError::TooManyDates));
        assert_eq!(unadjusted("2026-01-02", "2026-01-01"), Err(CalendarError::EndBeforeStart));
        let none = Schedule::every(Period::days(0));
        let day = "2026-01-01".parse().expect("a date");
        assert_eq!(none.unadjusted(day, day), Err(CalendarError::EmptyPeriod));
    }
}
