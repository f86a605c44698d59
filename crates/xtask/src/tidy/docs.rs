//! Links in the documents lead somewhere, and the change log knows the version.

use super::{Finding, lines};
use crate::workspace::{File, Workspace, root};

const RULE: &str = "docs";
/// The longest architecture page.
const ARCHITECTURE_MAX: usize = 300;

/// The documents.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let exists = |path: &str| root().join(path).exists();
    let mut findings: Vec<Finding> = workspace
        .files
        .iter()
        .filter(|file| file.path.ends_with(".md"))
        .flat_map(|file| broken_links(file, &exists))
        .collect();
    findings.extend(change_log(workspace));
    findings.extend(architecture(workspace));
    findings
}

/// Relative links that lead to no file, and links into a page to no heading.
fn broken_links(file: &File, exists: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fenced = false;
    for (number, line) in lines(&file.text) {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for target in targets(line) {
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let place = format!("{}:{number}", file.path);
            if path.is_empty() {
                if !anchors(&file.text).any(|anchor| anchor == heading) {
                    findings.push(Finding::error(RULE, place, format!("no heading of this page is `#{heading}`")));
                }
            } else if !exists(&resolve(&file.path, path)) {
                findings.push(Finding::error(RULE, place, format!("the link `{target}` leads to no file")));
            }
        }
    }
    findings
}

/// The relative targets of `[text](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](")
        .filter_map(|(at, _)| line[at + 2..].split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

/// The names under which a page's headings are linked.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

/// A link from a page as a path from the root.
fn resolve(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn change_log(workspace: &Workspace) -> Option<Finding> {
    let version = format!("[{}]", workspace.version);
    let log = workspace.file("CHANGELOG.md")?;
    let known = log.text.lines().any(|line| line.starts_with("## ") && line.contains(&version));
    (!known).then(|| Finding::error(RULE, "CHANGELOG.md", format!("no heading `## {version}`")))
}

fn architecture(workspace: &Workspace) -> Option<Finding> {
    let page = workspace.file("ARCHITECTURE.md")?;
    let lines = page.text.lines().count();
    let text = format!("{lines} lines; at most {ARCHITECTURE_MAX}");
    (lines > ARCHITECTURE_MAX).then(|| Finding::error(RULE, "ARCHITECTURE.md", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let file = File { path: "docs/page.md".to_owned(), text: text.to_owned() };
        let exists = |path: &str| ["README.md", "docs/other.md", "docs/decisions"].contains(&path);
        broken_links(&file, &exists).into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn links_are_followed() {
        let good = "[a](other.md) [b](../README.md#top) [c](https://example.org/x) [d](./decisions/)\n# My Page, v1\n[e](#my-page-v1)\n";
        assert_eq!(found(good), Vec::<String>::new());
        assert!(found("[a](gone.md)\n")[0].contains("`gone.md` leads to no file"));
        assert!(found("[a](other.md) and [b](../gone.md#x)\n")[0].contains("gone.md#x"));
        assert!(found("# Here\n[a](#there)\n")[0].contains("#there"));
        assert_eq!(found("```\n[a](gone.md)\n```\n"), Vec::<String>::new());
    }

    #[test]
    fn the_change_log_knows_the_version() {
        let check = |text: &str| change_log(&Workspace::of(&[("CHANGELOG.md", text)]));
        assert_eq!(check("## [0.1.0] - unreleased\n"), None);
        assert!(check("## [0.2.0]\nsince [0.1.0]\n").is_some());
    }

    #[test]
    fn the_architecture_page_stays_short() {
        let check = |count: usize| architecture(&Workspace::of(&[("ARCHITECTURE.md", &"x\n".repeat(count))]));
        assert_eq!(check(300), None);
        assert!(check(301).is_some());
    }
}
