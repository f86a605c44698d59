//! Holiday calendars as data: which weekdays rest, and rules for days of the year.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::date::days_of_month;
use crate::{CalendarError, Date, Weekday, easter_sunday};

/// The most rules of one calendar.
pub const RULES_MAX: usize = 128;

/// Which days of the week and of the year are without business.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayCalendar {
    /// Its name.
    pub name: String,
    /// Days of every week without business, one bit each, from Monday as the lowest.
    pub rest_days: u8,
    /// Days of the year without business.
    pub rules: Vec<HolidayRule>,
}

/// A holiday and the years in which it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayRule {
    /// Which day.
    pub day: Holiday,
    /// What if it falls on a rest day.
    pub observed: Observed,
    /// The first year.
    pub from_year: u16,
    /// The last year.
    pub to_year: u16,
}

/// A day of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holiday {
    /// The same date in every year: month and day.
    Fixed(u8, u8),
    /// The nth weekday of a month: month, weekday, n from 1.
    Nth(u8, Weekday, u8),
    /// So many days after the nth weekday of a month: month, weekday, n, days.
    AfterNth(u8, Weekday, u8, u8),
    /// The last such weekday of a month.
    Last(u8, Weekday),
    /// So many days after Easter Sunday (before if negative).
    Easter(i8),
    /// The same, but only if it falls after a day of the month: days after Easter, day.
    EasterAfterDay(i8, u8),
    /// One day in history.
    Once(Date),
}

/// Where a holiday is kept that falls on a weekend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// Where it falls.
    Same,
    /// Saturday's on Friday, Sunday's on Monday.
    Nearest,
    /// Sunday's on Monday; Saturday's is lost.
    SundayToMonday,
    /// On Monday.
    Monday,
    /// Saturday's on Monday, Sunday's and a Monday's on Tuesday: for the day after one that moves to Monday.
    AfterMonday,
}

impl HolidayCalendar {
    /// Whether business is done.
    pub fn is_business_day(&self, date: Date) -> bool {
        !self.is_rest_day(date) && !self.is_holiday(date)
    }

    /// Whether it is a rest day of every week.
    pub fn is_rest_day(&self, date: Date) -> bool {
        let bit = match date.weekday() {
            Weekday::Monday => 1,
            Weekday::Tuesday => 2,
            Weekday::Wednesday => 4,
            Weekday::Thursday => 8,
            Weekday::Friday => 16,
            Weekday::Saturday => 32,
            Weekday::Sunday => 64,
        };
        self.rest_days & bit != 0
    }

    /// Whether a rule makes it a holiday.
    pub fn is_holiday(&self, date: Date) -> bool {
        self.rules.iter().any(|rule| rule.falls_on(date))
    }

    /// Business days from `from` (inside) to `to` (outside).
    ///
    /// # Errors
    /// [`CalendarError::EndBeforeStart`].
    pub fn business_days(&self, from: Date, to: Date) -> Result<u32, CalendarError> {
        if to < from {
            return Err(CalendarError::EndBeforeStart);
        }
        let days = (from.days()..to.days()).filter_map(|day| Date::from_days(day).ok());
        u32::try_from(days.filter(|day| self.is_business_day(*day)).count()).map_err(|_| CalendarError::Overflow)
    }

    /// Whether every rule names days that exist, and there are not too many.
    ///
    /// # Errors
    /// [`CalendarError::BadCalendar`].
    pub fn check(&self) -> Result<(), CalendarError> {
        let good = self.rest_days < 128 && self.rules.len() <= RULES_MAX && self.rules.iter().all(HolidayRule::is_good);
        if good { Ok(()) } else { Err(CalendarError::BadCalendar) }
    }
}

impl HolidayRule {
    pub(crate) fn is_good(&self) -> bool {
        let month = |month: u8| (1..=12).contains(&month);
        let day = match self.day {
            Holiday::Fixed(m, day) => month(m) && (1..=days_of_month(2024, m)).contains(&day),
            Holiday::Nth(m, _, nth) | Holiday::AfterNth(m, _, nth, _) => month(m) && (1..=5).contains(&nth),
            Holiday::Last(m, _) => month(m),
            Holiday::Easter(_) | Holiday::EasterAfterDay(_, _) | Holiday::Once(_) => true,
        };
        day && self.from_year <= self.to_year
    }

    /// Whether the holiday is kept on `date`.
    pub(crate) fn falls_on(&self, date: Date) -> bool {
        if let Holiday::Once(day) = self.day {
            return day == date;
        }
        let year = date.year();
        // New Year's Day of the next year may be kept on the last day of this one.
        let next = (date.month() == 12).then(|| year.saturating_add(1));
        [Some(year), next].into_iter().flatten().any(|year| self.kept_in(year) == Some(date))
    }

    /// The day on which a year's holiday is kept, if that year has one.
    fn kept_in(&self, year: i32) -> Option<Date> {
        let known = (i32::from(self.from_year)..=i32::from(self.to_year)).contains(&year);
        let day = known.then(|| self.day.in_year(year)).flatten()?;
        let ahead = match (self.observed, day.weekday()) {
            (Observed::Nearest, Weekday::Saturday) => -1,
            (Observed::Nearest | Observed::SundayToMonday | Observed::Monday, Weekday::Sunday) => 1,
            (Observed::Monday | Observed::AfterMonday, Weekday::Saturday) => 2,
            (Observed::AfterMonday, Weekday::Sunday) => 2,
            (Observed::AfterMonday, Weekday::Monday) => 1,
            _ => 0,
        };
        day.plus_days(ahead).ok()
    }
}

impl HolidayRule {
    /// The day itself in a year, if it has one, before it is moved.
    pub(crate) fn day_in(&self, year: i32) -> Option<Date> {
        self.day.in_year(year)
    }
}

impl Holiday {
    /// The day in a year, if it has one.
    fn in_year(self, year: i32) -> Option<Date> {
        match self {
            Holiday::Fixed(month, day) => Date::new(year, month, day).ok(),
            Holiday::Nth(month, weekday, nth) => {
                let first = first_weekday(Date::new(year, month, 1).ok()?, weekday)?;
                let day = first.plus_days(i32::from(nth).checked_sub(1)?.checked_mul(7)?).ok()?;
                (day.month() == month).then_some(day)
            }
            Holiday::AfterNth(month, weekday, nth, days) => {
                Holiday::Nth(month, weekday, nth).in_year(year)?.plus_days(i32::from(days)).ok()
            }
            Holiday::Last(month, weekday) => {
                let last = Date::new(year, month, 1).ok()?.month_end();
                first_weekday(last.plus_days(-6).ok()?, weekday)
            }
            Holiday::Easter(after) => easter_sunday(year).ok()?.plus_days(i32::from(after)).ok(),
            Holiday::EasterAfterDay(after, first) => {
                Holiday::Easter(after).in_year(year).filter(|day| day.day() > first)
            }
            Holiday::Once(day) => (day.year() == year).then_some(day),
        }
    }
}

/// The first such weekday from `from` on.
fn first_weekday(from: Date, weekday: Weekday) -> Option<Date> {
    (0..7).filter_map(|ahead| from.plus_days(ahead).ok()).find(|date| date.weekday() == weekday)
}
