//! Threshold keys: a key of `n` shares, any `t` of which sign together, none of which is ever joined.
//!
//! FROST(Ed25519, SHA-512) of RFC 9591 gives plain Ed25519 signatures: on the ledger the key is one key,
//! and nobody sees that several people stand behind it. The mathematics is that of the crate
//! `frost-ed25519`; here is who says what to whom, in which file, and what is checked before.
//!
//! Nouns: [`Group`] (the public half of a key in shares), [`Share`] (one party's part), [`Ceremony`] (the
//! making of a key without a dealer), [`Commitment`], [`Request`], [`SignatureShare`] (the messages of one
//! signature), [`NonceStore`] (what was committed to and not yet used), [`LocalShares`] (enough shares on one
//! machine).
//!
//! ```text
//!   make    party --Round1--> all      party --Round2--> all, encrypted for each      --> Share
//!   sign    party --Commitment--> one who asks --Request with the transaction--> parties
//!           party --SignatureShare--> one who asks --> signature in the document
//! ```
//!
//! Invariants
//! - `nonces_once`: a nonce leaves its store for good before the share that uses it exists.
//! - `text_first`: a party signs a transaction that it holds in binary and can render, never a bare digest.
//! - `one_view`: no share is accepted from a party that saw other first messages.

mod ceremony;
mod error;
mod local;
mod messages;
mod nonces;
mod share;
mod signing;

pub use ceremony::{Ceremony, Round1, Round2};
pub use error::FrostError;
pub use local::LocalShares;
pub use messages::{Message, read_messages};
pub use nonces::NonceStore;
pub use share::{Group, Share, deal};
pub use signing::{Commitment, Nonces, Request, SignatureShare, aggregate};

use frost_ed25519::Identifier;
use frost_ed25519::rand_core::{CryptoRng, Error as RandomError, RngCore};
use gage_crypto::{PublicKey, Scheme};

use crate::keystore;

/// The most parties of a group.
pub const PARTIES_MAX: u16 = 64;

/// The system's randomness, as the library for threshold signatures asks for it.
struct SystemRandom(());

impl SystemRandom {
    fn new() -> Result<SystemRandom, FrostError> {
        keystore::random(&mut [0; 32])?;
        Ok(SystemRandom(()))
    }
}

impl RngCore for SystemRandom {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        // Without randomness there is nothing to go on with, and the library has no way to say so.
        keystore::random(bytes).expect("the system gave random bytes when this generator was made");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for SystemRandom {}

fn identifier(party: u16) -> Result<Identifier, FrostError> {
    Identifier::try_from(party).map_err(|_| FrostError::UnknownParty(party))
}

/// The number of a party: identifiers here are small numbers, written with the least byte first.
fn party_of(identifier: &Identifier) -> u16 {
    match identifier.serialize().as_slice() {
        [low, high, ..] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    }
}

fn check_group(parties: u16, threshold: u16) -> Result<(), FrostError> {
    if parties <= PARTIES_MAX && threshold >= 2 && threshold <= parties { Ok(()) } else { Err(FrostError::BadGroup) }
}

fn check_name(name: &str) -> Result<(), FrostError> {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if plain && (1..=32).contains(&name.len()) { Ok(()) } else { Err(FrostError::BadName) }
}

/// The key of a group as the ledger knows it.
fn public_key(key: &frost_ed25519::VerifyingKey) -> Result<PublicKey, FrostError> {
    let bytes = key.serialize()?;
    PublicKey::new(Scheme::Ed25519, &bytes).map_err(|error| FrostError::Library(error.to_string()))
}

/// One message of each party of `parties`, in the order of their numbers; equal copies count once.
fn one_of_each<T: PartialEq + Clone>(
    messages: &[T],
    party_of: impl Fn(&T) -> u16,
    parties: &[u16],
) -> Result<Vec<T>, FrostError> {
    if let Some(stranger) = messages.iter().map(&party_of).find(|party| !parties.contains(party)) {
        return Err(FrostError::UnknownParty(stranger));
    }
    let one = |party: &u16| {
        let mut of_party = messages.iter().filter(|message| party_of(message) == *party);
        let first = of_party.next().ok_or(FrostError::Missing(*party))?;
        if of_party.all(|other| other == first) { Ok(first.clone()) } else { Err(FrostError::Twice(*party)) }
    };
    parties.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
