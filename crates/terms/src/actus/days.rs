//! Day counts and business days of the standard (technical specification, 3.4 to 3.6).

use gage_calendar::{
    BusinessDayConvention, Date, DayCount, DayCountContext, HolidayCalendar, Moment, SECONDS_PER_DAY, YearFraction,
    markets,
};
use gage_units::Rounding;

use super::ActusError;
use super::reader::Reader;
use crate::Number;

/// How a contract counts days and moves events.
#[derive(Clone, Debug)]
pub struct Days {
    /// Its day count.
    pub day_count: DayCount,
    /// Where events go that fall on a rest day.
    pub convention: BusinessDayConvention,
    /// Whether amounts are calculated before events are moved (`CS...`), not after (`SC...`).
    pub calculate_first: bool,
    /// Its business days.
    pub calendar: HolidayCalendar,
    /// Whether schedules that start at a month's end stay at month ends.
    pub month_ends: bool,
    /// For 30E/360 ISDA.
    pub maturity: Option<Moment>,
}

impl Days {
    pub(super) fn read(terms: Reader<'_>) -> Result<Days, ActusError> {
        let bad = |term: &'static str, value: String| ActusError::BadTerm { term, value };
        let day_count = match terms.text("dayCountConvention").as_deref() {
            None | Some("AA") => DayCount::ActualActualIsda,
            Some("A360") => DayCount::Actual360,
            Some("A365") => DayCount::Actual365Fixed,
            Some("30E360ISDA") => DayCount::ThirtyE360Isda,
            Some("30E360") => DayCount::ThirtyE360,
            Some("28E336") => DayCount::TwentyEightE336,
            Some("B252" | "BUS252") => DayCount::Business252,
            Some(other) => return Err(bad("dayCountConvention", other.to_owned())),
        };
        let (convention, calculate_first) = match terms.text("businessDayConvention").as_deref() {
            None | Some("NULL" | "NOS") => (BusinessDayConvention::Unadjusted, false),
            Some("SCF") => (BusinessDayConvention::Following, false),
            Some("SCMF") => (BusinessDayConvention::ModifiedFollowing, false),
            Some("SCP") => (BusinessDayConvention::Preceding, false),
            Some("SCMP") => (BusinessDayConvention::ModifiedPreceding, false),
            Some("CSF") => (BusinessDayConvention::Following, true),
            Some("CSMF") => (BusinessDayConvention::ModifiedFollowing, true),
            Some("CSP") => (BusinessDayConvention::Preceding, true),
            Some("CSMP") => (BusinessDayConvention::ModifiedPreceding, true),
            Some(other) => return Err(bad("businessDayConvention", other.to_owned())),
        };
        let calendar = match terms.text("calendar").as_deref() {
            None | Some("NC" | "NOCALENDAR" | "NoCalendar") => markets::every_day(),
            Some("MF" | "MONDAYTOFRIDAY" | "MondayToFriday") => markets::weekdays(),
            Some(other) => return Err(bad("calendar", other.to_owned())),
        };
        let month_ends = match terms.text("endOfMonthConvention").as_deref() {
            None | Some("SD") => false,
            Some("EOM") => true,
            Some(other) => return Err(bad("endOfMonthConvention", other.to_owned())),
        };
        let maturity = terms.moment("maturityDate")?;
        Ok(Days { day_count, convention, calculate_first, calendar, month_ends, maturity })
    }

    /// When an event of the schedule happens.
    pub fn event_time(&self, scheduled: Moment) -> Result<Moment, ActusError> {
        Ok(scheduled.on(self.convention.adjust(scheduled.date(), &self.calendar)?))
    }

    /// The moment to which its amounts are calculated.
    pub fn calculation_time(&self, scheduled: Moment) -> Result<Moment, ActusError> {
        if self.calculate_first { Ok(scheduled) } else { self.event_time(scheduled) }
    }

    /// The part of a year between two times of the schedule.
    pub fn year_fraction(&self, from: Moment, to: Moment) -> Result<YearFraction, ActusError> {
        let (from, to) = (counted(self.calculation_time(from)?)?, counted(self.calculation_time(to)?)?);
        if to <= from {
            return Ok(YearFraction::ZERO);
        }
        let context = DayCountContext {
            // A maturity that is counted falls on no month's end that it would change.
            maturity: Some(self.maturity.map_or(Date::MAX, Moment::date)),
            reference: None,
            calendar: Some(&self.calendar),
        };
        Ok(self.day_count.year_fraction(from.date(), to.date(), &context)?)
    }

    /// Interest at `rate` on `amount`: rounded toward zero in the eighteenth place, three orders of magnitude
    /// finer than the doubles in which the standard's results are published.
    pub fn interest(&self, amount: Number, rate: Number, from: Moment, to: Moment) -> Result<Number, ActusError> {
        let yearly = amount.times(rate, Rounding::Down)?;
        Ok(yearly.for_year_fraction(self.year_fraction(from, to)?, Rounding::Down)?)
    }
}

/// The last second of a day stands for midnight (technical specification, 2.8): days are counted to the next one.
fn counted(time: Moment) -> Result<Moment, ActusError> {
    let last_second = SECONDS_PER_DAY.saturating_sub(1);
    if time.second_of_day() == last_second { Ok(time.plus_seconds(1)?) } else { Ok(time) }
}
