use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CalendarError, Date};

/// Seconds of a day; there are no leap seconds in this time.
pub const SECONDS_PER_DAY: u32 = 86_400;
const DAY: i64 = 86_400;

/// A second of Universal Time: interest accrues and terms change between whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    /// Seconds from 1970-01-01T00:00:00, on a day that [`Date`] knows.
    seconds: i64,
}

impl Moment {
    /// The first second of the year 1.
    pub const MIN: Moment = Moment { seconds: -62_135_596_800 };
    /// The last second of the year 9999.
    pub const MAX: Moment = Moment { seconds: 253_402_300_799 };

    /// The second `second_of_day` of a day.
    ///
    /// # Errors
    /// [`CalendarError::Malformed`] for a second that no day has.
    pub fn new(date: Date, second_of_day: u32) -> Result<Moment, CalendarError> {
        if second_of_day >= SECONDS_PER_DAY {
            return Err(CalendarError::Malformed);
        }
        let midnight = i64::from(date.days()).checked_mul(DAY).ok_or(CalendarError::Overflow)?;
        let seconds = midnight.checked_add(i64::from(second_of_day)).ok_or(CalendarError::Overflow)?;
        Ok(Moment { seconds })
    }

    /// The start of a day.
    pub fn midnight(date: Date) -> Moment {
        // Days are below three million, so that their seconds fit by far.
        Moment { seconds: i64::from(date.days()).saturating_mul(DAY) }
    }

    /// That many seconds from 1970-01-01.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] outside the years 1 to 9999.
    pub fn from_seconds(seconds: i64) -> Result<Moment, CalendarError> {
        let moment = Moment { seconds };
        if (Moment::MIN..=Moment::MAX).contains(&moment) { Ok(moment) } else { Err(CalendarError::NoSuchDay) }
    }

    /// The second in which a block's timestamp lies.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] after the year 9999.
    pub fn from_timestamp(timestamp: Timestamp) -> Result<Moment, CalendarError> {
        Moment::from_seconds(i64::try_from(timestamp.seconds()).map_err(|_| CalendarError::NoSuchDay)?)
    }

    /// Its first millisecond, as blocks count time.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] before 1970.
    pub fn timestamp(self) -> Result<Timestamp, CalendarError> {
        let seconds = u64::try_from(self.seconds).map_err(|_| CalendarError::NoSuchDay)?;
        // Seconds up to the year 9999, by far below what fits.
        Ok(Timestamp(seconds.saturating_mul(1_000)))
    }

    /// Seconds from 1970-01-01.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Its day.
    pub fn date(self) -> Date {
        let days = i32::try_from(self.seconds.div_euclid(DAY)).expect("a moment is checked when made");
        Date::from_days(days).expect("a moment is checked when made")
    }

    /// Seconds since the start of its day.
    pub fn second_of_day(self) -> u32 {
        u32::try_from(self.seconds.rem_euclid(DAY)).expect("a remainder of a day's seconds")
    }

    /// Later by `seconds`, or earlier if they are negative.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] outside the years 1 to 9999.
    pub fn plus_seconds(self, seconds: i64) -> Result<Moment, CalendarError> {
        Moment::from_seconds(self.seconds.checked_add(seconds).ok_or(CalendarError::NoSuchDay)?)
    }

    /// The same time of another day.
    pub fn on(self, date: Date) -> Moment {
        let midnight = Moment::midnight(date).seconds;
        // A second of a day after a midnight that has a day.
        Moment { seconds: midnight.saturating_add(i64::from(self.second_of_day())) }
    }
}

impl From<Date> for Moment {
    fn from(date: Date) -> Moment {
        Moment::midnight(date)
    }
}

/// Without the time where it is midnight.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)?;
        let second = self.second_of_day();
        if second == 0 {
            return Ok(());
        }
        let (hour, minute) = (second.div_euclid(3600), second.div_euclid(60).rem_euclid(60));
        write!(f, "T{hour:02}:{minute:02}:{:02}", second.rem_euclid(60))
    }
}

impl FromStr for Moment {
    type Err = CalendarError;

    /// Reads a date, or a date and a time to the minute or second, as in `2026-03-31T23:59:59`.
    fn from_str(text: &str) -> Result<Moment, CalendarError> {
        let Some((date, clock)) = text.split_once('T') else { return text.parse().map(Moment::midnight) };
        let malformed = CalendarError::Malformed;
        let mut parts = [0u32; 3];
        if !(clock.len() == 5 || clock.len() == 8) {
            return Err(malformed);
        }
        for (slot, part) in parts.iter_mut().zip(clock.split(':')) {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            *slot = if digits { part.parse().map_err(|_| malformed)? } else { return Err(malformed) };
        }
        let [hour, minute, second] = parts;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(malformed);
        }
        let second_of_day = hour.saturating_mul(3600).saturating_add(minute.saturating_mul(60)).saturating_add(second);
        Moment::new(date.parse()?, second_of_day)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> String {
        moment.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Moment, CalendarError> {
        text.parse()
    }
}

impl BorshDeserialize for Moment {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Moment> {
        let seconds = i64::deserialize_reader(reader)?;
        Moment::from_seconds(seconds).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_and_print() {
        for text in ["2026-03-31", "2026-03-31T23:59:59", "1969-12-31T00:00:01"] {
            assert_eq!(text.parse::<Moment>().map(|moment| moment.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("2013-01-01T00:00".parse::<Moment>(), "2013-01-01T00:00:00".parse());
        for text in ["2026-03-31T24:00:00", "2026-03-31T1:00", "2026-03-31T", "2026-03-31T12-00", "2026-03-31T12:0a"] {
            assert_eq!(text.parse::<Moment>(), Err(CalendarError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_timestamp_lies_in_its_second() {
        let moment = Moment::from_timestamp(Timestamp(1_583_971_200_999)).expect("2020");
        assert_eq!(moment.to_string(), "2020-03-12");
        assert_eq!(moment.plus_seconds(-1).map(|moment| moment.to_string()), Ok("2020-03-11T23:59:59".to_owned()));
        assert_eq!(Moment::from_timestamp(Timestamp(u64::MAX)), Err(CalendarError::NoSuchDay));
        assert_eq!((Moment::MIN.date(), Moment::MAX.date()), (Date::MIN, Date::MAX));
    }
}
