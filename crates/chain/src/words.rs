//! Events as people read them: the names of their modules, their fields, and the accounts they name.

use gage_units::AccountNumber;
use serde_json::Value;

use crate::{DecodedEvent, decode_event};

/// The modules, by number.
pub(crate) const MODULES: [(u8, &str); 10] = [
    (gage_accounts::MODULE, "accounts"),
    (gage_compliance::MODULE, "compliance"),
    (gage_ledger::MODULE, "ledger"),
    (gage_staking::MODULE, "staking"),
    (gage_oracle::MODULE, "oracle"),
    (gage_securities::MODULE, "securities"),
    (gage_auctions::MODULE, "auctions"),
    (gage_backstop::MODULE, "backstop"),
    (gage_vaults::MODULE, "vaults"),
    (crate::MODULE, "chain"),
];

/// The fields of events that name an account by its number.
const ACCOUNT_FIELDS: [&str; 30] = [
    "account",
    "accounts",
    "administrator",
    "agent",
    "beneficiary",
    "bidder",
    "bought_in",
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
    "proceeds_to",
    "proposer",
    "publisher",
    "redeemer",
    "remainder_to",
    "reporter",
    "seller",
    "supplier",
    "taker",
    "to",
    "verifier",
    "verifiers",
];

/// The number of the module with this name.
pub fn module_number(name: &str) -> Option<u8> {
    MODULES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The name of the module with this number; `unknown` without one.
pub fn module_name(number: u8) -> &'static str {
    MODULES.iter().find(|(known, _)| *known == number).map_or("unknown", |(_, name)| name)
}

/// One event in JSON: its name with its fields; hexadecimal digits where the bytes do not decode.
pub fn readable_event(module: u8, bytes: &[u8]) -> Value {
    readable(decode_event(module, bytes).as_ref(), bytes)
}

/// As [`readable_event`], where the bytes were decoded before.
pub fn readable(event: Option<&DecodedEvent>, bytes: &[u8]) -> Value {
    match event.and_then(|event| serde_json::to_value(event).ok()) {
        // Without the wrapping of its module.
        Some(Value::Object(fields)) if fields.len() == 1 => {
            fields.into_iter().next().map_or(Value::Null, |(_, event)| event)
        }
        Some(other) => other,
        None => Value::String(hex::encode(bytes)),
    }
}

/// The accounts that an event in JSON names, each once, ascending.
pub fn accounts_named(event: &Value) -> Vec<AccountNumber> {
    let mut found = Vec::new();
    // Here `to` is a part of ten thousand.
    if event.get("thresholds_ramped").is_none() {
        collect(event, &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<AccountNumber>) {
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).map(AccountNumber);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if ACCOUNT_FIELDS.contains(&name.as_str()) {
                    match value {
                        Value::Array(list) => found.extend(list.iter().filter_map(number)),
                        other => found.extend(number(other)),
                    }
                }
                collect(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn accounts_are_found_by_the_fields_that_hold_them() {
        let event = json!({"posted": {"legs": [{"account": 70, "asset": 3, "amount": "5"}], "supply": 71}});
        assert_eq!(accounts_named(&event), [AccountNumber(70)], "neither an asset nor a supply is an account");
        let won = json!({"bid": {"bidder": 72, "lot": {"remainder_to": 73}}});
        assert_eq!(accounts_named(&won), [AccountNumber(72), AccountNumber(73)]);
        let ramped = json!({"thresholds_ramped": {"to": 8_000}});
        assert!(accounts_named(&ramped).is_empty(), "a threshold is no account");
    }

    #[test]
    fn modules_have_names() {
        assert_eq!(module_number("vaults"), Some(10));
        assert_eq!(module_name(3), "ledger");
        assert_eq!((module_number("nothing"), module_name(99)), (None, "unknown"));
    }

    #[test]
    fn what_does_not_decode_is_shown_as_it_is() {
        assert_eq!(readable_event(99, &[1, 255]), json!("01ff"));
    }
}
