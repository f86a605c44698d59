//! Day counts: how much of a year lies between two dates, as bonds, swaps and loans agree on it.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::date::is_leap;
use crate::{CalendarError, Date, HolidayCalendar, Period, YearFraction};

/// How days become a part of a year. The names are those of the ISDA 2006 definitions, section 4.16, and of
/// the ICMA rule book, rule 251, where these have one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// 30/360 US (SIA): the last day of February counts as a 30th.
    #[serde(rename = "30_360_us")]
    Thirty360Us,
    /// 30/360 bond basis, ISDA 4.16(f): a 31st at the end is a 30th only after a 30th.
    #[serde(rename = "30_360")]
    Thirty360BondBasis,
    /// 30E/360 Eurobond basis, ISDA 4.16(g): every 31st is a 30th.
    #[serde(rename = "30e_360")]
    ThirtyE360,
    /// 30E/360 ISDA, 4.16(h): every last day of February is a 30th too, but for the maturity. Needs the maturity.
    #[serde(rename = "30e_360_isda")]
    ThirtyE360Isda,
    /// Months of 28 days over a year of 336.
    #[serde(rename = "28e_336")]
    TwentyEightE336,
    /// Days over 360.
    #[serde(rename = "act_360")]
    Actual360,
    /// Days over 365.
    #[serde(rename = "act_365f")]
    Actual365Fixed,
    /// ACT/ACT ISDA, 4.16(b): days of leap years over 366, others over 365.
    #[serde(rename = "act_act_isda")]
    ActualActualIsda,
    /// ACT/ACT ICMA, rule 251.1: days over those of the regular period and its number in a year. Needs the
    /// reference period.
    #[serde(rename = "act_act_icma")]
    ActualActualIcma,
    /// ACT/ACT AFB: whole years back from the end, the rest over 366 if it has a 29th of February.
    #[serde(rename = "act_act_afb")]
    ActualActualAfb,
    /// Business days over 252. Needs a calendar.
    #[serde(rename = "bus_252")]
    Business252,
}

/// The regular period of a coupon, as ACT/ACT ICMA needs it: it starts at `start` and repeats both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferencePeriod {
    /// A regular coupon date, not after the first date asked for.
    pub start: Date,
    /// The regular period: a number of months or years that divides or is a whole number of years.
    pub period: Period,
    /// Whether regular dates are the last days of their months.
    pub month_ends: bool,
}

/// What some day counts need beside the two dates.
#[derive(Clone, Copy, Debug, Default)]
pub struct DayCountContext<'a> {
    /// For 30E/360 ISDA.
    pub maturity: Option<Date>,
    /// For ACT/ACT ICMA.
    pub reference: Option<ReferencePeriod>,
    /// For BUS/252.
    pub calendar: Option<&'a HolidayCalendar>,
}

impl DayCount {
    /// The part of a year from `from` (inside) to `to` (outside).
    ///
    /// # Errors
    /// [`CalendarError::EndBeforeStart`], or what the day count needs and `context` has not.
    pub fn year_fraction(
        self,
        from: Date,
        to: Date,
        context: &DayCountContext<'_>,
    ) -> Result<YearFraction, CalendarError> {
        if to < from {
            return Err(CalendarError::EndBeforeStart);
        }
        match self {
            DayCount::ActualActualIsda => actual_actual_isda(from, to),
            DayCount::ActualActualAfb => actual_actual_afb(from, to),
            DayCount::ActualActualIcma => {
                actual_actual_icma(from, to, &context.reference.ok_or(CalendarError::NeedsReferencePeriod)?)
            }
            _ => YearFraction::new(u128::from(self.days(from, to, context)?), self.basis()),
        }
    }

    /// The days it counts from `from` (inside) to `to` (outside).
    ///
    /// # Errors
    /// As [`DayCount::year_fraction`].
    pub fn days(self, from: Date, to: Date, context: &DayCountContext<'_>) -> Result<u32, CalendarError> {
        if to < from {
            return Err(CalendarError::EndBeforeStart);
        }
        let days = match self {
            DayCount::Thirty360Us => thirty_360_us(from, to),
            DayCount::Thirty360BondBasis => thirty_360_bond_basis(from, to),
            DayCount::ThirtyE360 => thirty_e_360(from, to),
            DayCount::ThirtyE360Isda => {
                thirty_e_360_isda(from, to, context.maturity.ok_or(CalendarError::NeedsMaturity)?)
            }
            DayCount::TwentyEightE336 => twenty_eight_e_336(from, to),
            DayCount::Business252 => {
                return context.calendar.ok_or(CalendarError::NeedsCalendar)?.business_days(from, to);
            }
            _ => i64::from(from.days_until(to)),
        };
        // Some 30/360 counts are below zero by a day or two inside a month's end; no interest accrues there.
        u32::try_from(days.max(0)).map_err(|_| CalendarError::Overflow)
    }

    /// The days of its year; 365 where it depends on the year.
    fn basis(self) -> u128 {
        match self {
            DayCount::Thirty360Us
            | DayCount::Thirty360BondBasis
            | DayCount::ThirtyE360
            | DayCount::ThirtyE360Isda
            | DayCount::Actual360 => 360,
            DayCount::TwentyEightE336 => 336,
            DayCount::Business252 => 252,
            DayCount::Actual365Fixed
            | DayCount::ActualActualIsda
            | DayCount::ActualActualIcma
            | DayCount::ActualActualAfb => 365,
        }
    }

    /// Its usual name, as in contracts.
    pub const fn name(self) -> &'static str {
        match self {
            DayCount::Thirty360Us => "30/360 US",
            DayCount::Thirty360BondBasis => "30/360",
            DayCount::ThirtyE360 => "30E/360",
            DayCount::ThirtyE360Isda => "30E/360 ISDA",
            DayCount::TwentyEightE336 => "28E/336",
            DayCount::Actual360 => "ACT/360",
            DayCount::Actual365Fixed => "ACT/365F",
            DayCount::ActualActualIsda => "ACT/ACT ISDA",
            DayCount::ActualActualIcma => "ACT/ACT ICMA",
            DayCount::ActualActualAfb => "ACT/ACT AFB",
            DayCount::Business252 => "BUS/252",
        }
    }

    /// Every day count.
    pub const ALL: [DayCount; 11] = [
        DayCount::Thirty360Us,
        DayCount::Thirty360BondBasis,
        DayCount::ThirtyE360,
        DayCount::ThirtyE360Isda,
        DayCount::TwentyEightE336,
        DayCount::Actual360,
        DayCount::Actual365Fixed,
        DayCount::ActualActualIsda,
        DayCount::ActualActualIcma,
        DayCount::ActualActualAfb,
        DayCount::Business252,
    ];
}

impl fmt::Display for DayCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A day with the day of the month set by a convention: (year, month, day).
type Numbered = (i32, u8, u8);

/// `360 * years + 30 * months + days`, with other lengths of month and year.
#[allow(clippy::arithmetic_side_effects, reason = "years of four digits, months to twelve, days to thirty-one")]
fn difference(from: Numbered, to: Numbered, month: i64) -> i64 {
    let years = i64::from(to.0) - i64::from(from.0);
    let months = i64::from(to.1) - i64::from(from.1);
    let days = i64::from(to.2) - i64::from(from.2);
    12 * month * years + month * months + days
}

/// SIA: first the ends of February, then a 31st at the end after a 30th or 31st, then a 31st at the start.
fn thirty_360_us(from: Date, to: Date) -> i64 {
    let (mut first, mut last) = (from.ymd(), to.ymd());
    let february_end = |date: Date| date.month() == 2 && date.is_month_end();
    if february_end(from) {
        if february_end(to) {
            last.2 = 30;
        }
        first.2 = 30;
    }
    if last.2 == 31 && first.2 >= 30 {
        last.2 = 30;
    }
    first.2 = first.2.min(30);
    difference(first, last, 30)
}

fn thirty_360_bond_basis(from: Date, to: Date) -> i64 {
    let (mut first, mut last) = (from.ymd(), to.ymd());
    first.2 = first.2.min(30);
    if first.2 == 30 {
        last.2 = last.2.min(30);
    }
    difference(first, last, 30)
}

fn thirty_e_360(from: Date, to: Date) -> i64 {
    let (mut first, mut last) = (from.ymd(), to.ymd());
    first.2 = first.2.min(30);
    last.2 = last.2.min(30);
    difference(first, last, 30)
}

fn thirty_e_360_isda(from: Date, to: Date, maturity: Date) -> i64 {
    let (mut first, mut last) = (from.ymd(), to.ymd());
    if from.is_month_end() {
        first.2 = 30;
    }
    if to.is_month_end() && !(to == maturity && last.1 == 2) {
        last.2 = 30;
    }
    difference((first.0, first.1, first.2.min(30)), (last.0, last.1, last.2.min(30)), 30)
}

fn twenty_eight_e_336(from: Date, to: Date) -> i64 {
    let (mut first, mut last) = (from.ymd(), to.ymd());
    first.2 = first.2.min(28);
    last.2 = last.2.min(28);
    difference(first, last, 28)
}

/// Days of leap years and of other years, each over its own length.
fn actual_actual_isda(from: Date, to: Date) -> Result<YearFraction, CalendarError> {
    let (mut leap, mut normal) = (0i64, 0i64);
    let mut start = from;
    while start < to {
        let year = start.year();
        // The first day of the next year; in 9999 the day after the last is not needed, `to` is before it.
        let next = Date::new(year.saturating_add(1), 1, 1).unwrap_or(to);
        let end = next.min(to);
        let days = i64::from(start.days_until(end));
        let bucket = if is_leap(year) { &mut leap } else { &mut normal };
        *bucket = bucket.checked_add(days).ok_or(CalendarError::Overflow)?;
        start = end;
    }
    fraction(leap, 366)?.plus(fraction(normal, 365)?)
}

/// Whole years back from the end; what is left over 366 if it holds a 29th of February, else over 365.
fn actual_actual_afb(from: Date, to: Date) -> Result<YearFraction, CalendarError> {
    let mut years = 0i64;
    let mut end = to;
    loop {
        // A 28th of February of a leap year, counted back from a 29th or 28th, stays at the month's end.
        let count = i32::try_from(years).map_err(|_| CalendarError::Overflow)?.saturating_add(1);
        let Ok(mut earlier) = to.plus_months(count.saturating_mul(-12)) else { break };
        if to.month() == 2 && to.is_month_end() {
            earlier = earlier.month_end();
        }
        if earlier < from {
            break;
        }
        (years, end) = (years.saturating_add(1), earlier);
    }
    let leap_day = |year: i32| Date::new(year, 2, 29).is_ok_and(|day| from <= day && day < end);
    let basis = if leap_day(from.year()) || leap_day(end.year()) { 366 } else { 365 };
    fraction(years, 1)?.plus(fraction(i64::from(from.days_until(end)), basis)?)
}

/// Each regular period counts as much as any other; its days share it evenly.
fn actual_actual_icma(from: Date, to: Date, reference: &ReferencePeriod) -> Result<YearFraction, CalendarError> {
    let months = reference.period.in_months().filter(|months| *months > 0).ok_or(CalendarError::EmptyPeriod)?;
    if from < reference.start {
        return Err(CalendarError::OutsideReferencePeriod);
    }
    let mut total = YearFraction::ZERO;
    let mut count = 0i32;
    loop {
        let regular = |times: i32| {
            let date = reference.period.after(reference.start, times)?;
            Ok(if reference.month_ends { date.month_end() } else { date })
        };
        let (start, end) = (regular(count)?, regular(count.saturating_add(1))?);
        let (inside_from, inside_to) = (from.max(start), to.min(end));
        if inside_from < inside_to {
            let days = u128::try_from(inside_from.days_until(inside_to)).map_err(|_| CalendarError::Overflow)?;
            let whole = u128::try_from(start.days_until(end)).map_err(|_| CalendarError::Overflow)?;
            // days / whole of a period, and the period is months / 12 of a year.
            let above = days.checked_mul(u128::from(months)).ok_or(CalendarError::Overflow)?;
            let below = whole.checked_mul(12).ok_or(CalendarError::Overflow)?;
            total = total.plus(YearFraction::new(above, below)?)?;
        }
        if to <= end {
            return Ok(total);
        }
        count = count.checked_add(1).ok_or(CalendarError::Overflow)?;
    }
}

fn fraction(numerator: i64, denominator: u128) -> Result<YearFraction, CalendarError> {
    YearFraction::new(u128::try_from(numerator).map_err(|_| CalendarError::Overflow)?, denominator)
}
