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
