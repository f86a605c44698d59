//! Imports point down only, and inside a floor only to the left.

use super::Finding;
use crate::workspace::{Edge, Workspace};

const RULE: &str = "floors";

/// The floors from the ground up; inside a floor, a crate may use those before it.
pub const FLOORS: [(&str, &[&str]); 6] = [
    ("0 words", &["units", "calendar", "crypto", "pricing", "terms"]),
    ("1 state", &["store"]),
    (
        "2 modules",
        &[
            "accounts",
            "compliance",
            "ledger",
            "staking",
            "oracle",
            "securities",
            "auctions",
            "markets",
            "backstop",
            "vaults",
            "securitization",
            "clearing",
            "wrappers",
            "governance",
            "bridge",
            "confidential",
        ],
    ),
    ("3 chain", &["chain"]),
    ("4 host", &["verify", "node", "network", "history", "api"]),
    ("5 edges", &["client", "agents", "quant", "risk", "cli"]),
];

/// Tools stand apart: nothing on floors 0 to 4 is built from them.
const TOOLS: [&str; 2] = ["testkit", "xtask"];

/// The floor's number and the place on it.
pub fn place(krate: &str) -> Option<(usize, usize)> {
    FLOORS.iter().enumerate().find_map(|(floor, (_, crates))| {
        crates.iter().position(|other| *other == krate).map(|position| (floor, position))
    })
}

/// The module crates, whose shape is the same.
pub fn is_module(krate: &str) -> bool {
    place(krate).is_some_and(|(floor, _)| floor == 2)
}

/// Whether the strict rules of floors 0 to 3 hold for a crate.
pub fn is_strict(krate: &str) -> bool {
    place(krate).is_some_and(|(floor, _)| floor <= 3)
}

/// Every edge against the order, and every crate against the list.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let unknown = workspace.crates.iter().filter(|krate| place(krate).is_none() && !TOOLS.contains(&krate.as_str()));
    let unknown = unknown.map(|krate| {
        Finding::error(RULE, format!("crates/{krate}"), "the crate stands on no floor; see FLOORS in tidy/floors.rs")
    });
    let edges = workspace.edges.iter().filter(|edge| !allowed(edge)).map(|edge| {
        let kind = if edge.dev { "dev-depends" } else { "depends" };
        let text = format!("`{}` {kind} on `{}`, which is not below it", edge.from, edge.to);
        Finding::error(RULE, format!("crates/{}/Cargo.toml", edge.from), text)
    });
    let lints = workspace.crates.iter().filter(|krate| is_strict(krate)).filter_map(|krate| {
        let path = format!("crates/{krate}/Cargo.toml");
        let manifest = workspace.file(&path)?;
        let inherits = manifest.text.replace(' ', "").contains("[lints]\nworkspace=true");
        (!inherits).then(|| Finding::error(RULE, path, "floors 0 to 3 inherit the lints: `[lints] workspace = true`"))
    });
    unknown.chain(edges).chain(lints).collect()
}

fn allowed(edge: &Edge) -> bool {
    let (from, to) = (edge.from.as_str(), edge.to.as_str());
    match (place(from), place(to)) {
        (Some(from), Some(to)) => to < from,
        // The test kit serves tests anywhere above the modules, and the edges that run its models.
        (Some((floor, _)), None) => to == "testkit" && floor >= 3 && (edge.dev || floor == 5),
        // The kit is built on the chain and below; the task runner on nothing of ours.
        (None, Some((floor, _))) => from == "testkit" && floor <= 3,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str, dev: bool) -> Edge {
        Edge { from: from.to_owned(), to: to.to_owned(), dev }
    }

    #[test]
    fn imports_point_down_and_left() {
        for (from, to) in
            [("vaults", "backstop"), ("chain", "vaults"), ("api", "node"), ("cli", "testkit"), ("store", "units")]
        {
            assert!(allowed(&edge(from, to, false)), "{from} may use {to}");
        }
        for (from, to) in [
            ("backstop", "vaults"),
            ("ledger", "oracle"),
            ("units", "store"),
            ("chain", "node"),
            ("verify", "node"),
            ("node", "testkit"),
            ("vaults", "testkit"),
            ("testkit", "node"),
            ("xtask", "units"),
            ("ledger", "ledger"),
        ] {
            assert!(!allowed(&edge(from, to, false)), "{from} may not use {to}");
        }
    }

    #[test]
    fn dev_dependencies_point_down_too() {
        assert!(!allowed(&edge("accounts", "ledger", true)));
        assert!(allowed(&edge("chain", "testkit", true)));
        assert!(!allowed(&edge("vaults", "testkit", true)), "the kit is built on the modules");
    }

    #[test]
    fn findings_name_crate_and_manifest() {
        let mut workspace =
            Workspace::of(&[("crates/units/Cargo.toml", "[package]\n"), ("crates/attic/Cargo.toml", "")]);
        workspace.edges.push(edge("units", "store", false));
        let found: Vec<String> = check(&workspace).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("crates/attic") && found[1].contains("`units` depends on `store`"));
        assert!(found[2].contains("inherit the lints"));
        let good = Workspace::of(&[("crates/units/Cargo.toml", "[lints]\nworkspace = true\n")]);
        assert!(check(&good).is_empty());
    }
}
