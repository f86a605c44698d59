//! One party's part of a key, and the public half of the whole.

use std::path::Path;

use frost_ed25519::keys::{IdentifierList, KeyPackage, PublicKeyPackage, VerifyingShare, generate_with_dealer};
use gage_crypto::PublicKey;
use serde::{Deserialize, Serialize};

use super::{FrostError, PARTIES_MAX, SystemRandom, check_group, check_name, identifier, party_of, public_key};
use crate::sealed;

const KIND: &str = "gage-frost-share";

/// The public half of a key in shares. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What its people call it.
    name: String,
    /// How many must sign.
    threshold: u16,
    /// The key, and what checks the signature share of each party.
    keys: PublicKeyPackage,
}

/// One party's part of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    pub(super) group: Group,
    pub(super) key: KeyPackage,
}

/// What stands beside the secret in a share's file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    public_key: PublicKey,
    party: u16,
    group: Group,
}

/// The secret in a share's file. It holds the group too, which the password vouches for.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    key: KeyPackage,
    group: Group,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share(party {} of {}, redacted)", self.party(), self.group.name)
    }
}

impl Group {
    pub(super) fn new(name: &str, threshold: u16, keys: PublicKeyPackage) -> Result<Group, FrostError> {
        let group = Group { name: name.to_owned(), threshold, keys };
        group.check()?;
        Ok(group)
    }

    /// Checks what a file says.
    fn check(&self) -> Result<(), FrostError> {
        check_name(&self.name)?;
        let parties = self.parties();
        let count = u16::try_from(parties.len()).unwrap_or(u16::MAX);
        check_group(count, self.threshold)?;
        let numbered = parties.iter().all(|party| (1..=PARTIES_MAX).contains(party));
        let named = self.keys.verifying_shares().keys().zip(&parties);
        if !numbered || !named.into_iter().all(|(id, party)| identifier(*party).is_ok_and(|known| known == *id)) {
            return Err(FrostError::Inconsistent("its parties are not numbered from 1"));
        }
        match self.keys.min_signers() {
            Some(needed) if needed != self.threshold => Err(FrostError::Inconsistent("it has two thresholds")),
            _ => public_key(self.keys.verifying_key()).map(|_| ()),
        }
    }

    /// What its people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many must sign.
    pub fn threshold(&self) -> u16 {
        self.threshold
    }

    /// The numbers of all parties.
    pub fn parties(&self) -> Vec<u16> {
        self.keys.verifying_shares().keys().map(party_of).collect()
    }

    /// The key as the ledger knows it.
    pub fn public_key(&self) -> PublicKey {
        public_key(self.keys.verifying_key()).expect("the key was checked when the group was read")
    }

    pub(super) fn keys(&self) -> &PublicKeyPackage {
        &self.keys
    }

    /// The group of a share's file, without the password. Nobody vouches for it: enough to put signature
    /// shares together, as the result is checked against the account's key.
    ///
    /// # Errors
    /// [`FrostError::File`], [`FrostError::Inconsistent`].
    pub fn of_file(path: &Path) -> Result<Group, FrostError> {
        let about: About = sealed::about(path, KIND)?;
        about.group.check()?;
        Ok(about.group)
    }
}

impl Share {
    /// A share with the group it belongs to; every part must fit.
    pub(super) fn new(group: Group, key: KeyPackage) -> Result<Share, FrostError> {
        group.check()?;
        if VerifyingShare::from(*key.signing_share()) != *key.verifying_share() {
            return Err(FrostError::Inconsistent("its secret and public half are of different shares"));
        }
        if group.keys.verifying_shares().get(key.identifier()) != Some(key.verifying_share()) {
            return Err(FrostError::Inconsistent("the group knows another share of this party"));
        }
        if group.keys.verifying_key() != key.verifying_key() || group.threshold != *key.min_signers() {
            return Err(FrostError::Inconsistent("it is of another key or threshold"));
        }
        Ok(Share { group, key })
    }

    /// Whose it is.
    pub fn party(&self) -> u16 {
        party_of(self.key.identifier())
    }

    /// What it belongs to.
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// Writes it into a new encrypted file.
    ///
    /// # Errors
    /// [`FrostError::File`].
    pub fn write(&self, path: &Path, password: &[u8]) -> Result<(), FrostError> {
        let (group, key) = (self.group.clone(), self.key.clone());
        let about = About { public_key: group.public_key(), party: self.party(), group: group.clone() };
        Ok(sealed::write(path, KIND, &about, &Secret { key, group }, password)?)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`FrostError::File`], [`FrostError::Inconsistent`].
    pub fn read(path: &Path, password: &[u8]) -> Result<Share, FrostError> {
        let (about, secret): (About, Secret) = sealed::read(path, KIND, password)?;
        let share = Share::new(secret.group, secret.key)?;
        if about.group != share.group || about.party != share.party() || about.public_key != share.group.public_key() {
            return Err(FrostError::Inconsistent("what the file says of it is not what it holds"));
        }
        Ok(share)
    }

    /// Whether the file at `path` is a share's.
    pub fn is_file(path: &Path) -> bool {
        sealed::about::<serde_json::Value>(path, KIND).is_ok()
    }
}

/// Makes a key here and deals it out: whoever runs this could keep the whole. Where no one may be trusted
/// with that, the parties run a [`super::Ceremony`].
///
/// # Errors
/// [`FrostError::BadGroup`], [`FrostError::BadName`], no randomness.
pub fn deal(name: &str, parties: u16, threshold: u16) -> Result<Vec<Share>, FrostError> {
    check_group(parties, threshold)?;
    let random = SystemRandom::new()?;
    let (secrets, keys) = generate_with_dealer(parties, threshold, IdentifierList::Default, random)?;
    let group = Group::new(name, threshold, keys)?;
    let share = |secret: frost_ed25519::keys::SecretShare| {
        // Checks the share against the dealer's commitment.
        Share::new(group.clone(), KeyPackage::try_from(secret)?)
    };
    secrets.into_values().map(share).collect()
}
