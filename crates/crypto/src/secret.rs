//! [`SecretKey`]: signing, for clients and tests. A node never holds a user's.

use std::fmt;

use p256::ecdsa::signature::hazmat::PrehashSigner;
use zeroize::Zeroizing;

use crate::{
    hash::{Hash, sha256},
    key::{PublicKey, Scheme},
    payload::SigningPayload,
    signature::{Signature, SignatureBytes, SignatureError},
    webauthn::{self, Assertion},
};

/// A key that can sign. Its memory is wiped when it is dropped; `Debug` shows the scheme only.
pub struct SecretKey(Inner);

enum Inner {
    /// Checked to be in range when the key was made.
    Secp256k1Eip712(Zeroizing<[u8; 32]>),
    Ed25519(Box<Zeroizing<ed25519_zebra::SigningKey>>),
    /// The library wipes its keys itself.
    P256(Box<p256::ecdsa::SigningKey>),
    /// Plays an authenticator for tests and simulated users.
    WebAuthn(Box<p256::ecdsa::SigningKey>),
}

/// The 32 bytes are zero or not below the order of the curve's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the 32 bytes are not a secret key of this scheme: zero, or not below the group's order")]
pub struct InvalidSecret;

impl SecretKey {
    /// Makes a key from 32 secret bytes that the caller drew from a good source of randomness.
    ///
    /// # Errors
    /// [`InvalidSecret`] for about one in 2^32 (P-256) or 2^128 (secp256k1) random strings; never for
    /// Ed25519.
    pub fn from_bytes(scheme: Scheme, secret: &[u8; 32]) -> Result<Self, InvalidSecret> {
        let inner = match scheme {
            Scheme::Secp256k1Eip712 => {
                let mut key = secp256k1::SecretKey::from_secret_bytes(*secret).map_err(|_| InvalidSecret)?;
                key.non_secure_erase();
                Inner::Secp256k1Eip712(Zeroizing::new(*secret))
            }
            Scheme::Ed25519 => {
                let key = ed25519_zebra::SigningKey::from_bytes(secret);
                Inner::Ed25519(Box::new(Zeroizing::new(key)))
            }
            Scheme::P256 => Inner::P256(p256_key(secret)?),
            Scheme::WebAuthn => Inner::WebAuthn(p256_key(secret)?),
        };
        Ok(Self(inner))
    }

    /// How this key signs.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match &self.0 {
            Inner::Secp256k1Eip712(_) => Scheme::Secp256k1Eip712,
            Inner::Ed25519(_) => Scheme::Ed25519,
            Inner::P256(_) => Scheme::P256,
            Inner::WebAuthn(_) => Scheme::WebAuthn,
        }
    }

    /// The public half. Computed anew at each call: keep it.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let key = match &self.0 {
            Inner::Secp256k1Eip712(secret) => {
                let mut key = secp256k1_key(secret);
                let public = secp256k1::PublicKey::from_secret_key(&key).serialize();
                key.non_secure_erase();
                PublicKey::new(self.scheme(), &public)
            }
            Inner::Ed25519(key) => PublicKey::new(self.scheme(), key.verification_key().as_ref()),
            Inner::P256(key) | Inner::WebAuthn(key) => {
                let point = key.verifying_key().to_sec1_point(true);
                PublicKey::new(self.scheme(), point.as_bytes())
            }
        };
        key.expect("the public half of a valid secret key is a point on the curve")
    }

    /// Signs a transaction. The same key and payload always give the same signature (RFC 6979, RFC 8032).
    ///
    /// # Errors
    /// [`SignatureError::NoWalletDigest`] if a wallet key shall sign a payload without a wallet digest.
    pub fn sign(&self, payload: &SigningPayload) -> Result<Signature, SignatureError> {
        match &self.0 {
            Inner::Secp256k1Eip712(secret) => {
                let digest = payload.wallet.ok_or(SignatureError::NoWalletDigest)?;
                let mut key = secp256k1_key(secret);
                let message = secp256k1::Message::from_digest(digest.0);
                // The library signs with a low s.
                let signature = secp256k1::ecdsa::sign(message, &key).serialize_compact();
                key.non_secure_erase();
                Ok(Signature::Secp256k1Eip712(SignatureBytes(signature)))
            }
            Inner::Ed25519(key) => {
                let signature = key.sign(&payload.machine.0).to_bytes();
                Ok(Signature::Ed25519(SignatureBytes(signature)))
            }
            Inner::P256(key) => Ok(Signature::P256(sign_p256(key, &payload.machine))),
            Inner::WebAuthn(key) => Ok(Signature::WebAuthn(assert(key, &payload.machine))),
        }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}, redacted)", self.scheme().name())
    }
}

fn p256_key(secret: &[u8; 32]) -> Result<Box<p256::ecdsa::SigningKey>, InvalidSecret> {
    p256::ecdsa::SigningKey::from_slice(secret).map(Box::new).map_err(|_| InvalidSecret)
}

fn secp256k1_key(secret: &[u8; 32]) -> secp256k1::SecretKey {
    secp256k1::SecretKey::from_secret_bytes(*secret).expect("the bytes were checked when the key was made")
}

fn sign_p256(key: &p256::ecdsa::SigningKey, digest: &Hash) -> SignatureBytes {
    let signature: p256::ecdsa::Signature =
        key.sign_prehash(&digest.0).expect("a digest of 32 bytes is long enough for P-256");
    SignatureBytes(signature.normalize_s().to_bytes().into())
}

/// What an authenticator at `https://gage.example` would return after a touch and a PIN.
fn assert(key: &p256::ecdsa::SigningKey, machine_digest: &Hash) -> Assertion {
    let client_data_json = format!(
        r#"{{"type":"webauthn.get","challenge":"{}","origin":"https://gage.example","crossOrigin":false}}"#,
        webauthn::challenge(machine_digest)
    )
    .into_bytes();
    let mut authenticator_data = sha256(b"gage.example").0.to_vec();
    // User present and verified; a counter of zero means that the authenticator keeps none.
    authenticator_data.extend_from_slice(&[0x05, 0, 0, 0, 0]);
    let digest = webauthn::signed_digest(&authenticator_data, &client_data_json);
    Assertion { signature: sign_p256(key, &digest), authenticator_data, client_data_json }
}
