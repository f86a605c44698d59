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
