//! What may not stand in a file: unfinished work, debris, invisible characters, paths of one machine.

use super::floors::is_strict;
use super::{Finding, lines};
use crate::lexer;
use crate::workspace::{File, Workspace};

const RULE: &str = "text";

/// Refused in the code of every Rust file.
const CODE: [(&str, &str); 5] = [
    ("todo!", "unfinished work"),
    ("unimplemented!", "unfinished work"),
    ("dbg!", "a trace of debugging"),
    ("#[ignore", "a test that does not run"),
    ("#![allow(warnings", "a switch that hides everything"),
];

/// Refused anywhere, written in two halves so that this file does not hold them.
const WORDS: [(&str, &str); 9] = [
    ("/ho", "me/"),
    ("/ro", "ot/"),
    ("/Use", "rs/"),
    ("C:\\Use", "rs"),
    ("/wo", "rk/"),
    ("clau", "de"),
    ("session", " id"),
    ("FIX", "ME"),
    ("TO", "DO:"),
];

/// Files whose literals are prose that people see, and so may leave ASCII: a path and the reason.
const PROSE: [(&str, &str); 2] =
    [("crates/cli/", "terminal views and reports for people"), ("crates/testkit/", "notes of reports for people")];

/// Every text file, line by line.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &workspace.files {
        whitespace(file, &mut findings);
        words(file, &mut findings);
        invisible(file, &mut findings);
        if file.is_rust() {
            refused_code(file, &mut findings);
            ascii(file, &mut findings);
        }
    }
    findings
}

fn whitespace(file: &File, findings: &mut Vec<Finding>) {
    for (number, line) in lines(&file.text) {
        let place = format!("{}:{number}", file.path);
        if line.contains('\t') {
            findings.push(Finding::error(RULE, &place, "a tab; indent with spaces"));
        }
        if line.ends_with(' ') || line.ends_with('\r') {
            findings.push(Finding::error(RULE, &place, "a space or carriage return at the end of the line"));
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        findings.push(Finding::error(RULE, &file.path, "no line feed at the end of the file"));
    }
}

fn words(file: &File, findings: &mut Vec<Finding>) {
    for (left, right) in WORDS {
        let word = format!("{left}{right}").to_lowercase();
        for (number, _) in lines(&file.text).filter(|(_, line)| line.to_lowercase().contains(&word)) {
            let text = format!("`{left}{right}` does not belong here: name nothing of one machine, leave nothing open");
            findings.push(Finding::error(RULE, format!("{}:{number}", file.path), text));
        }
    }
}

/// Characters that hide or reorder what a reader sees.
fn invisible(file: &File, findings: &mut Vec<Finding>) {
    let hides = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{00ad}');
    for (number, _) in lines(&file.text).filter(|(_, line)| line.contains(hides)) {
        let place = format!("{}:{number}", file.path);
        findings.push(Finding::error(RULE, place, "an invisible character: what is read is not what is compiled"));
    }
}

fn refused_code(file: &File, findings: &mut Vec<Finding>) {
    let code = lexer::code(&file.text);
    for (number, line) in lines(&code) {
        for (text, reason) in CODE.iter().filter(|(text, _)| line.contains(text)) {
            let place = format!("{}:{number}", file.path);
            findings.push(Finding::error(RULE, place, format!("`{text}`: {reason}")));
        }
    }
}

/// Code is ASCII; so are literals where they may reach state or the wire. Comments are prose.
fn ascii(file: &File, findings: &mut Vec<Finding>) {
    let literals = file.krate().is_some_and(is_strict) && !file.is_test();
    let prose = PROSE.iter().any(|(path, _)| file.path.starts_with(path));
    let text = if literals && !prose { lexer::code_and_literals(&file.text) } else { lexer::code(&file.text) };
    for (number, line) in lines(&text) {
        if let Some(c) = line.chars().find(|c| !c.is_ascii()) {
            let place = format!("{}:{number}", file.path);
            findings.push(Finding::error(RULE, place, format!("`{c}` is not ASCII; only comments are prose")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Workspace::of(&[(path, text)])).into_iter().map(|finding| finding.text).collect()
    }

    const RUST: &str = "crates/ledger/src/post.rs";

    #[test]
    fn unfinished_code_is_found_in_code_only() {
        for (word, reason) in CODE {
            assert!(found(RUST, &format!("fn f() {{ {word} }}\n"))[0].contains(reason), "{word}");
            assert_eq!(found(RUST, &format!("// {word}\nconst A: &str = \"{word}\";\n")), Vec::<String>::new());
        }
    }

    #[test]
    fn words_of_a_machine_are_found_anywhere() {
        for (left, right) in WORDS {
            for path in [RUST, "docs/formats.md", "Cargo.toml"] {
                assert_eq!(found(path, &format!("// {left}{right}x\n")).len(), 1, "{left}{right} in {path}");
            }
        }
    }

    #[test]
    fn whitespace_is_found() {
        assert!(found("README.md", "a\tb\n")[0].contains("tab"));
        assert!(found("README.md", "a \n")[0].contains("end of the line"));
        assert!(found("README.md", "a\r\n")[0].contains("end of the line"));
        assert!(found("README.md", "a")[0].contains("no line feed"));
    }

    #[test]
    fn characters_that_deceive_are_found() {
        assert!(found("README.md", "a\u{202e}b\n")[0].contains("invisible"));
        assert!(found(RUST, "let \u{430} = 1;\n")[0].contains("not ASCII"));
        assert!(found(RUST, "const A: &str = \"\u{2192}\";\n")[0].contains("not ASCII"));
        assert_eq!(found(RUST, "// \u{2192} prose\n"), Vec::<String>::new());
        assert_eq!(found("crates/cli/src/demo.rs", "const A: &str = \"\u{2192}\";\n"), Vec::<String>::new());
    }
}
