//! What to do about a refusal, and when it could pass.

use gage_units::Timestamp;

/// What helps against the refusal with this number and name.
pub fn of(code: u32, name: &str) -> &'static str {
    by_number(code).or_else(|| by_name(name)).unwrap_or(
        "Try it with POST /v1/dry-run, which names the operation that is refused; GET /v1/errors says what the number means.",
    )
}

fn by_number(code: u32) -> Option<&'static str> {
    Some(match code {
        1_007 => "Check the account's name; POST an operation `accounts.open_account` opens one.",
        1_017 | 1_018 => "Sign with a key that GET /v1/accounts/{account} lists and that has not expired.",
        1_023 | 1_024 => "Add signatures: GET /v1/accounts/{account} shows the threshold and the weight of each key.",
        1_026..=1_028 => "Take `next_nonce` of GET /v1/accounts/{account} and sign again.",
        2_000..=2_999 => {
            "Ask GET /v1/compliance/explain with both accounts: it lists every clause that fails, and what helps."
        }
        32_001 => "Let POST /v1/render write the bytes, or encode with borsh as docs/formats.md says.",
        32_002 | 32_006 => "Split the transaction into several.",
        32_005 => "Sign again with a later valid_until; POST /v1/render fills one in.",
        32_007 => "Ask GET /v1/fees and sign again with a higher max_fee, or wait for a lower base fee.",
        32_008 => "Buy credit with an operation `chain.buy_credit`, signed by an account that has some.",
        32_009 => "Repay, add collateral or withdraw; GET /v1/network shows which modules are frozen.",
        40_001 => "Sign the digest that POST /v1/render gives for this network, with a key of the account.",
        40_002 => "Wait for the transaction that the sentence names, or take another nonce.",
        40_003 => "Wait until some of the account's transactions are executed.",
        40_004 => "Wait for the next block and send it again; the same bytes are never executed twice.",
        40_005 => "Send it to another node; reads here still work, and the node's log says more.",
        40_006 => "Start the node with --manual, or leave the blocks to the clock.",
        40_007 => "Take a time later than that of GET /v1/status.",
        40_008 => "Take a table of GET /v1/tables.",
        40_009 => "Ask for a height between those the sentence names, or leave `at` away.",
        40_010 => "Wait until it is executed; for one that is forgotten ask a node that keeps a history.",
        40_011 => "Send it to a validator of the network.",
        41_001 | 41_002 => "GET /openapi.json lists every route with its methods.",
        41_003 => "Send less at once: split the batch or the transaction.",
        41_004 => "Send what /openapi.json names for the route, without a content-encoding.",
        41_005 => "Correct the body where the sentence says; /openapi.json has its schema and an example.",
        41_006 => "Correct the part that the sentence names; /openapi.json says what it must be.",
        41_007 => "Wait until retry_at, or ask the operator for a key with a higher rate.",
        41_008 => "Send the request in one go over a faster connection.",
        41_009 => "Send a key in the header `Authorization: Bearer ...`; the operator makes one with `gage api-key`.",
        41_010 => "Check the hash; for older transactions ask a node that keeps them longer.",
        41_011 => "GET /v1/status says which heights there are.",
        41_012 => "Check what is asked for; the lists show what there is.",
        41_013 => "Wait until retry_at and try again.",
        41_014 => "Report it with the request that caused it.",
        41_015 => "Ask another node; this one needs its operator.",
        41_016 => "Ask the operator for a key with the role that /openapi.json names for the route.",
        41_017 => "Take a new idempotency key for a new request.",
        41_018 => "Wait for the answer to the first request, or ask again with the same key.",
        41_019 => "Let the operator allow the origin with --cors-origin.",
        41_020 => "Ask a node that keeps one; an operator starts it with `gage node --history`.",
        41_021 => "Try again in a second; what the ledger is now can be asked all the while.",
        _ => return None,
    })
}

/// By the first word of the name: names follow the same rule in every module.
fn by_name(name: &str) -> Option<&'static str> {
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    Some(if begins(&["Unknown", "NoSuch"]) {
        "Check the number or name; the list of the subject shows what there is."
    } else if begins(&["Insufficient", "Exceeds", "Above", "Below", "Over", "Under"]) {
        "Change the amount; POST /v1/dry-run tells what passes."
    } else if begins(&["Not"]) {
        "Let the account act that the record names for this, or choose what the sentence asks for."
    } else if begins(&["Bad", "Zero", "TooMany", "TooLarge", "TooLong", "TooFew", "Duplicate", "Wrong"]) {
        "Correct the field that the sentence names; /openapi.json says what it may be."
    } else if begins(&["Already"]) {
        "Nothing is left to do, or choose another."
    } else if begins(&["Stale", "Frozen", "Closed", "Paused", "Unfinished", "Late"]) {
        "Wait for the next blocks and try again; what reduces risk passes meanwhile."
    } else {
        return None;
    })
}

/// The time that a sentence names as the first at which the act is valid: `... from 123 ms on`.
pub fn valid_from(sentence: &str) -> Option<Timestamp> {
    let rest = sentence.rsplit_once("from ")?.1;
    rest.strip_suffix(" ms on")?.parse().ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_remedy_and_the_table_names_no_other() {
        let rows = crate::openapi::errors();
        for row in rows {
            assert!(row.remedy.len() > 10, "{row:?}");
        }
        for code in (1_000..=1_999).chain(32_000..=41_999).filter(|code| by_number(*code).is_some()) {
            assert!(rows.iter().any(|row| row.code == code), "{code} is a number of a refusal");
        }
    }

    #[test]
    fn a_sentence_names_its_time() {
        let refused = gage_accounts::Error::OverSessionLimit { next: Some(Timestamp(1_700)) };
        assert_eq!(valid_from(&refused.to_string()), Some(Timestamp(1_700)));
        let queued = gage_accounts::Error::QueuedByBreaker { bundle: 3, from: Timestamp(99) };
        assert_eq!(valid_from(&queued.to_string()), Some(Timestamp(99)));
        assert_eq!(valid_from("nothing like that from here on"), None);
    }
}
