//! Averages, extremes, moving variance.

use gage_pricing::Kind;
use gage_quant::{Market, lookback, monte_carlo};

use crate::data::{Found, Report, Table, one};
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
        ("asianoptions.cpp", 0 | 2) => Report::none(table, "inputs only"),
        ("batesmodel.cpp", _) | ("hestonmodel.cpp", 0 | 1 | 2 | 3 | 5 | 6) => {
            Report::none(table, "inputs only: models are checked against numbers in our tests")
        }
        ("hestonmodel.cpp", 4) => Report::none(table, "an expansion's own errors: parameters are in the source only"),
        _ => return None,
    })
}
