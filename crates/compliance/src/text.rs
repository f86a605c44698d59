//! Short texts of a fixed alphabet.

use std::fmt;
use std::io::{Error, ErrorKind, Read};
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The most characters a reason has.
pub const REASON_MAX: usize = 120;

/// Why someone with power used it: 1 to 120 printable ASCII characters, no personal data.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

/// A text is not a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to 120 printable ASCII characters")]
pub struct BadReason;

impl Reason {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In quotes, with quotes inside escaped, so that no reason reads like a further operation.
    pub fn quoted(&self) -> String {
        format!("{:?}", self.0)
    }
}

impl TryFrom<String> for Reason {
    type Error = BadReason;

    fn try_from(text: String) -> Result<Reason, BadReason> {
        let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if text.is_empty() || text.len() > REASON_MAX || !printable { Err(BadReason) } else { Ok(Reason(text)) }
    }
}

impl FromStr for Reason {
    type Err = BadReason;

    fn from_str(text: &str) -> Result<Reason, BadReason> {
        Reason::try_from(text.to_owned())
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.0
    }
}

impl BorshDeserialize for Reason {
    fn deserialize_reader<R: Read>(reader: &mut R) -> std::io::Result<Reason> {
        let text = String::deserialize_reader(reader)?;
        Reason::try_from(text).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A country by its two capital letters (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jurisdiction([u8; 2]);

/// A text is not a country code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a jurisdiction is written as two capital letters (ISO 3166-1 alpha-2)")]
pub struct BadJurisdiction;

impl TryFrom<[u8; 2]> for Jurisdiction {
    type Error = BadJurisdiction;

    fn try_from(letters: [u8; 2]) -> Result<Jurisdiction, BadJurisdiction> {
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Jurisdiction(letters)) } else { Err(BadJurisdiction) }
    }
}

impl TryFrom<String> for Jurisdiction {
    type Error = BadJurisdiction;

    fn try_from(text: String) -> Result<Jurisdiction, BadJurisdiction> {
        let letters: [u8; 2] = text.as_bytes().try_into().map_err(|_| BadJurisdiction)?;
        Jurisdiction::try_from(letters)
    }
}

impl FromStr for Jurisdiction {
    type Err = BadJurisdiction;

    fn from_str(text: &str) -> Result<Jurisdiction, BadJurisdiction> {
        Jurisdiction::try_from(text.to_owned())
    }
}

impl From<Jurisdiction> for String {
    fn from(jurisdiction: Jurisdiction) -> String {
        jurisdiction.to_string()
    }
}

impl BorshDeserialize for Jurisdiction {
    fn deserialize_reader<R: Read>(reader: &mut R) -> std::io::Result<Jurisdiction> {
        let letters = <[u8; 2]>::deserialize_reader(reader)?;
        Jurisdiction::try_from(letters).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}
