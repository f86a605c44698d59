//! `docs/scenarios.md` against the sources of the language: no word and no line of their tables is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sources that read words: name and text without their tests.
fn sources() -> Vec<(String, String)> {
    let folder = root().join("crates/testkit/src/scenario");
    let mut paths: Vec<PathBuf> =
        ["verbs.rs", "expect.rs", "words.rs", "govern.rs", "stage.rs"].map(|name| folder.join(name)).to_vec();
    for inner in ["verbs", "expect"] {
        paths.extend(fs::read_dir(folder.join(inner)).unwrap().map(|entry| entry.unwrap().path()));
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        (path.strip_prefix(&folder).unwrap().display().to_string(), code)
    };
    paths.into_iter().map(read).collect()
}

/// The words with which a pattern of a slice begins: `["freeze" | "thaw", ..]`.
fn words(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("[\"") {
        let mut rest = &code[at + 1..];
        while let Some((word, after)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
            found.insert(word.to_owned());
            rest = after.trim_start().strip_prefix('|').unwrap_or("").trim_start();
        }
    }
    // Indexes into JSON and names of assets are no words of the language.
    found.into_iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')).collect()
}

/// The words of a page that stand in code: in lines of code and between backticks.
fn coded(page: &str) -> BTreeSet<String> {
    let spans = page.split('`').skip(1).step_by(2);
    let words = spans.flat_map(|span| span.split_whitespace());
    // What may be left out stands in brackets.
    words.map(|word| word.trim_matches(['[', ']']).to_owned()).collect()
}

#[test]
fn every_word_is_in_the_reference() {
    let page = fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let known = coded(&page);
    let (mut count, mut missing) = (0, Vec::new());
    for (file, code) in sources() {
        for word in words(&code) {
            count += 1;
            if !known.contains(&word) {
                missing.push(format!("{file}: {word}"));
            }
        }
    }
    assert!(count > 150, "{count} words");
    assert!(missing.is_empty(), "not in docs/scenarios.md:\n{}", missing.join("\n"));
}

#[test]
fn every_line_of_the_tables_is_in_the_reference() {
    let page = fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let (mut count, mut missing) = (0, Vec::new());
    for (file, code) in sources() {
        for row in code.lines().filter_map(|line| line.strip_prefix("//! |")) {
            // Here the page's own sections follow, where the source names a file.
            if row.contains("see `verbs/") || row.contains("see `expect/") {
                continue;
            }
            count += 1;
            if !page.lines().any(|line| line.strip_prefix('|') == Some(row)) {
                missing.push(format!("{file}: |{row}"));
            }
        }
    }
    assert!(count > 90, "{count} lines");
    assert!(missing.is_empty(), "not in docs/scenarios.md:\n{}", missing.join("\n"));
}
