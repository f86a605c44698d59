use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::CalendarError;

/// The Julian day number of 1970-01-01.
const EPOCH_JULIAN: i32 = 2_440_588;
/// 0001-01-01 in days from 1970-01-01.
const FIRST: i32 = -719_162;
/// 9999-12-31 in days from 1970-01-01.
const LAST: i32 = 2_932_896;

/// A civil day of the Gregorian calendar, between the years 1 and 9999. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    /// Days from 1970-01-01, checked wherever a date is made.
    days: i32,
}

/// A day of the week.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// The days of the week, from Monday.
const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

impl Date {
    /// 0001-01-01.
    pub const MIN: Date = Date { days: FIRST };
    /// 9999-12-31.
    pub const MAX: Date = Date { days: LAST };

    /// The day of a year, a month (1 to 12) and a day (from 1).
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`].
    pub fn new(year: i32, month: u8, day: u8) -> Result<Date, CalendarError> {
        let month = time::Month::try_from(month).map_err(|_| CalendarError::NoSuchDay)?;
        let date = time::Date::from_calendar_date(year, month, day).map_err(|_| CalendarError::NoSuchDay)?;
        let days = date.to_julian_day().checked_sub(EPOCH_JULIAN).ok_or(CalendarError::NoSuchDay)?;
        Date::from_days(days)
    }

    /// The day that many days after 1970-01-01.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] outside the years 1 to 9999.
    pub fn from_days(days: i32) -> Result<Date, CalendarError> {
        if (FIRST..=LAST).contains(&days) { Ok(Date { days }) } else { Err(CalendarError::NoSuchDay) }
    }

    /// Days from 1970-01-01.
    pub const fn days(self) -> i32 {
        self.days
    }

    /// Year, month (from 1) and day of the month.
    pub fn ymd(self) -> (i32, u8, u8) {
        let julian = self.days.saturating_add(EPOCH_JULIAN);
        let date = time::Date::from_julian_day(julian)
            .expect("a date is checked when made, and the library knows all days of the years 1 to 9999");
        let (year, month, day) = date.to_calendar_date();
        (year, u8::from(month), day)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.ymd().1
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.ymd().2
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday: three days after a Monday.
        let index = self.days.saturating_add(3).rem_euclid(7);
        let index = usize::try_from(index).expect("a remainder of seven is not negative");
        WEEK.get(index).copied().expect("a remainder of seven is below seven")
    }

    /// Whether it is the last day of its month.
    pub fn is_month_end(self) -> bool {
        let (year, month, day) = self.ymd();
        day == days_of_month(year, month)
    }

    /// The last day of its month.
    pub fn month_end(self) -> Date {
        let (year, month, day) = self.ymd();
        let ahead = i32::from(days_of_month(year, month).saturating_sub(day));
        Date { days: self.days.saturating_add(ahead) }
    }

    /// Later by `days`, or earlier if they are negative.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] outside the years 1 to 9999.
    pub fn plus_days(self, days: i32) -> Result<Date, CalendarError> {
        Date::from_days(self.days.checked_add(days).ok_or(CalendarError::NoSuchDay)?)
    }

    /// The same day of the month `months` later, or the last day of that month if it is shorter.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] outside the years 1 to 9999.
    pub fn plus_months(self, months: i32) -> Result<Date, CalendarError> {
        let (year, month, day) = self.ymd();
        let from_year_one = i64::from(year).checked_mul(12).and_then(|count| count.checked_add(i64::from(month)));
        let count = from_year_one.and_then(|count| count.checked_add(i64::from(months))?.checked_sub(1));
        let count = count.ok_or(CalendarError::NoSuchDay)?;
        let year = i32::try_from(count.div_euclid(12)).map_err(|_| CalendarError::NoSuchDay)?;
        let month = u8::try_from(count.rem_euclid(12)).map_err(|_| CalendarError::NoSuchDay)?.saturating_add(1);
        if !(1..=9999).contains(&year) {
            return Err(CalendarError::NoSuchDay);
        }
        Date::new(year, month, day.min(days_of_month(year, month)))
    }

    /// Days from `self` to `later`; negative if it is earlier.
    pub fn days_until(self, later: Date) -> i32 {
        // The widest difference of two dates is below four million.
        later.days.saturating_sub(self.days)
    }
}

/// Whether a year has 366 days.
pub(crate) fn is_leap(year: i32) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// The days of a month, which is from 1 to 12.
pub(crate) fn days_of_month(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = CalendarError;

    /// Reads `2026-03-31`: one spelling per day.
    fn from_str(text: &str) -> Result<Date, CalendarError> {
        let malformed = CalendarError::Malformed;
        let part = |range: std::ops::Range<usize>| {
            let digits = text.get(range).ok_or(malformed)?;
            let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
            if all_digits { digits.parse::<u16>().map_err(|_| malformed) } else { Err(malformed) }
        };
        let dashes = [4, 7].iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'));
        if text.len() != 10 || !dashes {
            return Err(malformed);
        }
        let narrow = |number: u16| u8::try_from(number).map_err(|_| CalendarError::NoSuchDay);
        Date::new(i32::from(part(0..4)?), narrow(part(5..7)?)?, narrow(part(8..10)?)?)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Date, CalendarError> {
        text.parse()
    }
}

impl BorshDeserialize for Date {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Date> {
        let days = i32::deserialize_reader(reader)?;
        Date::from_days(days).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    #[test]
    fn days_have_one_spelling() {
        for text in ["1970-01-01", "0001-01-01", "9999-12-31", "2000-02-29", "2026-11-20"] {
            assert_eq!(date(text).to_string(), text);
        }
        for text in ["1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01"] {
            assert_eq!(text.parse::<Date>(), Err(CalendarError::NoSuchDay), "{text}");
        }
        for text in ["2026-1-01", "26-01-01", "2026/01/01", "+026-01-01", "2026-01-01T", "2026-01-0a", ""] {
            assert_eq!(text.parse::<Date>(), Err(CalendarError::Malformed), "{text}");
        }
        assert_eq!((Date::MIN.to_string(), Date::MAX.to_string()), ("0001-01-01".into(), "9999-12-31".into()));
    }

    #[test]
    fn weekdays_are_those_of_history() {
        assert_eq!(date("1970-01-01").weekday(), Weekday::Thursday);
        assert_eq!(date("1929-10-29").weekday(), Weekday::Tuesday); // Black Tuesday
        assert_eq!(date("1987-10-19").weekday(), Weekday::Monday); // Black Monday
        assert_eq!(date("2020-03-12").weekday(), Weekday::Thursday);
    }

    #[test]
    fn months_end_where_they_end() {
        assert_eq!(date("2026-01-31").plus_months(1), Ok(date("2026-02-28")));
        assert_eq!(date("2023-12-31").plus_months(2), Ok(date("2024-02-29")));
        assert_eq!(date("2024-02-29").plus_months(-12), Ok(date("2023-02-28")));
        assert_eq!(date("2024-03-15").plus_months(-27), Ok(date("2021-12-15")));
        assert_eq!(date("2024-02-11").month_end(), date("2024-02-29"));
        assert!(date("2023-02-28").is_month_end() && !date("2024-02-28").is_month_end());
        assert_eq!(Date::MAX.plus_months(1), Err(CalendarError::NoSuchDay));
        assert_eq!(Date::MAX.plus_days(1), Err(CalendarError::NoSuchDay));
        assert_eq!(Date::MIN.plus_months(-1), Err(CalendarError::NoSuchDay));
    }

    #[test]
    fn hostile_bytes_make_no_date() {
        let bytes = borsh::to_vec(&date("2026-11-20")).expect("four bytes");
        assert_eq!(borsh::from_slice::<Date>(&bytes).ok(), Some(date("2026-11-20")));
        for days in [i32::MIN, i32::MAX, FIRST - 1, LAST + 1] {
            assert!(borsh::from_slice::<Date>(&days.to_le_bytes()).is_err());
        }
    }
}
