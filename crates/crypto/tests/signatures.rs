//! What is accepted as a signature, and the reason given for everything else.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{genesis, payload, public, secret, unhex};
use gage_crypto::{
    Hash, PublicKey, Scheme, SecretKey, Signature, SigningPayload,
    hash::{keccak256, sha256, sha256_parts},
    payload::machine_digest,
    signature::{SignatureBytes, SignatureError, verify},
    webauthn::{self, AUTHENTICATOR_DATA_MAX, Assertion, CLIENT_DATA_JSON_MAX},
};
use proptest::prelude::*;

/// Orders of the groups, big-endian: SEC 2 section 2.4.1, FIPS 186-4 D.1.2.3.
const ORDER_SECP256K1: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
const ORDER_P256: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

fn bytes_of(signature: &Signature) -> SignatureBytes {
    match signature {
        Signature::Secp256k1Eip712(bytes) | Signature::Ed25519(bytes) | Signature::P256(bytes) => *bytes,
        Signature::WebAuthn(assertion) => assertion.signature,
    }
}

fn with_bytes(signature: &Signature, bytes: SignatureBytes) -> Signature {
    match signature {
        Signature::Secp256k1Eip712(_) => Signature::Secp256k1Eip712(bytes),
        Signature::Ed25519(_) => Signature::Ed25519(bytes),
        Signature::P256(_) => Signature::P256(bytes),
        Signature::WebAuthn(assertion) => Signature::WebAuthn(Assertion { signature: bytes, ..assertion.clone() }),
    }
}

/// `order - number`, big-endian.
fn minus(order: &str, number: &[u8]) -> [u8; 32] {
    let mut result: [u8; 32] = unhex(order);
    let mut borrow = 0;
    for (to, from) in result.iter_mut().zip(number).rev() {
        let difference = i16::from(*to) - i16::from(*from) - borrow;
        borrow = i16::from(difference < 0);
        *to = (difference & 0xff) as u8;
    }
    assert_eq!(borrow, 0);
    result
}

#[test]
fn each_scheme_signs_and_verifies() {
    let (payload, other) = (payload(b"tx"), payload(b"other"));
    for scheme in Scheme::ALL {
        let signature = secret(scheme, 7).sign(&payload).unwrap();
        assert_eq!(signature.scheme(), scheme);
        assert_eq!(signature, secret(scheme, 7).sign(&payload).unwrap());
        let key = public(scheme, 7);
        assert_eq!(verify(&key, &payload, &signature), Ok(()));
        let wrong_payload =
            if scheme == Scheme::WebAuthn { SignatureError::WrongChallenge } else { SignatureError::Mismatch };
        assert_eq!(verify(&key, &other, &signature), Err(wrong_payload));
        assert_eq!(verify(&public(scheme, 8), &payload, &signature), Err(SignatureError::Mismatch));
        for another in Scheme::ALL.into_iter().filter(|another| *another != scheme) {
            let refused = verify(&public(another, 7), &payload, &signature);
            assert_eq!(refused, Err(SignatureError::SchemeMismatch));
        }
    }
}

#[test]
fn wallets_sign_the_wallet_digest_and_all_others_the_machine_digest() {
    let full = payload(b"tx");
    let bare = SigningPayload { wallet: None, ..full };
    let other_machine = SigningPayload { machine: Hash::ZERO, ..full };
    for scheme in Scheme::ALL {
        let key = public(scheme, 7);
        let signature = secret(scheme, 7).sign(&full).unwrap();
        if scheme == Scheme::Secp256k1Eip712 {
            assert_eq!(verify(&key, &bare, &signature), Err(SignatureError::NoWalletDigest));
            assert_eq!(secret(scheme, 7).sign(&bare), Err(SignatureError::NoWalletDigest));
            assert_eq!(verify(&key, &other_machine, &signature), Ok(()));
        } else {
            assert_eq!(verify(&key, &bare, &signature), Ok(()));
            assert!(verify(&key, &other_machine, &signature).is_err());
        }
    }
}

#[test]
fn published_signatures() {
    // RFC 6979 A.2.5, P-256 with SHA-256, message "sample": its s is high, ours is order - s.
    let key: [u8; 32] = unhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let secret = SecretKey::from_bytes(Scheme::P256, &key).unwrap();
    let payload = SigningPayload { machine: sha256(b"sample"), wallet: None };
    let signature = secret.sign(&payload).unwrap();
    let (r, s) = (
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
    let low = minus(ORDER_P256, &unhex::<32>(s));
    assert_eq!(hex::encode(bytes_of(&signature).0), r.to_owned() + &hex::encode(low));
    let high = SignatureBytes(unhex(&[r, s].concat()));
    let key = secret.public_key();
    assert_eq!(verify(&key, &payload, &signature), Ok(()));
    assert_eq!(verify(&key, &payload, &Signature::P256(high)), Err(SignatureError::HighS));
}

#[test]
fn the_other_form_of_an_ecdsa_signature_is_refused() {
    for (scheme, order) in
        [(Scheme::Secp256k1Eip712, ORDER_SECP256K1), (Scheme::P256, ORDER_P256), (Scheme::WebAuthn, ORDER_P256)]
    {
        for n in 0..16 {
            let payload = payload(&[n]);
            let signature = secret(scheme, 7).sign(&payload).unwrap();
            let mut bytes = bytes_of(&signature);
            let high = minus(order, &bytes.0[32..]);
            bytes.0[32..].copy_from_slice(&high);
            let refused = verify(&public(scheme, 7), &payload, &with_bytes(&signature, bytes));
            assert_eq!(refused, Err(SignatureError::HighS));
        }
    }
}

#[test]
fn numbers_out_of_range_are_a_bad_encoding() {
    for (scheme, order) in
        [(Scheme::Secp256k1Eip712, ORDER_SECP256K1), (Scheme::P256, ORDER_P256), (Scheme::WebAuthn, ORDER_P256)]
    {
        let payload = payload(b"tx");
        let signature = secret(scheme, 7).sign(&payload).unwrap();
        for number in [[0; 32], unhex(order), [0xff; 32]] {
            for half in [0..32, 32..64] {
                let mut bytes = bytes_of(&signature);
                bytes.0[half].copy_from_slice(&number);
                let refused = verify(&public(scheme, 7), &payload, &with_bytes(&signature, bytes));
                assert_eq!(refused, Err(SignatureError::BadEncoding), "{scheme:?}");
            }
        }
    }
}

#[test]
fn every_changed_bit_is_refused() {
    let payload = payload(b"tx");
    for scheme in Scheme::ALL {
        let signature = secret(scheme, 7).sign(&payload).unwrap();
        let key = public(scheme, 7);
        for at in 0..64 {
            let mut bytes = bytes_of(&signature);
            bytes.0[at] ^= 1 << (at % 8);
            assert!(verify(&key, &payload, &with_bytes(&signature, bytes)).is_err(), "{scheme:?} {at}");
        }
    }
}

#[test]
fn encodings_are_canonical_and_bounded() {
    let payload = payload(b"tx");
    for scheme in Scheme::ALL {
        let signature = secret(scheme, 7).sign(&payload).unwrap();
        let bytes = borsh::to_vec(&signature).unwrap();
        assert_eq!(bytes[0], scheme.byte());
        assert_eq!(borsh::from_slice::<Signature>(&bytes).unwrap(), signature);
        for len in 0..bytes.len() {
            assert!(borsh::from_slice::<Signature>(&bytes[..len]).is_err());
        }
        let json = serde_json::to_string(&signature).unwrap();
        assert!(json.starts_with(&format!("{{\"scheme\":\"{}\"", scheme.name())), "{json}");
        assert_eq!(serde_json::from_str::<Signature>(&json).unwrap(), signature);
    }
    assert!(borsh::from_slice::<Signature>(&[[4].as_slice(), &[0; 64]].concat()).is_err());

    let assertion = |authenticator: usize, client: usize| {
        let assertion = Assertion {
            authenticator_data: vec![1; authenticator],
            client_data_json: vec![2; client],
            signature: SignatureBytes([3; 64]),
        };
        let signature = Signature::WebAuthn(assertion);
        let json = serde_json::to_string(&signature).unwrap();
        let from_json = serde_json::from_str::<Signature>(&json);
        let read = borsh::from_slice::<Signature>(&borsh::to_vec(&signature).unwrap());
        assert_eq!(from_json.is_ok(), read.is_ok());
        read
    };
    assert!(assertion(AUTHENTICATOR_DATA_MAX, CLIENT_DATA_JSON_MAX).is_ok());
    assert!(assertion(AUTHENTICATOR_DATA_MAX + 1, 0).is_err());
    assert!(assertion(0, CLIENT_DATA_JSON_MAX + 1).is_err());
    // The length alone decides, before anything is read or allocated.
    let error = borsh::from_slice::<Signature>(&[3, 0xff, 0xff, 0xff, 0xff]).unwrap_err();
    assert!(error.to_string().contains("above the limit of 512"), "{error}");
}

/// An assertion by key 7 over data of the test's choice, correctly signed.
fn assertion(flags: u8, client_data: &str) -> Assertion {
    let mut authenticator_data = sha256(b"gage.example").0.to_vec();
    authenticator_data.extend_from_slice(&[flags, 0, 0, 0, 9]);
    signed(authenticator_data, client_data.as_bytes().to_vec())
}

fn signed(authenticator_data: Vec<u8>, client_data_json: Vec<u8>) -> Assertion {
    let digest = sha256_parts(&[&authenticator_data, &sha256(&client_data_json).0]);
    let content = SigningPayload { machine: digest, wallet: None };
    let signature = bytes_of(&secret(Scheme::P256, 7).sign(&content).unwrap());
    Assertion { authenticator_data, client_data_json, signature }
}

#[test]
fn webauthn_assertions_are_checked_in_order() {
    let payload = payload(b"tx");
    let key = public(Scheme::WebAuthn, 7);
    let right = webauthn::challenge(&payload.machine);
    assert_eq!(right.len(), 43);
    let client = |kind: &str, challenge: &str| {
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"https://gage.example"}}"#)
    };
    let get = client("webauthn.get", &right);
    let escaped = client("webauthn\\u002eget", &right);
    let duplicate = get.replacen('{', r#"{"type":"webauthn.get","#, 1);
    let nested = |depth: usize| {
        let deep = "[".repeat(depth) + &"]".repeat(depth);
        get.replacen('{', &format!("{{\"a\":{deep},"), 1)
    };
    let deep_type = format!("{{\"type\":{}", "[".repeat(1000));
    let array = format!(r#"["webauthn.get","{right}"]"#);
    let padded = format!("{right}=");
    let hex = payload.machine.to_string();
    let other = webauthn::challenge(&machine_digest(&genesis(), b"other"));
    let upper = right.to_uppercase();
    let spaces = get.clone() + &" ".repeat(CLIENT_DATA_JSON_MAX);

    let table: &[(&str, u8, &str, Result<(), SignatureError>)] = &[
        ("plain", 0x01, &get, Ok(())),
        ("verified, synced", 0x1d, &get, Ok(())),
        ("escaped text", 0x01, &escaped, Ok(())),
        ("reordered", 0x01, &format!(r#"{{"challenge":"{right}","type":"webauthn.get"}}"#), Ok(())),
        ("not present", 0x04, &get, Err(SignatureError::UserNotPresent)),
        ("no flags", 0x00, &get, Err(SignatureError::UserNotPresent)),
        ("registration", 0x01, &client("webauthn.create", &right), Err(SignatureError::WrongType)),
        ("other challenge", 0x01, &client("webauthn.get", &other), Err(SignatureError::WrongChallenge)),
        ("padded", 0x01, &client("webauthn.get", &padded), Err(SignatureError::WrongChallenge)),
        ("hex", 0x01, &client("webauthn.get", &hex), Err(SignatureError::WrongChallenge)),
        ("upper case", 0x01, &client("webauthn.get", &upper), Err(SignatureError::WrongChallenge)),
        ("empty challenge", 0x01, &client("webauthn.get", ""), Err(SignatureError::WrongChallenge)),
        ("empty", 0x01, "", Err(SignatureError::BadClientData)),
        ("array of members", 0x01, "[1,2]", Err(SignatureError::BadClientData)),
        ("number", 0x01, r#"{"type":1,"challenge":2}"#, Err(SignatureError::BadClientData)),
        ("missing", 0x01, r#"{"type":"webauthn.get"}"#, Err(SignatureError::BadClientData)),
        ("duplicate member", 0x01, &duplicate, Err(SignatureError::BadClientData)),
        ("nested where it is ignored", 0x01, &nested(300), Ok(())),
        ("nested where it counts", 0x01, &deep_type, Err(SignatureError::BadClientData)),
        ("unclosed", 0x01, &"{\"type\":[".repeat(90), Err(SignatureError::BadClientData)),
        ("not UTF-8 text", 0x01, &get.replace("webauthn", "\\ud800"), Err(SignatureError::BadClientData)),
        ("array of the members", 0x01, &array, Err(SignatureError::BadClientData)),
        ("leading space", 0x01, &format!(" {get}"), Err(SignatureError::BadClientData)),
        ("two objects", 0x01, &(get.clone() + &get), Err(SignatureError::BadClientData)),
        ("too long", 0x01, &spaces, Err(SignatureError::TooLong)),
    ];
    for (name, flags, client_data, expected) in table {
        let assertion = assertion(*flags, client_data);
        assert_eq!(verify(&key, &payload, &Signature::WebAuthn(assertion)), *expected, "{name}");
    }

    let sizes = [
        (0, Err(SignatureError::BadAuthenticatorData)),
        (36, Err(SignatureError::BadAuthenticatorData)),
        (37, Ok(())),
        (AUTHENTICATOR_DATA_MAX, Ok(())),
        (AUTHENTICATOR_DATA_MAX + 1, Err(SignatureError::TooLong)),
    ];
    for (size, expected) in sizes {
        let assertion = signed(vec![0x01; size], get.clone().into_bytes());
        assert_eq!(verify(&key, &payload, &Signature::WebAuthn(assertion)), expected, "{size}");
    }

    // A bare P-256 signature over the payload is not an assertion, and the other way round.
    let bare = bytes_of(&secret(Scheme::P256, 7).sign(&payload).unwrap());
    let mut stolen = assertion(0x01, &get);
    let mut changed = stolen.clone();
    stolen.signature = bare;
    changed.authenticator_data[36] ^= 1;
    for forged in [stolen, changed] {
        let refused = verify(&key, &payload, &Signature::WebAuthn(forged));
        assert_eq!(refused, Err(SignatureError::Mismatch));
    }
}

#[test]
fn reasons_have_stable_numbers_and_names() {
    use SignatureError::*;
    let all = [
        (SchemeMismatch, 1, "scheme_mismatch"),
        (NoWalletDigest, 2, "no_wallet_digest"),
        (BadEncoding, 3, "bad_encoding"),
        (HighS, 4, "high_s"),
        (Mismatch, 5, "mismatch"),
        (TooLong, 6, "too_long"),
        (BadAuthenticatorData, 7, "bad_authenticator_data"),
        (UserNotPresent, 8, "user_not_present"),
        (BadClientData, 9, "bad_client_data"),
        (WrongType, 10, "wrong_type"),
        (WrongChallenge, 11, "wrong_challenge"),
    ];
    for (error, code, name) in all {
        assert_eq!(error.code(), code);
        assert_eq!(serde_json::to_string(&error).unwrap(), format!("\"{name}\""));
    }
}

#[test]
fn a_digest_signed_for_one_network_does_not_count_on_another() {
    let here = payload(b"tx");
    let there = SigningPayload {
        machine: machine_digest(&sha256(b"another network"), b"tx"),
        wallet: Some(keccak256(b"another domain")),
    };
    for scheme in Scheme::ALL {
        let signature = secret(scheme, 7).sign(&here).unwrap();
        assert!(verify(&public(scheme, 7), &there, &signature).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_keys_sign(scheme in 0_usize..4, bytes in any::<[u8; 32]>(), tx in any::<[u8; 8]>()) {
        if let Ok(secret) = SecretKey::from_bytes(Scheme::ALL[scheme], &bytes) {
            let payload = payload(&tx);
            let signature = secret.sign(&payload).unwrap();
            prop_assert_eq!(verify(&secret.public_key(), &payload, &signature), Ok(()));
        }
    }

    #[test]
    fn random_bytes_never_verify(tag in 0_u8..6, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let encoded = [[tag].as_slice(), &bytes].concat();
        let mut reader = encoded.as_slice();
        if let Ok(signature) = <Signature as borsh::BorshDeserialize>::deserialize(&mut reader) {
            let used = encoded.len() - reader.len();
            prop_assert_eq!(borsh::to_vec(&signature).unwrap(), &encoded[..used]);
            let key: PublicKey = public(signature.scheme(), 7);
            prop_assert!(verify(&key, &payload(b"tx"), &signature).is_err());
        }
    }
}
