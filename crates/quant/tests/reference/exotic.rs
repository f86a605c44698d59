//! Averages, extremes, moving variance.

use gage_pricing::Kind;
use gage_quant::asian_moments::{self, Fixing};
use gage_quant::{Market, QuantError, lookback, monte_carlo};

use crate::data::{Found, Report, Row, Table, one, within};
use crate::plain::or_nan;

pub fn report(table: &Table, name: (&str, usize)) -> Option<Report> {
    Some(match name {
        ("lookbackoptions.cpp", at) => Report::of(table, "", |row| {
            let market =
                Market { spot: row.number(3), dividend: row.number(4), rate: row.number(5), volatility: row.number(7) };
            let (kind, strike, extreme, years) = (row.kind(0), row.number(1), row.number(2), row.number(6));
            let found = match at {
                0 => lookback::floating(&market, kind, extreme, years),
                1 => lookback::fixed(&market, kind, strike, extreme, years),
                2 => lookback::partial_floating(&market, kind, row.number(9), years),
                _ => lookback::partial_fixed(&market, kind, strike, row.number(9), years),
            };
            one(row, 10, or_nan(found), Some(11))
        }),
        ("asianoptions.cpp", 1) => {
            Report::of(table, "both simulated: within 0.002 and three standard errors of our 10,000 paths", |row| {
                let market = Market {
                    spot: row.number(1),
                    dividend: row.number(3),
                    rate: row.number(4),
                    volatility: row.number(8),
                };
                let (first, length, count) = (row.number(5), row.number(6), row.number(7));
                let step = length / (count - 1.0);
                let fixings: Vec<f64> = (0..count as u32).map(|n| first + step * f64::from(n)).collect();
                let found = monte_carlo::asian_of_fixings(&market, Kind::Put, row.number(2), &fixings, 10_000, 42);
                let found = found.expect("paths");
                vec![Found { printed: row.text(10), found: found.value, tolerance: Some(0.002 + 3.0 * found.error) }]
            })
        }
        ("asianoptions.cpp", 0) => Report::none(table, "inputs only"),
        ("asianoptions.cpp", 2) => Report::of(
            table,
            "two tables of Haug: Turnbull and Wakeman with a term structure of volatility, Levy; the other rows are inputs",
            |row| match row.0.len() {
                11 => within(row.text(10), or_nan(fixings_of_haug(row)), 2.5e-3),
                10 => within(row.text(9), or_nan(whole_time_of_haug(row)), 1e-4),
                _ => Vec::new(),
            },
        ),
        ("batesmodel.cpp", _) | ("hestonmodel.cpp", 0 | 1 | 2 | 3 | 5 | 6) => {
            Report::none(table, "inputs only: models are checked against numbers in our tests")
        }
        ("hestonmodel.cpp", 4) => Report::none(table, "an expansion's own errors: parameters are in the source only"),
        _ => return None,
    })
}

/// Weekly fixings of a price without drift; volatility rises to the last fixing, or falls to it, by half a point each.
fn fixings_of_haug(row: &Row) -> Result<f64, QuantError> {
    let (spot, strike, carry, rate) = (row.number(1), row.number(2), row.number(3), row.number(4));
    let (first, years, count, volatility) = (row.number(5), row.number(6), row.number(7), row.number(8));
    let slope = if row.text(9).contains("up") { -0.005 } else { 0.005 };
    // The suite counts whole days of a year of 360.
    let day = |years: f64| (years * 360.0).round() / 360.0;
    let fixing = |n: u32| {
        let n = f64::from(n);
        let time = day(first + n * (years - first) / (count - 1.0));
        let volatility = volatility + slope * (count - 1.0 - n);
        Fixing { forward: spot * (carry * time).exp(), variance: volatility * volatility * time }
    };
    let fixings: Vec<Fixing> = (0..count as u32).map(fixing).collect();
    asian_moments::of_fixings(row.kind(0), strike, &fixings, (-rate * day(years)).exp())
}

/// kind, spot, average so far, strike, yield, rate, volatility, days of the whole, days gone.
fn whole_time_of_haug(row: &Row) -> Result<f64, QuantError> {
    let market =
        Market { spot: row.number(1), dividend: row.number(4), rate: row.number(5), volatility: row.number(6) };
    let (whole, elapsed) = (row.number(7) / 360.0, row.number(8) / 360.0);
    asian_moments::of_the_whole_time(&market, row.kind(0), row.number(3), row.number(2), elapsed, whole - elapsed)
}
