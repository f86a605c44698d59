//! Ed25519 is accepted by the rules of ZIP-215 (<https://zips.z.cash/zip-0215>).
//!
//! The published vectors are all pairs of the 14 encodings of points of small order, as key and as R,
//! with s = 0 over the message "Zcash". They are computed here from the torsion points of the curve.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::BTreeSet;

use curve25519_dalek::{constants::EIGHT_TORSION, edwards::CompressedEdwardsY, scalar::Scalar, traits::IsIdentity};
use ed25519_zebra::VerificationKeyBytes;
use gage_crypto::{
    Hash, PublicKey, Scheme, SecretKey, Signature, SigningPayload,
    batch::{Item, verify_batch},
    signature::{SignatureBytes, SignatureError, verify},
};

mod common;
use common::unhex;

/// All encodings that ZIP-215 decodes to a point whose order divides eight.
fn small_order_encodings() -> Vec<[u8; 32]> {
    let mut found = BTreeSet::new();
    for point in EIGHT_TORSION {
        let mut y = point.compress().0;
        y[31] &= 0x7f;
        for reduced in [Some(y), plus_prime(y)].into_iter().flatten() {
            for sign in [0, 0x80] {
                let mut bytes = reduced;
                bytes[31] |= sign;
                if let Some(point) = CompressedEdwardsY(bytes).decompress() {
                    assert!(point.is_small_order());
                    found.insert(bytes);
                }
            }
        }
    }
    found.into_iter().collect()
}

/// `y + p` for `p = 2^255 - 19`, if it still fits 255 bits: only for `y < 19`.
fn plus_prime(y: [u8; 32]) -> Option<[u8; 32]> {
    let small = y[0] < 19 && y[1..].iter().all(|byte| *byte == 0);
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed + y[0] % 19;
    bytes[31] = 0x7f;
    small.then_some(bytes)
}

fn signature(r: [u8; 32], s: [u8; 32]) -> SignatureBytes {
    SignatureBytes([r, s].concat().try_into().unwrap())
}

#[test]
fn all_196_small_order_cases_are_accepted() {
    let encodings = small_order_encodings();
    assert_eq!(encodings.len(), 14);
    let zero = [0; 32];
    // The vectors' message has five bytes, a payload 32: both are run.
    let payload = SigningPayload { machine: Hash([5; 32]), wallet: None };
    let mut cases = Vec::new();
    for a in &encodings {
        for r in &encodings {
            let bytes = signature(*r, zero);
            let key = ed25519_zebra::VerificationKey::try_from(VerificationKeyBytes::from(*a));
            let library = ed25519_zebra::Signature::from_bytes(&bytes.0);
            assert_eq!(key.unwrap().verify(&library, b"Zcash"), Ok(()));
            let key = PublicKey::new(Scheme::Ed25519, a).unwrap();
            assert_eq!(key.as_bytes(), a, "the encoding is kept as it came");
            assert_eq!(verify(&key, &payload, &Signature::Ed25519(bytes)), Ok(()));
            cases.push((key, bytes));
        }
    }
    assert_eq!(cases.len(), 196);
    let items: Vec<Item<'_>> =
        cases.iter().map(|(key, signature)| Item { key, machine_digest: &payload.machine, signature }).collect();
    assert!(verify_batch(&items, [0; 32]));
}

#[test]
fn s_must_be_reduced() {
    let secret = SecretKey::from_bytes(Scheme::Ed25519, &[3; 32]).unwrap();
    let payload = SigningPayload { machine: Hash([5; 32]), wallet: None };
    let Signature::Ed25519(good) = secret.sign(&payload).unwrap() else { panic!("another scheme") };
    // The group's order, little-endian: s and s + order differ only in their bytes.
    let order: [u8; 32] = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut bent = good;
    let mut carry = 0_u16;
    for (byte, add) in bent.0[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    let key = secret.public_key();
    assert_eq!(verify(&key, &payload, &Signature::Ed25519(good)), Ok(()));
    let refused = verify(&key, &payload, &Signature::Ed25519(bent));
    assert_eq!(refused, Err(SignatureError::Mismatch));
}

/// The equation carries the cofactor: a torsion part in R does not matter, alone or in a batch.
#[test]
fn batch_and_single_agree_on_torsion() {
    let torsion = EIGHT_TORSION[1];
    assert!(!torsion.is_identity());
    let secret = Scalar::from_bytes_mod_order([9; 32]);
    let key = (curve25519_dalek::constants::ED25519_BASEPOINT_POINT * secret).compress().0;
    let nonce = Scalar::from_bytes_mod_order([7; 32]);
    let r = (curve25519_dalek::constants::ED25519_BASEPOINT_POINT * nonce + torsion).compress().0;
    let payload = SigningPayload { machine: Hash([5; 32]), wallet: None };
    // k = sha512(R || A || message), RFC 8032 section 5.1.7.
    let hash = <sha2::Sha512 as sha2::Digest>::digest([r, key, payload.machine.0].concat());
    let k = Scalar::from_bytes_mod_order_wide(&hash.into());
    let bytes = signature(r, (nonce + k * secret).to_bytes());
    let key = PublicKey::new(Scheme::Ed25519, &key).unwrap();
    assert_eq!(verify(&key, &payload, &Signature::Ed25519(bytes)), Ok(()));
    for seed in 0..8 {
        let item = Item { key: &key, machine_digest: &payload.machine, signature: &bytes };
        assert!(verify_batch(&[item], [seed; 32]));
    }
}

#[test]
fn one_bad_signature_fails_the_batch() {
    let payloads: Vec<SigningPayload> =
        (0..20).map(|n| SigningPayload { machine: Hash([n; 32]), wallet: None }).collect();
    let secret = SecretKey::from_bytes(Scheme::Ed25519, &[3; 32]).unwrap();
    let key = secret.public_key();
    let mut signatures: Vec<SignatureBytes> = payloads
        .iter()
        .map(|payload| match secret.sign(payload).unwrap() {
            Signature::Ed25519(bytes) => bytes,
            _ => panic!("another scheme"),
        })
        .collect();
    let run = |signatures: &[SignatureBytes]| {
        let items: Vec<Item<'_>> = payloads
            .iter()
            .zip(signatures)
            .map(|(payload, signature)| Item { key: &key, machine_digest: &payload.machine, signature })
            .collect();
        verify_batch(&items, [1; 32])
    };
    assert!(run(&signatures));
    assert!(verify_batch(&[], [1; 32]));
    signatures.swap(4, 5);
    assert!(!run(&signatures));
    let other = common::public(Scheme::P256, 1);
    let item = Item { key: &other, machine_digest: &payloads[0].machine, signature: &signatures[0] };
    assert!(!verify_batch(&[item], [1; 32]));
}
