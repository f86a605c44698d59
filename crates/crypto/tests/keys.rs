//! Public keys: what is a key, how it is written, what it is called.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{public, secret, unhex};
use gage_crypto::{
    PublicKey, Scheme, SecretKey,
    key::{EthereumAddress, KeyError},
};
use proptest::prelude::*;

/// The generators: SEC 2 section 2.4.1, FIPS 186-4 D.1.2.3; RFC 8032 section 7.1 test 1.
#[test]
fn public_keys_of_known_secrets() {
    assert_eq!(
        public(Scheme::Secp256k1Eip712, 1).to_string(),
        "secp256k1_eip712:0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    );
    let p256 = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    assert_eq!(public(Scheme::P256, 1).to_string(), format!("p256:{p256}"));
    assert_eq!(public(Scheme::WebAuthn, 1).to_string(), format!("webauthn:{p256}"));
    let seed = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    assert_eq!(
        SecretKey::from_bytes(Scheme::Ed25519, &seed).unwrap().public_key().to_string(),
        "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
}

#[test]
fn ethereum_addresses() {
    // The address of secret 1 is widely published; the other two texts are examples of EIP-55.
    let address = |scheme| public(scheme, 1).ethereum_address();
    assert_eq!(address(Scheme::Secp256k1Eip712).unwrap().to_string(), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    assert_eq!(address(Scheme::Ed25519), None);
    assert_eq!(address(Scheme::P256), None);
    for text in ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"] {
        let address = EthereumAddress(unhex(&text[2..].to_lowercase()));
        assert_eq!(address.to_string(), text);
    }
}

#[test]
fn encodings_read_back() {
    for scheme in Scheme::ALL {
        let key = public(scheme, 9);
        let bytes = borsh::to_vec(&key).unwrap();
        assert_eq!(bytes[0], scheme.byte());
        assert_eq!(bytes.len(), 1 + scheme.key_len());
        assert_eq!(borsh::from_slice::<PublicKey>(&bytes).unwrap(), key);
        assert_eq!(borsh::to_vec(&scheme).unwrap(), [scheme.byte()]);
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key);
        assert_eq!(serde_json::to_string(&scheme).unwrap(), format!("\"{}\"", scheme.name()));
        let id = key.id();
        assert_eq!(id.to_string().parse(), Ok(id));
        for len in 0..bytes.len() {
            assert!(borsh::from_slice::<PublicKey>(&bytes[..len]).is_err());
        }
    }
    // Same bytes, other scheme: another key.
    assert_ne!(public(Scheme::P256, 9).id(), public(Scheme::WebAuthn, 9).id());
}

#[test]
fn what_is_not_a_key_is_refused() {
    let not_on_curve = |scheme, bytes: &[u8]| {
        assert_eq!(PublicKey::new(scheme, bytes), Err(KeyError::NotOnCurve(scheme)));
        let mut encoded = vec![scheme.byte()];
        encoded.extend_from_slice(bytes);
        assert!(borsh::from_slice::<PublicKey>(&encoded).is_err());
    };
    // x = 5 has no point on secp256k1, x = 1 none on P-256, y = 2 none on Curve25519.
    let mut five = [0; 33];
    (five[0], five[32]) = (2, 5);
    not_on_curve(Scheme::Secp256k1Eip712, &five);
    let mut one = [0; 33];
    (one[0], one[32]) = (2, 1);
    not_on_curve(Scheme::P256, &one);
    not_on_curve(Scheme::WebAuthn, &one);
    let mut two = [0; 32];
    two[0] = 2;
    not_on_curve(Scheme::Ed25519, &two);

    for scheme in [Scheme::Secp256k1Eip712, Scheme::P256] {
        // Wrong first byte; coordinate not below the field's prime; the point at infinity.
        for first in [0, 1, 4, 5, 6, 7, 255] {
            let mut bytes = public(scheme, 1).as_bytes().to_vec();
            bytes[0] = first;
            not_on_curve(scheme, &bytes);
        }
        let mut above = [0xff; 33];
        above[0] = 2;
        not_on_curve(scheme, &above);
        not_on_curve(scheme, &[0; 33]);
    }
    for scheme in Scheme::ALL {
        for found in (0..70).filter(|len| *len != scheme.key_len()) {
            let wanted = scheme.key_len();
            let error = KeyError::WrongLength { scheme, wanted, found };
            assert_eq!(PublicKey::new(scheme, &vec![2; found]), Err(error));
        }
    }
    assert!(borsh::from_slice::<Scheme>(&[4]).is_err());
    assert_eq!("rsa:00".parse::<PublicKey>(), Err(KeyError::UnknownScheme));
    assert_eq!("00".parse::<PublicKey>(), Err(KeyError::UnknownScheme));
    assert_eq!("p256:zz".parse::<PublicKey>(), Err(KeyError::NotHex));
}

#[test]
fn secrets_out_of_range_are_refused_and_never_shown() {
    for scheme in Scheme::ALL {
        let any = scheme == Scheme::Ed25519;
        assert_eq!(SecretKey::from_bytes(scheme, &[0; 32]).is_ok(), any);
        assert_eq!(SecretKey::from_bytes(scheme, &[0xff; 32]).is_ok(), any);
        let text = format!("{:?}", secret(scheme, 1));
        assert_eq!(text, format!("SecretKey({}, redacted)", scheme.name()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn decoded_keys_are_canonical(scheme in 0_u8..5, bytes in prop::collection::vec(any::<u8>(), 33)) {
        let mut encoded = vec![scheme];
        encoded.extend_from_slice(&bytes);
        if scheme == 1 {
            encoded.pop();
        } else {
            encoded[1] = 2 + encoded[1] % 2;
        }
        if let Ok(key) = borsh::from_slice::<PublicKey>(&encoded) {
            prop_assert_eq!(borsh::to_vec(&key).unwrap(), encoded);
            prop_assert_eq!(key.to_string().parse::<PublicKey>().unwrap(), key);
        }
    }
}
