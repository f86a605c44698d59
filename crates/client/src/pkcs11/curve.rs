//! Curves and points as tokens write them.

use gage_crypto::{PublicKey, Scheme};

/// The DER of the object identifier 1.2.840.10045.3.1.7 (prime256v1, SEC 2).
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// The DER of 1.3.132.0.10 (secp256k1, SEC 2).
const SECP256K1: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
/// The DER of 1.3.101.112 (RFC 8410).
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// The same curve by name, a printable string: PKCS #11 version 3.0, section 2.3.10, allows both, and
/// older modules know only this.
const ED25519_NAME: &[u8] = b"\x13\x0cedwards25519";

/// `CKA_EC_PARAMS` of a scheme's curve. Empty for passkeys, which no token holds.
pub(super) fn parameters(scheme: Scheme) -> &'static [u8] {
    match scheme {
        Scheme::Ed25519 => ED25519_NAME,
        Scheme::P256 => P256,
        Scheme::Secp256k1Eip712 => SECP256K1,
        Scheme::WebAuthn => &[],
    }
}

/// The key of a curve and a point, if both are of a kind that is used here.
pub(super) fn public_key(parameters: &[u8], point: &[u8]) -> Option<PublicKey> {
    let scheme = match parameters {
        ED25519 | ED25519_NAME => Scheme::Ed25519,
        P256 => Scheme::P256,
        SECP256K1 => Scheme::Secp256k1Eip712,
        _ => return None,
    };
    // The point is DER of an octet string; some modules leave the wrapping out. The lengths tell.
    let bare = if scheme == Scheme::Ed25519 { [32, 32] } else { [33, 65] };
    let raw = match point {
        bytes if bare.contains(&bytes.len()) => bytes,
        [0x04, length, rest @ ..] if usize::from(*length) == rest.len() => rest,
        _ => return None,
    };
    if scheme == Scheme::Ed25519 {
        return PublicKey::new(scheme, raw).ok();
    }
    let mut compressed = [0; 33];
    match raw {
        [0x04, coordinates @ ..] if coordinates.len() == 64 => {
            compressed[0] = 0x02 | coordinates[63] & 1;
            compressed[1..].copy_from_slice(&coordinates[..32]);
            // The second coordinate must be the curve's at the first: its parity alone is kept.
            on_curve(scheme, raw).then_some(())?;
        }
        bytes if bytes.len() == 33 => compressed.copy_from_slice(bytes),
        _ => return None,
    }
    PublicKey::new(scheme, &compressed).ok()
}

fn on_curve(scheme: Scheme, uncompressed: &[u8]) -> bool {
    match scheme {
        Scheme::Secp256k1Eip712 => secp256k1::PublicKey::from_slice(uncompressed).is_ok(),
        _ => p256::ecdsa::VerifyingKey::from_sec1_bytes(uncompressed).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gage_crypto::SecretKey;

    fn key(scheme: Scheme) -> PublicKey {
        SecretKey::from_bytes(scheme, &[7; 32]).unwrap().public_key()
    }

    #[test]
    fn points_are_read_wrapped_and_bare() {
        let ed = key(Scheme::Ed25519);
        let wrapped = [&[0x04, 32], ed.as_bytes()].concat();
        for parameters in [ED25519, ED25519_NAME] {
            assert_eq!(public_key(parameters, ed.as_bytes()), Some(ed));
            assert_eq!(public_key(parameters, &wrapped), Some(ed));
        }
        let p256 = key(Scheme::P256);
        let point = p256::ecdsa::VerifyingKey::from_sec1_bytes(p256.as_bytes()).unwrap().to_sec1_point(false);
        let wallet = key(Scheme::Secp256k1Eip712);
        let other = secp256k1::PublicKey::from_slice(wallet.as_bytes()).unwrap().serialize_uncompressed();
        for (parameters, key, long) in [(P256, p256, point.as_bytes()), (SECP256K1, wallet, other.as_slice())] {
            let wrapped = [&[0x04, 65], long].concat();
            for point in [key.as_bytes(), long, &wrapped] {
                assert_eq!(public_key(parameters, point), Some(key));
            }
            let mut off = long.to_vec();
            off[40] ^= 1;
            assert_eq!(public_key(parameters, &off), None, "not on the curve");
            assert_eq!(public_key(parameters, &long[..64]), None);
        }
        assert_eq!(public_key(&[0x06, 0x01, 0x2a], ed.as_bytes()), None);
        assert_eq!(
            public_key(P256, wallet.as_bytes()).is_some(),
            PublicKey::new(Scheme::P256, wallet.as_bytes()).is_ok()
        );
    }
}
