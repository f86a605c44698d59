//! The same file names in every module, and a page of words at the head of every crate.

use super::Finding;
use super::floors::is_module;
use crate::workspace::Workspace;

const RULE: &str = "shape";

/// What every module has.
const NEEDED: [&str; 7] = ["lib.rs", "state.rs", "operation.rs", "error.rs", "event.rs", "invariants.rs", "genesis.rs"];

/// The functions that `chain` calls by name in every module.
const CALLED: [&str; 5] =
    ["pub fn create_tables(", "pub fn rebuild(", "pub fn genesis(", "pub fn check_block(", "pub fn check_invariants("];

/// The most lines of words at the head of a `lib.rs`.
const HEAD_MAX: usize = 40;

/// Files, functions and words of every crate.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in &workspace.crates {
        let source = format!("crates/{krate}/src");
        if is_module(krate) {
            missing_files(workspace, krate, &source, &mut findings);
            missing_functions(workspace, krate, &source, &mut findings);
        }
        head(workspace, &source, &mut findings);
    }
    findings
}

fn missing_files(workspace: &Workspace, krate: &str, source: &str, findings: &mut Vec<Finding>) {
    for name in NEEDED {
        let path = format!("{source}/{name}");
        if workspace.file(&path).is_none() {
            findings.push(Finding::error(RULE, path, "every module has this file"));
        }
    }
    let operations = format!("{source}/operations/");
    if !workspace.rust_of(krate).any(|file| file.path.starts_with(&operations)) {
        findings.push(Finding::error(RULE, operations, "one file per verb stands in this folder"));
    }
}

fn missing_functions(workspace: &Workspace, krate: &str, source: &str, findings: &mut Vec<Finding>) {
    for function in CALLED {
        if !workspace.rust_of(krate).any(|file| file.text.contains(function)) {
            let text = format!("every module offers `{function}..)`, which chain calls by name");
            findings.push(Finding::error(RULE, source, text));
        }
    }
}

fn head(workspace: &Workspace, source: &str, findings: &mut Vec<Finding>) {
    let roots = ["lib.rs", "main.rs"].map(|name| workspace.file(&format!("{source}/{name}")));
    for file in roots.into_iter().flatten() {
        let words = file.text.lines().take_while(|line| line.starts_with("//!")).count();
        if words == 0 {
            findings.push(Finding::error(RULE, &file.path, "the first line says what the crate is: `//! ...`"));
        } else if words > HEAD_MAX {
            let text = format!("{words} lines of words at the head; at most {HEAD_MAX}");
            findings.push(Finding::error(RULE, &file.path, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_its_files_is_found() {
        let workspace = Workspace::of(&[("crates/ledger/src/lib.rs", "//! Value.\n")]);
        let found = check(&workspace);
        assert_eq!(found.len(), (NEEDED.len() - 1) + 1 + CALLED.len(), "{found:#?}");
        assert!(found.iter().any(|finding| finding.place == "crates/ledger/src/state.rs"));
        assert!(found.iter().any(|finding| finding.place == "crates/ledger/src/operations/"));
        assert!(found.iter().any(|finding| finding.text.contains("check_block")));
    }

    #[test]
    fn a_crate_without_words_or_with_too_many_is_found() {
        let long = "//! word\n".repeat(41);
        let workspace = Workspace::of(&[
            ("crates/units/src/lib.rs", "pub mod amount;\n"),
            ("crates/crypto/src/lib.rs", &long),
            ("crates/store/src/lib.rs", "//! State.\n"),
        ]);
        let places: Vec<String> = check(&workspace).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["crates/units/src/lib.rs", "crates/crypto/src/lib.rs"]);
    }
}
