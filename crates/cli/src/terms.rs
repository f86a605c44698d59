//! `gage terms`: contracts as people read them, and the reference cases of the ACTUS standard.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use gage_terms::actus::{Case, compare, events};

/// What to do with terms.
#[derive(Debug, Subcommand)]
pub enum TermsCommand {
    /// Run the cases of a file in the ACTUS reference-test format, and say which are reproduced
    Actus {
        /// Files of cases
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Print one JSON object with `passed` and `failed`, and the cases
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub fn terms(command: &TermsCommand) -> Result<ExitCode> {
    match command {
        TermsCommand::Actus { files, json } => actus(files, *json),
    }
}

/// Fails if a case is not reproduced, with the first difference of each.
fn actus(files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut cases = Vec::new();
    for file in files {
        cases.extend(run_cases(file)?);
    }
    let lines: Vec<String> = cases
        .iter()
        .map(|(name, difference)| match difference {
            None => format!("{name}: passed"),
            Some(difference) => format!("{name}: failed: {difference}"),
        })
        .collect();
    let failed = cases.iter().filter(|(_, difference)| difference.is_some()).count();
    let passed = cases.len() - failed;
    if json {
        println!("{}", serde_json::json!({ "passed": passed, "failed": failed, "cases": lines }));
    } else {
        lines.iter().for_each(|line| println!("{line}"));
        println!("{passed} passed, {failed} failed");
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every case of a file with its first difference, if it has one.
fn run_cases(file: &Path) -> Result<Vec<(String, Option<String>)>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let cases = Case::read_all(&text).with_context(|| format!("{}", file.display()))?;
    Ok(cases
        .into_iter()
        .map(|(name, case)| {
            let outcome = case.and_then(|case| Ok((events(&case.terms, &case.observed, case.to)?, case)));
            let difference = match outcome {
                Ok((found, case)) => compare(&case.expected, &found).map(|difference| difference.to_string()),
                Err(error) => Some(error.to_string()),
            };
            (name, difference)
        })
        .collect())
}
