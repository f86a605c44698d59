//! What holds a secret: this process, a hardware module, or several shares of one key.

use gage_crypto::signature::{self, SignatureError};
use gage_crypto::{PublicKey, SecretKey, Signature, SigningPayload};
use thiserror::Error;

use crate::frost::{FrostError, LocalShares};
use crate::pkcs11::{Pkcs11Error, Pkcs11Key};

/// Why a transaction could not be signed.
#[derive(Debug, Error)]
pub enum SignerError {
    /// A wallet key, and no text that a wallet could show.
    #[error("the transaction cannot be signed with this key: {0}")]
    Signature(SignatureError),
    /// The hardware module.
    #[error(transparent)]
    Pkcs11(#[from] Pkcs11Error),
    /// The shares of a threshold key.
    #[error(transparent)]
    Frost(#[from] FrostError),
    /// A signature came back that does not hold.
    #[error("the signature that came back does not hold: {0}; it was thrown away")]
    Bad(SignatureError),
}

/// A key that signs, wherever its secret is.
#[derive(Debug)]
pub enum SigningKey {
    /// In this process, from an encrypted file.
    Secret(SecretKey),
    /// In a hardware module.
    Pkcs11(Box<Pkcs11Key>),
    /// Shares of a threshold key that are all on this machine.
    Frost(Box<LocalShares>),
}

impl From<SecretKey> for SigningKey {
    fn from(key: SecretKey) -> SigningKey {
        SigningKey::Secret(key)
    }
}

impl From<Pkcs11Key> for SigningKey {
    fn from(key: Pkcs11Key) -> SigningKey {
        SigningKey::Pkcs11(Box::new(key))
    }
}

impl From<LocalShares> for SigningKey {
    fn from(shares: LocalShares) -> SigningKey {
        SigningKey::Frost(Box::new(shares))
    }
}

impl SigningKey {
    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match self {
            SigningKey::Secret(key) => key.public_key(),
            SigningKey::Pkcs11(key) => key.public_key(),
            SigningKey::Frost(shares) => shares.public_key(),
        }
    }

    /// Signs a payload. What comes from outside this process is checked before it is handed on.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn sign(&self, payload: &SigningPayload) -> Result<Signature, SignerError> {
        let signature = match self {
            SigningKey::Secret(key) => return key.sign(payload).map_err(SignerError::Signature),
            SigningKey::Pkcs11(key) => key.sign(payload)?,
            SigningKey::Frost(shares) => shares.sign(payload)?,
        };
        signature::verify(&self.public_key(), payload, &signature).map_err(SignerError::Bad)?;
        Ok(signature)
    }
}
