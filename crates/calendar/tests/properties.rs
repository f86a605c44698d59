//! Properties of dates, day counts and schedules against the naive way of counting day by day.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use gage_calendar::{
    BusinessDayConvention, Date, DayCount, DayCountContext, HolidayCalendar, Moment, Period, Schedule, Stub, Weekday,
    markets,
};
use proptest::prelude::*;

fn dates() -> impl Strategy<Value = Date> {
    (-60_000i32..60_000).prop_map(|days| Date::from_days(days).unwrap())
}

fn stubs() -> impl Strategy<Value = Stub> {
    prop::sample::select(vec![Stub::ShortLast, Stub::LongLast, Stub::ShortFirst, Stub::LongFirst])
}

/// The day after, by the rule of 1582 and the lengths of months.
fn next_by_hand((year, month, day): (i32, u8, u8)) -> (i32, u8, u8) {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][usize::from(month) - 1];
    match (day == length, month == 12) {
        (false, _) => (year, month, day + 1),
        (true, false) => (year, month + 1, 1),
        (true, true) => (year + 1, 1, 1),
    }
}

#[test]
fn four_centuries_day_by_day() {
    let mut day = Date::new(1800, 1, 1).unwrap();
    let mut weekday = Weekday::Wednesday;
    while day.year() < 2200 {
        let next = day.plus_days(1).unwrap();
        assert_eq!(next.ymd(), next_by_hand(day.ymd()));
        assert_eq!(day.weekday(), weekday);
        weekday = match weekday {
            Weekday::Monday => Weekday::Tuesday,
            Weekday::Tuesday => Weekday::Wednesday,
            Weekday::Wednesday => Weekday::Thursday,
            Weekday::Thursday => Weekday::Friday,
            Weekday::Friday => Weekday::Saturday,
            Weekday::Saturday => Weekday::Sunday,
            Weekday::Sunday => Weekday::Monday,
        };
        day = next;
    }
}

proptest! {
    #[test]
    fn text_and_bytes_come_back(date in dates(), second in 0u32..86_400) {
        prop_assert_eq!(date.to_string().parse::<Date>(), Ok(date));
        let moment = Moment::new(date, second).unwrap();
        prop_assert_eq!(moment.to_string().parse::<Moment>(), Ok(moment));
        prop_assert_eq!((moment.date(), moment.second_of_day()), (date, second));
        let json = serde_json::to_string(&moment).unwrap();
        prop_assert_eq!(serde_json::from_str::<Moment>(&json).unwrap(), moment);
        prop_assert_eq!(borsh::from_slice::<Moment>(&borsh::to_vec(&moment).unwrap()).unwrap(), moment);
    }

    /// Actual counts split anywhere without loss.
    #[test]
    fn actual_counts_add_up(a in dates(), b in dates(), c in dates()) {
        let mut days = [a, b, c];
        days.sort();
        let [a, b, c] = days;
        for count in [DayCount::Actual360, DayCount::Actual365Fixed, DayCount::ActualActualIsda] {
            let part = |from, to| count.year_fraction(from, to, &DayCountContext::default()).unwrap();
            prop_assert_eq!(part(a, b).plus(part(b, c)).unwrap(), part(a, c), "{}", count);
        }
    }

    /// Every 30/360 count is 360 a year and 30 a month when the day of the month is below 28.
    #[test]
    fn thirty_360_is_plain_inside_months(year in 1900i32..2100, month in 1u8..13, day in 1u8..28, months in 0i32..600) {
        let from = Date::new(year, month, day).unwrap();
        let to = from.plus_months(months).unwrap();
        let context = DayCountContext { maturity: Some(to), ..DayCountContext::default() };
        let counts =
            [DayCount::Thirty360Us, DayCount::Thirty360BondBasis, DayCount::ThirtyE360, DayCount::ThirtyE360Isda];
        for count in counts {
            prop_assert_eq!(count.days(from, to, &context).unwrap() as i32, 30 * months, "{}", count);
        }
    }

    #[test]
    fn business_days_are_counted_one_by_one(from in dates(), length in 0i32..800) {
        let calendar = markets::nyse();
        let to = from.plus_days(length).unwrap();
        let counted = (0..length).filter(|ahead| calendar.is_business_day(from.plus_days(*ahead).unwrap())).count();
        prop_assert_eq!(calendar.business_days(from, to).unwrap() as usize, counted);
    }

    #[test]
    fn adjusted_days_are_business_days_nearby(date in dates()) {
        for calendar in [markets::target(), markets::england_and_wales(), markets::sifma()] {
            let adjust = |convention: BusinessDayConvention| convention.adjust(date, &calendar).unwrap();
            let (before, after) = (adjust(BusinessDayConvention::Preceding), adjust(BusinessDayConvention::Following));
            prop_assert!(before <= date && date <= after && after.days() - before.days() < 12);
            let modified =
                [adjust(BusinessDayConvention::ModifiedFollowing), adjust(BusinessDayConvention::ModifiedPreceding)];
            for day in modified.into_iter().chain([before, after]) {
                prop_assert!(calendar.is_business_day(day));
            }
            prop_assert!(modified.iter().all(|day| day.month() == date.month()));
        }
    }

    /// Both ends are in it, it goes up, regular steps are whole periods from the anchor, and only one is not.
    #[test]
    fn schedules_are_regular_but_for_one(start in dates(), length in 0i32..4_000, months in 1u16..14, stub in stubs()) {
        let end = start.plus_days(length).unwrap();
        let period = Period::months(months);
        let dates = Schedule { stub, ..Schedule::every(period) }.unadjusted(start, end).unwrap();
        prop_assert_eq!((dates[0], *dates.last().unwrap()), (start, end));
        prop_assert!(dates.windows(2).all(|pair| pair[0] < pair[1]));
        let backward = matches!(stub, Stub::ShortFirst | Stub::LongFirst);
        let inner: Vec<Date> = if backward { dates[1..].to_vec() } else { dates[..dates.len() - 1].to_vec() };
        for (index, day) in inner.iter().enumerate() {
            let expected = if backward {
                period.after(end, index as i32 + 1 - inner.len() as i32)
            } else {
                period.after(start, index as i32)
            };
            prop_assert_eq!(Ok(*day), expected);
        }
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(calendar) = borsh::from_slice::<HolidayCalendar>(&bytes) {
            // Whatever came in, it is judged and asked without a panic, and a rest day stays one.
            let rests = calendar.check().is_ok() && calendar.is_rest_day(Date::MAX);
            prop_assert!(!(rests && calendar.is_business_day(Date::MAX)));
        }
    }
}
