//! Days, rates, bonds, credit.

use gage_calendar::{Date, DayCount, DayCountContext, markets};
use gage_quant::bond::{Bond, ExCoupon};
use gage_quant::bootstrap::{Quoted, bootstrap};
use gage_quant::compounding::Compounding;

use crate::baskets;
use crate::data::{Found, Report, Row, Table};
use crate::plain::or_nan;

pub fn report(table: &Table, name: (&str, usize)) -> Option<Report> {
    Some(match name {
        ("interestrates.cpp", 0) => Report::of(table, "", |row| {
            let growth = compounding(row.text(1), row.text(2)).growth(row.number(0), row.number(3));
            let rate = growth.and_then(|growth| compounding(row.text(4), row.text(5)).rate(growth, row.number(3)));
            vec![Found { printed: row.text(6), found: or_nan(rate), tolerance: None }]
        }),
        ("daycounters.cpp", 1) => days(table, DayCount::Thirty360BondBasis),
        ("daycounters.cpp", 2) => days(table, DayCount::ThirtyE360),
        ("daycounters.cpp", 3) => days(table, DayCount::Thirty360Us),
        ("daycounters.cpp", 4..=6) => days(table, DayCount::ThirtyE360Isda),
        ("daycounters.cpp", _) => Report::none(table, "inputs only"),
        ("bonds.cpp", 3) => gilt(table),
        ("bonds.cpp", 4) => australian(table),
        ("bonds.cpp", 5) => {
            Report::none(table, "a note with a short last period (its dates are in the source): ours are regular")
        }
        ("bonds.cpp", _) => Report::none(table, "inputs only, or a bond described in the source only"),
        ("overnightindexedswap.cpp", 2) => Report::none(table, "inputs of a test of conventions"),
        ("overnightindexedswap.cpp", _) | ("piecewiseyieldcurve.cpp", 0 | 4 | 7 | 8 | 10) => repriced(table),
        ("piecewiseyieldcurve.cpp", 5) => notes(table),
        ("piecewiseyieldcurve.cpp", _) => Report::none(table, "inputs of other instruments or of a global fit"),
        ("interpolations.cpp", _) => Report::none(table, "interpolations of others: not built"),
        ("cdo.cpp", 0) => baskets::tranches(table),
        ("nthtodefault.cpp", at) => baskets::nth_to_default(table, at),
        ("creditdefaultswap.cpp", _) => Report::none(table, "inputs only: the swap is checked in our tests"),
        _ => return None,
    })
}

fn compounding(name: &str, frequency: &str) -> Compounding {
    let n = match frequency {
        "Annual" => 1.0,
        "Semiannual" => 2.0,
        "EveryFourthMonth" => 3.0,
        "Quarterly" => 4.0,
        "Bimonthly" => 6.0,
        _ => 12.0,
    };
    match name {
        "Simple" => Compounding::Simple,
        "Compounded" => Compounding::Periodic(n),
        "Continuous" => Compounding::Continuous,
        _ => Compounding::SimpleThenPeriodic(n),
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date that the data hold as three cells: `Date(20`, `August`, `2006)`.
fn date(row: &Row, at: usize) -> Date {
    let day = row.text(at).trim_start_matches("Date(").parse().expect("a day");
    let month = MONTHS.iter().position(|month| month.starts_with(row.text(at + 1))).expect("a month") as u8 + 1;
    Date::new(row.text(at + 2).trim_end_matches(')').parse().expect("a year"), month, day).expect("a date")
}

fn days(table: &Table, count: DayCount) -> Report {
    Report::of(table, "by `gage-calendar`", |row| {
        // No period of the tables is the last of its instrument.
        let context = DayCountContext { maturity: Date::new(2099, 1, 1).ok(), ..DayCountContext::default() };
        let found = count.days(date(row, 0), date(row, 3), &context).map_or(f64::NAN, f64::from);
        vec![Found { printed: row.text(6), found, tolerance: None }]
    })
}

fn half_years(last: &str, count: i32) -> Vec<Date> {
    let last: Date = last.parse().expect("a date");
    (0..=count).rev().map(|n| last.plus_months(-6 * n).expect("a date")).collect()
}

/// Settlement (three cells), clean price, accrued, dirty price, yield, duration, convexity.
fn analytics<'a>(row: &'a Row, bond: &Bond, ex: &ExCoupon<'_>) -> Vec<Found<'a>> {
    let settlement = date(row, 0);
    let clean = row.number(3);
    let yield_ = bond.yield_at(settlement, clean, ex).expect("there is one");
    let at = bond.at_yield(settlement, yield_, ex).expect("a yield");
    let numbers = [at.accrued, at.accrued + clean, yield_, at.modified_duration, at.convexity];
    let column = |(at, found)| Found { printed: row.text(4 + at), found, tolerance: None };
    numbers.into_iter().enumerate().map(column).collect()
}

/// 8 % Treasury stock of June 2021: seven business days before a coupon it goes ex.
fn gilt(table: &Table) -> Report {
    let bond = Bond { dates: half_years("2021-06-07", 17), coupon: 8.0, frequency: 2 };
    let calendar = markets::england_and_wales();
    Report::of(table, "accrued, dirty, yield, duration, convexity", |row| {
        analytics(row, &bond, &ExCoupon::Business(6, &calendar))
    })
}

/// 6 % of February 2017: seven days before a coupon it goes ex.
fn australian(table: &Table) -> Report {
    let bond = Bond { dates: half_years("2017-02-15", 7), coupon: 6.0, frequency: 2 };
    Report::of(table, "the same; the accrued of the market is rounded to three places", |row| {
        analytics(row, &bond, &ExCoupon::Calendar(7))
    })
}

/// Notes at prices, which a curve made of them gives back.
fn notes(table: &Table) -> Report {
    let quote = |row: &Row| {
        let years = row.number(0) * if row.text(1) == "Months" { 1.0 / 12.0 } else { 1.0 };
        Quoted::note(years, row.number(4) * 0.01, 2, row.number(5) * 0.01)
    };
    let quotes: Vec<Quoted> = table.rows.iter().map(quote).collect();
    let curve = bootstrap(&quotes).expect("a curve");
    Report::of(table, "a curve made of the quotes gives them back", |row| {
        vec![Found { printed: row.text(5), found: 100.0 * quote(row).value(&curve), tolerance: None }]
    })
}

/// Quotes made into a curve and read off it again: rates in percent or plain, by the size of the first.
fn repriced(table: &Table) -> Report {
    let rows: Vec<&Row> = table.rows.iter().collect();
    let settles = rows.first().is_some_and(|row| row.0.len() == 4);
    let at = usize::from(settles);
    let years = |row: &Row| {
        let n = row.number(at);
        n * match row.text(at + 1) {
            "Days" => 1.0 / 365.0,
            "Weeks" => 7.0 / 365.0,
            "Months" => 1.0 / 12.0,
            _ => 1.0,
        }
    };
    let percent = rows.iter().any(|row| row.number(at + 2).abs() > 3.0) || table.test == "Datum";
    let rate = |row: &Row| row.number(at + 2) * if percent { 0.01 } else { 1.0 };
    // Overnight and tomorrow-next end on the same kind of day: one day and two.
    let mut ends: Vec<f64> = Vec::new();
    for row in &rows {
        let last = ends.last().copied().unwrap_or(0.0);
        let end = years(row);
        ends.push(if end > last { end } else { last + 1.0 / 365.0 });
    }
    let quotes: Vec<Quoted> = rows.iter().zip(&ends).map(|(row, end)| Quoted::swap(*end, rate(row), 1)).collect();
    let curve = bootstrap(&quotes);
    let mut place = 0;
    let scale = if percent { 100.0 } else { 1.0 };
    Report::of(table, "a curve made of the quotes gives them back", |row| {
        let quote = &quotes[place];
        place += 1;
        let Ok(curve) = &curve else {
            return vec![Found { printed: row.text(at + 2), found: f64::NAN, tolerance: None }];
        };
        // The rate that costs the price: the flows without their end are a rate times an annuity.
        let end = quote.flows.last().expect("a flow").0;
        let base = rate(row);
        let annuity = (quote.value(curve) - curve.discount(end)) / base;
        let found = (1.0 - curve.discount(end)) / annuity * scale;
        vec![Found { printed: row.text(at + 2), found, tolerance: None }]
    })
}
