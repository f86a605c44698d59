//! Dates and the conventions of markets about them (floor 0): pure, no clock, no zone database.
//!
//! Nouns: [`Date`] (a civil day), [`Moment`] (a second, UTC), [`Period`] (3 months), [`DayCount`] and the
//! exact [`YearFraction`] it gives, [`BusinessDayConvention`], [`HolidayCalendar`] (rest days and rules, as
//! data), [`Schedule`] (a row of dates with stubs and month ends), [`TradingHours`] (open, closed, halted).
//!
//! Ready-made calendars are in [`markets`]: TARGET, US federal, the Federal Reserve, SIFMA, NYSE, England and
//! Wales, every day (24/7) and Monday to Friday. Any other is a value of the same type, read from a file.
//!
//! Invariants: a date is between the years 1 and 9999, also when it comes from outside; a year fraction is an
//! exact fraction, so that nothing is rounded before it meets an amount; a row of dates has at most
//! [`SCHEDULE_MAX`] members and never goes back; months are counted from the anchor, so that no day drifts.

mod convention;
mod date;
mod day_count;
mod easter;
mod error;
mod holidays;
pub mod markets;
mod moment;
mod period;
mod schedule;
mod session;
mod year_fraction;

pub use convention::BusinessDayConvention;
pub use date::{Date, Weekday};
pub use day_count::{DayCount, DayCountContext, ReferencePeriod};
pub use easter::easter_sunday;
pub use error::CalendarError;
pub use holidays::{Holiday, HolidayCalendar, HolidayRule, Observed, RULES_MAX};
pub use moment::{Moment, SECONDS_PER_DAY};
pub use period::{Period, PeriodUnit};
pub use schedule::{SCHEDULE_MAX, Schedule, Stub};
pub use session::{Clock, Halt, MarketState, Session, TradingHours};
pub use year_fraction::YearFraction;
