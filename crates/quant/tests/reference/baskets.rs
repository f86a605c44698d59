//! Baskets of credits, against Hull and White (2004), tables 3 and 7: ten and a hundred names of a hazard of 1 %, 40 %
//! recovered, five years, quarterly premiums, money at 5 %.

use gage_quant::Curve;
use gage_quant::credit::HazardCurve;
use gage_quant::credit_basket::{Basket, Copula, Law};

use crate::data::{Found, Report, Row, Table};
use crate::plain::or_nan;

/// What the suite allows, of a premium, or one basis point.
const ALLOWED: f64 = 0.015;
const ALLOWED_TRANCHE: f64 = 0.04;

fn basket(count: u32, correlation: f64, common: Law, own: Law) -> Basket {
    let copula = Copula { correlation, common, own };
    Basket { groups: vec![(HazardCurve::flat(0.01), count)], recovery: 0.4, copula }
}

fn quarters() -> Vec<f64> {
    (1..=20).map(|n| 0.25 * f64::from(n)).collect()
}

fn found(printed: &str, premium: f64, allowed: f64) -> Found<'_> {
    let whole: f64 = printed.parse().expect("basis points");
    Found { printed, found: premium * 1e4, tolerance: Some((allowed * whole).max(1.0)) }
}

/// The rows kept are of the first, second, fourth to tenth or fewer; each is known by what it prints.
pub fn nth_to_default(table: &Table, at: usize) -> Report {
    let laws = [Law::Normal, Law::Student(5)];
    let [normal, student] = laws;
    let columns: Vec<Basket> = if at == 0 {
        [0.0, 0.3, 0.6].map(|correlation| basket(10, correlation, normal, normal)).into()
    } else {
        // The common factor, and the credits' own.
        [(normal, normal), (student, normal), (normal, student), (student, student)]
            .map(|(common, own)| basket(10, 0.3, common, own))
            .into()
    };
    let money = Curve::flat(0.05);
    let premium = |basket: &Basket, nth: u32| or_nan(basket.nth_to_default(nth, &quarters(), 1.0, &money));
    Report::of(table, "Hull and White, in whole basis points", |row| {
        let nth = rank(row, at);
        let column = |(i, basket)| found(row.text(i), premium(basket, nth), ALLOWED);
        columns.iter().enumerate().map(column).collect()
    })
}

/// The data keep the premiums of a row and not its rank: the first column has every number once, but for zeros, which
/// the last column tells apart.
fn rank(row: &Row, at: usize) -> u32 {
    let ranks: &[(&str, &str, u32)] = if at == 0 {
        &[
            ("603", "293", 1),
            ("98", "137", 2),
            ("12", "79", 3),
            ("1", "49", 4),
            ("0", "31", 5),
            ("0", "19", 6),
            ("0", "12", 7),
            ("0", "7", 8),
            ("0", "3", 9),
            ("0", "1", 10),
        ]
    } else {
        &[
            ("440", "455", 1),
            ("139", "116", 2),
            ("53", "44", 3),
            ("21", "22", 4),
            ("8", "13", 5),
            ("3", "8", 6),
            ("1", "5", 7),
            ("0", "4", 8),
            ("0", "2", 9),
            ("0", "1", 10),
        ]
    };
    let last = row.text(row.0.len() - 1);
    let here = |(first, end, _): &&(&str, &str, u32)| row.text(0) == *first && last == *end;
    ranks.iter().find(here).map(|found| found.2).expect("a row of the paper")
}

/// From nothing to 3 %, to 6 %, to 10 %, to all.
pub fn tranches(table: &Table) -> Report {
    let (normal, student) = (Law::Normal, Law::Student(5));
    let money = Curve::flat(0.05);
    Report::of(table, "Hull and White, in whole basis points, four tranches each", |row| {
        let (correlation, common, own) = match row.text(0) {
            "2279" => (0.1, normal, normal),
            "1487" => (0.3, normal, normal),
            "1766" => (0.3, normal, student),
            "1444" => (0.3, student, normal),
            _ => (0.3, student, student),
        };
        let pool = basket(100, correlation, common, own);
        let bounds = [(0.0, 0.03), (0.03, 0.06), (0.06, 0.1), (0.1, 1.0)];
        let premium = |bounds| or_nan(pool.tranche(bounds, &quarters(), 1.0, &money));
        let column = |(i, bounds)| found(row.text(i), premium(bounds), ALLOWED_TRANCHE);
        bounds.into_iter().enumerate().map(column).collect()
    })
}
