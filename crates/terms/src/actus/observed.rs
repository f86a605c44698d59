//! What was observed: prices, rates and indices of the market, and events outside the schedule.

use std::collections::BTreeMap;

use gage_calendar::Moment;
use serde_json::Value;

use super::ActusError;
use super::reader::{Reader, moment, number, text_of};
use crate::Number;

/// The most observations of one object.
const OBSERVATIONS_MAX: usize = 100_000;

/// Observations by market object, in order of time, and observed events.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    values: BTreeMap<String, Vec<(Moment, Number)>>,
    /// Events outside the schedule.
    pub events: Vec<ObservedEvent>,
}

/// An event outside the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedEvent {
    /// When.
    pub time: Moment,
    /// Its type, as in the files.
    pub kind: String,
    /// An amount, or nothing.
    pub value: Number,
    /// Of which contract; of the observing one if absent.
    pub contract_id: Option<String>,
    /// The contract's performance after it.
    pub performance: Option<String>,
}

impl Observed {
    /// Reads `dataObserved` and `eventsObserved` of a case.
    ///
    /// # Errors
    /// [`ActusError::Format`], [`ActusError::BadTerm`].
    pub fn read(case: &Value) -> Result<Observed, ActusError> {
        let mut values = BTreeMap::new();
        if let Some(objects) = case.get("dataObserved").and_then(Value::as_object) {
            for (code, object) in objects {
                values.insert(code.clone(), series(object)?);
            }
        }
        let events = match case.get("eventsObserved").and_then(Value::as_array) {
            Some(events) => events.iter().map(event).collect::<Result<Vec<ObservedEvent>, ActusError>>()?,
            None => Vec::new(),
        };
        Ok(Observed { values, events })
    }

    /// One more observation.
    pub fn add(&mut self, code: &str, at: Moment, value: Number) {
        let series = self.values.entry(code.to_owned()).or_default();
        let place = series.partition_point(|(time, _)| *time <= at);
        series.insert(place, (at, value));
    }

    /// The last value observed at or before `at`.
    ///
    /// # Errors
    /// [`ActusError::NotObserved`].
    pub fn value(&self, code: &str, at: Moment) -> Result<Number, ActusError> {
        let series = self.values.get(code).map_or(&[][..], Vec::as_slice);
        let place = series.partition_point(|(time, _)| *time <= at).checked_sub(1);
        let found = place.and_then(|place| series.get(place));
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| ActusError::NotObserved { code: code.to_owned(), at: at.to_string() })
    }
}

fn series(object: &Value) -> Result<Vec<(Moment, Number)>, ActusError> {
    let format = || ActusError::Format("expected `data: [{timestamp, value}]` of a market object".to_owned());
    let data = object.get("data").and_then(Value::as_array).ok_or_else(format)?;
    if data.len() > OBSERVATIONS_MAX {
        return Err(ActusError::Format("too many observations".to_owned()));
    }
    let mut series = data
        .iter()
        .map(|row| {
            let reader = Reader::new(row)?;
            let at = reader.moment("timestamp")?.ok_or_else(format)?;
            Ok((at, reader.number("value")?.ok_or_else(format)?))
        })
        .collect::<Result<Vec<(Moment, Number)>, ActusError>>()?;
    series.sort_by_key(|(at, _)| *at);
    Ok(series)
}

fn event(value: &Value) -> Result<ObservedEvent, ActusError> {
    let format = || ActusError::Format("expected `{time, type, value}` of an observed event".to_owned());
    let reader = Reader::new(value)?;
    let time = reader.text("time").or_else(|| reader.text("timestamp")).ok_or_else(format)?;
    let performance = value.get("states").and_then(|states| states.get("contractPerformance")).and_then(text_of);
    Ok(ObservedEvent {
        time: moment("time", &time)?,
        kind: reader.text("type").ok_or_else(format)?,
        value: reader.text("value").map_or(Ok(Number::ZERO), |text| number("value", &text))?,
        contract_id: reader.text("contractId").or(reader.text("contractID")),
        performance,
    })
}
