//! Bytes as lower-case hexadecimal text in JSON.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Bytes in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hex(#[serde(with = "crate::hex_bytes")] pub Vec<u8>);

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    decode(&String::deserialize(deserializer)?)
}

/// Only the one form that is written: a document has one meaning per text.
fn decode<E: Error>(text: &str) -> Result<Vec<u8>, E> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(E::custom("bytes are written in lower-case hexadecimal digits"));
    }
    hex::decode(text).map_err(|error| E::custom(format!("bytes are written in hexadecimal digits: {error}")))
}

/// The same for bytes that may be absent.
pub(crate) mod option {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_some(&hex::encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| super::decode(&text)).transpose()
    }
}
