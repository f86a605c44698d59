//! Events read back, and what stands in their fields.

use gage_chain::{DecodedEvent, decode_event, readable};
use serde_json::Value;

/// An event read back.
pub(crate) struct Readable {
    pub event: Option<DecodedEvent>,
    pub value: Value,
}

impl Readable {
    pub fn of(module: u8, bytes: &[u8]) -> Readable {
        let event = decode_event(module, bytes);
        let value = readable(event.as_ref(), bytes);
        Readable { event, value }
    }

    /// The event's name, and its fields. What did not decode has the name `unknown`.
    pub fn parts(&self) -> (&str, &Value) {
        match &self.value {
            Value::Object(fields) => {
                fields.iter().next().map_or(("unknown", &Value::Null), |(kind, body)| (kind.as_str(), body))
            }
            Value::String(kind) if self.event.is_some() => (kind.as_str(), &Value::Null),
            other => ("unknown", other),
        }
    }
}

/// A number in a field of an event, or of the record in it.
pub(crate) fn number_in(body: &Value, field: &str) -> Option<i64> {
    let value = body.get(field).or_else(|| body.get("record")?.get(field))?;
    value.as_i64()
}

/// An amount in a field of an event, or of the record in it.
pub(crate) fn amount_in(body: &Value, field: &str) -> Option<u128> {
    let value = body.get(field).or_else(|| body.get("record")?.get(field))?;
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_does_not_decode_is_kept_as_it_is() {
        let read = Readable::of(99, &[1, 255]);
        assert_eq!(read.parts(), ("unknown", &json!("01ff")));
    }
}
