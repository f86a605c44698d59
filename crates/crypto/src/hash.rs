//! [`struct@Hash`] and the two hash functions of the protocol's outer surface.
//!
//! SHA-256 is used wherever a foreign verifier (a contract, an auditor's script) recomputes a digest:
//! it is cheap in contracts and has hardware support. Keccak-256 appears only where Ethereum
//! wallets demand it.

use std::{fmt, str::FromStr};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sha3::Keccak256;

use crate::hex_text;

/// A digest of 32 bytes. Text and JSON form: 64 lower-case hexadecimal digits.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Hash(#[serde(with = "hex_text::array")] pub [u8; 32]);

/// Why a text is not the hexadecimal form of a fixed number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// The number of digits is wrong.
    #[error("the text has {found} characters where {wanted} hexadecimal digits are needed")]
    Length {
        /// Digits needed.
        wanted: usize,
        /// Bytes found.
        found: usize,
    },
    /// A character is not a hexadecimal digit.
    #[error("the text holds a character that is not a hexadecimal digit")]
    NotHex,
}

impl Hash {
    /// All zero bytes: the parent of the first block and similar absences.
    pub const ZERO: Self = Self([0; 32]);

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex_text::parse(text).map(Self)
    }
}

/// SHA-256 (FIPS 180-4) of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    sha256_parts(&[bytes])
}

/// SHA-256 of the concatenation of `parts`, without copying them together.
///
/// The borders between parts are not hashed: all but the last must have a fixed length.
#[must_use]
pub fn sha256_parts(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Hash(hasher.finalize().into())
}

/// Keccak-256 as Ethereum uses it (the original padding, not FIPS 202 SHA3-256).
#[must_use]
pub fn keccak256(bytes: &[u8]) -> Hash {
    Hash(Keccak256::digest(bytes).into())
}
