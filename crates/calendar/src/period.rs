use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{CalendarError, Date};

/// What a period counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum PeriodUnit {
    Day,
    Week,
    Month,
    Year,
}

/// A length on the calendar, like three months; text as in ISO 8601 (`P3M`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    /// How many.
    pub count: u16,
    /// Of what.
    pub unit: PeriodUnit,
}

impl Period {
    /// That many days.
    pub const fn days(count: u16) -> Period {
        Period { count, unit: PeriodUnit::Day }
    }

    /// That many months.
    pub const fn months(count: u16) -> Period {
        Period { count, unit: PeriodUnit::Month }
    }

    /// The months it has, if it is made of months or years.
    pub fn in_months(self) -> Option<u32> {
        match self.unit {
            PeriodUnit::Month => Some(u32::from(self.count)),
            // A product of sixteen bits and twelve.
            PeriodUnit::Year => Some(u32::from(self.count).saturating_mul(12)),
            PeriodUnit::Day | PeriodUnit::Week => None,
        }
    }

    /// The days it has, if it is made of days or weeks.
    pub fn in_days(self) -> Option<u32> {
        match self.unit {
            PeriodUnit::Day => Some(u32::from(self.count)),
            PeriodUnit::Week => Some(u32::from(self.count).saturating_mul(7)),
            PeriodUnit::Month | PeriodUnit::Year => None,
        }
    }

    /// `date` moved by `times` of this period, back if negative. Months are counted at once, so that the
    /// 31st comes back after a shorter month.
    ///
    /// # Errors
    /// [`CalendarError::NoSuchDay`] outside the years 1 to 9999.
    pub fn after(self, date: Date, times: i32) -> Result<Date, CalendarError> {
        let total = |each: u32| i32::try_from(each).ok()?.checked_mul(times);
        match (self.in_months(), self.in_days()) {
            (Some(months), _) => date.plus_months(total(months).ok_or(CalendarError::NoSuchDay)?),
            (None, days) => date.plus_days(total(days.unwrap_or(0)).ok_or(CalendarError::NoSuchDay)?),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.unit {
            PeriodUnit::Day => 'D',
            PeriodUnit::Week => 'W',
            PeriodUnit::Month => 'M',
            PeriodUnit::Year => 'Y',
        };
        write!(f, "P{}{letter}", self.count)
    }
}

impl FromStr for Period {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Period, CalendarError> {
        let body = text.strip_prefix('P').ok_or(CalendarError::Malformed)?;
        let digits = body.trim_end_matches(|letter: char| letter.is_ascii_uppercase());
        let unit = match body.get(digits.len()..) {
            Some("D") => PeriodUnit::Day,
            Some("W") => PeriodUnit::Week,
            Some("M") => PeriodUnit::Month,
            Some("Y") => PeriodUnit::Year,
            _ => return Err(CalendarError::Malformed),
        };
        let canonical = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = canonical && (digits == "0" || !digits.starts_with('0'));
        let count = if canonical { digits.parse().ok() } else { None };
        Ok(Period { count: count.ok_or(CalendarError::Malformed)?, unit })
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Period, CalendarError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_and_print() {
        for text in ["P3M", "P1Y", "P2W", "P0D", "P65535D"] {
            assert_eq!(text.parse::<Period>().map(|period| period.to_string()), Ok(text.to_owned()));
        }
        for text in ["3M", "P", "PM", "P3", "P03M", "P-3M", "P3m", "P65536D", "P1Y6M"] {
            assert_eq!(text.parse::<Period>(), Err(CalendarError::Malformed), "{text}");
        }
    }

    #[test]
    fn the_thirty_first_comes_back() {
        let anchor: Date = "2026-01-31".parse().expect("a date");
        let month = Period::months(1);
        assert_eq!(month.after(anchor, 1).map(|date| date.to_string()), Ok("2026-02-28".to_owned()));
        assert_eq!(month.after(anchor, 2).map(|date| date.to_string()), Ok("2026-03-31".to_owned()));
        let weeks = Period { count: 2, unit: PeriodUnit::Week };
        assert_eq!(weeks.after(anchor, -1).map(|date| date.to_string()), Ok("2026-01-17".to_owned()));
        assert_eq!(month.after(anchor, i32::MAX), Err(CalendarError::NoSuchDay));
    }
}
