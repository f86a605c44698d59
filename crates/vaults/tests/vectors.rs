//! Interest against exact powers and executed contracts (Maker `jug.sol`).
//!
//! Two sets: own rows, powers computed to 120 digits and cut after 27 places, always run; and the
//! published-style reference rows, read from `$GAGE_REFERENCE_DATA` or `../shared/data` beside the
//! workspace, skipped loudly if absent.
//!
//! Bound: each product of the repeated squaring errs by at most one unit of 1e-27, and a later
//! squaring doubles what an earlier one erred by. So after `t` seconds the relative error is below
//! `2 t` units of 1e-27. Ours rounds up throughout, the contract rounds each product of the power to
//! the nearest and the last one down.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use std::path::PathBuf;

use gage_units::{Accumulator, RatePerSecond, Rounding, mul_div};
use serde_json::Value;

/// Rate per second, seconds, the exact power cut down; all in 1e-27.
const EXACT: [(u128, u64, u128); 24] = [
    (1_000_000_001_547_125_957_863_212_448, 1, 1_000_000_001_547_125_957_863_212_448),
    (1_000_000_001_547_125_957_863_212_448, 2, 1_000_000_003_094_251_918_120_023_625),
    (1_000_000_001_547_125_957_863_212_448, 59, 1_000_000_091_280_435_609_377_080_983),
    (1_000_000_001_547_125_957_863_212_448, 3_600, 1_000_005_569_668_954_547_626_342_931),
    (1_000_000_001_547_125_957_863_212_448, 86_400, 1_000_133_680_617_113_440_350_418_105),
    (1_000_000_001_547_125_957_863_212_448, 31_536_000, 1_049_999_999_999_999_999_965_368_547),
    (1_000_000_000_627_937_192_491_029_810, 1, 1_000_000_000_627_937_192_491_029_810),
    (1_000_000_000_627_937_192_491_029_810, 2, 1_000_000_001_255_874_385_376_364_737),
    (1_000_000_000_627_937_192_491_029_810, 59, 1_000_000_037_048_295_031_626_823_247),
    (1_000_000_000_627_937_192_491_029_810, 3_600, 1_000_002_260_576_447_357_044_613_292),
    (1_000_000_000_627_937_192_491_029_810, 86_400, 1_000_054_255_245_176_771_937_887_029),
    (1_000_000_000_627_937_192_491_029_810, 31_536_000, 1_019_999_999_999_999_999_967_999_501),
    (1_000_000_021_979_553_151_239_153_027, 1, 1_000_000_021_979_553_151_239_153_027),
    (1_000_000_021_979_553_151_239_153_027, 2, 1_000_000_043_959_106_785_579_062_782),
    (1_000_000_021_979_553_151_239_153_027, 59, 1_000_001_296_794_462_508_849_982_133),
    (1_000_000_021_979_553_151_239_153_027, 3_600, 1_000_079_129_521_050_284_225_918_797),
    (1_000_000_021_979_553_151_239_153_027, 86_400, 1_001_900_837_677_234_845_789_155_621),
    (1_000_000_021_979_553_151_239_153_027, 31_536_000, 1_999_999_999_999_999_999_945_586_936),
    (1_000_000_008_319_516_284_844_715_115, 1, 1_000_000_008_319_516_284_844_715_115),
    (1_000_000_008_319_516_284_844_715_115, 2, 1_000_000_016_639_032_638_903_781_443),
    (1_000_000_008_319_516_284_844_715_115, 59, 1_000_000_490_851_579_231_611_838_247),
    (1_000_000_008_319_516_284_844_715_115, 3_600, 1_000_029_950_707_014_324_963_888_083),
    (1_000_000_008_319_516_284_844_715_115, 86_400, 1_000_719_064_607_110_198_439_541_576),
    (1_000_000_008_319_516_284_844_715_115, 31_536_000, 1_299_999_999_999_999_999_928_664_200),
];

fn bound(growth: u128, seconds: u64) -> u128 {
    mul_div(growth, 2 * u128::from(seconds) + 4, Accumulator::SCALE, Rounding::Up).unwrap() + 2
}

#[test]
fn growth_encloses_the_exact_power() {
    for (rate, seconds, exact) in EXACT {
        let up = RatePerSecond(rate).growth(seconds, Rounding::Up).unwrap().0;
        let down = RatePerSecond(rate).growth(seconds, Rounding::Down).unwrap().0;
        assert!(up >= exact, "{rate} for {seconds}: {up} is below {exact}");
        assert!(up - exact <= bound(exact, seconds), "{rate} for {seconds}: {up} is {} above", up - exact);
        assert!(down <= exact && exact - down <= bound(exact, seconds), "{rate} for {seconds}: {down}");
    }
}

#[test]
fn accumulators_agree_with_executed_contracts() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let directory = std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from);
    let path = directory.join("contract_vectors/maker_jug_abaci.json");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("SKIPPED: no reference data at {} ({error}); set GAGE_REFERENCE_DATA", path.display());
            return;
        }
    };
    let data: Value = serde_json::from_str(&text).unwrap();
    let number = |value: &Value| value.as_u64().map_or_else(|| value.as_str().unwrap().parse().unwrap(), u128::from);
    let rows = data["jug"].as_array().unwrap();
    assert!(rows.len() >= 80);
    for row in rows {
        let row: Vec<u128> = row.as_array().unwrap().iter().map(number).collect();
        let [rate, seconds, before, after] = row[..] else { panic!("{row:?}") };
        let seconds = u64::try_from(seconds).unwrap();
        let growth = RatePerSecond(rate).growth(seconds, Rounding::Up).unwrap();
        let ours = Accumulator(before).grow(growth, Rounding::Up).unwrap().0;
        assert!(ours >= after, "{row:?}: {ours} is below the contract's");
        assert!(ours - after <= bound(after, seconds), "{row:?}: {ours} is {} above the contract's", ours - after);
    }
}
