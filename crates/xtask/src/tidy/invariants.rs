//! Every invariant named in a module's `lib.rs` is borne or reported by a check in `invariants.rs`, or, where
//! records at rest cannot show it, is the name of a test; and every check stands for one that is named.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::floors::is_module;
use crate::lexer;
use crate::workspace::Workspace;

const RULE: &str = "invariants";
/// The functions that call the others.
const CALLERS: [&str; 3] = ["check_block", "check_invariants", "check_all"];

/// Names against functions, both ways.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in workspace.crates.iter().filter(|krate| is_module(krate) || krate.as_str() == "chain") {
        let lib = workspace.file(&format!("crates/{krate}/src/lib.rs"));
        let functions = workspace.file(&format!("crates/{krate}/src/invariants.rs"));
        let (Some(lib), Some(functions)) = (lib, functions) else { continue };
        let (named, checks) = (named(&lib.text), checks(&functions.text));
        if named.is_empty() {
            findings.push(Finding::error(
                RULE,
                &lib.path,
                "no list of invariants: `Invariants:` and `- \\`name\\`: ...`",
            ));
        }
        let stands_for =
            |name: &str, function: &str, body: &str| function == snake(name) || body.contains(&format!("\"{name}\""));
        let source = lexer::code_and_literals(&functions.text);
        for name in named.iter().filter(|name| !borne(&source, name) && !tested(workspace, krate, name)) {
            let text = format!("`{name}` is promised in lib.rs, but no check bears or reports that name");
            findings.push(Finding::error(RULE, &functions.path, text));
        }
        for (function, _) in
            checks.iter().filter(|(function, body)| !named.iter().any(|name| stands_for(name, function, body)))
        {
            let text = format!("`{function}` checks something that lib.rs does not name under its invariants");
            findings.push(Finding::error(RULE, &functions.path, text));
        }
    }
    findings
}

/// Whether a function bears the name or reports it.
fn borne(source: &str, name: &str) -> bool {
    source.contains(&format!("fn {}(", snake(name))) || source.contains(&format!("\"{name}\""))
}

/// Whether a test of the crate, or of the kit that drives all crates, bears the name.
fn tested(workspace: &Workspace, krate: &str, name: &str) -> bool {
    let test = format!("fn {}()", snake(name));
    let mut files = workspace.rust_of(krate).chain(workspace.rust_of("testkit")).filter(|file| file.is_test());
    files.any(|file| lexer::code(&file.text).contains(&test))
}

/// `SumHolds` as `sum_holds`.
fn snake(name: &str) -> String {
    let letter = |(at, c): (usize, char)| match c.is_ascii_uppercase() {
        true if at > 0 => format!("_{}", c.to_ascii_lowercase()),
        _ => c.to_ascii_lowercase().to_string(),
    };
    name.chars().enumerate().map(letter).collect()
}

/// The names in the list under "Invariants" at the head of a crate.
fn named(lib: &str) -> BTreeSet<String> {
    let head = lib.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let list = head.skip_while(|line| !line.trim_start_matches(['#', '*', ' ']).starts_with("Invariants"));
    list.filter_map(|line| line.strip_prefix("- `")?.split_once('`').map(|(name, _)| name.to_owned())).collect()
}

/// The functions that may find something broken, with their bodies.
fn checks(source: &str) -> BTreeMap<String, String> {
    let (code, text) = (lexer::code(source), lexer::code_and_literals(source));
    let text: Vec<&str> = text.lines().collect();
    let mut found = BTreeMap::new();
    for (at, line) in code.lines().enumerate() {
        if let Some(name) = check_name(line).filter(|name| !CALLERS.contains(name)) {
            let body = text.iter().skip(at).take_while(|line| !line.starts_with('}'));
            found.insert(name.to_owned(), body.copied().collect::<Vec<&str>>().join("\n"));
        }
    }
    found
}

/// The name in `fn name(draft: &Draft) -> Result<(), Broken> {`; a helper takes more than the draft.
fn check_name(line: &str) -> Option<&str> {
    let signature = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("pub ").strip_prefix("fn ")?;
    let (name, rest) = signature.split_once('(')?;
    let (arguments, result) = rest.split_once(')')?;
    let only_draft = arguments.contains("&Draft") && !arguments.contains(',');
    (only_draft && result.contains("Result<(), Broken>")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "//! Lots.\n//!\n//! Invariants:\n//! - `sum_holds`: the sum\n//!   holds.\n//! - `never_below`: never.\n\nmod x;\n";

    fn found(functions: &str) -> Vec<String> {
        let workspace =
            Workspace::of(&[("crates/auctions/src/lib.rs", LIB), ("crates/auctions/src/invariants.rs", functions)]);
        check(&workspace).into_iter().map(|finding| finding.text).collect()
    }

    const SUM: &str = "/// Sum.\nfn sum_holds(draft: &Draft) -> Result<(), Broken> {\n}\n";
    const NEVER: &str = "/// Never.\npub(crate) fn never_below(draft: &Draft) -> Result<(), Broken> {\n}\n";

    #[test]
    fn named_and_written_agree() {
        assert_eq!(found(&format!("{SUM}{NEVER}")), Vec::<String>::new());
        let part = "fn half(draft: &Draft) -> Result<(), Broken> {\n    unless(\"sum_holds\")\n}\n";
        let helper = "fn one(draft: &Draft, lot: u64) -> Result<(), Broken> {\n}\n";
        let caller = "/// All.\npub fn check_block(draft: &Draft) -> Result<(), Broken> {\n}\n";
        assert_eq!(found(&format!("{SUM}{NEVER}{part}{helper}{caller}")), Vec::<String>::new());
        assert_eq!(found(&format!("{part}{NEVER}")), Vec::<String>::new());
    }

    #[test]
    fn promised_but_absent_is_found() {
        assert!(found(SUM)[0].contains("`never_below` is promised"));
        assert!(
            found(&format!("{SUM}// fn never_below(draft: &Draft) -> Result<(), Broken> {{"))[0].contains("promised")
        );
    }

    #[test]
    fn what_only_a_test_can_show_is_a_test() {
        let lib = LIB.replace("never_below", "NeverBelow");
        let files = |test| {
            Workspace::of(&[
                ("crates/auctions/src/lib.rs", &lib),
                ("crates/auctions/src/invariants.rs", SUM),
                ("crates/auctions/tests/never.rs", test),
            ])
        };
        assert!(check(&files("#[test]\nfn never_below() {}\n")).is_empty());
        assert_eq!(check(&files("// fn never_below()\n")).len(), 1);
    }

    #[test]
    fn checked_but_unnamed_is_found() {
        let extra = "/// Other.\nfn other(draft: &Draft) -> Result<(), Broken> {\n}\n";
        assert!(found(&format!("{SUM}{NEVER}{extra}"))[0].contains("`other` checks something"));
    }

    #[test]
    fn a_module_without_a_list_is_found() {
        let files = [("crates/ledger/src/lib.rs", "//! Value.\n"), ("crates/ledger/src/invariants.rs", "")];
        assert!(check(&Workspace::of(&files))[0].text.contains("no list of invariants"));
    }
}
