//! Against numbers that other people's fixed-point libraries give.
//!
//! The small table below belongs to the project; the long lists are read where they are present
//! (`GAGE_REFERENCE_DATA`, or `../shared/data` beside the workspace) and skipped loudly where not.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_units::{Accumulator, MathError, RatePerSecond, Rounding, mul_div, sqrt_ratio};

/// Rate of one second, seconds, growth: the fee of 2 % a year of a well-known stablecoin, no rate, and one second.
const GROWTH: [(u128, u64, u128); 3] = [
    (1_000_000_000_627_937_192_491_029_810, 31_536_000, 1_019_999_999_999_999_999_972_831_879),
    (1_000_000_000_000_000_000_000_000_000, 1_000_000_000, 1_000_000_000_000_000_000_000_000_000),
    (1_000_000_001_547_125_957_863_212_448, 1, 1_000_000_001_547_125_957_863_212_448),
];

/// Rounding half up lies between rounding down and rounding up, and those differ by less than the
/// documented bound: two units of 1e-27 a second, relative to growth.
fn check_growth(rate: u128, seconds: u64, expected: u128) {
    let down = RatePerSecond(rate).growth(seconds, Rounding::Down).unwrap().0;
    let up = RatePerSecond(rate).growth(seconds, Rounding::Up).unwrap().0;
    assert!(down <= expected && expected <= up, "{rate} for {seconds} s: {down} <= {expected} <= {up}");
    let bound = u128::from(seconds) * 2 * (up / Accumulator::SCALE + 1);
    assert!(up - down <= bound, "{rate} for {seconds} s: {} above {bound}", up - down);
}

#[test]
fn growth_agrees_with_the_small_table() {
    for (rate, seconds, expected) in GROWTH {
        check_growth(rate, seconds, expected);
    }
}

#[test]
fn fixed_point_agrees_with_the_reference_lists() {
    let folder = std::env::var("GAGE_REFERENCE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let path = format!("{folder}/contract_vectors/fixedpoint_solady_solmate_prb.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no reference vectors at {path}; the small table is checked instead");
        return;
    };
    let data: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = |name: &str| -> Vec<Vec<String>> { serde_json::from_value(data["solady"][name].clone()).unwrap() };
    let small = |row: &[String]| row.iter().map(|text| text.parse::<u128>().ok()).collect::<Option<Vec<u128>>>();
    let mut checked = 0;

    for (name, rounding) in [("fullMulDiv", Rounding::Down), ("fullMulDivUp", Rounding::Up)] {
        for row in rows(name) {
            let Some(arguments) = small(&row[..3]) else { continue };
            let expected = row[3].parse::<u128>().map_err(|_| MathError::Overflow);
            let found = mul_div(arguments[0], arguments[1], arguments[2], rounding);
            assert!(found == expected || arguments[2] == 0, "{name} {row:?}: {found:?}");
            checked += 1;
        }
    }
    for row in rows("sqrt").iter().filter_map(|row| small(row)) {
        assert_eq!(sqrt_ratio(row[0], 1), Ok(row[1]));
        checked += 1;
    }
    for row in rows("rpow").iter().filter_map(|row| small(row)) {
        if row[0] >= Accumulator::SCALE {
            check_growth(row[0], row[1] as u64, row[3]);
            checked += 1;
        }
    }
    assert!(checked > 30, "only {checked} rows apply");
}
