//! The tools of the house: `cargo xtask tidy` checks its rules, `cargo xtask test` runs what CI runs.

mod lexer;
mod packages;
mod postgres;
mod python;
mod sbom;
mod schemathesis;
mod softhsm;
mod steps;
mod tidy;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  tidy    check the house rules: floors, file names, numbers, invariants, links
  test    everything CI runs, in its order, with a summary
  ci      the same as test
  sbom    print what is built into the binary, as CycloneDX

  --skip <step>   leave a step of `test` out; may be repeated; the summary says so
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["test" | "ci", options @ ..] => match skipped(options) {
            Some(skip) => steps::run(&skip),
            None => return usage(),
        },
        ["sbom"] => sbom::document().map(|document| {
            println!("{document}");
            true
        }),
        _ => return usage(),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}

/// The steps named by `--skip`. `None` if the options are not of that form.
fn skipped(options: &[&str]) -> Option<Vec<String>> {
    let (pairs, rest) = options.as_chunks::<2>();
    let named = pairs.iter().map(|[flag, step]| (*flag == "--skip" && steps::exists(step)).then(|| step.to_string()));
    if rest.is_empty() { named.collect() } else { None }
}
