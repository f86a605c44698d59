//! The lines of a scenario.

use super::Failure;

/// A line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    pub step: Step,
    /// The word after the arrow.
    pub outcome: Option<String>,
}

/// What a line asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Operations of one transaction, separated by ` + `.
    Act(Vec<String>),
    /// Something that must be seen, without the word `expect`.
    Expect(String),
}

impl Step {
    /// The words of the line; of several operations, those of the first.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let text = match self {
            Step::Act(parts) => parts.first().map_or("", String::as_str),
            Step::Expect(text) => text,
        };
        text.split_whitespace()
    }
}

/// Reads the lines; remarks and empty lines say nothing.
pub fn parse(text: &str) -> Result<Vec<Line>, Failure> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, strip_remark(line).trim()));
    lines.filter(|(_, line)| !line.is_empty()).map(|(number, line)| parse_line(number, line)).collect()
}

/// A remark begins with a hash at the start of the line or after a space.
fn strip_remark(line: &str) -> &str {
    let starts = line.match_indices('#').map(|(at, _)| at);
    let remark = starts.into_iter().find(|at| *at == 0 || line[..*at].ends_with(' '));
    remark.map_or(line, |at| &line[..at])
}

fn parse_line(number: usize, line: &str) -> Result<Line, Failure> {
    let fail = |text: &str| Failure { line: number, text: text.to_owned() };
    let (step, outcome) = match line.split_once("->") {
        None => (line, None),
        Some((step, outcome)) => {
            let outcome = outcome.trim();
            if outcome.is_empty() || outcome.contains(char::is_whitespace) {
                return Err(fail("the outcome is one word after `->`"));
            }
            (step.trim(), Some(outcome.to_owned()))
        }
    };
    let step = match step.strip_prefix("expect ") {
        Some(rest) => Step::Expect(rest.trim().to_owned()),
        None => Step::Act(step.split(" + ").map(|part| part.trim().to_owned()).collect()),
    };
    if step.words().next().is_none() {
        return Err(fail("an outcome without a step"));
    }
    Ok(Line { number, step, outcome })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(number: usize, parts: &[&str], outcome: Option<&str>) -> Line {
        let step = Step::Act(parts.iter().map(|part| part.to_string()).collect());
        Line { number, step, outcome: outcome.map(str::to_owned) }
    }

    #[test]
    fn lines_remarks_and_outcomes_are_read() {
        let text = "# rule\n\nblock # now\nborrow a v 5 GUSD -> AboveCeiling # why\nexpect a GUSD 5\n";
        let lines = parse(text).unwrap();
        assert_eq!(lines[0], act(3, &["block"], None));
        assert_eq!(lines[1], act(4, &["borrow a v 5 GUSD"], Some("AboveCeiling")));
        let expected = Step::Expect("a GUSD 5".to_owned());
        assert_eq!(lines[2], Line { number: 5, step: expected, outcome: None });
    }

    #[test]
    fn operations_of_one_transaction_are_parted_by_a_plus() {
        let lines = parse("deposit a v 1 ETH + borrow a v 5 GUSD -> Overflow\n").unwrap();
        assert_eq!(lines, [act(1, &["deposit a v 1 ETH", "borrow a v 5 GUSD"], Some("Overflow"))]);
    }

    #[test]
    fn broken_lines_are_named() {
        for bad in ["block ->", "block -> two words", "-> Done"] {
            assert_eq!(parse(&format!("block\n{bad}\n")).unwrap_err().line, 2, "{bad}");
        }
    }
}
