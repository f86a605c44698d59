//! Terms as the reference files write them: texts, now and then padded, sometimes bare numbers or lists.

use gage_calendar::Moment;
use serde_json::{Map, Value};

use super::ActusError;
use super::cycle::Cycle;
use crate::Number;

/// The most members of a list of terms.
const LIST_MAX: usize = 1_024;

/// Reads the members of one JSON object.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    members: &'a Map<String, Value>,
}

/// A text or a number as a trimmed text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl<'a> Reader<'a> {
    pub fn new(value: &'a Value) -> Result<Reader<'a>, ActusError> {
        let members = value.as_object().ok_or_else(|| ActusError::Format("expected an object of terms".to_owned()))?;
        Ok(Reader { members })
    }

    pub fn value(self, term: &'static str) -> Option<&'a Value> {
        self.members.get(term).filter(|value| !value.is_null())
    }

    /// A text; an empty one counts as absent.
    pub fn text(self, term: &'static str) -> Option<String> {
        self.value(term).and_then(text_of).filter(|text| !text.is_empty())
    }

    pub fn number(self, term: &'static str) -> Result<Option<Number>, ActusError> {
        self.text(term).map(|text| number(term, &text)).transpose()
    }

    pub fn moment(self, term: &'static str) -> Result<Option<Moment>, ActusError> {
        self.text(term).map(|text| moment(term, &text)).transpose()
    }

    pub fn cycle(self, term: &'static str) -> Result<Option<Cycle>, ActusError> {
        self.text(term).map(|text| cycle(term, &text)).transpose()
    }

    /// A list, or one member as a list of one; empty if absent.
    pub fn texts(self, term: &'static str) -> Result<Vec<String>, ActusError> {
        let bad = || ActusError::BadTerm { term, value: "a list of texts or numbers is expected".to_owned() };
        match self.value(term) {
            None => Ok(Vec::new()),
            Some(Value::Array(members)) if members.len() <= LIST_MAX => {
                members.iter().map(|member| text_of(member).ok_or_else(bad)).collect()
            }
            Some(Value::Array(_)) => Err(bad()),
            // One text may hold a list: "[a, b]" or "a, b".
            Some(value) => {
                let text = text_of(value).ok_or_else(bad)?;
                let inner = text.trim_start_matches('[').trim_end_matches(']');
                Ok(inner.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect())
            }
        }
    }

    pub fn moments(self, term: &'static str) -> Result<Vec<Moment>, ActusError> {
        self.texts(term)?.iter().map(|text| moment(term, text)).collect()
    }

    pub fn numbers(self, term: &'static str) -> Result<Vec<Number>, ActusError> {
        self.texts(term)?.iter().map(|text| number(term, text)).collect()
    }

    pub fn cycles(self, term: &'static str) -> Result<Vec<Cycle>, ActusError> {
        self.texts(term)?.iter().map(|text| cycle(term, text)).collect()
    }
}

pub(super) fn number(term: &'static str, text: &str) -> Result<Number, ActusError> {
    Number::from_printed(text).map_err(|_| ActusError::BadTerm { term, value: text.to_owned() })
}

/// A moment; 24:00:00 is the start of the next day.
pub(super) fn moment(term: &'static str, text: &str) -> Result<Moment, ActusError> {
    let bad = || ActusError::BadTerm { term, value: text.to_owned() };
    let text = text.trim_end_matches('Z');
    if let Some(date) = text.strip_suffix("T24:00:00").or_else(|| text.strip_suffix("T24:00")) {
        let day: Moment = date.parse().map_err(|_| bad())?;
        return day.plus_seconds(i64::from(gage_calendar::SECONDS_PER_DAY)).map_err(|_| bad());
    }
    text.parse().map_err(|_| bad())
}

pub(super) fn cycle(term: &'static str, text: &str) -> Result<Cycle, ActusError> {
    Cycle::parse(text).ok_or_else(|| ActusError::BadTerm { term, value: text.to_owned() })
}
