use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{CalendarError, Date, HolidayCalendar};

/// The longest run of days without business that is walked through.
const REST_MAX: u32 = 366;

/// Where a date goes that is not a business day.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BusinessDayConvention {
    /// It stays.
    #[default]
    Unadjusted,
    /// To the next business day.
    Following,
    /// To the next, unless that is in another month: then to the one before.
    ModifiedFollowing,
    /// To the business day before.
    Preceding,
    /// To the one before, unless that is in another month: then to the next.
    ModifiedPreceding,
}

impl BusinessDayConvention {
    /// The date on which business is done for `date`.
    ///
    /// # Errors
    /// [`CalendarError::NoBusinessDay`] if the calendar rests for a year.
    pub fn adjust(self, date: Date, calendar: &HolidayCalendar) -> Result<Date, CalendarError> {
        let same_month = |other: Date| (other.year(), other.month()) == (date.year(), date.month());
        match self {
            BusinessDayConvention::Unadjusted => Ok(date),
            BusinessDayConvention::Following => walk(date, calendar, 1),
            BusinessDayConvention::Preceding => walk(date, calendar, -1),
            BusinessDayConvention::ModifiedFollowing => match walk(date, calendar, 1)? {
                next if same_month(next) => Ok(next),
                _ => walk(date, calendar, -1),
            },
            BusinessDayConvention::ModifiedPreceding => match walk(date, calendar, -1)? {
                before if same_month(before) => Ok(before),
                _ => walk(date, calendar, 1),
            },
        }
    }
}

/// The first business day from `date` on, in steps of one day.
fn walk(date: Date, calendar: &HolidayCalendar, step: i32) -> Result<Date, CalendarError> {
    let mut day = date;
    for _ in 0..REST_MAX {
        if calendar.is_business_day(day) {
            return Ok(day);
        }
        day = day.plus_days(step)?;
    }
    Err(CalendarError::NoBusinessDay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markets;

    #[test]
    fn the_end_of_may_2026_moves_as_agreed() {
        // Saturday 30 May 2026, the last weekend of the month; and Sunday 1 March 2026.
        let adjust = |convention: BusinessDayConvention, date: &str| {
            let date = date.parse().expect("a date");
            convention.adjust(date, &markets::weekdays()).map(|date| date.to_string())
        };
        for (convention, may, march) in [
            (BusinessDayConvention::Unadjusted, "2026-05-30", "2026-03-01"),
            (BusinessDayConvention::Following, "2026-06-01", "2026-03-02"),
            (BusinessDayConvention::ModifiedFollowing, "2026-05-29", "2026-03-02"),
            (BusinessDayConvention::Preceding, "2026-05-29", "2026-02-27"),
            (BusinessDayConvention::ModifiedPreceding, "2026-05-29", "2026-03-02"),
        ] {
            assert_eq!(adjust(convention, "2026-05-30"), Ok(may.to_owned()), "{convention:?}");
            assert_eq!(adjust(convention, "2026-03-01"), Ok(march.to_owned()), "{convention:?}");
        }
    }

    #[test]
    fn a_calendar_without_business_is_an_error() {
        let mut calendar = markets::weekdays();
        calendar.rest_days = 0b111_1111;
        let date = "2026-05-30".parse().expect("a date");
        assert_eq!(BusinessDayConvention::Following.adjust(date, &calendar), Err(CalendarError::NoBusinessDay));
    }
}
