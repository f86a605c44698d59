//! From a header to the signatures of two thirds of the validators.
//!
//! A certificate is what the consensus engine makes: signatures under one proposal (epoch, view, parent's view,
//! block hash). The bytes that are signed are those of [`gage_crypto::vote`], with nothing of the engine.

use std::collections::BTreeSet;

use gage_chain::Header;
use gage_crypto::vote::{Proposal, Round, VoteKind, vote_message};
use gage_crypto::{Hash, PublicKey, SignatureBytes};
use serde::{Deserialize, Serialize};

use crate::VerifyError;

/// The most signatures of a certificate, and validators of a network.
pub const VALIDATORS_MAX: usize = 128;
/// The most headers between the one that publishes a root and the one that is certified.
pub const HEADERS_MAX: usize = 256;

/// One validator's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Its position among the validators' keys in ascending order.
    pub validator: u16,
    /// Ed25519.
    pub signature: SignatureBytes,
}

/// More than two thirds of the validators finalized a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The epoch of consensus.
    pub epoch: u64,
    /// The view in which the block was proposed.
    pub view: u64,
    /// The view of its parent.
    pub parent_view: u64,
    /// The hash of its header.
    pub block: Hash,
    /// By position, ascending.
    pub votes: Vec<Vote>,
}

/// Why a header is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finality {
    /// The headers after the one in question, oldest first, to the certified one; empty where it is that one.
    pub headers: Vec<Header>,
    /// The certificate of the last of them.
    pub certificate: Certificate,
}

impl Certificate {
    /// Checks the signatures of more than two thirds of the validators: of n at least n - (n - 1) / 3.
    ///
    /// # Errors
    /// [`VerifyError::Certificate`] says what is wrong.
    pub fn verify(&self, genesis: &Hash, validators: &[PublicKey]) -> Result<(), VerifyError> {
        let wrong = |what: String| Err(VerifyError::Certificate(what));
        if validators.is_empty() || validators.len() > VALIDATORS_MAX {
            return wrong(format!("a network has 1 to {VALIDATORS_MAX} validators, not {}", validators.len()));
        }
        // A set: whoever is named twice votes once, and positions are those of the ascending keys.
        let keys: BTreeSet<&[u8]> = validators.iter().map(PublicKey::as_bytes).collect();
        if keys.len() != validators.len() {
            return wrong("two validators have the same key".to_owned());
        }
        let mut ordered: Vec<&PublicKey> = validators.iter().collect();
        ordered.sort_by_key(|key| key.as_bytes());
        let quorum = ordered.len() - (ordered.len() - 1) / 3;
        if self.votes.len() < quorum {
            return wrong(format!("{} of {} signatures; {quorum} are needed", self.votes.len(), ordered.len()));
        }
        if !self.votes.windows(2).all(|pair| pair[0].validator < pair[1].validator) {
            return wrong("its signatures are not in the order of the validators, each once".to_owned());
        }
        let round = Round { epoch: self.epoch, view: self.view };
        let proposal = Proposal { parent_view: self.parent_view, block: self.block };
        let message = vote_message(genesis, VoteKind::Finalize, round, Some(&proposal));
        for vote in &self.votes {
            let Some(key) = ordered.get(usize::from(vote.validator)) else {
                return wrong(format!("there is no validator {}", vote.validator));
            };
            if let Err(error) = gage_crypto::verify_message(key, &message, &vote.signature) {
                return wrong(format!("the signature of validator {} does not hold: {error}", vote.validator));
            }
        }
        Ok(())
    }
}

impl Finality {
    /// The header that is certified: `header` itself, or the last that follows.
    pub fn certified<'h>(&'h self, header: &'h Header) -> &'h Header {
        self.headers.last().unwrap_or(header)
    }

    /// Checks that `header` is certified, or an ancestor of the header that is. Returns the certified header's hash.
    ///
    /// # Errors
    /// [`VerifyError::Certificate`].
    pub fn verify(&self, header: &Header, genesis: &Hash, validators: &[PublicKey]) -> Result<Hash, VerifyError> {
        if self.headers.len() > HEADERS_MAX {
            return Err(VerifyError::Certificate(format!("more than {HEADERS_MAX} headers lead to it")));
        }
        let mut last = header.hash(genesis);
        for next in &self.headers {
            if next.parent != last {
                let what = format!("header {} does not follow the one before it", next.height);
                return Err(VerifyError::Certificate(what));
            }
            last = next.hash(genesis);
        }
        if last != self.certificate.block {
            let what = format!("it is of block {}, the headers lead to {last}", self.certificate.block);
            return Err(VerifyError::Certificate(what));
        }
        self.certificate.verify(genesis, validators)?;
        Ok(last)
    }
}
