//! Bytes that never change without a new protocol version. A difference here is a broken network.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{genesis, message, secret};
use gage_crypto::{
    AccountId, Scheme, SigningPayload,
    accumulator::{Accumulator, MmrProof},
    eip712,
    hash::sha256,
    merkle::merkle_root,
    payload::machine_digest,
    webauthn,
};

fn golden(pairs: &[(&str, String, &str)]) {
    let wrong: Vec<String> = pairs
        .iter()
        .filter(|(_, found, pinned)| found != pinned)
        .map(|(name, found, pinned)| format!("{name}\n  pinned {pinned}\n  found  {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_and_digests() {
    let genesis = genesis();
    let key = secret(Scheme::Ed25519, 1).public_key();
    let account = AccountId::derive(&genesis, Scheme::Ed25519, key.as_bytes());
    golden(&[
        ("genesis", genesis.to_string(), "e3799f6a7b83b832bd81c8c7f7f1e59377389f9ccbafe7bd2de8cfb915be4bd4"),
        ("key", key.to_string(), "ed25519:4cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29"),
        ("key id", key.id().to_string(), "fe6a97907786e59a2f244616339f8ea52ac99999"),
        ("account", hex::encode(account.0), "4c902596ea18a33f14f7f11576034bfab0692b41621850d5391c60c1d14466e4"),
        ("account text", account.to_string(), "gage1fjgzt9h2rz3n798h7y2hvq6tl2cxj26pvgv9p4fer3svr52yvmjqggse9d"),
        (
            "module",
            hex::encode(AccountId::module(&genesis, "fees").0),
            "2bd3a0099dfa4460016bdbf4835342133d35008892a2ada2d6ccef684078bac5",
        ),
        (
            "machine digest",
            machine_digest(&genesis, b"tx").to_string(),
            "7b7a744009ad838e637809bf2e4e83a0945fe52decfcbdc646a10c802e7134ae",
        ),
        (
            "challenge",
            webauthn::challenge(&machine_digest(&genesis, b"tx")),
            "e3p0QAmtg45jeAm_Lk6DoJRf5S3s_L3GRqEMgC5xNK4",
        ),
        (
            "domain",
            eip712::domain_separator(&genesis).to_string(),
            "e73e3134730e3a47c4ab0cffa89660abb60c4a99904f95c49b4d9925588a9dfe",
        ),
        (
            "wallet digest",
            eip712::digest(&genesis, &message()).to_string(),
            "2890c5fa8562f92230738dea9f385b27ae53972cd355bf840f433211a52f9ab1",
        ),
    ]);
}

#[test]
fn trees() {
    let leaves: Vec<_> = (0..11_u8).map(|n| sha256(&[n])).collect();
    let mut accumulator = Accumulator::new();
    for leaf in &leaves {
        accumulator.append(leaf).unwrap();
    }
    let proof = MmrProof::make(&leaves, 10).unwrap();
    let hash_of = |bytes: Vec<u8>| sha256(&bytes).to_string();
    golden(&[
        (
            "merkle root",
            merkle_root(&leaves).to_string(),
            "ed1d954562b2a1663d5a2630ffaf20dc151d543c96bd785369c8ab3e3fc3df6c",
        ),
        (
            "accumulator root",
            accumulator.root().to_string(),
            "d2e37565a5768cf15a84dbd30a432d7b4fe3c987cabd86a9171a6c41aff36d19",
        ),
        (
            "accumulator bytes",
            hash_of(borsh::to_vec(&accumulator).unwrap()),
            "77de9520c6391c40a457ed2e10ee67bc6801a49995cac98a99944b09cd61d1db",
        ),
        (
            "proof bytes",
            hash_of(borsh::to_vec(&proof).unwrap()),
            "352c05c39b4ceab5ada2e811f7ab4c7912ddfe08a1f34d82ec7c42cbae554eee",
        ),
    ]);
}

#[test]
fn keys_and_signatures() {
    let payload = SigningPayload {
        machine: machine_digest(&genesis(), b"tx"),
        wallet: Some(eip712::digest(&genesis(), &message())),
    };
    let pinned = [
        (
            "000279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "f2f1c3f00fca06709f2f57babb28af6207a08aa54c6b59ef33281672339a1e13",
        ),
        (
            "014cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29",
            "77d8aac799e0bff9ad3d905a287f2c806567a269777ea91ebda69007887fe6a0",
        ),
        (
            "02036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "72f8158effc22b12b0c0a6bd09e34a485e1c1906d63a2c012d226ad6f2958a8f",
        ),
        (
            "03036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "e85ec2a58d2a12928d72202a93cddb2158998d47e35ac80869283373d1a788a6",
        ),
    ];
    let mut pairs = Vec::new();
    for (scheme, (key, signature)) in Scheme::ALL.into_iter().zip(pinned) {
        let secret = secret(scheme, 1);
        let signed = borsh::to_vec(&secret.sign(&payload).unwrap()).unwrap();
        let public = borsh::to_vec(&secret.public_key()).unwrap();
        pairs.push(("key bytes", hex::encode(public), key));
        pairs.push(("sha256 of signature bytes", sha256(&signed).to_string(), signature));
    }
    golden(&pairs);
}
