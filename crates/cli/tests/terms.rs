//! `gage terms` as people use it: contracts as text, and the cases of the ACTUS standard.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::Place;
use serde_json::Value;

const TERMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../terms");

#[test]
fn a_contract_is_checked_shown_and_projected() {
    let place = Place::new("terms");
    let loan = format!("{TERMS}/examples/amortising_loan.terms");
    let checked = place.ok(&["terms", "check", &loan]);
    for words in ["borrower, lender", "SOFR", "2027-01-02", "without bound"] {
        assert!(checked.contains(words), "{words}: {checked}");
    }
    let report: Value = serde_json::from_str(&place.ok(&["terms", "check", &loan, "--json"])).unwrap();
    assert_eq!(report["assets"], serde_json::json!(["USD"]));

    // The hash is that of the bytes: what an instrument names as its terms.
    let bytes = hex::decode(place.ok(&["terms", "show", &loan, "--bytes"]).trim()).unwrap();
    let hash = gage_crypto::hash::sha256(&bytes).to_string();
    assert!(checked.contains(&format!("hash        {hash}\n")), "{checked}");
    assert_eq!(report["hash"], serde_json::json!(hash));

    // The text that is shown, and the JSON, are the same contract.
    let shown = place.ok(&["terms", "show", &loan]);
    fs::write(place.dir.join("loan.terms"), &shown).unwrap();
    assert_eq!(place.ok(&["terms", "show", "loan.terms"]), shown);
    fs::write(place.dir.join("loan.json"), place.ok(&["terms", "show", &loan, "--json"])).unwrap();
    let bytes = place.ok(&["terms", "show", &loan, "--bytes"]);
    assert_eq!(place.ok(&["terms", "show", "loan.json", "--bytes"]), bytes);

    let scenario = r#"{ "values": { "SOFR": { "2026-01-02": "0.043", "2026-10-02": "0.05" } } }"#;
    fs::write(place.dir.join("rates.json"), scenario).unwrap();
    let flows = place.ok(&["terms", "project", &loan, "--scenario", "rates.json"]);
    assert!(flows.contains("15125 USD") && flows.contains("nothing is left"), "{flows}");
    let early = place.ok(&["terms", "project", &loan, "--scenario", "rates.json", "--until", "2026-05-01"]);
    assert!(
        early.contains("what is left:") && early.lines().filter(|line| line.contains("->")).count() == 3,
        "{early}"
    );

    fs::write(place.dir.join("bad.terms"), "contract \"x\" from 2026-01-01\na owes b 5").unwrap();
    let (_, words) = place.fails(&["terms", "check", "bad.terms"]);
    assert!(words.contains("line 2, column 11: expected an asset"), "{words}");
}

#[test]
fn every_example_is_checked_shown_and_projected() {
    let place = Place::new("examples");
    let mut names = Vec::new();
    for file in fs::read_dir(format!("{TERMS}/examples")).unwrap() {
        let path = file.unwrap().path();
        let path = path.to_str().unwrap();
        assert!(place.ok(&["terms", "check", path]).contains("parties"), "{path}");
        let shown = place.ok(&["terms", "show", path]);
        fs::write(place.dir.join("again.terms"), &shown).unwrap();
        assert_eq!(place.ok(&["terms", "show", "again.terms"]), shown, "{path}");
        // Nothing is known of the world: what does not wait for it is paid, and what waits is shown as left.
        let projected: Value = serde_json::from_str(&place.ok(&["terms", "project", path, "--json"])).unwrap();
        assert!(projected["flows"].is_array() && projected["left"].is_object(), "{path}: {projected}");
        names.push(path.rsplit('/').next().unwrap().to_owned());
    }
    names.sort();
    let wanted = ["amortising_loan", "collateralised_loan", "coupon_bond", "covered_call", "note", "perpetual"]
        .into_iter()
        .chain(["principal_yield_strip", "three_tranche_note", "treasury_bill"]);
    assert_eq!(names, wanted.map(|name| format!("{name}.terms")).collect::<Vec<_>>());
}

#[test]
fn every_file_of_the_reference_data_passes() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("GAGE_REFERENCE_DATA").unwrap_or_else(|_| beside.to_owned());
    let Ok(files) = fs::read_dir(format!("{folder}/actus")) else {
        println!("SKIPPED: no {folder}/actus; set GAGE_REFERENCE_DATA to the folder of the reference data");
        return;
    };
    let place = Place::new("actus-reference");
    let mut passed = 0;
    let cases = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "json"));
    for path in cases {
        let path = path.to_str().unwrap();
        let report: Value = serde_json::from_str(&place.ok(&["terms", "actus", path, "--json"])).unwrap();
        assert_eq!(report["failed"], 0, "{path}: {report}");
        passed += report["passed"].as_u64().unwrap();
    }
    assert_eq!(passed, 190);
}

#[test]
fn cases_of_the_standard_pass_or_name_their_first_difference() {
    let place = Place::new("actus");
    let own = format!("{TERMS}/tests/cases/own.json");
    let report: Value = serde_json::from_str(&place.ok(&["terms", "actus", &own, "--json"])).unwrap();
    assert_eq!((&report["passed"], &report["failed"]), (&31.into(), &0.into()));
    let lines = place.ok(&["terms", "actus", &own]);
    assert!(lines.contains("pam-quarterly: passed") && lines.ends_with("31 passed, 0 failed\n"), "{lines}");

    let changed = fs::read_to_string(&own).unwrap().replacen("\"payoff\": -1150", "\"payoff\": -1151", 1);
    fs::write(place.dir.join("changed.json"), changed).unwrap();
    let (code, words) = place.fails(&["terms", "actus", "changed.json", "--json"]);
    let report: Value = serde_json::from_str(words.trim()).unwrap();
    assert_eq!((code, &report["passed"], &report["failed"]), (5, &30.into(), &1.into()));
    assert!(words.contains("pam-quarterly: failed: event 1: payoff is -1150, expected -1151"), "{words}");

    fs::write(place.dir.join("none.json"), "[]").unwrap();
    let (_, words) = place.fails(&["terms", "actus", "none.json"]);
    assert!(words.contains("expected an object of cases"), "{words}");
}
