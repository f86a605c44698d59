//! Rights at any time.

use gage_quant::american::{self, Effort, Exercise, GridOption, GridSize};

use crate::data::{Report, Row, Table, one, within};
use crate::plain::{market, or_nan};

/// What the suite allows where the book's own search of the boundary stops early.
const BOOK_SEARCH: f64 = 3.0e-3;

pub fn report(table: &Table, name: (&str, usize)) -> Option<Report> {
    let effort = Effort::exact();
    let exact = |row: &Row| {
        let (market, kind, strike, years) = market(row, 0);
        or_nan(american::price(&market, kind, strike, years, &effort))
    };
    Some(match name {
        ("americanoption.cpp", 0) => {
            Report::of(table, "Barone-Adesi and Whaley; the book's search of the boundary stops early", |row| {
                let (market, kind, strike, years) = market(row, 0);
                let found = or_nan(american::barone_adesi_whaley(&market, kind, strike, years));
                within(row.text(7), found, BOOK_SEARCH)
            })
        }
        ("americanoption.cpp", 1) => {
            let mut place = 0;
            Report::of(
                table,
                "by the formula each was made with: Bjerksund and Stensland (1, 2, 5, 6), Barone-Adesi and Whaley (3, 4)",
                move |row| {
                    let (market, kind, strike, years) = market(row, 0);
                    place += 1;
                    let found = if place == 3 || place == 4 {
                        american::barone_adesi_whaley(&market, kind, strike, years)
                    } else {
                        american::bjerksund_stensland(&market, kind, strike, years)
                    };
                    one(row, 7, or_nan(found), None)
                },
            )
        }
        ("americanoption.cpp", 2) => Report::of(table, "Ju and Zhong's own numbers, by their formula", |row| {
            let (market, kind, strike, years) = market(row, 0);
            one(row, 7, or_nan(american::ju(&market, kind, strike, years)), None)
        }),
        ("americanoption.cpp", 6) => Report::of(
            table,
            "the boundary; zeros are errors here; printed are QD+ approximations where the difference is large (QuantLib's own fixed point has 23.0002935 and 8.8653652)",
            |row| {
                let (spot, strike) = (row.number(1), row.number(2));
                let market = gage_quant::Market {
                    spot,
                    volatility: row.number(4),
                    rate: row.number(5),
                    dividend: row.number(6),
                };
                let years = row.number(3) / 365.0;
                if years == 0.0 || spot == 0.0 || strike == 0.0 || market.volatility == 0.0 {
                    return Vec::new();
                }
                one(row, 7, or_nan(american::price(&market, row.kind(0), strike, years, &effort)), Some(8))
            },
        ),
        ("americanoption.cpp", 8) => Report::none(table, "premiums of unfinished schemes"),
        ("americanoption.cpp", _) => Report::none(table, "inputs only"),
        ("basketoption.cpp", 0) => {
            Report::of(table, "simulated by Longstaff and Schwartz; ours by the boundary", |row| {
                one(row, 7, exact(row), Some(8))
            })
        }
        _ => return None,
    })
}

/// An American right with a barrier on a grid.
pub fn on_grid(market: &gage_quant::Market, option: GridOption, years: f64) -> f64 {
    let option = GridOption { exercise: Exercise::American, ..option };
    or_nan(american::grid_price(market, &option, years, GridSize { prices: 1_600, times: 1_600 }))
}
