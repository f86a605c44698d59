use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The longest name.
pub const NAME_MAX: usize = 40;

/// The name of a party, an asset, a fixing or an election: letters, digits and `_ . / : -`, from a letter or digit on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can stand in a text without quotes: letters, digits and underscores, from a letter on.
    pub fn is_word(&self) -> bool {
        let first = self.0.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        first && self.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Name, String> {
        let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let rest = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:-".contains(&byte));
        if first && rest && text.len() <= NAME_MAX {
            Ok(Name(text.to_owned()))
        } else {
            Err(format!("a name has letters, digits and _ . / : -, at most {NAME_MAX} of them"))
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Name, String> {
        text.parse()
    }
}

impl BorshDeserialize for Name {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Name> {
        let bad = || io::Error::new(io::ErrorKind::InvalidData, "not a name");
        // The length is read first, so that hostile bytes ask for no memory.
        let length = u32::deserialize_reader(reader)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= NAME_MAX).ok_or_else(bad)?;
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes)?;
        String::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).ok_or_else(bad)
    }
}
