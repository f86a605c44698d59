//! The ACTUS generators: own cases calculated by hand (`cases/own.json`), the reference cases of the standard where they
//! are at hand (`GAGE_REFERENCE_DATA`, or `../shared/data` beside the workspace; skipped loudly where not), and terms
//! that are bad or hostile.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::path::PathBuf;

use gage_terms::actus::{
    ActusError, Case, ContractType, EventType, Observed, Outcome, Terms, as_claim, compare, events,
};
use gage_terms::{Number, Observations, project};
use proptest::prelude::*;
use serde_json::{Value, json};

const OWN: &str = include_str!("cases/own.json");

fn folder() -> PathBuf {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from).join("actus")
}

/// How many cases pass, and the first difference of each that does not.
fn run(text: &str) -> (usize, Vec<String>) {
    let (mut passed, mut failed) = (0, Vec::new());
    for (name, case) in Case::read_all(text).unwrap() {
        let outcome = case.and_then(|case| Ok((events(&case.terms, &case.observed, case.to)?, case)));
        let difference = match outcome {
            Ok((found, case)) => compare(&case.expected, &found).map(|difference| difference.to_string()),
            Err(error) => Some(error.to_string()),
        };
        match difference {
            None => passed += 1,
            Some(difference) => failed.push(format!("{name}: {difference}")),
        }
    }
    (passed, failed)
}

#[test]
fn own_cases_are_reproduced() {
    let (passed, failed) = run(OWN);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let kinds = |kind: &ContractType| OWN.contains(&format!("\"contractType\": \"{}\"", kind.name()));
    assert!(passed > 30 && ContractType::ALL.iter().all(kinds), "every type has a case");
}

#[test]
fn every_reference_case_is_reproduced() {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        eprintln!("SKIPPED: no reference cases in {}; set GAGE_REFERENCE_DATA", folder().display());
        return;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut all_failed = Vec::new();
    for file in files {
        let (passed, failed) = run(&std::fs::read_to_string(&file).unwrap());
        println!("{:<28} {passed:>3} of {:>3}", file.file_name().unwrap().display(), passed + failed.len());
        all_failed.extend(failed);
    }
    assert!(all_failed.is_empty(), "{}", all_failed.join("\n"));
}

/// A result that is changed in any number, date, type or currency is not reproduced any more.
#[test]
fn every_published_number_is_compared() {
    let cases: Value = serde_json::from_str(OWN).unwrap();
    let mut changed = 0;
    for (name, case) in cases.as_object().unwrap() {
        for (row, result) in case["results"].as_array().unwrap().iter().enumerate() {
            for (field, value) in result.as_object().unwrap() {
                let other = match value {
                    Value::Number(number) => json!(number.as_f64().unwrap() + 0.001),
                    Value::String(text) if field == "currency" => json!(format!("{text}X")),
                    Value::String(text) if field == "eventType" => json!(format!("{text}X")),
                    _ => json!("2031-05-05T00:00:00"),
                };
                let mut wrong = case.clone();
                wrong["results"][row][field] = other;
                let (passed, _) = run(&json!({ name: wrong }).to_string());
                assert_eq!(passed, 0, "{name}, row {row}: {field} is not compared");
                changed += 1;
            }
        }
        for row in 0..case["results"].as_array().unwrap().len() {
            let mut short = case.clone();
            short["results"].as_array_mut().unwrap().remove(row);
            assert_eq!(run(&json!({ name: short }).to_string()).0, 0, "{name} without row {row}");
        }
    }
    assert!(changed > 600, "{changed}");
}

/// What the standard generates is a contract of the language, and pays the same.
#[test]
fn generated_payments_are_a_contract() {
    for (name, case) in Case::read_all(OWN).unwrap() {
        let case = case.unwrap();
        let found = events(&case.terms, &case.observed, case.to).unwrap();
        let contract = as_claim(&name, &found, "other".parse().unwrap(), "own".parse().unwrap()).unwrap();
        let flows = project(&contract, &Observations::default(), "2100-01-01".parse().unwrap()).unwrap().flows;
        let paid: Vec<&Outcome> = found.iter().filter(|outcome| !outcome.payoff.is_zero()).collect();
        assert_eq!(flows.len(), paid.len(), "{name}");
        for (flow, outcome) in flows.iter().zip(paid) {
            let signed = if flow.to.as_str() == "own" { flow.amount } else { flow.amount.negate().unwrap() };
            assert_eq!((flow.at, signed, flow.asset.as_str()), (outcome.time, outcome.payoff, &*outcome.currency));
        }
    }
}

#[test]
fn bad_terms_are_named() {
    let cases: Value = serde_json::from_str(OWN).unwrap();
    let with = |case: &str, term: &str, value: Value| {
        let mut case = cases[case].clone();
        case["terms"][term] = value;
        let read = Case::read("bad", &case);
        read.and_then(|case| events(&case.terms, &case.observed, case.to)).unwrap_err().to_string()
    };
    for (case, term, value, expected) in [
        ("pam-quarterly", "contractType", json!("PAMX"), "the term `contractType` has the value `PAMX`"),
        ("pam-quarterly", "maturityDate", json!(null), "the term `maturityDate` is missing"),
        ("pam-quarterly", "maturityDate", json!("soon"), "the term `maturityDate` has the value `soon`"),
        ("pam-quarterly", "notionalPrincipal", json!("1e30"), "the term `notionalPrincipal` has the value `1e30`"),
        ("pam-quarterly", "dayCountConvention", json!("A364"), "the term `dayCountConvention` has the value `A364`"),
        ("pam-quarterly", "cycleOfInterestPayment", json!("P3XL1"), "the term `cycleOfInterestPayment`"),
        ("lam-counted-maturity", "nextPrincipalRedemptionPayment", json!("0.000001"), "nextPrincipalRedemptionPayment"),
        ("optns-straddle", "contractStructure", json!([]), "the term `contractStructure` is missing"),
        ("stk-pays-dividends", "marketObjectCodeOfDividends", json!("E"), "`E` has no observation at 2026-03-01"),
    ] {
        let found = with(case, term, value);
        assert!(found.contains(expected), "{case} {term}: {found}");
    }
}

/// A century of days is bounded, a contract in itself is bounded.
#[test]
fn hostile_terms_are_bounded() {
    let cases: Value = serde_json::from_str(OWN).unwrap();
    let mut case = cases["pam-quarterly"].clone();
    case["terms"]["maturityDate"] = json!("2199-01-01T00:00:00");
    case["terms"]["cycleOfInterestPayment"] = json!("P1DL1");
    let read = Case::read("long", &case).unwrap();
    assert_eq!(events(&read.terms, &read.observed, None), Err(ActusError::TooManyEvents));
    let mut nested = cases["capfl-cap"]["terms"].clone();
    for _ in 0..8 {
        let reference = json!([{ "object": nested, "referenceType": "CNT", "referenceRole": "UDL" }]);
        nested = cases["capfl-cap"]["terms"].clone();
        nested["contractStructure"] = reference;
    }
    let mut deep = cases["capfl-cap"].clone();
    deep["terms"] = nested;
    assert_eq!(Case::read("deep", &deep).err(), Some(ActusError::TooDeep));
}

/// A monthly loan of a type, lent or borrowed.
fn loan(kind: &str, role: &str, notional: u32, rate: u32, months: u32, count: &str) -> Terms {
    let (year, month) = (2026 + (months / 12), 1 + months % 12);
    let mut terms = json!({
        "contractType": kind, "contractID": "loan", "contractRole": role, "currency": "USD",
        "statusDate": "2025-12-31T00:00:00", "contractDealDate": "2025-12-31T00:00:00",
        "initialExchangeDate": "2026-01-01T00:00:00", "maturityDate": format!("{year}-{month:02}-01T00:00:00"),
        "notionalPrincipal": notional.to_string(), "nominalInterestRate": format!("0.{rate:03}"),
        "dayCountConvention": count,
        "cycleAnchorDateOfInterestPayment": "2026-02-01T00:00:00", "cycleOfInterestPayment": "P1ML1",
    });
    if kind != "PAM" {
        terms["cycleAnchorDateOfPrincipalRedemption"] = json!("2026-02-01T00:00:00");
        terms["cycleOfPrincipalRedemption"] = json!("P1ML1");
    }
    if kind == "NAM" {
        terms["nextPrincipalRedemptionPayment"] = json!((notional / months).to_string());
    }
    Terms::read(&terms).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What was lent comes back to the last unit, an annuity is level, and the borrower's books mirror the lender's.
    #[test]
    fn loans_are_repaid_and_have_two_sides(
        kind in prop::sample::select(vec!["PAM", "LAM", "NAM", "ANN"]), notional in 100u32..10_000_000, rate in 0u32..300,
        months in 2u32..60, count in prop::sample::select(vec!["A360", "A365", "30E360", "AA", "28E336"]),
    ) {
        let run = |role: &str| events(&loan(kind, role, notional, rate, months, count), &Observed::default(), None).unwrap();
        let (lent, borrowed) = (run("RPA"), run("RPL"));
        prop_assert_eq!(lent.len(), borrowed.len());
        let mut principal = Number::ZERO;
        let mut payments = std::collections::BTreeMap::new();
        for (own, other) in lent.iter().zip(&borrowed) {
            prop_assert_eq!((own.time, own.kind, own.payoff), (other.time, other.kind, other.payoff.negate().unwrap()));
            prop_assert_eq!(own.state.notional, other.state.notional.negate().unwrap());
            if matches!(own.kind, EventType::IED | EventType::PR | EventType::MD) {
                principal = principal.plus(own.payoff).unwrap();
            }
            if matches!(own.kind, EventType::PR | EventType::IP | EventType::MD) {
                let sum = payments.entry(own.time).or_insert(Number::ZERO);
                *sum = sum.plus(own.payoff).unwrap();
            }
        }
        prop_assert_eq!(principal, Number::ZERO);
        prop_assert!(lent.last().unwrap().state.notional.is_zero());
        if kind == "ANN" {
            // Level to what rounding in the eighteenth place, once a month and with interest on it, becomes over the life.
            let first = *payments.values().next().unwrap();
            let bound = Number(8 * i128::from(notional) * i128::from(months));
            prop_assert!(payments.values().all(|sum| sum.minus(first).unwrap().magnitude().unwrap() < bound));
        }
    }
}
