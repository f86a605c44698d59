//! [`AccountId`]: who holds, fixed at opening while keys come and go.

use std::{fmt, str::FromStr};

use bech32::{
    Bech32m, Hrp,
    primitives::decode::{CharError, CheckedHrpstring, CheckedHrpstringError, UncheckedHrpstringError},
};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    hash::{Hash, sha256_parts},
    key::Scheme,
};

/// Human-readable prefix of an account's text form.
pub const PREFIX: &str = "gage";

const HRP: Hrp = Hrp::parse_unchecked(PREFIX);

/// Name of an account: 32 bytes that never change.
///
/// Text and JSON form: bech32m (BIP-350) with the prefix `gage`, which detects every error in up to
/// four characters. Lower case is written; all upper case is read too, as QR codes prefer it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct AccountId(pub [u8; 32]);

/// Why a text is not an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountIdError {
    /// It starts with another prefix, or none.
    #[error("an account starts with `gage1`")]
    WrongPrefix,
    /// Upper and lower case are mixed.
    #[error("an account is written in one case, not in upper and lower case mixed")]
    MixedCase,
    /// A character is outside the bech32 alphabet.
    #[error("the account holds a character that bech32 does not use")]
    BadCharacter,
    /// The checksum does not fit: a typing error.
    #[error("the account's checksum does not fit: a character is mistyped")]
    BadChecksum,
    /// The checksum fits, but the content is not 32 bytes.
    #[error("the account does not hold exactly 32 bytes")]
    WrongLength,
}

impl AccountId {
    /// Account opened with a first key or policy on the network with this genesis.
    ///
    /// `sha256("gage/account/1" || genesis || scheme || first key or policy)`; for a key the bytes are
    /// [`crate::PublicKey::as_bytes`].
    #[must_use]
    pub fn derive(genesis: &Hash, scheme: Scheme, first_key_or_policy: &[u8]) -> Self {
        let parts = [b"gage/account/1".as_slice(), &genesis.0, &[scheme.byte()], first_key_or_policy];
        Self(sha256_parts(&parts).0)
    }

    /// Account of the protocol itself (a pool, a fee account): nobody holds a key to it.
    ///
    /// `sha256("gage/module/1" || genesis || name)`.
    #[must_use]
    pub fn module(genesis: &Hash, name: &str) -> Self {
        Self(sha256_parts(&[b"gage/module/1", &genesis.0, name.as_bytes()]).0)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bech32::encode_lower_to_fmt::<Bech32m, _>(f, HRP, &self.0).map_err(|_| fmt::Error)
    }
}

/// Short: the prefix and the first eight characters, enough to tell accounts apart in a log.
impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        write!(f, "{}..", text.get(..13).unwrap_or(&text))
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, AccountIdError> {
        // A foreign prefix is named first: its checksum may be of another kind altogether.
        if !has_prefix(text) {
            return Err(AccountIdError::WrongPrefix);
        }
        let checked = CheckedHrpstring::new::<Bech32m>(text).map_err(|error| match error {
            CheckedHrpstringError::Parse(UncheckedHrpstringError::Char(CharError::MixedCase)) => {
                AccountIdError::MixedCase
            }
            CheckedHrpstringError::Parse(_) => AccountIdError::BadCharacter,
            _ => AccountIdError::BadChecksum,
        })?;
        // Spare bits must be zero, so that one account has one text.
        checked.validate_segwit_padding().map_err(|_| AccountIdError::WrongLength)?;
        let bytes: Vec<u8> = checked.byte_iter().collect();
        let bytes = bytes.try_into().map_err(|_| AccountIdError::WrongLength)?;
        Ok(Self(bytes))
    }
}

fn has_prefix(text: &str) -> bool {
    text.rsplit_once('1').is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(PREFIX))
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Made whole first: the characters come one by one.
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
