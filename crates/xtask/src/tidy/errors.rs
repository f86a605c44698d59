//! Error numbers: in the module's range, unique for ever, without gaps inside a block.
//!
//! A module's own reasons are numbered from `module * 1000 + 1`, in blocks of twenty: a block may stand
//! further up, so that two parts of a module grow side by side, but is filled from its start. Those of
//! calculations without a result (`MathError`) follow one another, and may stand further up too.

use std::collections::BTreeMap;

use super::{Finding, lines};
use crate::lexer;
use crate::workspace::{File, Workspace};

const RULE: &str = "errors";
/// How many numbers a block has.
const BLOCK: u32 = 20;

/// An arm `Error::Reason => number`.
struct Arm {
    line: usize,
    number: u32,
    /// Whether it is a calculation without a result.
    math: bool,
}

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
    let arms = arms(&file.text);
    for Arm { line, number, .. } in &arms {
        let place = format!("{}:{line}", file.path);
        if *number <= base || *number >= base + 1_000 {
            let text = format!("{number} is outside {}..={}", base + 1, base + 999);
            findings.push(Finding::error(RULE, &place, text));
        }
        if let Some(first) = seen.insert(*number, *line) {
            findings.push(Finding::error(RULE, &place, format!("{number} is given twice, first in line {first}")));
        }
    }
    if arms.is_empty() {
        findings.push(Finding::error(RULE, &file.path, "no `Error::Reason => number` arms were found"));
    }
    let numbers = |math: bool| arms.iter().filter(move |arm| arm.math == math).map(|arm| arm.number);
    let highest = |block: u32| numbers(false).filter(|number| number / BLOCK == block).max();
    let blocks = base / BLOCK..=(base + 999) / BLOCK;
    let own = blocks.filter_map(|block| Some((block * BLOCK).max(base + 1)..=highest(block)?)).flatten();
    let math = numbers(true).min().unwrap_or(1)..=numbers(true).max().unwrap_or(0);
    for missing in own.chain(math).filter(|number| !seen.contains_key(number)) {
        findings.push(Finding::error(RULE, &file.path, format!("{missing} is missing: numbers have no gaps")));
    }
}

/// Every `Error::... => number`.
fn arms(text: &str) -> Vec<Arm> {
    let code = lexer::code(text);
    let arm = |line: usize, text: &str| {
        let (left, right) = text.split_once("=>")?;
        let named = left.contains("Error::") || left.contains("Self::");
        let number: String = right.trim().trim_end_matches(',').chars().filter(|c| *c != '_').collect();
        let number = number.parse().ok()?;
        named.then_some(Arm { line, number, math: left.contains("MathError::") })
    };
    lines(&code).filter_map(|(line, text)| arm(line, text)).collect()
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
        let arms = "Error::A => 7001,\nError::B(_) => 7_002,\nError::Ledger(e) => e.code(),\nError::Math(MathError::Y) => 7901,";
        assert_eq!(found(arms), Vec::<String>::new());
    }

    #[test]
    fn doubles_gaps_and_strangers_are_found() {
        assert!(found("Error::A => 7001,\nError::B => 7001,")[0].contains("given twice, first in line 2"));
        assert!(found("Error::A => 7001,\nError::B => 7003,")[0].contains("7002 is missing"));
        assert!(found("Error::A => 7001,\nError::B => 7041,")[0].contains("7040 is missing"));
        assert_eq!(found("Error::A => 7001,\nError::B => 7040,"), Vec::<String>::new());
        assert!(found("Error::A => 7001,\nError::B => 8002,")[0].contains("outside 7001..=7999"));
        let math = "Error::A => 7001,\nError::M(MathError::A) => 7901,\nError::M(MathError::B) => 7903,";
        assert!(found(math)[0].contains("7902 is missing"));
        assert!(found("// Error::A => 7001")[0].contains("no `Error::Reason"));
    }
}
