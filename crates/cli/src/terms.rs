//! `gage terms`: contracts as people read them, and the reference cases of the ACTUS standard.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use gage_calendar::Moment;
use gage_crypto::hash::sha256;
use gage_terms::actus::{Case, compare, events};
use gage_terms::{Bound, Contract, Observations, check, parse, print, project, to_bytes};

use crate::exit::{CHECK_FAILED, DONE, code};
use crate::{common, say};

/// What to do with terms.
#[derive(Debug, Subcommand)]
pub enum TermsCommand {
    /// Look a contract over: parties, assets, dates, fixings, rights, and the most each can come to pay
    Check {
        /// A contract as text, or as JSON if its name ends so
        file: PathBuf,
    },
    /// Show a contract as text, or in another form
    Show {
        /// A contract as text, or as JSON if its name ends so
        file: PathBuf,
        /// Print the canonical bytes in hexadecimal
        #[arg(long)]
        bytes: bool,
    },
    /// What a contract pays under a scenario
    Project {
        /// A contract as text, or as JSON if its name ends so
        file: PathBuf,
        /// JSON with `values` by name and moment, and `elections`
        #[arg(long)]
        scenario: Option<PathBuf>,
        /// The last moment
        #[arg(long, default_value = "2100-01-01")]
        until: String,
    },
    /// Run the cases of a file in the ACTUS reference-test format, and say which are reproduced
    Actus {
        /// Files of cases
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Does it.
pub fn terms(command: &TermsCommand) -> Result<ExitCode> {
    match command {
        TermsCommand::Check { file } => check_file(file),
        TermsCommand::Show { file, bytes } => show(file, *bytes),
        TermsCommand::Project { file, scenario, until } => project_file(file, scenario.as_deref(), until),
        TermsCommand::Actus { files } => actus(files),
    }
}

fn read(file: &Path) -> Result<Contract> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let contract = if file.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str(&text).with_context(|| format!("{} is no contract", file.display()))?
    } else {
        parse(&text).with_context(|| format!("{} is no contract", file.display()))?
    };
    contract.validate().with_context(|| format!("{} is no contract", file.display()))?;
    Ok(contract)
}

fn check_file(file: &Path) -> Result<ExitCode> {
    let contract = read(file)?;
    let report = check(&contract)?;
    // What an instrument names as its terms.
    let hash = sha256(&to_bytes(&contract)).to_string();
    if common::json() {
        let mut report = serde_json::to_value(&report)?;
        report["hash"] = hash.into();
        common::print(&report);
        return Ok(ExitCode::SUCCESS);
    }
    let row = |what: &str, all: Vec<String>| {
        say!("{what:<12}{}", if all.is_empty() { "-".to_owned() } else { all.join(", ") })
    };
    row("contract", vec![contract.title.clone()]);
    row("hash", vec![hash]);
    row("parts", vec![report.nodes.to_string()]);
    row("parties", report.parties.iter().map(ToString::to_string).collect());
    row("assets", report.assets.iter().map(ToString::to_string).collect());
    row("dates", report.dates.iter().map(ToString::to_string).collect());
    let fixing = |(name, at): &(gage_terms::Name, Option<Moment>)| match at {
        Some(at) => format!("{name} at {at}"),
        None => name.to_string(),
    };
    row("fixings", report.fixings.iter().map(fixing).collect());
    let right = |right: &gage_terms::ElectionRight| format!("{} by {}", right.name, right.by);
    row("elections", report.elections.iter().map(right).collect());
    say!("the most that each can come to pay:");
    for owed in &report.obligations {
        let worst = match owed.worst {
            Bound::Finite(worst) => worst.to_string(),
            Bound::Unbounded => "without bound".to_owned(),
        };
        say!("  {:<20} {worst:>24} {}", owed.party.as_str(), owed.asset);
    }
    Ok(ExitCode::SUCCESS)
}

fn show(file: &Path, bytes: bool) -> Result<ExitCode> {
    let contract = read(file)?;
    match (common::json(), bytes) {
        (true, _) => common::print(&serde_json::to_value(&contract)?),
        (false, true) => say!("{}", hex::encode(to_bytes(&contract))),
        (false, false) => say!("{}", print(&contract).trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

fn project_file(file: &Path, scenario: Option<&Path>, until: &str) -> Result<ExitCode> {
    let contract = read(file)?;
    let world: Observations = match scenario {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            serde_json::from_str(&text).with_context(|| format!("{} is no scenario", file.display()))?
        }
        None => Observations::default(),
    };
    let until: Moment = until.parse().with_context(|| format!("--until {until}"))?;
    let projection = project(&contract, &world, until)?;
    if common::json() {
        common::print(&serde_json::to_value(&projection)?);
        return Ok(ExitCode::SUCCESS);
    }
    for flow in &projection.flows {
        let at = flow.at.to_string();
        say!(
            "{at:<20} {:<16} -> {:<16} {:>24} {}",
            flow.from.as_str(),
            flow.to.as_str(),
            flow.amount.to_string(),
            flow.asset
        );
    }
    if projection.left.is_over() {
        say!("nothing is left");
    } else {
        say!("what is left:\n{}", print(&projection.left));
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails if a case is not reproduced, with the first difference of each.
fn actus(files: &[PathBuf]) -> Result<ExitCode> {
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
    if common::json() {
        say!("{}", serde_json::json!({ "passed": passed, "failed": failed, "cases": lines }));
    } else {
        lines.iter().for_each(|line| say!("{line}"));
        say!("{passed} passed, {failed} failed");
    }
    Ok(code(if failed == 0 { DONE } else { CHECK_FAILED }))
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
