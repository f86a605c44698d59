//! JSON of a bare 128-bit integer as a string of digits, for `#[serde(with = "gage_units::as_text")]`:
//! JSON readers lose digits of numbers this large.

use serde::{Deserialize, Deserializer, Serializer};

use crate::amount::parse_u128;

/// Writes the digits.
///
/// # Errors
/// The serializer's.
pub fn serialize<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// Reads the digits: one spelling per number.
///
/// # Errors
/// Text that is not the canonical spelling of a 128-bit integer.
pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<u128, D::Error> {
    parse_u128(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}
