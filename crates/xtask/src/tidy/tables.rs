//! Table numbers: the module in the high byte, unique in the low byte, and names that say the module.
//! `docs/formats.md` lists every table with its number.

use std::collections::BTreeMap;

use super::Finding;
use super::errors::module_number;
use super::floors::is_strict;
use crate::lexer;
use crate::workspace::{File, Workspace};

const RULE: &str = "tables";
const FORMATS: &str = "docs/formats.md";

/// A table constant as it stands in the source.
#[derive(Debug, PartialEq, Eq)]
struct Declared {
    line: usize,
    /// The first argument.
    number: String,
    /// The second, without its quotes.
    name: String,
}

/// The tables of every crate that has a module number.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in workspace.crates.iter().filter(|krate| is_strict(krate)) {
        let Some(module) = workspace.file(&format!("crates/{krate}/src/lib.rs")).and_then(module_number) else {
            continue;
        };
        let mut seen = BTreeMap::<u32, String>::new();
        for file in workspace.rust_of(krate).filter(|file| !file.is_test()) {
            tables(krate, module, file, &mut seen, &mut findings);
        }
        unlisted(workspace, &seen, &mut findings);
    }
    findings
}

/// The tables that the document of formats does not list under their numbers.
fn unlisted(workspace: &Workspace, seen: &BTreeMap<u32, String>, findings: &mut Vec<Finding>) {
    let Some(formats) = workspace.file(FORMATS) else { return };
    for (number, name) in seen {
        if !formats.text.contains(&format!("| `{number:#06x}` | `{name}` |")) {
            let text = format!("table {number:#06x} `{name}` is not listed with its number");
            findings.push(Finding::error(RULE, FORMATS, text));
        }
    }
}

fn tables(krate: &str, module: u32, file: &File, seen: &mut BTreeMap<u32, String>, findings: &mut Vec<Finding>) {
    for table in declared(&file.text) {
        let place = format!("{}:{}", file.path, table.line);
        if !table.name.starts_with(&format!("{krate}/")) {
            let text = format!("the table's name is `{}`; it begins with `{krate}/`", table.name);
            findings.push(Finding::error(RULE, &place, text));
        }
        let Some(number) = value(module, &table.number) else {
            let text =
                format!("`{}` is no table number this rule can read: 0x{:02x}nn or table(n)", table.number, module);
            findings.push(Finding::error(RULE, &place, text));
            continue;
        };
        if number >> 8 != module || number & 0xff == 0 {
            let text = format!("table {number:#06x} is outside {:#06x}..={:#06x}", module << 8 | 1, module << 8 | 0xff);
            findings.push(Finding::error(RULE, &place, text));
        }
        if let Some(first) = seen.insert(number, table.name.clone()) {
            let text = format!("table {number:#06x} is given to `{first}` and to `{}`", table.name);
            findings.push(Finding::error(RULE, &place, text));
        }
    }
}

/// Every `::authenticated(number, "name")` and `::derived(number, "name")`.
fn declared(text: &str) -> Vec<Declared> {
    let text = lexer::code_and_literals(text);
    let code = lexer::code(&text);
    let mut found = Vec::new();
    for call in ["::authenticated(", "::derived("] {
        // Both texts have the same characters in number, not the same bytes: count characters.
        for (at, _) in code.match_indices(call) {
            let characters = code[..at].chars().count() + call.len();
            let rest: String = text.chars().skip(characters).collect();
            let line = code[..at].matches('\n').count() + 1;
            if let Some((number, name)) = arguments(&rest) {
                found.push(Declared { line, number, name });
            }
        }
    }
    found.sort_by_key(|table| table.line);
    found
}

fn arguments(rest: &str) -> Option<(String, String)> {
    let (number, after) = rest.split_once(',')?;
    let (_, quoted) = after.split_once('"')?;
    let (name, _) = quoted.split_once('"')?;
    Some((number.trim().to_owned(), name.to_owned()))
}

/// `0x0701`, or `table(1)` and `number(1)`, which put the module in front.
fn value(module: u32, number: &str) -> Option<u32> {
    if let Some(hex) = number.strip_prefix("0x") {
        return u32::from_str_radix(&hex.replace('_', ""), 16).ok();
    }
    let (_, argument) = number.trim_end_matches(')').split_once('(')?;
    argument.trim().parse::<u32>().ok().map(|low| module << 8 | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(state: &str) -> Vec<String> {
        let lib = "//! Lots.\npub const MODULE: u8 = 7;\n";
        let workspace = Workspace::of(&[("crates/auctions/src/lib.rs", lib), ("crates/auctions/src/state.rs", state)]);
        check(&workspace).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_tables_pass() {
        let state = "const A: Table<u32, u8> = Table::authenticated(0x0701, \"auctions/a\");\n\
                     // Table::authenticated(0x0701, \"auctions/comment\")\n\
                     const B: Table<u32, u8> =\n    Table::derived(table(2), \"auctions/b\");\n";
        assert_eq!(found(state), Vec::<String>::new());
        assert_eq!(declared(state).len(), 2);
    }

    #[test]
    fn tables_are_listed_in_the_formats() {
        let files = |row| {
            Workspace::of(&[
                ("crates/auctions/src/lib.rs", "//! Lots.\npub const MODULE: u8 = 7;\n"),
                ("crates/auctions/src/state.rs", "X::derived(table(1), \"auctions/a\");"),
                ("docs/formats.md", row),
            ])
        };
        assert!(check(&files("| `0x0701` | `auctions/a` | derived |\n")).is_empty());
        assert!(check(&files("| `0x0702` | `auctions/a` | derived |\n"))[0].text.contains("not listed"));
    }

    #[test]
    fn doubles_strangers_and_names_are_found() {
        let double = "X::authenticated(0x0701, \"auctions/a\"); X::derived(table(1), \"auctions/b\");";
        assert!(found(double)[0].contains("given to `auctions/a` and to `auctions/b`"));
        assert!(found("X::authenticated(0x0801, \"auctions/a\");")[0].contains("outside 0x0701..=0x07ff"));
        assert!(found("X::authenticated(0x0700, \"auctions/a\");")[0].contains("outside"));
        assert!(found("X::authenticated(0x0701, \"lots/a\");")[0].contains("begins with `auctions/`"));
        assert!(found("X::authenticated(NEXT, \"auctions/a\");")[0].contains("no table number"));
    }
}
