//! The house rules as code. Each rule reads the workspace and names what breaks it.

mod docs;
mod errors;
mod floors;
mod invariants;
mod shape;
mod sizes;
mod tables;
mod text;

use std::fmt;

use anyhow::Result;

use crate::workspace::Workspace;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Worth a second look.
    Warning,
    /// Breaks a rule.
    Error,
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    pub weight: Weight,
    /// The file, with the line where there is one.
    pub place: String,
    /// What is wrong and what would be right.
    pub text: String,
}

impl Finding {
    pub fn error(rule: &'static str, place: impl Into<String>, text: impl Into<String>) -> Finding {
        Finding { rule, weight: Weight::Error, place: place.into(), text: text.into() }
    }

    pub fn warning(rule: &'static str, place: impl Into<String>, text: impl Into<String>) -> Finding {
        Finding { weight: Weight::Warning, ..Finding::error(rule, place, text) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = if self.weight == Weight::Error { "error" } else { "warning" };
        write!(f, "{weight}[{}] {}: {}", self.rule, self.place, self.text)
    }
}

/// A rule: its name and what finds the breaches.
type Rule = (&'static str, fn(&Workspace) -> Vec<Finding>);

/// The rules in the order of their report.
const RULES: [Rule; 8] = [
    ("floors", floors::check),
    ("shape", shape::check),
    ("errors", errors::check),
    ("invariants", invariants::check),
    ("tables", tables::check),
    ("text", text::check),
    ("sizes", sizes::check),
    ("docs", docs::check),
];

/// All findings of all rules.
pub fn findings(workspace: &Workspace) -> Vec<Finding> {
    RULES.iter().flat_map(|(_, rule)| rule(workspace)).collect()
}

/// Checks this workspace and prints what it finds. False if a rule is broken.
pub fn run() -> Result<bool> {
    let workspace = Workspace::read()?;
    let findings = findings(&workspace);
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.weight == Weight::Error).count();
    let (files, crates) = (workspace.files.len(), workspace.crates.len());
    let rules: Vec<&str> = RULES.iter().map(|(name, _)| *name).collect();
    println!("tidy: {files} files of {crates} crates, rules {}", rules.join(" "));
    println!("tidy: {errors} errors, {} warnings", findings.len() - errors);
    Ok(errors == 0)
}

/// The numbered lines of a text.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let workspace = Workspace::read().unwrap();
        assert!(workspace.files.len() > 50, "the files of the workspace were found");
        let broken: Vec<String> = findings(&workspace)
            .into_iter()
            .filter(|finding| finding.weight == Weight::Error)
            .map(|finding| finding.to_string())
            .collect();
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }
}
