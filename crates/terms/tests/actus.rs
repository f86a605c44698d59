//! The reference cases of the ACTUS standard, where they are at hand (`GAGE_REFERENCE_DATA`, or `../shared/data`
//! beside the workspace), skipped loudly where not.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::path::PathBuf;

use gage_terms::actus::{Case, compare, events};

fn folder() -> PathBuf {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from).join("actus")
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
    let mut failed = Vec::new();
    for file in files {
        let (mut passed, mut all) = (0, 0);
        for (name, case) in Case::read_all(&std::fs::read_to_string(&file).unwrap()).unwrap() {
            all += 1;
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
        println!("{:<28} {passed:>3} of {all:>3}", file.file_name().unwrap().display());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
