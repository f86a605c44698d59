//! Years of real bars, with their real defects: read where they are at hand, skipped loudly elsewhere.
//! `bars.rs` has the same cases on small files of its own.

use std::path::{Path, PathBuf};

use gage_agents::bars::{self, Bars, Defect};
use gage_agents::scenario::{ETH_CRASH_2020_03, Scenario};

/// A file of the reference data: under `GAGE_REFERENCE_DATA`, or beside the repository.
fn reference(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from);
    let file = folder.join("crypto_1h").join(name);
    if file.exists() {
        return Some(file);
    }
    eprintln!("SKIPPED: the reference data has no {}; set GAGE_REFERENCE_DATA to its folder", file.display());
    None
}

fn on_12_and_13_march(file: &Bars) -> Vec<&bars::Bar> {
    let days = 1_583_971_200_000..1_584_144_000_000u64;
    file.bars.iter().filter(|bar| days.contains(&bar.time_ms)).collect()
}

#[test]
fn the_scenario_states_the_bars_of_the_reference_file() {
    let Some(path) = reference("spot_ETHUSDT_1h.csv") else { return };
    let file = bars::read(std::fs::File::open(path).expect("readable")).expect("bars");
    let stated = Scenario::parse(ETH_CRASH_2020_03).expect("sound").bars().expect("sound bars");
    let found = on_12_and_13_march(&file);
    assert_eq!(found.len(), 48);
    for (found, stated) in found.into_iter().zip(&stated.bars) {
        assert_eq!(bars::Bar { line: stated.line, ..found.clone() }, *stated);
    }
    assert_eq!(file.interval_ms, 3_600_000);
    assert!(file.bars.len() > 10_000);
    assert!(file.findings.iter().any(|finding| matches!(finding.defect, Defect::Gap { .. })));
}

#[test]
fn a_flash_wick_of_one_venue_is_found() {
    let Some(path) = reference("spot_LINKUSDT_1h_to_2022-10.json") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let rows: Vec<[serde_json::Number; 6]> = serde_json::from_str(&text).expect("rows of six numbers");
    let mut csv = String::from("timestamp_ms,open,high,low,close,volume\n");
    for row in rows {
        let fields: Vec<String> = row.iter().map(ToString::to_string).collect();
        csv.push_str(&fields.join(","));
        csv.push('\n');
    }
    let file = bars::read(csv.as_bytes()).expect("bars");
    let wick = on_12_and_13_march(&file).into_iter().find(|bar| bar.low.to_string() == "0.0001").expect("the wick");
    let absurd = |defect: &Defect| matches!(defect, Defect::Absurd { column, .. } if column == "low");
    assert!(file.findings.iter().any(|finding| finding.line == wick.line && absurd(&finding.defect)));
}
