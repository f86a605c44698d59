//! [`Signature`] and the one rule by which it is accepted.

use borsh::{BorshDeserialize, BorshSerialize};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use serde::{Deserialize, Serialize};

use crate::{
    hash::Hash,
    hex_text,
    key::{PublicKey, Scheme},
    payload::SigningPayload,
    webauthn::{self, Assertion},
};

/// The 64 bytes of a signature. Text in JSON: 128 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignatureBytes(#[serde(with = "hex_text::array")] pub [u8; 64]);

/// A signature by a key that is named elsewhere: nothing is recovered from it.
///
/// Canonical bytes: the scheme's number, then 64 bytes or the assertion.
/// JSON: `{"scheme": "ed25519", "signature": "<128 digits>"}`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(tag = "scheme", content = "signature", rename_all = "snake_case")]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Signature {
    /// `r || s`, big-endian, `s` in the lower half.
    Secp256k1Eip712(SignatureBytes) = 0,
    /// `R || s` of RFC 8032.
    Ed25519(SignatureBytes) = 1,
    /// `r || s`, big-endian, `s` in the lower half.
    P256(SignatureBytes) = 2,
    /// What a passkey returns.
    #[serde(rename = "webauthn")]
    WebAuthn(Assertion) = 3,
}

/// Why a signature is refused. Reasons and their numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SignatureError {
    /// The signature is of another scheme than the key.
    #[error("the signature is of another scheme than the key")]
    SchemeMismatch,
    /// A wallet key signs the readable form, and this transaction has none.
    #[error("the transaction has no readable form that a wallet could sign")]
    NoWalletDigest,
    /// The numbers of the signature are zero or out of range.
    #[error("the signature's numbers are out of range")]
    BadEncoding,
    /// `s` is in the upper half: the other of two forms, which is not accepted.
    #[error("the signature has a high s; only the low form is accepted")]
    HighS,
    /// The signature does not belong to this key and payload.
    #[error("the signature does not match the key and the signed content")]
    Mismatch,
    /// Authenticator or client data are longer than allowed.
    #[error("the assertion's data are too long")]
    TooLong,
    /// The authenticator data are shorter than their fixed part.
    #[error("the authenticator data are incomplete")]
    BadAuthenticatorData,
    /// The authenticator did not see a person.
    #[error("the authenticator did not confirm that a user was present")]
    UserNotPresent,
    /// The client data are not the JSON object that WebAuthn defines.
    #[error("the client data are not a WebAuthn JSON object")]
    BadClientData,
    /// The client data belong to another ceremony, such as a registration.
    #[error("the client data are not of type webauthn.get")]
    WrongType,
    /// The assertion answers another challenge.
    #[error("the assertion's challenge is not this transaction")]
    WrongChallenge,
}

impl SignatureError {
    /// Stable number of the reason.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::SchemeMismatch => 1,
            Self::NoWalletDigest => 2,
            Self::BadEncoding => 3,
            Self::HighS => 4,
            Self::Mismatch => 5,
            Self::TooLong => 6,
            Self::BadAuthenticatorData => 7,
            Self::UserNotPresent => 8,
            Self::BadClientData => 9,
            Self::WrongType => 10,
            Self::WrongChallenge => 11,
        }
    }
}

impl Signature {
    /// How this signature was made.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match self {
            Self::Secp256k1Eip712(_) => Scheme::Secp256k1Eip712,
            Self::Ed25519(_) => Scheme::Ed25519,
            Self::P256(_) => Scheme::P256,
            Self::WebAuthn(_) => Scheme::WebAuthn,
        }
    }
}

/// Checks that the owner of `key` signed `payload`.
///
/// Wallet keys sign the wallet digest, all others the machine digest.
///
/// # Errors
/// The first reason that applies: scheme, form of the signed content, encoding, height of `s`, match;
/// for assertions see [`webauthn::verify`].
pub fn verify(key: &PublicKey, payload: &SigningPayload, signature: &Signature) -> Result<(), SignatureError> {
    match (key.scheme(), signature) {
        (Scheme::Secp256k1Eip712, Signature::Secp256k1Eip712(signature)) => {
            let digest = payload.wallet.ok_or(SignatureError::NoWalletDigest)?;
            verify_secp256k1(key, &digest, signature)
        }
        (Scheme::Ed25519, Signature::Ed25519(signature)) => verify_ed25519(key, &payload.machine.0, signature),
        (Scheme::P256, Signature::P256(signature)) => verify_p256(key, &payload.machine, signature),
        (Scheme::WebAuthn, Signature::WebAuthn(assertion)) => webauthn::verify(key, &payload.machine, assertion),
        _ => Err(SignatureError::SchemeMismatch),
    }
}

fn verify_secp256k1(key: &PublicKey, digest: &Hash, signature: &SignatureBytes) -> Result<(), SignatureError> {
    let key = secp256k1::PublicKey::from_slice(key.as_bytes()).map_err(|_| SignatureError::BadEncoding)?;
    // The library takes zeros here and refuses them as a mismatch; both curves give one reason.
    if has_zero_half(signature) {
        return Err(SignatureError::BadEncoding);
    }
    let signature = secp256k1::ecdsa::Signature::from_compact(&signature.0).map_err(|_| SignatureError::BadEncoding)?;
    let mut low = signature;
    low.normalize_s();
    if low != signature {
        return Err(SignatureError::HighS);
    }
    let message = secp256k1::Message::from_digest(digest.0);
    signature.verify(message, &key).map_err(|_| SignatureError::Mismatch)
}

/// Checks that the owner of an ed25519 key signed a message of any length, under ZIP-215. For what other programs
/// sign; transactions sign a [`SigningPayload`].
///
/// # Errors
/// [`SignatureError::SchemeMismatch`] for a key of another scheme; encoding; match.
pub fn verify_message(key: &PublicKey, message: &[u8], signature: &SignatureBytes) -> Result<(), SignatureError> {
    match key.scheme() {
        Scheme::Ed25519 => verify_ed25519(key, message, signature),
        _ => Err(SignatureError::SchemeMismatch),
    }
}

/// Single verification under ZIP-215: this, and not a batch, decides.
pub(crate) fn verify_ed25519(
    key: &PublicKey,
    message: &[u8],
    signature: &SignatureBytes,
) -> Result<(), SignatureError> {
    let key = ed25519_zebra::VerificationKey::try_from(key.as_bytes()).map_err(|_| SignatureError::BadEncoding)?;
    key.verify(&ed25519_zebra::Signature::from_bytes(&signature.0), message).map_err(|_| SignatureError::Mismatch)
}

/// ECDSA on P-256 over a digest that is used as it is.
pub(crate) fn verify_p256(key: &PublicKey, digest: &Hash, signature: &SignatureBytes) -> Result<(), SignatureError> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key.as_bytes()).map_err(|_| SignatureError::BadEncoding)?;
    let signature = p256::ecdsa::Signature::from_slice(&signature.0).map_err(|_| SignatureError::BadEncoding)?;
    if signature.normalize_s() != signature {
        return Err(SignatureError::HighS);
    }
    key.verify_prehash(&digest.0, &signature).map_err(|_| SignatureError::Mismatch)
}

fn has_zero_half(signature: &SignatureBytes) -> bool {
    let (r, s) = signature.0.split_at(32);
    r.iter().all(|byte| *byte == 0) || s.iter().all(|byte| *byte == 0)
}
