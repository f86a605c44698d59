//! Keys and payloads that several tests use.
#![allow(dead_code)]

use gage_crypto::{Hash, PublicKey, Scheme, SecretKey, SigningPayload, eip712, hash::sha256, payload::machine_digest};

pub fn genesis() -> Hash {
    sha256(b"a test network")
}

/// Secret bytes of 31 zeros and `n`.
pub fn secret(scheme: Scheme, n: u8) -> SecretKey {
    let mut bytes = [0; 32];
    bytes[31] = n;
    SecretKey::from_bytes(scheme, &bytes).unwrap()
}

pub fn public(scheme: Scheme, n: u8) -> PublicKey {
    secret(scheme, n).public_key()
}

pub fn message() -> eip712::WalletMessage {
    eip712::WalletMessage {
        account: "gage1account".into(),
        nonce: 7,
        valid_until: 1_600_000_000_000,
        max_fee: "0.5 GUSD#1".into(),
        operations: "Ledger.Transfer to=gage1other amount=12.5 WETH#7".into(),
    }
}

pub fn payload(tx: &[u8]) -> SigningPayload {
    let mut message = message();
    message.operations = hex::encode(tx);
    SigningPayload { machine: machine_digest(&genesis(), tx), wallet: Some(eip712::digest(&genesis(), &message)) }
}

pub fn unhex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}
