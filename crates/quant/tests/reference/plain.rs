//! Rights at one date, their slopes, and what is built from them.

use gage_pricing::Kind;
use gage_quant::compound::Compound;
use gage_quant::currency_delta::{CurrencyPair, DeltaOf};
use gage_quant::three_assets::Trio;
use gage_quant::two_assets::{Choice, Pair};
use gage_quant::{Market, american, asian, european, two_assets, variance_swap};

use crate::data::{Found, Report, Row, Table, one, within};

/// kind, strike, spot, dividend, rate, years, volatility from a column on.
pub fn market(row: &Row, at: usize) -> (Market, Kind, f64, f64) {
    let market = Market {
        spot: row.number(at + 2),
        rate: row.number(at + 4),
        dividend: row.number(at + 3),
        volatility: row.number(at + 6),
    };
    (market, row.kind(at), row.number(at + 1), row.number(at + 5))
}

pub fn or_nan<E>(found: Result<f64, E>) -> f64 {
    found.unwrap_or(f64::NAN)
}

pub fn report(table: &Table, name: (&str, usize)) -> Option<Report> {
    let european = |row: &Row| {
        let (market, kind, strike, years) = market(row, 0);
        or_nan(european::price(&market, kind, strike, years))
    };
    Some(match name {
        ("europeanoption.cpp", 0) => {
            Report::of(table, "Haug, pages 2 to 8, 24, 27; the other rows are inputs", |row| {
                if row.0.len() < 9 { Vec::new() } else { one(row, 7, european(row), Some(8)) }
            })
        }
        ("europeanoption.cpp", 1) => {
            let mut place = 0;
            Report::of(table, "slopes", move |row| {
                place += 1;
                one(row, 7, slope(row, place), None)
            })
        }
        ("europeanoption.cpp", 2) => {
            Report::none(table, "inputs only: slopes against differences are in our properties")
        }
        ("blackdeltacalculator.cpp", 1) => Report::none(table, "inputs only"),
        ("blackdeltacalculator.cpp", 2) => {
            Report::of(table, "the list of Haug again", |row| one(row, 7, european(row), Some(8)))
        }
        ("blackdeltacalculator.cpp", 0) => {
            Report::of(table, "deltas of spot, forward, premium-adjusted", |row| one(row, 7, currency_delta(row), None))
        }
        ("blackdeltacalculator.cpp", 3) => {
            Report::of(table, "the same rows the other way: strikes from deltas; one has no volatility", |row| {
                let (pair, of) = currency_pair(row);
                if pair.deviation == 0.0 {
                    return Vec::new();
                }
                within(row.text(6), or_nan(pair.strike(row.kind(0), row.number(7), of)), 1e-2)
            })
        }
        ("blackcalculator.cpp", 0) => {
            Report::of(table, "zero deviation by the limit", |row| one(row, 6, black_calculator(row), Some(5)))
        }
        ("blackcalculator.cpp", 1) => {
            Report::none(table, "slopes at zero volatility: outside the domain, an error here")
        }
        ("basketoption.cpp", 1) => Report::of(table, "best and worst of two (Stulz), spread (Kirk)", |row| {
            let side = |spot, dividend, volatility| Market {
                spot: row.number(spot),
                dividend: row.number(dividend),
                volatility: row.number(volatility),
                rate: row.number(7),
            };
            let pair = Pair { first: side(3, 5, 9), second: side(4, 6, 10), correlation: row.number(11) };
            let (strike, years) = (row.number(2), row.number(8));
            let found = match row.text(0) {
                "MinBasket" => two_assets::best_or_worst(&pair, row.kind(1), Choice::Least, strike, years),
                "MaxBasket" => two_assets::best_or_worst(&pair, row.kind(1), Choice::Most, strike, years),
                _ => {
                    // Kirk's example is of futures: nothing is carried.
                    let carried = |market: Market| Market { dividend: market.rate, ..market };
                    let pair = Pair { first: carried(pair.first), second: carried(pair.second), ..pair };
                    two_assets::spread_kirk(&pair, row.kind(1), strike, years)
                }
            };
            one(row, 12, or_nan(found), Some(13))
        }),
        ("basketoption.cpp", 2) => {
            Report::of(
                table,
                "three assets, at one date and at any time: the paper's partition is a lower bound, so that three rows are higher here by 0.03 to 0.08 (the suite allows a hundredth of the spot)",
                |row| {
                    let asset = |spot, volatility| Market {
                        spot: row.number(spot),
                        dividend: 0.0,
                        rate: row.number(6),
                        volatility: row.number(volatility),
                    };
                    let assets = [asset(3, 8), asset(4, 9), asset(5, 10)];
                    let trio = Trio { assets, correlations: [row.number(11); 3] };
                    // Months of thirty days in years of 360.
                    let (kind, strike, years) = (row.kind(1), row.number(2), row.number(7) * 30.0 / 360.0);
                    let european = or_nan(trio.price(kind, Choice::Most, strike, years));
                    let american = or_nan(trio.american(kind, Choice::Most, strike, years, 60));
                    // Only at any time: the other is in closed form.
                    let allowed = Some(0.01 * row.number(3));
                    vec![
                        Found { printed: row.text(12), found: european, tolerance: None },
                        Found { printed: row.text(13), found: american, tolerance: allowed },
                    ]
                },
            )
        }
        ("basketoption.cpp", 3) => {
            Report::of(table, "spreads by Kirk; the suite's other two columns are unfinished splittings", |row| {
                // 110 and 90 at 5 %, forwards of futures; the second moves by 20 %.
                let side = |spot: f64, volatility| Market { spot, rate: 0.05, dividend: 0.0, volatility };
                let (first, second) = (side(110.0, row.number(2)), side(90.0, 0.2));
                let pair = Pair { first, second, correlation: row.number(3) };
                one(row, 4, or_nan(two_assets::spread_kirk(&pair, Kind::Call, row.number(1), row.number(0))), None)
            })
        }
        ("margrabeoption.cpp", 0) => Report::of(
            table,
            "price and five slopes each; the last two print another theta than the same exchange in single units has",
            |row| {
                let pair = margrabe_pair(row);
                let found =
                    two_assets::exchange(&pair, (row.number(2), row.number(3)), row.number(7)).expect("in the domain");
                let numbers = [found.price, found.delta.0, found.delta.1, found.gamma.0, found.gamma.1, found.theta];
                let column = |(at, found)| Found { printed: row.text(11 + at), found, tolerance: Some(row.number(18)) };
                numbers.into_iter().enumerate().map(column).collect()
            },
        ),
        ("margrabeoption.cpp", 1) => {
            Report::of(table, "at any time, by Bjerksund and Stensland as the book; the other rows are inputs", |row| {
                if row.0.len() < 13 {
                    return Vec::new();
                }
                let pair = margrabe_pair(row);
                let found =
                    two_assets::exchange_as_call(&pair, (row.number(2), row.number(3))).and_then(|(market, strike)| {
                        american::bjerksund_stensland(&market, Kind::Call, strike, row.number(7))
                    });
                one(row, 11, or_nan(found), Some(12))
            })
        }
        ("compoundoption.cpp", 0) => Report::none(table, "inputs only: parity is in our properties"),
        ("compoundoption.cpp", 1) => Report::of(table, "price; delta, gamma, vega, theta by differences", |row| {
            let numbers = compound(row);
            let column = |(at, found): (usize, f64)| {
                let printed = if at == 0 { row.text(10) } else { row.text(11 + at) };
                Found { printed, found, tolerance: Some(row.number(11)) }
            };
            numbers.into_iter().enumerate().map(column).collect()
        }),
        ("quantooption.cpp", 0) => Report::of(table, "", |row| one(row, 10, quanto(row, None), Some(11))),
        ("quantooption.cpp", 1) => Report::of(table, "forward start; the other rows are inputs", |row| {
            if row.0.len() < 13 { Vec::new() } else { one(row, 11, quanto_forward(row, false), Some(12)) }
        }),
        ("quantooption.cpp", 2) => Report::of(table, "performance; the other rows are inputs", |row| {
            if row.0.len() < 13 { Vec::new() } else { one(row, 11, quanto_forward(row, true), Some(12)) }
        }),
        ("quantooption.cpp", 4) => Report::none(table, "inputs only"),
        ("forwardoption.cpp", 0) => Report::of(table, "the other rows are inputs", |row| {
            if row.0.len() < 10 { Vec::new() } else { one(row, 8, forward_start(row, false), Some(9)) }
        }),
        ("forwardoption.cpp", 1) => {
            Report::of(table, "in parts of the spot at the start", |row| one(row, 8, forward_start(row, true), Some(9)))
        }
        ("varianceswaps.cpp", 0) => variance_swap_report(table),
        ("asianoptions.cpp", 3) => Report::of(table, "the table prints Vecer's own numbers", |row| {
            let market = Market { spot: row.number(0), rate: row.number(1), dividend: 0.0, volatility: row.number(2) };
            let found = asian::arithmetic(&market, Kind::Call, row.number(3), row.number(4));
            one(row, 5, or_nan(found), Some(6))
        }),
        ("dividendoption.cpp", 0) => Report::none(table, "inputs only"),
        _ => return None,
    })
}

/// Delta, elasticity, gamma, vega, theta, theta per day, rho, dividend rho: one row for each, two for delta first.
fn slope(row: &Row, place: usize) -> f64 {
    let (market, kind, strike, years) = market(row, 0);
    let slopes = european::sensitivities(&market, kind, strike, years).expect("in the domain");
    match place {
        1 | 2 => slopes.delta,
        3 | 4 => slopes.gamma,
        5 => slopes.vega,
        6 => slopes.theta,
        7 => slopes.rho,
        _ => slopes.dividend_rho,
    }
}

fn black_calculator(row: &Row) -> f64 {
    let (kind, strike, forward, deviation) = (row.kind(0), row.number(1), row.number(2), row.number(3));
    if deviation == 0.0 {
        return (kind.sign() * (forward - strike)).max(0.0) * row.number(4);
    }
    let option = gage_pricing::Black { kind, forward, strike, years: 1.0, volatility: deviation, rate: 0.0 };
    or_nan(option.price()) * row.number(4)
}

fn currency_pair(row: &Row) -> (CurrencyPair, DeltaOf) {
    let pair = CurrencyPair {
        spot: row.number(2),
        domestic_discount: row.number(3),
        foreign_discount: row.number(4),
        deviation: row.number(5),
    };
    let of = match row.text(1).trim_start_matches("DeltaVolQuote::") {
        "Spot" => DeltaOf::Spot,
        "Fwd" => DeltaOf::Forward,
        "PaSpot" => DeltaOf::SpotLessPremium,
        _ => DeltaOf::ForwardLessPremium,
    };
    (pair, of)
}

fn currency_delta(row: &Row) -> f64 {
    let (pair, of) = currency_pair(row);
    or_nan(pair.delta(row.kind(0), row.number(6), of))
}

fn compound(row: &Row) -> [f64; 5] {
    let market =
        Market { spot: row.number(4), dividend: row.number(5), rate: row.number(6), volatility: row.number(9) };
    let compound = Compound {
        outer: row.kind(0),
        outer_strike: row.number(2),
        outer_years: row.number(7),
        inner: row.kind(1),
        inner_strike: row.number(3),
        inner_years: row.number(8),
    };
    let price = |market: Market| compound.price(&market).unwrap_or(f64::NAN);
    let h = 1e-3 * market.spot;
    let (up, at, down) = (
        price(Market { spot: market.spot + h, ..market }),
        price(market),
        price(Market { spot: market.spot - h, ..market }),
    );
    let v = 1e-4;
    let vega = (price(Market { volatility: market.volatility + v, ..market })
        - price(Market { volatility: market.volatility - v, ..market }))
        / (2.0 * v);
    let later = |by: f64| {
        let moved =
            Compound { outer_years: compound.outer_years + by, inner_years: compound.inner_years + by, ..compound };
        moved.price(&market).unwrap_or(f64::NAN)
    };
    let theta = (later(-1e-4) - later(1e-4)) / 2e-4;
    [at, (up - down) / (2.0 * h), (up - 2.0 * at + down) / (h * h), vega, theta]
}

fn quanto(row: &Row, strike: Option<f64>) -> f64 {
    let (market, kind, at, years) = market(row, 0);
    let found =
        european::quanto(&market, kind, strike.unwrap_or(at), years, row.number(7), row.number(8), row.number(9));
    or_nan(found)
}

fn quanto_forward(row: &Row, performance: bool) -> f64 {
    let (part, start, years) = (row.number(1), row.number(5), row.number(6));
    let market =
        Market { spot: row.number(2), dividend: row.number(3), rate: row.number(4), volatility: row.number(7) };
    let moved = european::quanto_market(&market, row.number(8), row.number(9), row.number(10));
    if performance {
        let from_start = european::price(&Market { spot: 1.0, ..moved }, row.kind(0), part, years - start);
        return or_nan(from_start) * moved.discount(start);
    }
    or_nan(european::forward_start(&moved, row.kind(0), part, start, years))
}

fn forward_start(row: &Row, performance: bool) -> f64 {
    let market =
        Market { spot: row.number(2), dividend: row.number(3), rate: row.number(4), volatility: row.number(7) };
    let (part, start, years) = (row.number(1), row.number(5), row.number(6));
    if performance {
        let from_start = european::price(&Market { spot: 1.0, ..market }, row.kind(0), part, years - start);
        return or_nan(from_start) * market.discount(start);
    }
    or_nan(european::forward_start(&market, row.kind(0), part, start, years))
}

/// The strip of Demeterfi and others: strikes of 50 to 135, five apart, each a point of volatility below the last. Half of
/// it is in the data; the rule gives the rest.
fn variance_swap_report(table: &Table) -> Report {
    let volatility = |strike: f64| 0.30 - 0.01 * (strike - 50.0) / 5.0;
    let kept = |row: &Row| (volatility(row.number(1)) - row.number(2)).abs() < 1e-12;
    assert!(table.rows.iter().all(kept), "the quotes follow their rule");
    let quotes: Vec<(f64, f64)> = (0..18).map(|n| 50.0 + 5.0 * f64::from(n)).map(|k| (k, volatility(k))).collect();
    let mut puts: Vec<_> = quotes.iter().copied().filter(|quote| quote.0 <= 100.0).collect();
    puts.reverse();
    let calls: Vec<_> = quotes.iter().copied().filter(|quote| quote.0 >= 100.0).collect();
    let market = Market { spot: 100.0, rate: 0.05, dividend: 0.0, volatility: 0.2 };
    // 90 days of 365.
    let found = variance_swap::fair_variance(&market, 0.246_575, &puts, &calls).expect("in order");
    Report::none(table, &format!("quotes; the strip gives {found:.5}, the paper prints 0.0419"))
}

/// The two markets of a row of margrabeoption.cpp.
fn margrabe_pair(row: &Row) -> Pair {
    let side = |spot, dividend, volatility| Market {
        spot: row.number(spot),
        dividend: row.number(dividend),
        volatility: row.number(volatility),
        rate: row.number(6),
    };
    Pair { first: side(0, 4, 8), second: side(1, 5, 9), correlation: row.number(10) }
}
