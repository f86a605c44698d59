//! Signing in two rounds (RFC 9591, section 5): commitments to nonces, then signature shares.

use std::collections::BTreeMap;

use frost_ed25519::round1::{SigningCommitments, SigningNonces};
use frost_ed25519::{Identifier, SigningPackage, round1, round2};
use gage_chain::KeySignature;
use gage_crypto::hash::sha256;
use gage_crypto::signature::{self, SignatureBytes};
use gage_crypto::{Hash, PublicKey, Signature, SigningPayload};
use serde::{Deserialize, Serialize};

use super::{FrostError, Group, Share, SystemRandom, identifier, one_of_each};
use crate::document::Document;

/// A party's public half of two nonces, made for one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// The group's key.
    pub key: PublicKey,
    /// Whose.
    pub party: u16,
    commitments: SigningCommitments,
}

/// The secret half of a [`Commitment`]. Used up by [`Share::sign`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nonces {
    pub(super) commitment: Commitment,
    nonces: SigningNonces,
}

/// A transaction with the commitments of those who shall sign it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The group's key.
    pub key: PublicKey,
    /// What is to be signed; each party renders it anew.
    pub document: Document,
    commitments: Vec<Commitment>,
}

/// A party's part of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureShare {
    /// The group's key.
    pub key: PublicKey,
    /// Whose.
    pub party: u16,
    /// The hash of the request.
    request: Hash,
    share: round2::SignatureShare,
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Nonces(party {}, redacted)", self.commitment.party)
    }
}

impl Commitment {
    /// Its name: part of the hash of the two points.
    pub fn id(&self) -> String {
        let bytes = serde_json::to_vec(self).expect("numbers and points always serialise to JSON in memory");
        hex::encode(&sha256(&bytes).0[..16])
    }
}

impl SignatureShare {
    /// A name for the request it answers.
    pub fn request_name(&self) -> String {
        hex::encode(&self.request.0[..8])
    }
}

/// The commitments by party, as the library takes them.
fn by_party(commitments: &[Commitment]) -> Result<BTreeMap<Identifier, SigningCommitments>, FrostError> {
    commitments.iter().map(|commitment| Ok((identifier(commitment.party)?, commitment.commitments))).collect()
}

/// Checks that each party of the group commits at most once, for this key, and enough of them.
fn check_commitments(group: &Group, commitments: &[Commitment]) -> Result<Vec<Commitment>, FrostError> {
    let wanted = group.public_key();
    if let Some(other) = commitments.iter().find(|commitment| commitment.key != wanted) {
        return Err(FrostError::OtherGroup { party: other.party, found: other.key, wanted });
    }
    let parties = group.parties();
    let mut present: Vec<u16> = commitments.iter().map(|commitment| commitment.party).collect();
    present.sort_unstable();
    present.dedup();
    if let Some(stranger) = present.iter().find(|party| !parties.contains(party)) {
        return Err(FrostError::UnknownParty(*stranger));
    }
    let each = one_of_each(commitments, |commitment| commitment.party, &present)?;
    if each.len() < usize::from(group.threshold()) {
        return Err(FrostError::TooFew { found: each.len(), needed: group.threshold() });
    }
    Ok(each)
}

impl Request {
    /// Asks the parties that committed to sign a transaction.
    ///
    /// # Errors
    /// [`FrostError::OtherGroup`], [`FrostError::Twice`], [`FrostError::UnknownParty`], [`FrostError::TooFew`].
    pub fn new(group: &Group, document: Document, commitments: &[Commitment]) -> Result<Request, FrostError> {
        let commitments = check_commitments(group, commitments)?;
        // Signatures that others made are no part of what is asked.
        Ok(Request { key: group.public_key(), document: document.unsigned(), commitments })
    }

    /// Who is asked.
    pub fn parties(&self) -> Vec<u16> {
        self.commitments.iter().map(|commitment| commitment.party).collect()
    }

    /// The commitment of a party.
    ///
    /// # Errors
    /// [`FrostError::NotAsked`].
    pub fn commitment(&self, party: u16) -> Result<&Commitment, FrostError> {
        let own = self.commitments.iter().find(|commitment| commitment.party == party);
        own.ok_or(FrostError::NotAsked(party))
    }

    /// The hash of the message and all commitments: what a signature share is for.
    fn hash(&self, payload: &SigningPayload) -> Hash {
        let parts = (&self.key, payload.machine, &self.commitments);
        sha256(&serde_json::to_vec(&parts).expect("numbers and points always serialise to JSON in memory"))
    }

    fn package(&self, payload: &SigningPayload) -> Result<SigningPackage, FrostError> {
        Ok(SigningPackage::new(by_party(&self.commitments)?, &payload.machine.0))
    }
}

impl Share {
    /// First round: two nonces, to be kept, and what is told of them.
    ///
    /// # Errors
    /// No randomness.
    pub fn commit(&self) -> Result<(Nonces, Commitment), FrostError> {
        // The nonces depend on the share too, in case the system's randomness is bad.
        let (nonces, commitments) = round1::commit(self.key.signing_share(), &mut SystemRandom::new()?);
        let commitment = Commitment { key: self.group.public_key(), party: self.party(), commitments };
        Ok((Nonces { commitment: commitment.clone(), nonces }, commitment))
    }

    /// Whether this share may answer the request: what can be said before nonces are given up.
    ///
    /// # Errors
    /// [`FrostError::OtherGroup`], [`FrostError::NotAsked`], those of the commitments and the transaction.
    pub fn check(&self, request: &Request) -> Result<Commitment, FrostError> {
        let (wanted, party) = (self.group.public_key(), self.party());
        if request.key != wanted {
            return Err(FrostError::OtherGroup { party, found: request.key, wanted });
        }
        if check_commitments(&self.group, &request.commitments)? != request.commitments {
            return Err(FrostError::Inconsistent("its commitments are not in the order of the parties"));
        }
        request.document.check()?;
        request.commitment(party).cloned()
    }

    /// Second round: the signature share. Uses the nonces up.
    ///
    /// # Errors
    /// Those of [`Share::check`]; [`FrostError::UnknownNonces`] if the request is for other nonces.
    pub fn sign(&self, nonces: Nonces, request: &Request) -> Result<SignatureShare, FrostError> {
        if self.check(request)? != nonces.commitment {
            return Err(FrostError::UnknownNonces);
        }
        let payload = request.document.check()?.payload;
        let share = round2::sign(&request.package(&payload)?, &nonces.nonces, &self.key)?;
        Ok(SignatureShare { key: request.key, party: self.party(), request: request.hash(&payload), share })
    }
}

/// Puts the signature shares together: the signature of the group's key, checked by the ledger's own rule.
///
/// # Errors
/// [`FrostError::OtherGroup`], [`FrostError::OtherRequest`], [`FrostError::Missing`],
/// [`FrostError::BadSignatureShare`] name the party at fault.
pub fn aggregate(group: &Group, request: &Request, shares: &[SignatureShare]) -> Result<KeySignature, FrostError> {
    let wanted = group.public_key();
    let payload = request.document.check()?.payload;
    let hash = request.hash(&payload);
    check_commitments(group, &request.commitments)?;
    for share in shares {
        if share.key != wanted {
            return Err(FrostError::OtherGroup { party: share.party, found: share.key, wanted });
        }
        if share.request != hash {
            return Err(FrostError::OtherRequest(share.party));
        }
    }
    let shares = one_of_each(shares, |share| share.party, &request.parties())?;
    let shares = shares.into_iter().map(|share| Ok((identifier(share.party)?, share.share)));
    let shares: BTreeMap<_, _> = shares.collect::<Result<_, FrostError>>()?;
    join(group, &request.package(&payload)?, &shares, &payload)
}

/// The library's sum of the shares, as a signature of the ledger.
pub(super) fn join(
    group: &Group,
    package: &SigningPackage,
    shares: &BTreeMap<Identifier, round2::SignatureShare>,
    payload: &SigningPayload,
) -> Result<KeySignature, FrostError> {
    let joined = frost_ed25519::aggregate(package, shares, group.keys())?.serialize()?;
    let bytes = joined.try_into().map_err(|_| FrostError::Library("the signature has no 64 bytes".to_owned()))?;
    let (key, signature) = (group.public_key(), Signature::Ed25519(SignatureBytes(bytes)));
    signature::verify(&key, payload, &signature).map_err(|error| FrostError::Library(error.to_string()))?;
    Ok(KeySignature { key, signature })
}
