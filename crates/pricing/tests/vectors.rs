//! Prices and deltas that a library on another ledger computes in fixed point: the whole list from the reference data
//! where it is (`GAGE_REFERENCE_DATA`, or `../shared/data` beside the workspace), and options worked out in 50 digits
//! always.
#![allow(clippy::float_arithmetic, clippy::as_conversions, clippy::arithmetic_side_effects, clippy::disallowed_methods)]
#![allow(clippy::excessive_precision, reason = "seventeen digits as worked out")]

use std::path::PathBuf;

use gage_pricing::{Black, Kind};

/// Kind, forward, strike, years, volatility, and the undiscounted price: Black's formula with 50 digits.
const WORKED: [(Kind, f64, f64, f64, f64, f64); 6] = [
    (Kind::Call, 100.0, 100.0, 1.0, 0.2, 7.9655674554057967),
    (Kind::Put, 100.0, 80.0, 0.25, 0.3, 0.40359934784637124),
    (Kind::Call, 9100.62, 14000.0, 0.1, 0.8174, 57.537392923611691),
    (Kind::Put, 1.0, 0.25, 0.01, 1.2, 1.8328775305248109e-33),
    (Kind::Call, 42.5, 42.25, 0.015625, 0.45, 1.0810144467246879),
    (Kind::Call, 3.0, 1000.0, 30.0, 0.5, 0.43711952674164518),
];

#[test]
fn options_worked_out_in_fifty_digits() {
    for (kind, forward, strike, years, volatility, truth) in WORKED {
        let option = Black { kind, forward, strike, years, volatility, rate: 0.0 };
        let price = option.price().expect("in the domain");
        assert!((price - truth).abs() <= option.price_error(), "{option:?}: {price} {truth}");
        assert!((price / truth - 1.0).abs() < 1e-13, "digits far out of the money: {option:?}: {price} {truth}");
    }
}

#[test]
fn a_library_in_fixed_point_agrees() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("GAGE_REFERENCE_DATA").unwrap_or_else(|_| beside.to_owned());
    let file = PathBuf::from(folder).join("contract_vectors/lyra_blackscholes.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("SKIPPED: no {}; set GAGE_REFERENCE_DATA to the folder of the reference data", file.display());
        return;
    };
    let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let rows = list["rows"].as_array().expect("rows");
    let mut worst = [0.0f64; 3];
    for row in rows {
        let at = |column: usize| match &row[column] {
            serde_json::Value::String(text) => text.parse::<f64>().expect("a number") / 1e18,
            number => number.as_f64().expect("a number"),
        };
        let (years, spot, rate) = (at(0) / 31_536_000.0, at(2), at(4));
        let forward = spot * (rate * years).exp();
        let option = |kind| Black { kind, forward, strike: at(3), years, volatility: at(1), rate };
        let Ok(call) = option(Kind::Call).greeks() else {
            panic!("outside the domain: {row}");
        };
        let put = option(Kind::Put).greeks().expect("as the call");
        worst[0] = worst[0].max((call.price - at(5)).abs() / spot).max((put.price - at(6)).abs() / spot);
        worst[1] = worst[1].max((call.delta / option(Kind::Call).discount() - at(7)).abs());
        worst[2] = worst[2].max((call.vega - at(9)).abs() / spot);
    }
    println!("{} options; largest differences of price and vega by spot, and of delta: {worst:?}", rows.len());
    assert!(rows.len() >= 100);
    assert!(worst[0] < 2e-15 && worst[1] < 1e-14 && worst[2] < 1e-9, "{worst:?}");
}
