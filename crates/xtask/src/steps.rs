//! Everything CI runs, in its order: the cheap steps first, so that a fault shows early.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace::root;
use crate::{postgres, python, schemathesis, softhsm, tidy};

/// What became of a step.
enum Outcome {
    Passed,
    Failed(String),
    /// Not run, and why.
    Skipped(String),
}

/// A step: its name and what runs it.
type Step = (&'static str, fn() -> Result<Outcome>);

const STEPS: [Step; 11] = [
    ("format", format),
    ("tidy", tidy_step),
    ("clippy", clippy),
    ("test", test),
    ("doctest", doctest),
    ("api", api),
    ("deny", deny),
    ("build", build),
    ("python", python_step),
    ("demo", demo),
    ("sim", sim),
];

/// Whether there is a step of that name.
pub fn exists(step: &str) -> bool {
    STEPS.iter().any(|(name, _)| *name == step)
}

/// Runs the steps but those in `skip`; goes on after a failure, so that one run shows all. False if one failed.
pub fn run(skip: &[String]) -> Result<bool> {
    let mut rows = Vec::new();
    for (position, (name, step)) in STEPS.iter().enumerate() {
        println!("\n==> [{}/{}] {name}", position + 1, STEPS.len());
        let start = Instant::now();
        let outcome = if skip.iter().any(|skipped| skipped == name) {
            Outcome::Skipped("asked for by --skip".to_owned())
        } else {
            step().unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")))
        };
        if let Outcome::Skipped(reason) = &outcome {
            println!("SKIPPED {name}: {reason}");
        }
        rows.push((*name, start.elapsed(), outcome));
    }
    Ok(summary(&rows))
}

fn summary(rows: &[(&str, Duration, Outcome)]) -> bool {
    println!("\n{:<10} {:>9}  result", "step", "seconds");
    for (name, time, outcome) in rows {
        let result = match outcome {
            Outcome::Passed => "ok".to_owned(),
            Outcome::Failed(reason) => format!("FAILED: {reason}"),
            Outcome::Skipped(reason) => format!("SKIPPED: {reason}"),
        };
        println!("{name:<10} {:>9.1}  {result}", time.as_secs_f64());
    }
    let failed = rows.iter().filter(|(_, _, outcome)| matches!(outcome, Outcome::Failed(_))).count();
    let seconds: f64 = rows.iter().map(|(_, time, _)| time.as_secs_f64()).sum();
    println!(
        "{:<10} {seconds:>9.1}  {}",
        "all",
        if failed == 0 { "ok".to_owned() } else { format!("{failed} FAILED") }
    );
    failed == 0
}

fn format() -> Result<Outcome> {
    cargo(&["fmt", "--all", "--check"])
}

fn tidy_step() -> Result<Outcome> {
    Ok(if tidy::run()? { Outcome::Passed } else { Outcome::Failed("a house rule is broken".to_owned()) })
}

fn clippy() -> Result<Outcome> {
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

/// The seed of property tests, so that a run says the same twice; another one explores further.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20200312");

/// Fuzz targets are ordinary tests here: every decoder meets its random bytes in this step.
fn test() -> Result<Outcome> {
    if std::env::var_os(SEED.0).is_none() {
        println!("property tests run with {}={}; set another seed to explore further", SEED.0, SEED.1);
    }
    if reference_data().is_none() {
        println!("SKIPPED: no reference data (GAGE_REFERENCE_DATA is not set, and ../shared/data is not there);");
        println!("tests against published tables look at the project's own small ones alone");
    }
    let mut promised = Vec::new();
    if softhsm::provide() {
        promised.push((softhsm::REQUIRED, "1"));
    }
    if postgres::provide() {
        promised.push((postgres::REQUIRED, "1"));
    }
    if has("nextest") {
        cargo_with(&["nextest", "run", "--workspace", "--locked", "--no-fail-fast"], &promised)
    } else {
        println!("cargo-nextest is not installed: running the tests with cargo test");
        cargo_with(&["test", "--workspace", "--all-targets", "--locked", "--no-fail-fast", "--quiet"], &promised)
    }
}

/// Where published tables and cases lie, for the tests that compare with them.
fn reference_data() -> Option<PathBuf> {
    let named = std::env::var_os("GAGE_REFERENCE_DATA").map(PathBuf::from);
    named.or_else(|| Some(root().parent()?.join("shared/data"))).filter(|folder| folder.is_dir())
}

fn doctest() -> Result<Outcome> {
    cargo(&["test", "--workspace", "--doc", "--locked", "--quiet"])
}

/// The API against its own document, by programs that know nothing of it.
fn api() -> Result<Outcome> {
    Ok(match schemathesis::run(command)? {
        schemathesis::Tried::Passed => Outcome::Passed,
        schemathesis::Tried::Failed(reason) => Outcome::Failed(reason),
        schemathesis::Tried::Missing(reason) => Outcome::Skipped(reason),
    })
}

fn deny() -> Result<Outcome> {
    if !has("deny") {
        let how = "cargo-deny is not installed; licences and sources were NOT checked (cargo install cargo-deny)";
        return Ok(Outcome::Skipped(how.to_owned()));
    }
    cargo(&["deny", "check", "bans", "licenses", "sources"])
}

fn build() -> Result<Outcome> {
    cargo(&["build", "--release", "--locked", "--package", "gage-cli", "--bin", "gage"])
}

/// What speaks to the binary from outside: the Python client, a wallet in a browser, the commands of the guide.
fn python_step() -> Result<Outcome> {
    Ok(match python::run()? {
        python::Tried::Passed => Outcome::Passed,
        python::Tried::Failed(reason) => Outcome::Failed(reason),
        python::Tried::Missing(reason) => Outcome::Skipped(reason),
    })
}

/// Plays the whole demo and reads what the demo says of itself.
fn demo() -> Result<Outcome> {
    let arguments = ["run", "--release", "--locked", "--quiet", "--package", "gage-cli", "--bin", "gage", "--"];
    let output = command(&arguments)
        .args(["demo", "--json", "--no-html"])
        .stderr(Stdio::inherit())
        .output()
        .context("running the gage binary")?;
    if !output.status.success() {
        return Ok(Outcome::Failed(format!("gage demo ended with {}", output.status)));
    }
    let text = String::from_utf8(output.stdout).context("the demo's output is not UTF-8")?;
    match judge(&text) {
        Ok(report) => {
            println!("{report}");
            Ok(Outcome::Passed)
        }
        Err(error) => Ok(Outcome::Failed(format!("{error:#}"))),
    }
}

/// The whole network under seeds, each a minute of virtual time with faults; a seed that fails names itself and how to
/// play it again.
fn sim() -> Result<Outcome> {
    let arguments = ["run", "--release", "--locked", "--quiet", "--package", "gage-cli", "--bin", "gage", "--"];
    let arguments = [&arguments[..], &["sim", "--seeds", "0..200"]].concat();
    cargo(&arguments)
}

/// The last line of the demo's output, if conservation and proofs hold.
fn judge(output: &str) -> Result<String> {
    let line = output.lines().rev().find(|line| !line.trim().is_empty()).context("the demo printed nothing")?;
    let report: Value = serde_json::from_str(line).context("the demo's last line is not a JSON object")?;
    for check in ["conservation_ok", "proofs_ok"] {
        if report.get(check) != Some(&Value::Bool(true)) {
            bail!("the demo's report does not say `{check}: true`: {line}");
        }
    }
    Ok(line.to_owned())
}

fn cargo(arguments: &[&str]) -> Result<Outcome> {
    cargo_with(arguments, &[])
}

fn cargo_with(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Outcome> {
    println!("    cargo {}", arguments.join(" "));
    let status = command(arguments).envs(environment.iter().copied()).status().context("starting cargo")?;
    Ok(if status.success() { Outcome::Passed } else { Outcome::Failed(format!("cargo ended with {status}")) })
}

fn command(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(arguments);
    // What cargo told this program about its own package is nothing for others: build scripts that look at it would
    // run again, and with them half of the crates, whenever cargo is called by hand and then from here.
    for (name, _) in std::env::vars_os() {
        let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(of_package) {
            command.env_remove(name);
        }
    }
    if std::env::var_os(SEED.0).is_none() {
        command.env(SEED.0, SEED.1);
    }
    command
}

/// Whether cargo has that subcommand.
fn has(subcommand: &str) -> bool {
    let probe = command(&[subcommand, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    probe.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_judged() {
        let good = r#"{"conservation_ok":true,"proofs_ok":true,"root":"00"}"#;
        assert_eq!(judge(&format!("playing\n{good}\n\n")).unwrap(), good);
        for bad in [
            "",
            "playing\n",
            r#"{"conservation_ok":true}"#,
            r#"{"conservation_ok":false,"proofs_ok":true}"#,
            r#"{"conservation_ok":true,"proofs_ok":"true"}"#,
        ] {
            assert!(judge(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_failure_fails_the_run_and_a_skip_does_not() {
        let second = Duration::from_secs(1);
        assert!(summary(&[("a", second, Outcome::Passed), ("b", second, Outcome::Skipped("absent".to_owned()))]));
        assert!(!summary(&[("a", second, Outcome::Failed("no".to_owned())), ("b", second, Outcome::Passed)]));
    }

    #[test]
    fn only_known_steps_are_skipped() {
        assert!(exists("demo") && !exists("demon"));
    }
}
