//! Events as people read them, and which of them concern an account.

use gage_chain::{BlockResult, decode_event};
use gage_units::AccountNumber;
use serde::Serialize;
use serde_json::Value;

/// The fields of events that name an account by its number.
const ACCOUNT_FIELDS: [&str; 20] = [
    "account",
    "accounts",
    "administrator",
    "agent",
    "beneficiary",
    "by",
    "curator",
    "from",
    "governor",
    "holder",
    "issuer",
    "issuers",
    "opened_by",
    "owner",
    "payer",
    "publisher",
    "remainder_to",
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
pub(crate) fn module_number(name: &str) -> Option<u8> {
    MODULES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The name of the module with this number.
pub(crate) fn module_name(number: u8) -> &'static str {
    MODULES.iter().find(|(known, _)| *known == number).map_or("unknown", |(_, name)| name)
}

/// Which events are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Only of this module.
    pub module: Option<u8>,
    /// Only those that name this account.
    pub account: Option<AccountNumber>,
}

/// One event of a block.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventView {
    /// Its number in the block, from zero.
    pub number: usize,
    /// The position of the receipt it belongs to; null for due work.
    pub receipt: Option<usize>,
    /// The transaction, or the bundle; null for due work.
    pub transaction: Option<String>,
    /// The module.
    pub module: &'static str,
    /// What happened: the name of the event with its fields.
    pub event: Value,
}

/// The events of a block from number `from` on, as wanted, at most `limit`.
pub(crate) fn of_block(result: &BlockResult, wanted: Wanted, from: usize, limit: usize) -> Vec<EventView> {
    let receipts = result.receipts.iter().enumerate();
    let of_receipts = receipts.flat_map(|(position, receipt)| {
        receipt.events.iter().map(move |(module, bytes)| (Some((position, receipt)), module, bytes))
    });
    let all = of_receipts.chain(result.due.iter().map(|(module, bytes)| (None, module, bytes)));
    all.enumerate()
        .skip(from)
        .filter(|(_, (_, module, _))| wanted.module.is_none_or(|wanted| wanted == *module))
        .map(|(number, (receipt, module, bytes))| EventView {
            number,
            receipt: receipt.map(|(position, _)| position),
            transaction: receipt.map(|(_, receipt)| receipt.transaction.to_string()),
            module: module_name(module),
            event: decoded(module, bytes),
        })
        .filter(|view| wanted.account.is_none_or(|account| names(&view.event, account)))
        .take(limit)
        .collect()
}

/// One event, without the wrapping of its module; the bytes where they do not decode.
pub(crate) fn decoded(module: u8, bytes: &[u8]) -> Value {
    let value = decode_event(module, bytes).and_then(|event| serde_json::to_value(event).ok());
    match value {
        Some(Value::Object(fields)) if fields.len() == 1 => {
            fields.into_iter().next().map_or(Value::Null, |(_, event)| event)
        }
        Some(other) => other,
        None => Value::String(hex::encode(bytes)),
    }
}

/// Whether a field that holds accounts holds this one.
fn names(value: &Value, account: AccountNumber) -> bool {
    let is = |value: &Value| value.as_u64() == Some(u64::from(account.0));
    match value {
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            let holds = match value {
                Value::Array(list) => list.iter().any(is),
                other => is(other),
            };
            (holds && ACCOUNT_FIELDS.contains(&name.as_str())) || names(value, account)
        }),
        Value::Array(list) => list.iter().any(|value| names(value, account)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn accounts_are_found_by_the_fields_that_hold_them() {
        let event = json!({"posted": {"legs": [{"account": 70, "asset": 3, "amount": "5"}], "supply": 71}});
        assert!(names(&event, AccountNumber(70)));
        assert!(!names(&event, AccountNumber(3)), "an asset is no account");
        assert!(!names(&event, AccountNumber(71)), "a supply is no account");
    }

    #[test]
    fn modules_have_names() {
        assert_eq!(module_number("vaults"), Some(10));
        assert_eq!(module_name(3), "ledger");
        assert_eq!((module_number("nothing"), module_name(99)), (None, "unknown"));
    }
}
