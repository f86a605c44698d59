//! Events against the published ones: dates, types and currencies exactly, numbers to the published digits.

use std::fmt;

use gage_units::Rounding;

use super::case::Expected;
use super::event::Outcome;
use crate::Number;

/// The first place where events differ from the expected ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of the event, from 1.
    pub event: usize,
    /// What differs.
    pub field: String,
    /// What the file has.
    pub expected: String,
    /// What was calculated.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}: {} is {}, expected {}", self.event, self.field, self.found, self.expected)
    }
}

/// Digits from which on a printed number is a rounded one; shorter ones are exact.
const ROUNDED_DIGITS: usize = 7;

/// The first difference, if there is one.
pub fn compare(expected: &[Expected], found: &[Outcome]) -> Option<Difference> {
    for (index, wanted) in expected.iter().enumerate() {
        let difference = |field: &str, expected: String, found: String| {
            Some(Difference { event: index.saturating_add(1), field: field.to_owned(), expected, found })
        };
        let event = format!("{} {}", wanted.time, wanted.kind);
        let Some(outcome) = found.get(index) else {
            return difference("the event", event, "absent".to_owned());
        };
        if outcome.time != wanted.time || outcome.kind.name() != wanted.kind {
            return difference("the event", event, format!("{} {}", outcome.time, outcome.kind));
        }
        if let Some(currency) = wanted.currency.as_ref().filter(|currency| **currency != outcome.currency) {
            return difference("currency", currency.clone(), outcome.currency.clone());
        }
        if let Some(date) = wanted.exercise_date.filter(|date| Some(*date) != outcome.state.exercise_date) {
            let found = outcome.state.exercise_date.map_or_else(|| "none".to_owned(), |date| date.to_string());
            return difference("exerciseDate", date.to_string(), found);
        }
        for (name, value, text) in &wanted.numbers {
            let number = field(outcome, name);
            if !agrees(number, *value, text) {
                return difference(name, text.clone(), number.to_string());
            }
        }
    }
    found.get(expected.len()).map(|outcome| Difference {
        event: expected.len().saturating_add(1),
        field: "the event".to_owned(),
        expected: "no more".to_owned(),
        found: format!("{} {}", outcome.time, outcome.kind),
    })
}

fn field(outcome: &Outcome, name: &str) -> Number {
    match name {
        "payoff" => outcome.payoff,
        "notionalPrincipal" => outcome.state.notional,
        "nominalInterestRate" => outcome.state.rate,
        "accruedInterest" => outcome.state.accrued,
        _ => outcome.state.exercise_amount,
    }
}

/// Whether `found` is `expected` to the digits that are printed. A number of seven digits or more was rounded or cut
/// at its last one; and all were calculated in doubles, which leaves a billionth of the number to them.
fn agrees(found: Number, expected: Number, text: &str) -> bool {
    let Ok(difference) = found.minus(expected).and_then(Number::magnitude) else { return false };
    let noise = expected
        .magnitude()
        .map(|size| size.max(Number::ONE))
        .and_then(|size| size.times(Number(1_000_000_000), Rounding::Up));
    noise.is_ok_and(|noise| difference <= noise) || last_place(text).is_some_and(|place| difference < place)
}

/// One unit of the last printed place, if the number has enough digits to be a rounded one.
fn last_place(text: &str) -> Option<Number> {
    let mantissa = text.split(['e', 'E']).next()?;
    if mantissa.len() != text.len() {
        return None;
    }
    let digits = mantissa.trim_start_matches('-');
    let places = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let significant = digits.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let significant = significant.iter().skip_while(|digit| **digit == b'0').count();
    if significant < ROUNDED_DIGITS || digits.ends_with(".0") {
        return None;
    }
    let exponent = u8::try_from(places).ok()?;
    let unit = gage_units::pow10(18u8.checked_sub(exponent)?).ok()?;
    i128::try_from(unit).ok().map(Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(found: &str, expected: &str) -> bool {
        let number = |text: &str| Number::from_printed(text).expect(text);
        agrees(number(found), number(expected), expected)
    }

    #[test]
    fn published_digits_are_compared() {
        assert!(agree("25.479452054794520547", "25.4794520547945"));
        assert!(agree("3508695.652173913043478260", "3508695"));
        assert!(agree("-0.000000000000000001", "0"));
        assert!(agree("1000", "1000.0"));
        assert!(!agree("25.47945305", "25.4794520547945"));
        assert!(!agree("1000.0001", "1000"));
        assert!(!agree("1000001", "1000000"));
        assert!(!agree("3508696", "3508695"));
        assert!(!agree("-700000", "700000"));
    }
}
