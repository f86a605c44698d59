//! How a command ends: the exit code, and the words on the error stream.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use gage_chain::Rejection;
use gage_client::{Error, Problem};
use serde_json::{Value, json};
use thiserror::Error as ThisError;

use crate::common::json;

/// Everything was done.
pub const DONE: u8 = 0;
/// It failed: a file, an argument's content, a password.
pub const FAILED: u8 = 1;
/// The command line does not read.
pub const USAGE: u8 = 2;
/// The ledger or the node refused.
pub const REFUSED: u8 = 3;
/// The node does not answer, or a stream broke off.
pub const UNREACHABLE: u8 = 4;
/// A check was made, and does not hold.
pub const CHECK_FAILED: u8 = 5;
/// Submitted, and without a receipt when the time was over.
pub const PENDING: u8 = 6;

/// Every exit code with its meaning, for the help, the manual and `docs/cli.md`.
pub const CODES: [(u8, &str); 7] = [
    (DONE, "everything was done"),
    (FAILED, "failed: a file, a password, what an argument says"),
    (USAGE, "the command line does not read"),
    (REFUSED, "the ledger or the node refused; the sentence, its name and its number say why"),
    (UNREACHABLE, "the node does not answer, or a stream broke off"),
    (CHECK_FAILED, "a check was made and does not hold: a proof, an audit, a reference case"),
    (PENDING, "submitted, and without a receipt when --wait was over"),
];

/// The codes as the help shows them.
pub fn table() -> String {
    let lines = CODES.iter().map(|(code, meaning)| format!("  {code}  {meaning}\n"));
    format!("Exit codes:\n{}", lines.collect::<String>())
}

/// A check that was made and does not hold.
#[derive(Debug, ThisError)]
#[error("{0}")]
pub struct CheckFailed(pub String);

/// A refusal that needs no node to be known.
#[derive(Debug, ThisError)]
#[error("{} ({} {})", .0.sentence, .0.name, .0.code)]
pub struct Refused(pub Rejection);

/// A command line that reads, and says what cannot be.
#[derive(Debug, ThisError)]
#[error("{0}")]
pub struct Usage(pub String);

/// An exit code of ours.
pub fn code(code: u8) -> ExitCode {
    ExitCode::from(code)
}

/// Says what went wrong and what to do, and gives the exit code of it.
pub fn tell(error: &anyhow::Error) -> ExitCode {
    let told = Told::of(error);
    if json() {
        eprintln!("{}", told.json());
    } else {
        eprintln!("gage: {}", told.sentence);
        if !told.remedy.is_empty() {
            eprintln!("      {}", told.remedy);
        }
    }
    code(told.exit)
}

/// The same for a command line that does not read. Help and version are no failure.
pub fn usage(error: &mut clap::Error, json: bool) -> ExitCode {
    if error.exit_code() == 0 || !json {
        // Nobody listens: nothing to do about it.
        nearest(error).print().unwrap_or_default();
    } else {
        let text = nearest(error).render().to_string();
        let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
        let said: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let sentence = said.join(" ").trim_start_matches("error: ").to_owned();
        let remedy = "For more information, try --help.".to_owned();
        let told = Told { exit: USAGE, code: None, name: "Usage".to_owned(), sentence, remedy, retry_at: None };
        eprintln!("{}", told.json());
    }
    code(u8::try_from(error.exit_code()).unwrap_or(USAGE))
}

/// The most words that are suggested for one that is not known.
const SUGGESTED_MAX: usize = 3;

/// Leaves only the nearest of the words that are suggested, each in one spelling.
fn nearest(error: &mut clap::Error) -> &clap::Error {
    if let Some(ContextValue::Strings(words)) = error.get(ContextKind::SuggestedSubcommand) {
        let mut kept: Vec<String> = Vec::new();
        // The nearest is the last.
        for word in words.iter().rev() {
            if kept.len() < SUGGESTED_MAX && kept.iter().all(|one| one.replace('_', "-") != word.replace('_', "-")) {
                kept.push(word.clone());
            }
        }
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(kept));
    }
    error
}

/// What is said of a failure.
#[derive(Debug)]
struct Told {
    exit: u8,
    code: Option<u32>,
    name: String,
    sentence: String,
    remedy: String,
    retry_at: Option<u64>,
}

impl Told {
    fn of(error: &anyhow::Error) -> Told {
        let sentence = format!("{error:#}");
        let told = |exit, name: &str, remedy: &str| Told {
            exit,
            code: None,
            name: name.to_owned(),
            sentence: sentence.clone(),
            remedy: remedy.to_owned(),
            retry_at: None,
        };
        for cause in error.chain() {
            if let Some(error) = cause.downcast_ref::<Error>() {
                return match error {
                    Error::Refused(problem) => Told::refused(problem, sentence),
                    Error::Unreachable { .. } => told(
                        UNREACHABLE,
                        "Unreachable",
                        "Start one with `gage node`, or name another with --node, GAGE_NODE or the configuration.",
                    ),
                    Error::Untrusted { .. } => told(
                        UNREACHABLE,
                        "Untrusted",
                        "Name the certificates to believe with --certificates, GAGE_CERTIFICATES or the configuration. One of \
                         the node's own must be that of a server (CA:FALSE) with the host's name in it.",
                    ),
                    Error::Stream(_) => told(UNREACHABLE, "StreamBroken", "Come back with `gage watch --from`."),
                    Error::Proof(_) => told(CHECK_FAILED, "CheckFailed", ""),
                    _ => told(FAILED, "Failed", ""),
                };
            }
            if let Some(Refused(reason)) = cause.downcast_ref::<Refused>() {
                let told = told(REFUSED, &reason.name, "Correct the operation; its --help shows an example.");
                return Told { code: Some(reason.code), ..told };
            }
            if cause.downcast_ref::<CheckFailed>().is_some() {
                return told(CHECK_FAILED, "CheckFailed", "");
            }
            if cause.downcast_ref::<Usage>().is_some() {
                return told(USAGE, "Usage", "For more information, try --help.");
            }
        }
        told(FAILED, "Failed", "")
    }

    fn refused(problem: &Problem, sentence: String) -> Told {
        Told {
            exit: REFUSED,
            code: Some(problem.code),
            name: problem.name.clone(),
            sentence,
            remedy: problem.remedy.clone(),
            retry_at: problem.retry_at,
        }
    }

    fn json(&self) -> Value {
        json!({ "error": {
            "exit": self.exit, "code": self.code, "name": self.name, "sentence": self.sentence,
            "remedy": self.remedy, "retry_at": self.retry_at,
        }})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn every_kind_of_failure_has_its_code() {
        let unreachable = Error::Unreachable { url: "http://x".to_owned(), reason: "refused".to_owned() };
        let rejection = Rejection { code: 7, name: "Zero".to_owned(), sentence: "it is zero".to_owned() };
        let cases: [(anyhow::Error, u8); 5] = [
            (unreachable.into(), UNREACHABLE),
            (CheckFailed("x".to_owned()).into(), CHECK_FAILED),
            (Refused(rejection).into(), REFUSED),
            (Usage("x".to_owned()).into(), USAGE),
            (anyhow::anyhow!("x"), FAILED),
        ];
        for (error, exit) in cases {
            let wrapped = Err::<(), _>(error).context("while testing").unwrap_err();
            assert_eq!(Told::of(&wrapped).exit, exit, "{wrapped:#}");
        }
    }

    #[test]
    fn codes_are_in_order_and_none_is_given_twice() {
        let codes: Vec<u8> = CODES.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, (0..=PENDING).collect::<Vec<_>>());
    }
}
