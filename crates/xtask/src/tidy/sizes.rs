//! A file of 400 lines is worth a second look; above 800 it is two.

use super::Finding;
use crate::workspace::Workspace;

const RULE: &str = "sizes";
const LOOK: usize = 400;
const MOST: usize = 800;

/// The lines of every Rust file.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let rust = workspace.files.iter().filter(|file| file.is_rust());
    let finding = |path: &str, lines: usize| match lines {
        0..=LOOK => None,
        401..=MOST => Some(Finding::warning(RULE, path, format!("{lines} lines: worth a second look"))),
        _ => Some(Finding::error(RULE, path, format!("{lines} lines: split where two things change for two reasons"))),
    };
    rust.filter_map(|file| finding(&file.path, file.text.lines().count())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::Weight;

    #[test]
    fn long_files_are_found() {
        let lines = |count: usize| "x\n".repeat(count);
        let files = [("a.rs", lines(400)), ("b.rs", lines(401)), ("c.rs", lines(801)), ("d.md", lines(900))];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let found: Vec<(String, Weight)> =
            check(&Workspace::of(&files)).into_iter().map(|finding| (finding.place, finding.weight)).collect();
        assert_eq!(found, [("b.rs".to_owned(), Weight::Warning), ("c.rs".to_owned(), Weight::Error)]);
    }
}
