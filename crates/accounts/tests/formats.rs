//! What is fixed for ever: error numbers, canonical bytes, the words of a wallet.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::operations::{CloseSession, OpenAccount, OpenSession, RotateKey};
use gage_accounts::{Class, Error, Grant, Names, NewKey, Operation, Role};
use gage_crypto::{PublicKey, Scheme};
use gage_units::{AssetId, Timestamp};

struct Nameless;

impl Names for Nameless {
    fn asset(&self, _: AssetId) -> Option<(String, u8)> {
        None
    }
}

fn key() -> PublicKey {
    "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".parse().unwrap()
}

#[test]
fn error_numbers_and_names() {
    let pinned = [
        (Error::NotAnAccount, 1001, "NotAnAccount"),
        (Error::UnknownAccount, 1007, "UnknownAccount"),
        (Error::AccountExists, 1008, "AccountExists"),
        (Error::DuplicateKey, 1012, "DuplicateKey"),
        (Error::OwnersBelowThreshold, 1015, "OwnersBelowThreshold"),
        (Error::UnknownKey, 1017, "UnknownKey"),
        (Error::OutsideSession, 1022, "OutsideSession"),
        (Error::BelowThreshold, 1023, "BelowThreshold"),
        (Error::NonceUsed, 1028, "NonceUsed"),
        (Error::LanesUsedUp, 1034, "LanesUsedUp"),
        (Error::AccountFrozen, 1035, "AccountFrozen"),
        (Error::OverLimit { rule: 1, next: None }, 1042, "OverLimit"),
        (Error::LooseningMustWait { wait_ms: 1 }, 1046, "LooseningMustWait"),
        (Error::StaleApproval, 1048, "StaleApproval"),
        (Error::ProofTooLarge, 1064, "ProofTooLarge"),
        (Error::Math(gage_units::MathError::Overflow), 1065, "Overflow"),
    ];
    for (error, code, name) in pinned {
        assert_eq!((error.code(), error.name()), (code, name));
    }
}

#[test]
fn canonical_bytes_and_json() {
    let new = NewKey { public_key: key(), weight: 2, role: Role::Owner, expires: Some(Timestamp(5)) };
    let operation = Operation::OpenAccount(OpenAccount { keys: vec![new], threshold: 1 });
    let bytes = borsh::to_vec(&operation).unwrap();
    let mut expected = vec![0, 1, 0, 0, 0, Scheme::Ed25519.byte()];
    expected.extend_from_slice(key().as_bytes());
    expected.extend_from_slice(&[2, 0, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(bytes, expected);
    assert_eq!(borsh::from_slice::<Operation>(&bytes).unwrap(), operation);
    let json = serde_json::to_string(&operation).unwrap();
    let text = format!(
        r#"{{"open_account":{{"keys":[{{"public_key":"{}","weight":2,"role":"owner","expires":5}}],"threshold":1}}}}"#,
        key()
    );
    assert_eq!(json, text);
    assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
}

#[test]
fn a_hostile_length_is_refused() {
    // OpenAccount with 2^32 - 1 keys announced and none given.
    assert!(borsh::from_slice::<Operation>(&[0, 255, 255, 255, 255]).is_err());
    assert!(borsh::from_slice::<Operation>(&[200]).is_err());
}

#[test]
fn the_words_of_a_wallet() {
    let hex = hex_of(&key());
    let open = OpenAccount { keys: vec![NewKey::owner(key()), operator(1)], threshold: 1 };
    assert_eq!(
        Operation::OpenAccount(open).describe(&Nameless),
        format!(
            "open account with threshold 1 and owner key ed25519:{hex} of weight 1 expiring never, \
             operator key {} of weight 1 expiring never",
            public(1)
        )
    );
    let scope = vec![Grant { module: 8, classes: vec![Class::Reduce, Class::Rest] }];
    let session = OpenSession { key: key(), scope, expires: Timestamp(77), limits: vec![] };
    assert_eq!(
        Operation::OpenSession(session).describe(&Nameless),
        format!("open session for key ed25519:{hex} until 77 ms to sign module 8 (reduce rest)")
    );
    let close = CloseSession { key: key().id() };
    assert_eq!(Operation::CloseSession(close).describe(&Nameless), format!("close session of key {}", key().id()));
    let rotate = RotateKey { old: key().id(), new: public(1), expires: Some(Timestamp(9)) };
    let text = Operation::RotateKey(rotate).describe(&Nameless);
    assert_eq!(text, format!("rotate key {} to {} expiring at 9 ms", key().id(), public(1)));
    assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
}

fn hex_of(key: &PublicKey) -> String {
    key.to_string().split_once(':').unwrap().1.to_owned()
}

/// The verbs that came with policies, by number, with their fields.
#[test]
fn canonical_bytes_of_policies_and_bundles() {
    use gage_accounts::operations::{ExecuteBundle, SetBreaker, SetPolicy, Thaw, VetoBundle};
    use gage_accounts::{Beyond, Breaker, Condition, Limit, Policy, Rule, Tripped, Verdict};
    use gage_units::Amount;

    let limit = Some(Limit { amount: Amount(258), window_ms: 60_000, beyond: Beyond::NextRule });
    let when = Condition { assets: vec![AssetId(7)], at_most: Some(Amount(9)), ..Condition::default() };
    let then = Verdict::Require { group: None, delay_ms: 5 };
    let policy = Policy { delay_ms: 1, rules: vec![Rule { number: 3, when, limit, then }] };
    let set = Operation::SetPolicy(SetPolicy { policy });
    let mut expected = vec![7, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3, 0];
    // Signers, operations, assets, destinations, above, at most, share.
    expected.extend([0, 0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expected.extend(9u128.to_le_bytes());
    expected.extend([0, 1]);
    expected.extend(258u128.to_le_bytes());
    expected.extend([0x60, 0xEA, 0, 0, 0, 0, 0, 0, 1, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(borsh::to_vec(&set).unwrap(), expected);
    assert_eq!(borsh::from_slice::<Operation>(&expected).unwrap(), set);
    assert_eq!(
        set.describe(&Nameless),
        "set policy: delay 1 ms, (3) asset #7, at most 9 units of #7: require the threshold after 5 ms up to 258 \
         units of #7 per 60000 ms else next rule"
    );
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), set);

    let breaker = Some(Breaker { limit: Amount(1), window_ms: 2, beyond: Tripped::Queue { delay_ms: 3 } });
    let breaker = Operation::SetBreaker(SetBreaker { asset: AssetId(4), breaker });
    assert_eq!(borsh::to_vec(&breaker).unwrap()[..6], [8, 4, 0, 0, 0, 1]);
    assert_eq!(breaker.describe(&Nameless), "set breaker: at most 1 units of #4 leaves in 2 ms, let more wait 3 ms");
    assert_eq!(borsh::to_vec(&Operation::Thaw(Thaw {})).unwrap(), [12]);
    let execute = Operation::ExecuteBundle(ExecuteBundle { bundle: 5, key: key().id() });
    assert_eq!(borsh::to_vec(&execute).unwrap()[..9], [16, 5, 0, 0, 0, 0, 0, 0, 0]);
    let veto = Operation::VetoBundle(VetoBundle { bundle: 6 });
    assert_eq!(borsh::to_vec(&veto).unwrap(), [18, 6, 0, 0, 0, 0, 0, 0, 0]);
    for role in [Role::Owner, Role::Operator, Role::Proposer, Role::Approver, Role::Executor].iter().zip(0u8..) {
        assert_eq!(borsh::to_vec(role.0).unwrap(), [role.1]);
    }
}
