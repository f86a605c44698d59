//! The assertion of a passkey (W3C Web Authentication level 2, section 7.2).
//!
//! The browser signs `authenticator data || sha256(client data JSON)`. The challenge inside the JSON is
//! the transaction's machine digest, which already names the network; so origin and relying party are
//! not compared here: a passkey answers only the site that made it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{
    bounded,
    hash::{Hash, sha256, sha256_parts},
    hex_text,
    key::PublicKey,
    signature::{SignatureBytes, SignatureError, verify_p256},
};

/// Longest authenticator data, in bytes (37 without extensions).
pub const AUTHENTICATOR_DATA_MAX: usize = 512;
/// Longest client data JSON, in bytes.
pub const CLIENT_DATA_JSON_MAX: usize = 1024;

/// Relying party hash (32), flags (1), counter (4).
const AUTHENTICATOR_DATA_MIN: usize = 37;
const FLAGS_AT: usize = 32;
const USER_PRESENT: u8 = 0x01;

/// What an authenticator returns for a challenge. JSON form: hexadecimal texts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// `authenticatorData`, at most [`AUTHENTICATOR_DATA_MAX`] bytes.
    #[serde(
        serialize_with = "hex_text::vec::serialize",
        deserialize_with = "hex_text::vec::deserialize::<AUTHENTICATOR_DATA_MAX, _>"
    )]
    #[borsh(deserialize_with = "read_authenticator_data")]
    pub authenticator_data: Vec<u8>,
    /// `clientDataJSON`, at most [`CLIENT_DATA_JSON_MAX`] bytes.
    #[serde(
        serialize_with = "hex_text::vec::serialize",
        deserialize_with = "hex_text::vec::deserialize::<CLIENT_DATA_JSON_MAX, _>"
    )]
    #[borsh(deserialize_with = "read_client_data_json")]
    pub client_data_json: Vec<u8>,
    /// `r || s`, big-endian, `s` in the lower half. Authenticators return DER with either `s`: the
    /// client converts.
    pub signature: SignatureBytes,
}

fn read_authenticator_data<R: std::io::Read>(reader: &mut R) -> std::io::Result<Vec<u8>> {
    bounded::read_bytes(reader, AUTHENTICATOR_DATA_MAX)
}

fn read_client_data_json<R: std::io::Read>(reader: &mut R) -> std::io::Result<Vec<u8>> {
    bounded::read_bytes(reader, CLIENT_DATA_JSON_MAX)
}

/// The members of the client data that are checked; others are allowed.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
}

/// The text of the challenge for a payload: base64url without padding.
#[must_use]
pub fn challenge(machine_digest: &Hash) -> String {
    URL_SAFE_NO_PAD.encode(machine_digest.0)
}

/// Checks an assertion by a P-256 key over `machine_digest`.
///
/// # Errors
/// In this order: [`SignatureError::TooLong`], [`SignatureError::BadAuthenticatorData`],
/// [`SignatureError::UserNotPresent`], [`SignatureError::BadClientData`], [`SignatureError::WrongType`],
/// [`SignatureError::WrongChallenge`], then those of the P-256 signature.
pub fn verify(key: &PublicKey, machine_digest: &Hash, assertion: &Assertion) -> Result<(), SignatureError> {
    let Assertion { authenticator_data, client_data_json, signature } = assertion;
    if authenticator_data.len() > AUTHENTICATOR_DATA_MAX || client_data_json.len() > CLIENT_DATA_JSON_MAX {
        return Err(SignatureError::TooLong);
    }
    if authenticator_data.len() < AUTHENTICATOR_DATA_MIN {
        return Err(SignatureError::BadAuthenticatorData);
    }
    match authenticator_data.get(FLAGS_AT) {
        Some(flags) if flags & USER_PRESENT != 0 => {}
        _ => return Err(SignatureError::UserNotPresent),
    }
    // The parser would read an array as the members in order.
    if client_data_json.first() != Some(&b'{') {
        return Err(SignatureError::BadClientData);
    }
    let client: ClientData = serde_json::from_slice(client_data_json).map_err(|_| SignatureError::BadClientData)?;
    if client.kind != "webauthn.get" {
        return Err(SignatureError::WrongType);
    }
    if client.challenge != challenge(machine_digest) {
        return Err(SignatureError::WrongChallenge);
    }
    verify_p256(key, &signed_digest(authenticator_data, client_data_json), signature)
}

/// What the authenticator's key signs: `sha256(authenticator data || sha256(client data JSON))`.
pub(crate) fn signed_digest(authenticator_data: &[u8], client_data_json: &[u8]) -> Hash {
    sha256_parts(&[authenticator_data, &sha256(client_data_json).0])
}
