//! [`Scheme`], [`PublicKey`], [`KeyId`]: who may sign, and how.

use std::{
    fmt,
    io::{Error, ErrorKind, Read, Write},
    str::FromStr,
};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    hash::{HexError, keccak256, sha256_parts},
    hex_text,
};

/// How a key signs. The number is part of every encoding and never changes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[borsh(use_discriminant = true)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Scheme {
    /// ECDSA on secp256k1 over the EIP-712 digest: Ethereum wallets.
    Secp256k1Eip712 = 0,
    /// Ed25519 under ZIP-215 over the machine digest: programs and sessions.
    Ed25519 = 1,
    /// ECDSA on P-256 over the machine digest: HSMs and secure enclaves.
    P256 = 2,
    /// A WebAuthn assertion on P-256 whose challenge is the machine digest: passkeys.
    #[serde(rename = "webauthn")]
    WebAuthn = 3,
}

impl Scheme {
    /// All schemes, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Secp256k1Eip712, Self::Ed25519, Self::P256, Self::WebAuthn];

    /// Number of the scheme in canonical bytes.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Secp256k1Eip712 => 0,
            Self::Ed25519 => 1,
            Self::P256 => 2,
            Self::WebAuthn => 3,
        }
    }

    /// Bytes of a public key of this scheme.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::Secp256k1Eip712 | Self::P256 | Self::WebAuthn => KEY_LEN_MAX,
        }
    }

    /// Name in text and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secp256k1Eip712 => "secp256k1_eip712",
            Self::Ed25519 => "ed25519",
            Self::P256 => "p256",
            Self::WebAuthn => "webauthn",
        }
    }
}

/// Bytes of the longest public key: a compressed point of a 256-bit Weierstrass curve.
pub const KEY_LEN_MAX: usize = 33;

/// A public key: a point on its curve, but for [`PublicKey::deserialize_unproven`].
///
/// Encodings: compressed SEC 1 (33 bytes) on secp256k1 and P-256; the 32 bytes of RFC 8032 for
/// Ed25519, where ZIP-215 decides what is a point. That includes non-canonical encodings and points of
/// small order: such a key lets others sign, and only its owner is hurt by it.
///
/// Canonical bytes: the scheme's number, then the key's bytes without a length. Text and JSON form:
/// `scheme:hex`, for example `ed25519:d75a98...`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    scheme: Scheme,
    // Shorter keys leave zeros at the end.
    bytes: [u8; KEY_LEN_MAX],
}

/// Why bytes or a text are not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The number of bytes is not the scheme's.
    #[error("a key of scheme {scheme} has {wanted} bytes, not {found}", scheme = .scheme.name())]
    WrongLength {
        /// Scheme of the key.
        scheme: Scheme,
        /// Bytes a key of the scheme has.
        wanted: usize,
        /// Bytes found.
        found: usize,
    },
    /// The bytes do not decode to a point on the curve.
    #[error("the bytes are not a point on the curve of scheme {scheme}", scheme = .0.name())]
    NotOnCurve(Scheme),
    /// The text does not begin with a known scheme and a colon.
    #[error("a key is written as scheme:hex, with one of the schemes secp256k1_eip712, ed25519, p256, webauthn")]
    UnknownScheme,
    /// The part after the colon is not hexadecimal.
    #[error("the key is not written in hexadecimal digits")]
    NotHex,
}

impl PublicKey {
    /// Reads a key of a known scheme and checks that it is a point on the curve.
    ///
    /// # Errors
    /// [`KeyError::WrongLength`], [`KeyError::NotOnCurve`].
    pub fn new(scheme: Scheme, bytes: &[u8]) -> Result<Self, KeyError> {
        let wanted = scheme.key_len();
        if bytes.len() != wanted {
            return Err(KeyError::WrongLength { scheme, wanted, found: bytes.len() });
        }
        let on_curve = match scheme {
            Scheme::Ed25519 => ed25519_zebra::VerificationKey::try_from(bytes).is_ok(),
            // SEC 1 has other first bytes for the same point; one key has one encoding.
            _ if !matches!(bytes, [0x02 | 0x03, ..]) => false,
            Scheme::Secp256k1Eip712 => secp256k1::PublicKey::from_slice(bytes).is_ok(),
            Scheme::P256 | Scheme::WebAuthn => p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).is_ok(),
        };
        if !on_curve {
            return Err(KeyError::NotOnCurve(scheme));
        }
        let mut padded = [0; KEY_LEN_MAX];
        for (to, from) in padded.iter_mut().zip(bytes) {
            *to = *from;
        }
        Ok(Self { scheme, bytes: padded })
    }

    /// Reads canonical bytes without asking whether they are a point: for a key that comes with its signature,
    /// whose check asks that again and answers [`BadEncoding`](crate::signature::SignatureError::BadEncoding). Asking
    /// twice would add a tenth to the check of an Ed25519 signature.
    ///
    /// # Errors
    /// If the bytes end early or name no scheme.
    pub fn deserialize_unproven<R: Read>(reader: &mut R) -> std::io::Result<Self> {
        let scheme = Scheme::deserialize_reader(reader)?;
        let mut bytes = [0; KEY_LEN_MAX];
        reader.read_exact(bytes.get_mut(..scheme.key_len()).unwrap_or_default())?;
        Ok(Self { scheme, bytes })
    }

    /// How this key signs.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The key's bytes: 33 of a compressed point, or 32 for Ed25519.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.scheme.key_len()).unwrap_or(&self.bytes)
    }

    /// Short name of this key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let hash = sha256_parts(&[b"gage/key/1", &[self.scheme.byte()], self.as_bytes()]);
        let mut id = [0; 20];
        for (to, from) in id.iter_mut().zip(hash.0) {
            *to = from;
        }
        KeyId(id)
    }

    /// The Ethereum address of a secp256k1 key, `None` for other schemes.
    #[must_use]
    pub fn ethereum_address(&self) -> Option<EthereumAddress> {
        if self.scheme != Scheme::Secp256k1Eip712 {
            return None;
        }
        let key = secp256k1::PublicKey::from_slice(self.as_bytes()).ok()?;
        // The last 20 bytes of the hash of both coordinates, without the form byte.
        let point = key.serialize_uncompressed();
        let hash = keccak256(point.get(1..)?);
        hash.0.last_chunk().copied().map(EthereumAddress)
    }
}

impl BorshSerialize for PublicKey {
    fn serialize<W: Write>(&self, writer: &mut W) -> std::io::Result<()> {
        writer.write_all(&[self.scheme.byte()])?;
        writer.write_all(self.as_bytes())
    }
}

impl BorshDeserialize for PublicKey {
    fn deserialize_reader<R: Read>(reader: &mut R) -> std::io::Result<Self> {
        let unproven = Self::deserialize_unproven(reader)?;
        Self::new(unproven.scheme, unproven.as_bytes()).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme.name(), hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, digits) = text.split_once(':').ok_or(KeyError::UnknownScheme)?;
        let scheme = Scheme::ALL.into_iter().find(|scheme| scheme.name() == name).ok_or(KeyError::UnknownScheme)?;
        let bytes = hex::decode(digits).map_err(|_| KeyError::NotHex)?;
        Self::new(scheme, &bytes)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Short name of a key: the first 20 bytes of `sha256("gage/key/1" || scheme || key bytes)`.
///
/// Text and JSON form: 40 hexadecimal digits. Not an Ethereum address.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct KeyId(#[serde(with = "hex_text::array")] pub [u8; 20]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex_text::parse(text).map(Self)
    }
}

/// What an Ethereum wallet calls its account; shown with the checksum of EIP-55.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EthereumAddress(#[serde(with = "hex_text::array")] pub [u8; 20]);

impl fmt::Display for EthereumAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower = hex::encode(self.0);
        // EIP-55: a letter is a capital where the hash of the text has a digit of 8 or more.
        let digits = hex::encode(keccak256(lower.as_bytes()).0);
        f.write_str("0x")?;
        for (character, digit) in lower.chars().zip(digits.chars()) {
            let shown = if digit >= '8' { character.to_ascii_uppercase() } else { character };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}
