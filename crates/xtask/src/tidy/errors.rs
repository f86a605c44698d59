//! Error numbers: in the module's range, unique for ever, without gaps.
//!
//! A module's own reasons are numbered from `module * 1000 + 1`; a second run, for calculations
//! without a result, may stand from `+ 901`.

use std::collections::BTreeMap;

use super::{Finding, lines};
use crate::lexer;
use crate::workspace::{File, Workspace};

const RULE: &str = "errors";
/// Where the second run begins.
const SECOND: u32 = 901;

/// The numbers of every module and of the chain.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in &workspace.crates {
        let (Some(lib), Some(errors)) = (
            workspace.file(&format!("crates/{krate}/src/lib.rs")),
            workspace.file(&format!("crates/{krate}/src/error.rs")),
        ) else {
            continue;
        };
        if let Some(module) = module_number(lib) {
            numbers(module, errors, &mut findings);
        }
    }
    findings
}

/// The number in `pub const MODULE: u8 = 7;`.
pub fn module_number(lib: &File) -> Option<u32> {
    let line = lib.text.lines().find_map(|line| line.trim().strip_prefix("pub const MODULE: u8 = "))?;
    line.trim_end_matches(';').parse().ok()
}

fn numbers(module: u32, file: &File, findings: &mut Vec<Finding>) {
    let mut seen = BTreeMap::<u32, usize>::new();
    let base = module * 1_000;
    for (line, number) in arms(&file.text) {
        let place = format!("{}:{line}", file.path);
        if number <= base || number >= base + 1_000 {
            let text = format!("{number} is outside {}..={}", base + 1, base + 999);
            findings.push(Finding::error(RULE, &place, text));
        }
        if let Some(first) = seen.insert(number, line) {
            findings.push(Finding::error(RULE, &place, format!("{number} is given twice, first in line {first}")));
        }
    }
    if seen.is_empty() {
        findings.push(Finding::error(RULE, &file.path, "no `Error::Reason => number` arms were found"));
    }
    for (from, to) in [(base + 1, base + SECOND), (base + SECOND, base + 1_000)] {
        let run: Vec<u32> = seen.range(from..to).map(|(number, _)| *number).collect();
        if let Some((expected, _)) = (from..).zip(&run).find(|(expected, number)| expected != *number) {
            findings.push(Finding::error(RULE, &file.path, format!("{expected} is missing: numbers have no gaps")));
        }
    }
}

/// Line and number of every `Error::... => number`.
fn arms(text: &str) -> Vec<(usize, u32)> {
    let code = lexer::code(text);
    let arm = |line: &str| {
        let (left, right) = line.split_once("=>")?;
        let named = left.contains("Error::") || left.contains("Self::");
        let number: String = right.trim().trim_end_matches(',').chars().filter(|c| *c != '_').collect();
        if named { number.parse().ok() } else { None }
    };
    lines(&code).filter_map(|(number, line)| arm(line).map(|code| (number, code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arms: &str) -> Vec<String> {
        let error = format!("impl Error {{ fn code(&self) -> u32 {{ match self {{\n{arms}\n}} }} }}\n");
        let lib = "//! Lots.\npub const MODULE: u8 = 7;\n";
        let workspace = Workspace::of(&[("crates/auctions/src/lib.rs", lib), ("crates/auctions/src/error.rs", &error)]);
        check(&workspace).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_numbers_pass() {
        let arms =
            "Error::A => 7001,\nError::B(_) => 7_002,\nError::Ledger(e) => e.code(),\nError::Math(X::Y) => 7901,";
        assert_eq!(found(arms), Vec::<String>::new());
    }

    #[test]
    fn doubles_gaps_and_strangers_are_found() {
        assert!(found("Error::A => 7001,\nError::B => 7001,")[0].contains("given twice, first in line 2"));
        assert!(found("Error::A => 7001,\nError::B => 7003,")[0].contains("7002 is missing"));
        assert!(found("Error::A => 7001,\nError::B => 8002,")[0].contains("outside 7001..=7999"));
        assert!(found("Error::A => 7001,\nError::M => 7902,")[0].contains("7901 is missing"));
        assert!(found("// Error::A => 7001")[0].contains("no `Error::Reason"));
    }
}
