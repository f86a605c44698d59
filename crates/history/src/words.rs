//! Events as people read them, and what they are about.

use gage_chain::{DecodedEvent, decode_event};
use serde_json::Value;

/// The fields of events that name an account by its number.
const ACCOUNT_FIELDS: [&str; 24] = [
    "account",
    "accounts",
    "administrator",
    "agent",
    "beneficiary",
    "bidder",
    "by",
    "curator",
    "from",
    "governor",
    "guardian",
    "holder",
    "issuer",
    "issuers",
    "opened_by",
    "owner",
    "payer",
    "publisher",
    "redeemer",
    "remainder_to",
    "supplier",
    "taker",
    "to",
    "verifier",
];

/// The modules that emit events, by number.
const MODULES: [(u8, &str); 10] = [
    (gage_accounts::MODULE, "accounts"),
    (gage_compliance::MODULE, "compliance"),
    (gage_ledger::MODULE, "ledger"),
    (gage_staking::MODULE, "staking"),
    (gage_oracle::MODULE, "oracle"),
    (gage_securities::MODULE, "securities"),
    (gage_auctions::MODULE, "auctions"),
    (gage_backstop::MODULE, "backstop"),
    (gage_vaults::MODULE, "vaults"),
    (gage_chain::MODULE, "chain"),
];

/// The number of the module with this name.
pub fn module_number(name: &str) -> Option<u8> {
    MODULES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The name of the module with this number.
pub fn module_name(number: u8) -> &'static str {
    MODULES.iter().find(|(known, _)| *known == number).map_or("unknown", |(_, name)| name)
}

/// One event, without the wrapping of its module; the bytes in hexadecimal digits where they do not decode.
pub fn decoded(module: u8, bytes: &[u8]) -> Value {
    Readable::of(module, bytes).value
}

/// Whether a field that holds accounts, however deep, holds this one.
pub fn names_account(event: &Value, account: u32) -> bool {
    let mut found = Vec::new();
    accounts_in(event, &mut found);
    found.contains(&account)
}

/// An event read back.
pub(crate) struct Readable {
    pub event: Option<DecodedEvent>,
    pub value: Value,
}

impl Readable {
    pub fn of(module: u8, bytes: &[u8]) -> Readable {
        let event = decode_event(module, bytes);
        let value = match event.as_ref().and_then(|event| serde_json::to_value(event).ok()) {
            Some(Value::Object(fields)) if fields.len() == 1 => {
                fields.into_iter().next().map_or(Value::Null, |(_, event)| event)
            }
            Some(other) => other,
            None => Value::String(hex::encode(bytes)),
        };
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

    /// The accounts it names, each once, in order.
    pub fn accounts(&self) -> Vec<u32> {
        let mut found = Vec::new();
        // Here `to` is a part of ten thousand.
        if self.parts().0 == "thresholds_ramped" {
            return found;
        }
        accounts_in(&self.value, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn accounts_in(value: &Value, found: &mut Vec<u32>) {
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if ACCOUNT_FIELDS.contains(&name.as_str()) {
                    match value {
                        Value::Array(list) => found.extend(list.iter().filter_map(number)),
                        other => found.extend(number(other)),
                    }
                }
                accounts_in(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| accounts_in(value, found)),
        _ => {}
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
    fn accounts_are_found_by_the_fields_that_hold_them() {
        let event = json!({"posted": {"legs": [{"account": 70, "asset": 3, "amount": "5"}], "supply": 71}});
        assert!(names_account(&event, 70));
        assert!(!names_account(&event, 3), "an asset is no account");
        assert!(!names_account(&event, 71), "a supply is no account");
    }

    #[test]
    fn modules_have_names() {
        assert_eq!(module_number("vaults"), Some(10));
        assert_eq!(module_name(3), "ledger");
        assert_eq!((module_number("nothing"), module_name(99)), (None, "unknown"));
    }

    #[test]
    fn what_does_not_decode_is_kept_as_it_is() {
        let read = Readable::of(99, &[1, 255]);
        assert_eq!(read.parts(), ("unknown", &json!("01ff")));
        assert!(read.accounts().is_empty());
    }
}
