use thiserror::Error;

/// Why a date or a fraction of a year cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// Not a day of the calendar, or outside the years 1 to 9999.
    #[error("no such day between the years 1 and 9999")]
    NoSuchDay,
    /// Not a text of the expected form.
    #[error("expected a date like 2026-03-31, a moment like 2026-03-31T12:00:00, or a period like P3M")]
    Malformed,
    /// The end lies before the start.
    #[error("the end lies before the start")]
    EndBeforeStart,
    /// A period of no length makes no schedule.
    #[error("a schedule needs a period of at least one day")]
    EmptyPeriod,
    /// More dates than a schedule may have.
    #[error("the schedule has more dates than the limit")]
    TooManyDates,
    /// The day count needs the reference period of the coupon.
    #[error("the day count needs the coupon's reference period")]
    NeedsReferencePeriod,
    /// The day count needs the maturity.
    #[error("the day count needs the maturity")]
    NeedsMaturity,
    /// The day count needs a holiday calendar.
    #[error("the day count needs a holiday calendar")]
    NeedsCalendar,
    /// Days from the reference period on are counted, the date lies before it.
    #[error("the date lies before the reference period")]
    OutsideReferencePeriod,
    /// No business day within a month: the calendar rests for ever.
    #[error("the calendar has no business day nearby")]
    NoBusinessDay,
    /// A rule names a day that no month has, or there are too many rules.
    #[error("the calendar has an impossible rule, or too many")]
    BadCalendar,
    /// A number that does not fit.
    #[error("the number does not fit")]
    Overflow,
}
