//! The wallet's encoding: the standard's example, and an independent implementation.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use alloy_dyn_abi::{Eip712Domain, TypedData};
use common::{genesis, message, unhex};
use gage_crypto::{
    Hash, Scheme, SecretKey, Signature, SigningPayload,
    eip712::{self, Struct, Value, WalletMessage},
    hash::keccak256,
    signature::verify,
};
use proptest::prelude::*;

const COW: &str = "CD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826";
const BOB: &str = "bBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB";

/// The example of the standard (assets/eip-712/Example.js), through the same encoder.
#[test]
fn the_standards_mail_example() {
    let address = |text: &str| Value::Address(unhex(&text.to_lowercase()));
    let domain = Struct {
        name: "EIP712Domain",
        members: &[
            ("name", Value::Text("Ether Mail")),
            ("version", Value::Text("1")),
            ("chainId", Value::Uint256(1)),
            ("verifyingContract", address(&"c".repeat(40))),
        ],
    };
    let person = [("name", Value::Text("Cow")), ("wallet", address(COW))];
    let other = [("name", Value::Text("Bob")), ("wallet", address(BOB))];
    let mail = Struct {
        name: "Mail",
        members: &[
            ("from", Value::Struct(Struct { name: "Person", members: &person })),
            ("to", Value::Struct(Struct { name: "Person", members: &other })),
            ("contents", Value::Text("Hello, Bob!")),
        ],
    };
    assert_eq!(mail.encode_type(), "Mail(Person from,Person to,string contents)Person(string name,address wallet)");
    assert_eq!(
        keccak256(mail.encode_type().as_bytes()).to_string(),
        "a0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2"
    );
    assert_eq!(domain.hash().to_string(), "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
    assert_eq!(mail.hash().to_string(), "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
    let digest = eip712::signing_digest(&domain.hash(), &mail);
    assert_eq!(digest.to_string(), "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");

    // The example's signature, by the key keccak256("cow"): same address, same r and s.
    let cow = SecretKey::from_bytes(Scheme::Secp256k1Eip712, &keccak256(b"cow").0).unwrap();
    let key = cow.public_key();
    assert_eq!(key.ethereum_address().unwrap().to_string(), format!("0x{COW}"));
    let payload = SigningPayload { machine: Hash::ZERO, wallet: Some(digest) };
    let signature = cow.sign(&payload).unwrap();
    let Signature::Secp256k1Eip712(bytes) = &signature else { panic!("another scheme") };
    assert_eq!(
        hex::encode(bytes.0),
        "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d\
         07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
    );
    assert_eq!(verify(&key, &payload, &signature), Ok(()));
}

#[test]
fn referenced_types_are_sorted_and_named_once() {
    let leaf = Struct { name: "B", members: &[("x", Value::Uint64(1))] };
    let inner = [("b", Value::Struct(leaf)), ("c", Value::Bytes32([1; 32]))];
    let members = [
        ("z", Value::Struct(Struct { name: "Z", members: &inner })),
        ("b", Value::Struct(leaf)),
        ("a", Value::Struct(Struct { name: "A", members: &[] })),
    ];
    let outer = Struct { name: "M", members: &members };
    assert_eq!(outer.encode_type(), "M(Z z,B b,A a)A()B(uint64 x)Z(B b,bytes32 c)");
}

#[test]
fn domain_separator_agrees_with_an_independent_library() {
    let salt = genesis().0.into();
    let domain = Eip712Domain::new(Some("Gage".into()), Some("1".into()), None, None, Some(salt));
    assert_eq!(domain.separator().0, eip712::domain_separator(&genesis()).0);
}

/// What the library makes of the JSON that a wallet gets.
fn independent_digest(json: &str) -> [u8; 32] {
    let typed: TypedData = serde_json::from_str(json).unwrap();
    typed.eip712_signing_hash().unwrap().0
}

#[test]
fn wallet_json_is_pinned() {
    let json = eip712::typed_data_json(&Hash([0xab; 32]), &message());
    let expected = [
        r#"{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"salt","type":"bytes32"}],"#,
        r#""Transaction":[{"name":"account","type":"string"},{"name":"nonce","type":"uint64"},{"name":"validUntil","type":"uint64"},{"name":"maxFee","type":"string"},{"name":"operations","type":"string"}]},"#,
        r#""primaryType":"Transaction","domain":{"name":"Gage","version":"1","salt":"0xabababababababababababababababababababababababababababababababab"},"#,
        r#""message":{"account":"gage1account","nonce":"7","validUntil":"1600000000000","maxFee":"0.5 GUSD#1","operations":"Ledger.Transfer to=gage1other amount=12.5 WETH#7"}}"#,
    ];
    assert_eq!(json, expected.concat());
    assert_eq!(independent_digest(&json), eip712::digest(&Hash([0xab; 32]), &message()).0);
}

#[test]
fn every_member_is_signed() {
    let base = message();
    let text = |text: &str| format!("{text} ");
    let changed = [
        WalletMessage { account: text(&base.account), ..base.clone() },
        WalletMessage { nonce: 8, ..base.clone() },
        WalletMessage { valid_until: 0, ..base.clone() },
        WalletMessage { max_fee: text(&base.max_fee), ..base.clone() },
        WalletMessage { operations: text(&base.operations), ..base.clone() },
    ];
    let digest = eip712::digest(&genesis(), &base);
    for other in changed {
        assert_ne!(eip712::digest(&genesis(), &other), digest, "{other:?}");
    }
    assert_ne!(eip712::digest(&Hash::ZERO, &base), digest);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn digests_agree_with_an_independent_library(
        genesis in any::<[u8; 32]>(),
        account in "\\PC{0,70}",
        nonce in any::<u64>(),
        valid_until in any::<u64>(),
        max_fee in "[ -~]{0,30}",
        operations in any::<String>(),
    ) {
        let message = WalletMessage { account, nonce, valid_until, max_fee, operations };
        let json = eip712::typed_data_json(&Hash(genesis), &message);
        prop_assert_eq!(independent_digest(&json), eip712::digest(&Hash(genesis), &message).0);
    }
}
