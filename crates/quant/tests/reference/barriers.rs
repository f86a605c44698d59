//! Rights that appear or vanish.

use gage_pricing::Kind;
use gage_quant::american::{Exercise, GridOption};
use gage_quant::barrier::{self, Barrier, Knock, Side};
use gage_quant::double_barrier::{self, Corridor};
use gage_quant::two_assets::{self, Pair};
use gage_quant::vanna_volga::{self, Smile};
use gage_quant::{Market, european, partial_barrier};

use crate::american::on_grid;
use crate::data::{Report, Row, Table, one, within};
use crate::plain::{market, or_nan};

/// What the suite allows its tree of 400 steps.
const TREE: f64 = 1.1e-2;
/// What it allows the closed form where a series of Suo and Wang is printed.
const OTHER_SERIES: f64 = 5.0e-3;
/// What it allows for the two-variable distribution of the book.
const TWO_VARIABLES: f64 = 4.0e-3;

fn barrier(row: &Row, at: usize, level: f64) -> Barrier {
    let (side, knock) = match row.text(at).trim_start_matches("Barrier::") {
        "DownOut" => (Side::Down, Knock::Out),
        "DownIn" => (Side::Down, Knock::In),
        "UpOut" => (Side::Up, Knock::Out),
        _ => (Side::Up, Knock::In),
    };
    Barrier { side, knock, level }
}

pub fn report(table: &Table, name: (&str, usize)) -> Option<Report> {
    Some(match name {
        ("barrieroption.cpp", 1) => Report::of(
            table,
            "American rows by the grid; printed is a tree of 400 steps, which may be used a node before the barrier and not at it: where that pays (four rows) it is below by 0.08 to 0.52",
            |row| {
                let option = barrier(row, 0, row.number(1));
                let market = Market {
                    spot: row.number(6),
                    dividend: row.number(7),
                    rate: row.number(8),
                    volatility: row.number(10),
                };
                let (kind, strike, years, rebate) = (row.kind(3), row.number(5), row.number(9), row.number(2));
                let found = match row.text(4) {
                    "european" => or_nan(barrier::price(&market, kind, strike, years, &option, rebate)),
                    _ => {
                        let right =
                            GridOption { kind, strike, exercise: Exercise::American, barrier: Some((option, rebate)) };
                        return within(row.text(11), on_grid(&market, right, years), TREE);
                    }
                };
                one(row, 11, found, Some(12))
            },
        ),
        ("barrieroption.cpp", 2) => Report::of(table, "spot 100, rate 5 %, yield 2 %, one year", |row| {
            let market = Market { spot: 100.0, rate: 0.05, dividend: 0.02, volatility: row.number(1) };
            let option = barrier(row, 0, row.number(3));
            one(row, 4, or_nan(barrier::price(&market, Kind::Call, row.number(2), 1.0, &option, 0.0)), None)
        }),
        ("barrieroption.cpp", 6) => {
            Report::of(table, "the smile by vanna-volga; slopes are central here, one-sided there", |row| {
                let market = Market {
                    spot: row.number(5),
                    dividend: row.number(6),
                    rate: row.number(7),
                    volatility: row.number(12),
                };
                let smile = Smile { put: row.number(9), middle: row.number(10), call: row.number(11) };
                let option = barrier(row, 0, row.number(1));
                let own = Some(row.number(12));
                let found =
                    vanna_volga::single(&market, row.kind(3), row.number(4), row.number(8), &option, &smile, own);
                one(row, 13, or_nan(found), Some(14))
            })
        }
        ("barrieroption.cpp", _) => Report::none(table, "inputs only"),
        ("binaryoption.cpp", 0 | 1) => Report::of(table, "", |row| {
            let (market, kind, strike, years) = market(row, 3);
            let legs = barrier::binary_legs(&market, kind, strike, years, &barrier(row, 0, row.number(1)));
            let found = legs.map_or(f64::NAN, |legs| if name.1 == 0 { legs.cash * row.number(2) } else { legs.asset });
            one(row, 10, found, Some(11))
        }),
        ("digitaloption.cpp", 4) => Report::of(table, "the other rows are inputs", |row| {
            if row.0.len() < 10 {
                return Vec::new();
            }
            let (market, _, level, years) = market(row, 0);
            one(row, 7, touched(&market, years, Side::Down, level, 0, true), Some(8))
        }),
        ("digitaloption.cpp", at) => Report::of(table, "", |row| {
            let (market, kind, strike, years) = market(row, 0);
            let side = if kind == Kind::Put { Side::Down } else { Side::Up };
            one(row, 7, touched(&market, years, side, strike, at, row.text(9) == "true"), Some(8))
        }),
        ("doublebarrieroption.cpp", 0) => Report::of(table, "", |row| {
            let corridor = Corridor { low: row.number(1), high: row.number(2) };
            let knock = if row.text(0).ends_with("KnockOut") { Knock::Out } else { Knock::In };
            let market = Market {
                spot: row.number(6),
                dividend: row.number(7),
                rate: row.number(8),
                volatility: row.number(10),
            };
            let found = double_barrier::price(&market, row.kind(3), row.number(5), row.number(9), &corridor, knock);
            one(row, 11, or_nan(found), Some(12))
        }),
        ("doublebarrieroption.cpp", _) => Report::of(
            table,
            "the same; printed are numbers of another series, and the suite allows the closed form this much",
            |row| {
                let market = Market {
                    spot: row.number(6),
                    dividend: row.number(7),
                    rate: row.number(8),
                    volatility: row.number(13),
                };
                let smile = Smile { put: row.number(10), middle: row.number(11), call: row.number(12) };
                let corridor = Corridor { low: row.number(1), high: row.number(2) };
                let (kind, strike, years, own) = (row.kind(4), row.number(5), row.number(9), Some(row.number(13)));
                let found = vanna_volga::double(&market, kind, strike, years, &corridor, Knock::Out, &smile, own);
                within(row.text(14), or_nan(found), OTHER_SERIES)
            },
        ),
        ("doublebinaryoption.cpp", 0) => {
            Report::of(table, "two rows beyond the barriers print a payment now; ours is at expiry", |row| {
                one(row, 9, double_binary(row), Some(10))
            })
        }
        ("quantooption.cpp", 3) => Report::of(table, "", |row| {
            let market =
                Market { spot: row.number(4), dividend: row.number(6), rate: row.number(7), volatility: row.number(9) };
            let moved = european::quanto_market(&market, row.number(10), row.number(11), row.number(12));
            let option = barrier(row, 0, row.number(1));
            let found = barrier::price(&moved, row.kind(3), row.number(5), row.number(8), &option, row.number(2));
            one(row, 13, or_nan(found), Some(14))
        }),
        ("quantooption.cpp", 5) => Report::of(table, "", |row| {
            let market = Market {
                spot: row.number(5),
                dividend: row.number(7),
                rate: row.number(8),
                volatility: row.number(10),
            };
            let moved = european::quanto_market(&market, row.number(11), row.number(12), row.number(13));
            let corridor = Corridor { low: row.number(1), high: row.number(2) };
            let knock = if row.text(0).ends_with("KnockOut") { Knock::Out } else { Knock::In };
            let found = double_barrier::price(&moved, row.kind(4), row.number(6), row.number(9), &corridor, knock);
            one(row, 14, or_nan(found), Some(15))
        }),
        ("partialtimebarrieroption.cpp", 0 | 1) => {
            Report::of(table, "level 100, rate 10 %, volatility 25 %, 360 days", |row| {
                let market = Market { spot: row.number(0), rate: 0.1, dividend: 0.0, volatility: 0.25 };
                let kind = if name.1 == 0 { Kind::Call } else { Kind::Put };
                let start = row.number(2) / 360.0;
                let found = partial_barrier::out_from(&market, kind, row.number(1), 100.0, start, 1.0);
                one(row, 3, or_nan(found), None)
            })
        }
        ("partialtimebarrieroption.cpp", _) => Report::none(table, "inputs only"),
        ("twoassetbarrieroption.cpp", 0) => {
            Report::of(table, "half a year; the book's two-variable distribution has few digits", |row| {
                let side = |at: usize| Market {
                    spot: row.number(at),
                    dividend: row.number(at + 1),
                    volatility: row.number(at + 2),
                    rate: row.number(11),
                };
                let pair = Pair { first: side(4), second: side(7), correlation: row.number(10) };
                let option = barrier(row, 0, row.number(2));
                let found =
                    two_assets::outside_barrier(&pair, row.kind(1), row.number(3), 0.5, option.side, option.level);
                within(row.text(12), or_nan(found), TWO_VARIABLES)
            })
        }
        _ => return None,
    })
}

/// Fifteen units of money, or the asset, when touched (tables 0, 1) or at expiry (2, 3).
fn touched(market: &Market, years: f64, side: Side, level: f64, table: usize, knock_in: bool) -> f64 {
    let at_hit = barrier::one_touch(market, years, side, level);
    let at_end = barrier::touch_at_expiry(market, years, side, level);
    let beyond = match side {
        Side::Down => market.spot <= level,
        Side::Up => market.spot >= level,
    };
    let found = match table {
        0 => at_hit.map(|unit| 15.0 * unit),
        1 => at_hit.map(|unit| if beyond { market.spot } else { level * unit }),
        2 => at_end.map(|legs| 15.0 * if knock_in { legs.cash } else { market.discount(years) - legs.cash }),
        _ => at_end.map(
            |legs| {
                if knock_in { legs.asset } else { market.spot * market.asset_discount(years) - legs.asset }
            },
        ),
    };
    or_nan(found)
}

fn double_binary(row: &Row) -> f64 {
    let (low, high, cash) = (row.number(1), row.number(2), row.number(3));
    let market =
        Market { spot: row.number(4), dividend: row.number(5), rate: row.number(6), volatility: row.number(8) };
    let (years, corridor) = (row.number(7), Corridor { low, high });
    let found = match row.text(0).trim_start_matches("DoubleBarrier::") {
        "KnockOut" => double_barrier::binary(&market, years, &corridor, Knock::Out),
        "KnockIn" => double_barrier::binary(&market, years, &corridor, Knock::In),
        "KIKO" => double_barrier::first_touch(&market, years, low, high),
        _ => double_barrier::first_touch(&market, years, high, low),
    };
    cash * or_nan(found)
}
