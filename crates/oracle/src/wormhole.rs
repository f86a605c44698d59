//! Messages that a quorum of Wormhole's guardians signed (format: Wormhole white paper 0001, "VAA").
//!
//! ```text
//! version 1 | guardian set u32 | count u8 | count * (index u8, r 32, s 32, recovery u8) | body
//! body: time u32 | nonce u32 | emitter chain u16 | emitter 32 | sequence u64 | consistency u8 | payload
//! ```
//!
//! The guardians sign `keccak256(keccak256(body))`. More than two thirds of the set must have signed, in
//! ascending order of their places, so that nobody counts twice.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_crypto::hash::keccak256;
use gage_crypto::key::EthereumAddress;
use gage_crypto::recovery::recover_address;
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::reader::Reader;

/// The most guardians of one set.
pub const GUARDIANS_MAX: usize = 32;

/// Who signs for the other networks, by place.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardianSet {
    /// The guardians' addresses, by place; at most [`GUARDIANS_MAX`].
    pub guardians: Vec<EthereumAddress>,
    /// From when its signatures count no more: set when a new set takes over.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

/// Who sent a message on which network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emitter {
    /// Wormhole's number of the network.
    pub chain: u16,
    /// The sender there.
    pub address: Hash,
}

/// One guardian's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardianSignature {
    /// The guardian's place in the set.
    pub place: u8,
    /// `r || s`, big-endian.
    pub signature: [u8; 64],
    /// The parity of the point: 0 or 1.
    pub recovery: u8,
}

/// A message with its signatures, not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedMessage<'b> {
    /// The number of the guardian set that signed.
    pub guardian_set: u32,
    /// The signatures, at most [`GUARDIANS_MAX`].
    pub signatures: Vec<GuardianSignature>,
    /// What is signed.
    pub digest: Hash,
    /// Who sent it.
    pub emitter: Emitter,
    /// What it says.
    pub payload: &'b [u8],
}

impl GuardianSet {
    /// How many must have signed: more than two thirds.
    pub fn quorum(&self) -> usize {
        let thirds = self.guardians.len().saturating_mul(2).checked_div(3).unwrap_or(0);
        thirds.saturating_add(1)
    }

    /// Passes if the set has guardians, not too many, and none twice.
    ///
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        let mut sorted = self.guardians.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let size = (1..=GUARDIANS_MAX).contains(&self.guardians.len());
        let single = sorted.len() == self.guardians.len();
        if size && single { Ok(()) } else { Err(Error::ParamOutOfBounds { param: "guardians" }) }
    }
}

/// Reads a signed message.
///
/// # Errors
/// [`Error::UnknownUpdateVersion`], [`Error::ListTooLong`], [`Error::UpdateTooShort`].
pub fn parse(bytes: &[u8]) -> Result<SignedMessage<'_>, Error> {
    let mut reader = Reader::new(bytes);
    if reader.u8()? != 1 {
        return Err(Error::UnknownUpdateVersion);
    }
    let guardian_set = reader.u32()?;
    let count = usize::from(reader.u8()?);
    if count > GUARDIANS_MAX {
        return Err(Error::ListTooLong);
    }
    let mut signatures = Vec::with_capacity(count);
    for _ in 0..count {
        signatures.push(GuardianSignature { place: reader.u8()?, signature: reader.array()?, recovery: reader.u8()? });
    }
    let body = reader.rest();
    let digest = keccak256(&keccak256(body).0);
    let mut reader = Reader::new(body);
    // Time and nonce say nothing that the payload does not say.
    reader.take(8)?;
    let emitter = Emitter { chain: reader.u16()?, address: Hash(reader.array()?) };
    // Nor do sequence and consistency level.
    reader.take(9)?;
    Ok(SignedMessage { guardian_set, signatures, digest, emitter, payload: reader.rest() })
}

/// Passes if a quorum of the set signed the message.
///
/// # Errors
/// In order: [`Error::NoGuardianQuorum`], then per signature [`Error::GuardiansNotAscending`],
/// [`Error::UnknownGuardian`], [`Error::BadGuardianSignature`].
pub fn verify(message: &SignedMessage, set: &GuardianSet) -> Result<(), Error> {
    if message.signatures.len() < set.quorum() {
        return Err(Error::NoGuardianQuorum);
    }
    let mut last = None;
    for GuardianSignature { place, signature, recovery } in &message.signatures {
        if last.is_some_and(|last| *place <= last) {
            return Err(Error::GuardiansNotAscending);
        }
        last = Some(*place);
        let guardian = set.guardians.get(usize::from(*place)).ok_or(Error::UnknownGuardian)?;
        if recover_address(&message.digest, signature, *recovery) != Some(*guardian) {
            return Err(Error::BadGuardianSignature);
        }
    }
    Ok(())
}
