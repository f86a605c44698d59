//! What can go wrong between the holders of shares.

use gage_crypto::PublicKey;
use thiserror::Error;

use super::party_of;
use crate::document::DocumentError;
use crate::keystore::KeystoreError;

/// Why a step of the holders of shares is refused. Each names whose message is wrong, where that is known.
#[derive(Debug, Error)]
pub enum FrostError {
    /// A file with a secret.
    #[error(transparent)]
    File(#[from] KeystoreError),
    /// The transaction to be signed.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The numbers of a group.
    #[error("a group has between 2 and {max} parties, and a threshold between 2 and their number", max = super::PARTIES_MAX)]
    BadGroup,
    /// The name of a group.
    #[error("a group's name has 1 to 32 lower-case letters, digits and hyphens")]
    BadName,
    /// A party that is not in the group.
    #[error("there is no party {0} in this group")]
    UnknownParty(u16),
    /// Two messages of one party.
    #[error("party {0} sent two different messages of this kind; ask which one is meant")]
    Twice(u16),
    /// A message is missing.
    #[error("the message of party {0} is missing")]
    Missing(u16),
    /// Messages of another ceremony.
    #[error("the message of party {party} belongs to another ceremony: {difference}")]
    OtherCeremony {
        /// Whose.
        party: u16,
        /// What differs.
        difference: String,
    },
    /// The step was done.
    #[error("this step was done before with these secrets; use the message written then, or begin a new ceremony")]
    StepDone,
    /// A step is missing.
    #[error("the second round comes before this step")]
    StepMissing,
    /// The parties saw different first messages.
    #[error("party {0} saw other first messages than you: somebody sent different ones to different parties")]
    DifferentView(u16),
    /// A share that was sent does not decrypt.
    #[error("the share that party {0} sent to you is damaged, or was made for somebody else")]
    Undecryptable(u16),
    /// A share that does not fit its commitment.
    #[error("the share that party {0} sent does not fit what it committed to; the ceremony must begin anew without it")]
    BadShare(u16),
    /// A party that does not know its own secret.
    #[error("party {0} does not prove that it knows its secret; the ceremony must begin anew without it")]
    BadProof(u16),
    /// The parts of a share do not fit each other.
    #[error("the share does not belong to this group: {0}")]
    Inconsistent(&'static str),
    /// Messages for another key.
    #[error("the message of party {party} is for the key {found}, not for {wanted}")]
    OtherGroup {
        /// Whose.
        party: u16,
        /// For which.
        found: PublicKey,
        /// For which it must be.
        wanted: PublicKey,
    },
    /// Too few parties.
    #[error("{found} parties take part; the key needs {needed}")]
    TooFew {
        /// So many.
        found: usize,
        /// So many are needed.
        needed: u16,
    },
    /// The request leaves this party out.
    #[error("the request does not ask party {0} to sign")]
    NotAsked(u16),
    /// The request names other nonces.
    #[error("the request names a commitment that this share did not make, or that was not kept here")]
    UnknownNonces,
    /// The nonces were used.
    #[error(
        "the nonces of this commitment were used: a second signature with them would give the share away; commit anew"
    )]
    NoncesUsed,
    /// Signature shares of another request.
    #[error("party {0} signed another request: not this transaction, or with other parties")]
    OtherRequest(u16),
    /// A wrong signature share.
    #[error("the signature share of party {0} is wrong; leave it out and ask the others anew")]
    BadSignatureShare(u16),
    /// A message that cannot be read.
    #[error("{place} holds no message of this kind: {reason}")]
    Malformed {
        /// Where.
        place: String,
        /// Why.
        reason: String,
    },
    /// Anything else.
    #[error("the threshold signature failed: {0}")]
    Library(String),
}

impl From<frost_ed25519::Error> for FrostError {
    fn from(error: frost_ed25519::Error) -> FrostError {
        use frost_ed25519::Error as E;
        match &error {
            E::InvalidSignatureShare { culprits } => match culprits.first() {
                Some(culprit) => FrostError::BadSignatureShare(party_of(culprit)),
                None => FrostError::Library(error.to_string()),
            },
            E::InvalidSecretShare { culprit: Some(culprit) } => FrostError::BadShare(party_of(culprit)),
            E::InvalidProofOfKnowledge { culprit } => FrostError::BadProof(party_of(culprit)),
            E::InvalidMinSigners | E::InvalidMaxSigners => FrostError::BadGroup,
            _ => FrostError::Library(error.to_string()),
        }
    }
}
