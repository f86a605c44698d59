use gage_calendar::Moment;

use crate::{Number, TextError};

/// The longest text.
const TEXT_MAX: usize = 1 << 20;

/// A word of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Letters, digits, underscores.
    Word(String),
    /// Between quotes.
    Quoted(String),
    /// A decimal; a percentage is its hundredth.
    Number(Number),
    /// A date, perhaps with a time.
    Moment(Moment),
    /// `: { } ( ) [ ] , = + - * / < <= = >= >`.
    Mark(&'static str),
    /// After the last.
    End,
}

impl Token {
    /// As an error shows it.
    pub fn shown(&self) -> String {
        match self {
            Token::Word(word) => format!("`{word}`"),
            Token::Quoted(text) => format!("\"{text}\""),
            Token::Number(number) => format!("{number}"),
            Token::Moment(moment) => format!("{moment}"),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end of the text".to_owned(),
        }
    }
}

/// A token and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub token: Token,
    pub line: usize,
    pub column: usize,
}

/// Longer marks first.
const MARKS: [&str; 18] = ["<=", ">=", "==", ":", "{", "}", "(", ")", "[", "]", ",", "=", "+", "-", "*", "/", "<", ">"];

/// The tokens of a text, with the end as the last.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, TextError> {
    if text.len() > TEXT_MAX {
        return Err(TextError { line: 1, column: 1, reason: "the text is too long".to_owned() });
    }
    let mut placed = Vec::new();
    let mut last = (1, 1);
    for (index, line) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        let code = line_without_comment(line);
        let mut at = 0;
        while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
            let space = rest.len().saturating_sub(rest.trim_start().len());
            if space > 0 {
                at = at.saturating_add(space);
                continue;
            }
            let column = at.saturating_add(1);
            let fail = |reason: String| TextError { line: number, column, reason };
            let (token, length) = token(rest).map_err(fail)?;
            placed.push(Placed { token, line: number, column });
            at = at.saturating_add(length);
        }
        last = (number, code.len().saturating_add(1));
    }
    placed.push(Placed { token: Token::End, line: last.0, column: last.1 });
    Ok(placed)
}

/// A `#` outside quotes begins a comment.
fn line_without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'#' if !quoted => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// The first token of a text that does not begin with space, and its length.
fn token(text: &str) -> Result<(Token, usize), String> {
    let first = text.chars().next().unwrap_or(' ');
    if first == '"' {
        let inner = text.get(1..).unwrap_or_default();
        let (quoted, _) = inner.split_once('"').ok_or("the closing quote is missing on this line")?;
        return Ok((Token::Quoted(quoted.to_owned()), quoted.len().saturating_add(2)));
    }
    if first.is_ascii_digit() {
        return number_or_moment(text);
    }
    if first.is_ascii_alphabetic() {
        let word = prefix(text, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return Ok((Token::Word(word.to_owned()), word.len()));
    }
    match MARKS.iter().find(|mark| text.starts_with(**mark)) {
        Some(mark) => Ok((Token::Mark(mark), mark.len())),
        None => Err(format!("`{}` has no meaning here", first.escape_default())),
    }
}

/// Four digits and a dash begin a date.
fn number_or_moment(text: &str) -> Result<(Token, usize), String> {
    let date_like = text.as_bytes().get(4) == Some(&b'-') && prefix(text, |byte| byte.is_ascii_digit()).len() == 4;
    if date_like && text.as_bytes().get(5).is_some_and(u8::is_ascii_digit) {
        let whole = prefix(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b':');
        // A colon after a date belongs to what follows it.
        let written =
            if whole.contains('T') { whole.trim_end_matches(':') } else { prefix(whole, |byte| byte != b':') };
        let moment = written.parse().map_err(|error| format!("`{written}` is no moment: {error}"))?;
        return Ok((Token::Moment(moment), written.len()));
    }
    let digits = prefix(text, |byte| byte.is_ascii_digit() || byte == b'.');
    let number: Number = digits.parse().map_err(|error| format!("`{digits}` is no number: {error}"))?;
    if !text.get(digits.len()..).unwrap_or_default().starts_with('%') {
        return Ok((Token::Number(number), digits.len()));
    }
    let hundredth = number.0.checked_rem(100) == Some(0);
    let number = number.0.checked_div(100).filter(|_| hundredth).map(Number);
    let number = number.ok_or_else(|| format!("`{digits}%` has more than eighteen decimal places"))?;
    Ok((Token::Number(number), digits.len().saturating_add(1)))
}

/// The longest beginning whose bytes are all of a kind.
fn prefix(text: &str, kind: impl Fn(u8) -> bool) -> &str {
    let end = text.bytes().position(|byte| !kind(byte)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
