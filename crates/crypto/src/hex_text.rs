//! Bytes as lower-case hexadecimal text, for JSON and messages.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

use crate::hash::HexError;

/// Reads exactly `N` bytes from `2 * N` hexadecimal digits.
pub(crate) fn parse<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let mut bytes = [0; N];
    let wanted = N.saturating_mul(2);
    if text.len() != wanted {
        return Err(HexError::Length { wanted, found: text.len() });
    }
    hex::decode_to_slice(text, &mut bytes).map_err(|_| HexError::NotHex)?;
    Ok(bytes)
}

/// `serde(with)` for arrays of a fixed size.
pub(crate) mod array {
    use super::{Deserialize, Deserializer, Error, Serializer, parse};

    pub(crate) fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map_err(D::Error::custom)
    }
}

/// `serde` functions for byte vectors of a bounded length.
pub(crate) mod vec {
    use super::{Deserialize, Deserializer, Error, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    /// Refuses more than `MAX` bytes, so that what is read here can also be read from canonical bytes.
    pub(crate) fn deserialize<'de, const MAX: usize, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        let bytes = hex::decode(&text).map_err(D::Error::custom)?;
        if bytes.len() > MAX {
            let found = bytes.len();
            return Err(D::Error::custom(format!("{found} bytes are above the limit of {MAX}")));
        }
        Ok(bytes)
    }
}
