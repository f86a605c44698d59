//! Cases of the reference-test format: terms, observations, and the results that are expected.

use gage_calendar::Moment;
use serde_json::Value;

use super::reader::{Reader, moment};
use super::{ActusError, Observed, Terms};
use crate::Number;

/// The most cases of one file.
const CASES_MAX: usize = 100_000;

/// One contract of a file, with what is expected of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Its terms.
    pub terms: Terms,
    /// To when events are asked for.
    pub to: Option<Moment>,
    /// What was observed.
    pub observed: Observed,
    /// The events that are expected.
    pub expected: Vec<Expected>,
}

/// An event that is expected, with those of its numbers that the file has.
#[derive(Clone, Debug)]
pub struct Expected {
    /// When.
    pub time: Moment,
    /// What, by its name in the files.
    pub kind: String,
    /// In which currency.
    pub currency: Option<String>,
    /// When it was exercised.
    pub exercise_date: Option<Moment>,
    /// Numbers by their names in the files, with the text that is printed there.
    pub numbers: Vec<(&'static str, Number, String)>,
}

/// The names of numbers in results.
const NUMBERS: [&str; 5] = ["payoff", "notionalPrincipal", "nominalInterestRate", "accruedInterest", "exerciseAmount"];

/// A case by its name in the file, or why it cannot be read.
pub type NamedCase = (String, Result<Case, ActusError>);

impl Case {
    /// The cases of a file, each with its name; a case that cannot be read is an error of its own.
    ///
    /// # Errors
    /// [`ActusError::Format`] if the text is not an object of cases.
    pub fn read_all(text: &str) -> Result<Vec<NamedCase>, ActusError> {
        let format = |reason: String| ActusError::Format(reason);
        let value: Value = serde_json::from_str(text).map_err(|error| format(error.to_string()))?;
        let cases = value.as_object().ok_or_else(|| format("expected an object of cases".to_owned()))?;
        if cases.len() > CASES_MAX {
            return Err(format("too many cases".to_owned()));
        }
        Ok(cases.iter().map(|(name, case)| (name.clone(), Case::read(name, case))).collect())
    }

    /// One case.
    ///
    /// # Errors
    /// [`ActusError::Format`], [`ActusError::Missing`], [`ActusError::BadTerm`].
    pub fn read(name: &str, case: &Value) -> Result<Case, ActusError> {
        let reader = Reader::new(case)?;
        let terms = reader.value("terms").ok_or_else(|| ActusError::Format("a case has no `terms`".to_owned()))?;
        let results = reader.value("results").and_then(Value::as_array);
        let results = results.ok_or_else(|| ActusError::Format("a case has no `results`".to_owned()))?;
        Ok(Case {
            name: reader.text("identifier").unwrap_or_else(|| name.to_owned()),
            terms: Terms::read(terms)?,
            to: reader.moment("to")?,
            observed: Observed::read(case)?,
            expected: results.iter().map(expected).collect::<Result<Vec<Expected>, ActusError>>()?,
        })
    }
}

fn expected(row: &Value) -> Result<Expected, ActusError> {
    let format = |what: &str| ActusError::Format(format!("a result has no `{what}`"));
    let reader = Reader::new(row)?;
    let time = reader.text("eventDate").ok_or_else(|| format("eventDate"))?;
    let mut numbers = Vec::new();
    for name in NUMBERS {
        if let (Some(value), Some(text)) = (reader.number(name)?, reader.text(name)) {
            numbers.push((name, value, text));
        }
    }
    Ok(Expected {
        time: moment("eventDate", &time)?,
        kind: reader.text("eventType").ok_or_else(|| format("eventType"))?,
        currency: reader.text("currency"),
        exercise_date: reader.moment("exerciseDate")?,
        numbers,
    })
}
