//! The day counts and holidays against published examples: always against own copies of well-known numbers,
//! and against the reference tables where they are at hand (`GAGE_REFERENCE_DATA`, or `../shared/data`
//! beside the workspace), skipped loudly where not.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::path::PathBuf;

use gage_calendar::{Date, DayCount, DayCountContext, Period, ReferencePeriod, markets};
use serde_json::Value;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn tables() -> Option<Value> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from);
    let file = folder.join("quantlib_reference/tables.json");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            eprintln!("SKIPPED: no reference tables at {} ({error}); set GAGE_REFERENCE_DATA", file.display());
            None
        }
    }
}

/// `Date(20`, `August`, `2006)`.
fn quantlib_date(day: &str, month: &str, year: &str) -> Date {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|name| month.starts_with(name)).unwrap() as u8 + 1;
    let day = day.trim_start_matches("Date(").parse().unwrap();
    Date::new(year.trim_end_matches(')').parse().unwrap(), month, day).unwrap()
}

#[test]
fn thirty_360_tables_are_reproduced() {
    let Some(tables) = tables() else { return };
    let mut rows = 0;
    for table in tables["daycounters.cpp"].as_array().unwrap() {
        let name = table["test"].as_str().unwrap();
        let count = match name {
            "testThirty360_BondBasis" => DayCount::Thirty360BondBasis,
            "testThirty360_EurobondBasis" => DayCount::ThirtyE360,
            "testThirty360_USA" => DayCount::Thirty360Us,
            "testThirty360_ISDA" => DayCount::ThirtyE360Isda,
            _ => continue,
        };
        // The ISDA table's examples are each a bond that matures on its last date.
        let cases = table["rows"].as_array().unwrap();
        let cell = |row: &Value, at: usize| row[at].as_str().unwrap().to_owned();
        let last = cases.last().unwrap();
        let maturity = quantlib_date(&cell(last, 3), &cell(last, 4), &cell(last, 5));
        for row in cases {
            let from = quantlib_date(&cell(row, 0), &cell(row, 1), &cell(row, 2));
            let to = quantlib_date(&cell(row, 3), &cell(row, 4), &cell(row, 5));
            let context = DayCountContext { maturity: Some(maturity), ..DayCountContext::default() };
            let days = count.days(from, to, &context).unwrap();
            assert_eq!(days.to_string(), cell(row, 6), "{name}: {from} to {to}");
            rows += 1;
        }
    }
    assert_eq!(rows, 80, "every row of the 30/360 tables");
}

/// ISDA's memorandum of 1998 on ACT/ACT, with ICMA and AFB beside it: a regular semi-annual coupon, a short
/// and a long first one, and two last ones.
#[test]
fn actual_actual_examples_of_the_isda_memorandum() {
    let months = |count| Period::months(count);
    let reference = |start: &str, period| ReferencePeriod { start: date(start), period, month_ends: false };
    let cases = [
        (
            "2003-11-01",
            "2004-05-01",
            reference("2003-11-01", months(6)),
            [497_724_380_567, 500_000_000_000, 497_267_759_563],
        ),
        (
            "1999-02-01",
            "1999-07-01",
            reference("1998-07-01", months(12)),
            [410_958_904_110, 410_958_904_110, 410_958_904_110],
        ),
        (
            "1999-07-01",
            "2000-07-01",
            reference("1999-07-01", months(12)),
            [1_001_377_348_604, 1_000_000_000_000, 1_000_000_000_000],
        ),
        (
            "2002-08-15",
            "2003-07-15",
            reference("2002-07-15", months(6)),
            [915_068_493_151, 915_760_869_565, 915_068_493_151],
        ),
        (
            "2003-07-15",
            "2004-01-15",
            reference("2003-07-15", months(6)),
            [504_004_790_778, 500_000_000_000, 504_109_589_041],
        ),
        (
            "1999-07-30",
            "2000-01-30",
            reference("1999-07-30", months(6)),
            [503_892_506_924, 500_000_000_000, 504_109_589_041],
        ),
        (
            "2000-01-30",
            "2000-06-30",
            reference("2000-01-30", months(6)),
            [415_300_546_448, 417_582_417_582, 415_300_546_448],
        ),
    ];
    for (from, to, reference, expected) in cases {
        let context = DayCountContext { reference: Some(reference), ..DayCountContext::default() };
        let counts = [DayCount::ActualActualIsda, DayCount::ActualActualIcma, DayCount::ActualActualAfb];
        for (count, expected) in counts.into_iter().zip(expected) {
            let fraction = count.year_fraction(date(from), date(to), &context).unwrap();
            let scaled = (fraction.numerator() * 2_000_000_000_000 / fraction.denominator()).div_ceil(2);
            assert_eq!(scaled, expected, "{count} from {from} to {to}");
        }
    }
}

#[test]
fn simple_counts_by_hand() {
    let fraction = |count: DayCount, from: &str, to: &str| {
        let calendar = markets::weekdays();
        let context = DayCountContext { calendar: Some(&calendar), ..DayCountContext::default() };
        let fraction = count.year_fraction(date(from), date(to), &context).unwrap();
        (fraction.numerator(), fraction.denominator())
    };
    assert_eq!(fraction(DayCount::Actual360, "2026-01-01", "2026-03-01"), (59, 360));
    assert_eq!(fraction(DayCount::Actual365Fixed, "2024-01-01", "2025-01-01"), (366, 365));
    assert_eq!(fraction(DayCount::TwentyEightE336, "2026-01-31", "2026-03-28"), (56 / 56, 336 / 56));
    assert_eq!(fraction(DayCount::Business252, "2026-11-20", "2026-11-27"), (5, 252));
    assert_eq!(fraction(DayCount::ActualActualAfb, "2004-02-28", "2008-02-29"), (4 * 365 + 1, 365));
    for count in DayCount::ALL {
        assert!(count.year_fraction(date("2026-01-02"), date("2026-01-01"), &DayCountContext::default()).is_err());
    }
}

/// The closing days of whole years, as their owners published them.
#[test]
fn published_closing_days() {
    let holidays = |calendar: &gage_calendar::HolidayCalendar, year: i32| {
        calendar.check().unwrap();
        let first = Date::new(year, 1, 1).unwrap();
        let days = (0..366).filter_map(|ahead| first.plus_days(ahead).ok()).filter(|day| day.year() == year);
        let closed = days.filter(|day| calendar.is_holiday(*day) && !calendar.is_rest_day(*day));
        closed.map(|day| day.to_string()[5..].to_owned()).collect::<Vec<_>>().join(" ")
    };
    let cases = [
        (markets::target(), 2024, "01-01 03-29 04-01 05-01 12-25 12-26"),
        (markets::target(), 2001, "01-01 04-13 04-16 05-01 12-25 12-26 12-31"),
        (markets::nyse(), 2020, "01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25"),
        (markets::nyse(), 2021, "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24"),
        (markets::nyse(), 2022, "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26"),
        (markets::us_federal_reserve(), 2020, "01-01 01-20 02-17 05-25 09-07 10-12 11-11 11-26 12-25"),
        (markets::us_federal(), 2021, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        (markets::sifma(), 2021, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25 12-24"),
        (markets::sifma(), 2024, "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
        (markets::england_and_wales(), 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"),
        (markets::england_and_wales(), 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
        (markets::england_and_wales(), 2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
        (markets::england_and_wales(), 2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
        (markets::every_day(), 2026, ""),
    ];
    for (calendar, year, expected) in cases {
        assert_eq!(holidays(&calendar, year), expected, "{} {year}", calendar.name);
    }
}
