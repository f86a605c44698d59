//! Enough of Rust's grammar to tell code from comments and literals.

/// What a byte of a source file belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// The source with comments and the content of literals blanked out, line by line the same.
pub fn code(source: &str) -> String {
    keep(source, &[Kind::Code])
}

/// The source with comments blanked out.
pub fn code_and_literals(source: &str) -> String {
    keep(source, &[Kind::Code, Kind::Literal])
}

fn keep(source: &str, kinds: &[Kind]) -> String {
    source
        .chars()
        .zip(classify(source))
        .map(|(c, kind)| if c == '\n' || kinds.contains(&kind) { c } else { ' ' })
        .collect()
}

/// The kind of every character.
fn classify(source: &str) -> Vec<Kind> {
    let chars: Vec<char> = source.chars().collect();
    let mut kinds = vec![Kind::Code; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let (kind, end) = token(&chars, at);
        kinds[at..end].fill(kind);
        at = end;
    }
    kinds
}

/// The kind of what begins at `at`, and where it ends.
fn token(chars: &[char], at: usize) -> (Kind, usize) {
    let next = |n: usize| chars.get(at + n).copied();
    match chars[at] {
        '/' if next(1) == Some('/') => (Kind::Comment, find(chars, at, |_, c| c == '\n')),
        '/' if next(1) == Some('*') => (Kind::Comment, block_comment_end(chars, at)),
        '"' => (Kind::Literal, string_end(chars, at + 1)),
        'r' | 'b' | 'c' if !follows_word(chars, at) => prefixed(chars, at),
        '\'' if is_char_literal(chars, at) => (Kind::Literal, char_end(chars, at + 1)),
        _ => (Kind::Code, at + 1),
    }
}

/// A literal with a prefix, as in `r"` and `br##"`, or a plain word.
fn prefixed(chars: &[char], at: usize) -> (Kind, usize) {
    let word_end = find(chars, at, |_, c| !matches!(c, 'r' | 'b' | 'c'));
    let hashes_end = find(chars, word_end, |_, c| c != '#');
    let raw = chars[at..word_end].contains(&'r');
    match chars.get(hashes_end) {
        Some('"') if raw && word_end - at <= 2 => {
            (Kind::Literal, raw_end(chars, hashes_end + 1, hashes_end - word_end))
        }
        Some('"') if word_end - at == 1 && hashes_end == word_end => (Kind::Literal, string_end(chars, word_end + 1)),
        Some('\'') if chars[at] == 'b' && word_end - at == 1 && hashes_end == word_end => {
            (Kind::Literal, char_end(chars, word_end + 1))
        }
        _ => (Kind::Code, at + 1),
    }
}

fn follows_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

/// Whether a quote begins a character and not a lifetime.
fn is_char_literal(chars: &[char], at: usize) -> bool {
    chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'')
}

fn find(chars: &[char], from: usize, stop: impl Fn(usize, char) -> bool) -> usize {
    (from..chars.len()).find(|at| stop(*at, chars[*at])).unwrap_or(chars.len())
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn char_end(chars: &[char], from: usize) -> usize {
    let first = if chars.get(from) == Some(&'\\') { from + 2 } else { from + 1 };
    (find(chars, first.min(chars.len()), |_, c| c == '\'') + 1).min(chars.len())
}

fn raw_end(chars: &[char], from: usize, hashes: usize) -> usize {
    let closes = |at: usize| (1..=hashes).all(|n| chars.get(at + n) == Some(&'#'));
    (find(chars, from, |at, c| c == '"' && closes(at)) + 1 + hashes).min(chars.len())
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut at) = (0usize, at);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked() {
        assert_eq!(code("a // b\nc").trim_end(), "a     \nc");
        assert_eq!(code("a /* b /* c */ d */ e"), "a                   e");
        assert_eq!(code("x(\"dbg!()\", 1)"), "x(        , 1)");
        assert_eq!(code("x(r#\"a\"b\"#)"), "x(        )");
        assert_eq!(code("x(b\"ab\", br\"c\", b'd')"), "x(     ,      ,     )");
        assert_eq!(code_and_literals("x(\"a\") // b").trim_end(), "x(\"a\")");
    }

    #[test]
    fn quotes_inside_literals_do_not_confuse() {
        assert_eq!(code(r#"f("\"", '"', '\'', 'a')"#), "f(    ,    ,     ,    )");
        assert_eq!(code("fn f<'a>(x: &'a str) -> &'a str"), "fn f<'a>(x: &'a str) -> &'a str");
        assert_eq!(code("\"// no comment\" end").trim_start(), "end");
    }

    #[test]
    fn a_word_that_ends_in_a_prefix_letter_is_a_word() {
        assert_eq!(code("bar(\"x\") + r + b"), "bar(   ) + r + b");
        assert_eq!(code("xr\"a\""), "xr   ");
    }
}
