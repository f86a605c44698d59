//! A key that nobody ever holds whole: distributed key generation (Pedersen's, with the proofs of the
//! FROST paper, <https://eprint.iacr.org/2020/852>, figure 1).
//!
//! Each party draws a polynomial, tells all what it commits to, and gives each other party one value of it.
//! The values travel encrypted between the two, so all messages may pass through a place that others read.
//! Each second message names a hash of all first messages: whoever shows different ones to different parties
//! is found out. What remains is that the first messages come from whom they say: the parties compare the
//! finished public key over a channel of their own.

use std::collections::BTreeMap;
use std::path::Path;

use frost_ed25519::keys::dkg;
use frost_ed25519::keys::{PublicKeyPackage, SigningShare};
use frost_ed25519::{Ed25519Group, Ed25519ScalarField, Field, Group as Curve, Identifier};
use gage_crypto::Hash;
use gage_crypto::hash::{sha256, sha256_parts};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{FrostError, Group, Share, SystemRandom, check_group, check_name, identifier, one_of_each};
use crate::{keystore, sealed};

const KIND: &str = "gage-frost-ceremony";

/// What a party tells all others first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round1 {
    /// What the parties call the key.
    pub name: String,
    /// How many parties there are.
    pub parties: u16,
    /// How many must sign.
    pub threshold: u16,
    /// Whose message it is.
    pub from: u16,
    /// What it commits to, with the proof that it knows its secret.
    package: dkg::round1::Package,
    /// A point to which others encrypt, in hexadecimal digits.
    encryption_key: Hash,
}

/// What a party tells each other party, all in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round2 {
    /// What the parties call the key.
    pub name: String,
    /// Whose message it is.
    pub from: u16,
    /// The hash of all first messages, as this party saw them.
    view: Hash,
    /// One value for each other party.
    values: Vec<SealedValue>,
}

/// A value that one party can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedValue {
    to: u16,
    ciphertext: Hash,
    mac: Hash,
}

/// A party's secrets between the rounds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceremony {
    own: Round1,
    /// The secret behind `own.encryption_key`.
    decryption_key: Zeroizing<[u8; 32]>,
    stage: Stage,
}

#[derive(Serialize, Deserialize)]
enum Stage {
    /// The first message is out.
    Committed(dkg::round1::SecretPackage),
    /// The second message is out; these are the first ones of all.
    Shared { secret: dkg::round2::SecretPackage, first: Vec<Round1>, told: Round2 },
}

impl std::fmt::Debug for Ceremony {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ceremony({}, party {}, redacted)", self.own.name, self.own.from)
    }
}

impl Ceremony {
    /// Begins as party number `party`, from 1.
    ///
    /// # Errors
    /// [`FrostError::BadName`], [`FrostError::BadGroup`], [`FrostError::UnknownParty`], no randomness.
    pub fn begin(name: &str, party: u16, parties: u16, threshold: u16) -> Result<(Ceremony, Round1), FrostError> {
        check_name(name)?;
        check_group(parties, threshold)?;
        if party == 0 || party > parties {
            return Err(FrostError::UnknownParty(party));
        }
        let mut random = SystemRandom::new()?;
        let key = Ed25519ScalarField::random(&mut random);
        let point = Ed25519Group::serialize(&(Ed25519Group::generator() * key));
        let encryption_key = Hash(point.map_err(frost_ed25519::Error::from)?);
        let decryption_key = Zeroizing::new(Ed25519ScalarField::serialize(&key));
        let (secret, package) = dkg::part1(identifier(party)?, parties, threshold, random)?;
        let own = Round1 { name: name.to_owned(), parties, threshold, from: party, package, encryption_key };
        Ok((Ceremony { own: own.clone(), decryption_key, stage: Stage::Committed(secret) }, own))
    }

    /// Whose it is.
    pub fn party(&self) -> u16 {
        self.own.from
    }

    /// With the first messages of all: the second message. To be written away as the new state before the
    /// message leaves: values for other first messages are never given out a second time.
    ///
    /// # Errors
    /// [`FrostError::StepDone`]; [`FrostError::OtherCeremony`], [`FrostError::Missing`],
    /// [`FrostError::BadProof`] and others name the party at fault.
    pub fn share(self, messages: &[Round1]) -> Result<(Ceremony, Round2), FrostError> {
        let Stage::Committed(secret) = self.stage else { return Err(FrostError::StepDone) };
        let own = self.own;
        let first = all_first(&own, messages)?;
        let (secret, packages) = dkg::part2(secret, &others(&own, &first)?)?;
        let view = view(&first);
        let mut values = Vec::new();
        for to in first.iter().filter(|message| message.from != own.from) {
            let package = packages.get(&identifier(to.from)?).ok_or(FrostError::Missing(to.from))?;
            let key = channel(&self.decryption_key, &to.encryption_key, &view, own.from, to.from, to.from)?;
            let mut bytes = Zeroizing::new([0; 32]);
            bytes.copy_from_slice(&Zeroizing::new(package.signing_share().serialize()));
            keystore::apply(&key, &IV, bytes.as_mut_slice());
            let mac = Hash(keystore::mac(&key, bytes.as_slice()));
            values.push(SealedValue { to: to.from, ciphertext: Hash(*bytes), mac });
        }
        let message = Round2 { name: own.name.clone(), from: own.from, view, values };
        let stage = Stage::Shared { secret, first, told: message.clone() };
        Ok((Ceremony { own, decryption_key: self.decryption_key, stage }, message))
    }

    /// The second message, if it was made: to be sent again if it was lost.
    pub fn told(&self) -> Option<&Round2> {
        match &self.stage {
            Stage::Committed(_) => None,
            Stage::Shared { told, .. } => Some(told),
        }
    }

    /// With the second messages of the others: this party's share.
    ///
    /// # Errors
    /// [`FrostError::StepMissing`]; [`FrostError::DifferentView`], [`FrostError::Undecryptable`],
    /// [`FrostError::BadShare`] and others name the party at fault.
    pub fn finish(&self, messages: &[Round2]) -> Result<Share, FrostError> {
        let Stage::Shared { secret, first, .. } = &self.stage else { return Err(FrostError::StepMissing) };
        let own = &self.own;
        let view = view(first);
        let senders: Vec<u16> = (1..=own.parties).filter(|party| *party != own.from).collect();
        let strangers: Vec<Round2> = messages.iter().filter(|message| message.from != own.from).cloned().collect();
        let mut packages = BTreeMap::new();
        for message in one_of_each(&strangers, |message| message.from, &senders)? {
            let party = message.from;
            if message.name != own.name {
                let difference = format!("it is called {}, not {}", message.name, own.name);
                return Err(FrostError::OtherCeremony { party, difference });
            }
            if message.view != view {
                return Err(FrostError::DifferentView(party));
            }
            let sender = first.iter().find(|first| first.from == party).ok_or(FrostError::Missing(party))?;
            let value = message.values.iter().find(|value| value.to == own.from);
            let value = value.ok_or(FrostError::Undecryptable(party))?;
            let key = channel(&self.decryption_key, &sender.encryption_key, &view, party, own.from, party)?;
            let mut bytes = Zeroizing::new(value.ciphertext.0);
            if !bool::from(keystore::mac(&key, bytes.as_slice()).ct_eq(&value.mac.0)) {
                return Err(FrostError::Undecryptable(party));
            }
            keystore::apply(&key, &IV, bytes.as_mut_slice());
            let share = SigningShare::deserialize(bytes.as_slice()).map_err(|_| FrostError::BadShare(party))?;
            packages.insert(identifier(party)?, dkg::round2::Package::new(share));
        }
        let (key, keys): (_, PublicKeyPackage) = dkg::part3(secret, &others(own, first)?, &packages)?;
        Share::new(Group::new(&own.name, own.threshold, keys)?, key)
    }

    /// Writes the secrets into a new encrypted file.
    ///
    /// # Errors
    /// [`FrostError::File`].
    pub fn write(&self, path: &Path, password: &[u8]) -> Result<(), FrostError> {
        Ok(sealed::write(path, KIND, &self.own, self, password)?)
    }

    /// Puts the secrets in the place of those of the step before.
    ///
    /// # Errors
    /// [`FrostError::File`].
    pub fn replace(&self, path: &Path, password: &[u8]) -> Result<(), FrostError> {
        Ok(sealed::replace(path, KIND, &self.own, self, password)?)
    }

    /// Reads the secrets.
    ///
    /// # Errors
    /// [`FrostError::File`].
    pub fn read(path: &Path, password: &[u8]) -> Result<Ceremony, FrostError> {
        let (_, ceremony): (Round1, Ceremony) = sealed::read(path, KIND, password)?;
        Ok(ceremony)
    }
}

/// Keys are used for one value each, so the cipher may always start at zero.
const IV: [u8; 16] = [0; 16];

/// The first messages of all parties in order, this one's included, all of one ceremony.
fn all_first(own: &Round1, messages: &[Round1]) -> Result<Vec<Round1>, FrostError> {
    let mut messages = messages.to_vec();
    messages.push(own.clone());
    for message in &messages {
        let differs = |what: &str, theirs: &dyn std::fmt::Display, ours: &dyn std::fmt::Display| {
            let difference = format!("{what} {theirs}, not {ours}");
            Err(FrostError::OtherCeremony { party: message.from, difference })
        };
        if message.name != own.name {
            return differs("it is called", &message.name, &own.name);
        }
        if message.parties != own.parties {
            return differs("the number of parties is", &message.parties, &own.parties);
        }
        if message.threshold != own.threshold {
            return differs("the threshold is", &message.threshold, &own.threshold);
        }
    }
    let everybody: Vec<u16> = (1..=own.parties).collect();
    one_of_each(&messages, |message| message.from, &everybody)
}

fn others(own: &Round1, first: &[Round1]) -> Result<BTreeMap<Identifier, dkg::round1::Package>, FrostError> {
    let others = first.iter().filter(|message| message.from != own.from);
    others.map(|message| Ok((identifier(message.from)?, message.package.clone()))).collect()
}

/// The hash of all first messages.
fn view(first: &[Round1]) -> Hash {
    sha256(&serde_json::to_vec(first).expect("texts, numbers and points always serialise to JSON in memory"))
}

/// The key for the one value that `from` gives to `to`: from the point that only these two can compute, all
/// first messages, and the direction. `peer` is the one whose point it is.
fn channel(
    own: &Zeroizing<[u8; 32]>,
    point: &Hash,
    view: &Hash,
    from: u16,
    to: u16,
    peer: u16,
) -> Result<Zeroizing<[u8; 32]>, FrostError> {
    let scalar = Ed25519ScalarField::deserialize(own).map_err(frost_ed25519::Error::from)?;
    // Refuses points of small order, with which others could guess the key.
    let point = Ed25519Group::deserialize(&point.0).map_err(|_| FrostError::Undecryptable(peer))?;
    let shared = Ed25519Group::serialize(&(point * scalar)).map_err(|_| FrostError::Undecryptable(peer))?;
    let shared = Zeroizing::new(shared);
    let parts: [&[u8]; 5] = [b"gage/frost/value/1", shared.as_slice(), &view.0, &from.to_be_bytes(), &to.to_be_bytes()];
    Ok(Zeroizing::new(sha256_parts(&parts).0))
}
