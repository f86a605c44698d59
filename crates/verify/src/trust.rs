//! What the reader brings along, and what follows from it.

use gage_chain::Header;
use gage_crypto::{Hash, PublicKey};
use gage_store::proof::Root;
use gage_units::{Height, Timestamp};
use serde::{Deserialize, Serialize};

use crate::handover::Authority;
use crate::{Evidence, Finality, VerifyError};

/// Facts the reader has from a source of his own. What is given must agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// The genesis hash: of the genesis file, which anyone can hash.
    pub genesis: Option<Hash>,
    /// The hash of the header that publishes the root.
    pub header: Option<Hash>,
    /// The state root itself. Says nothing about receipts, but those that are proved through the accumulator.
    pub state_root: Option<Root>,
    /// The events root itself. Says nothing about records.
    pub events_root: Option<Hash>,
    /// The keys of the network's validators, or of its first ones where handovers lead on.
    pub validators: Option<Vec<PublicKey>>,
    /// Evidence of the sets of validators after those, oldest first. Needs no trust: each is certified by the one before.
    pub handovers: Vec<Evidence>,
}

/// What holds, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The height whose state or receipts these are.
    pub height: Height,
    /// The time of that height; not part of a receipt's evidence.
    pub time: Option<Timestamp>,
    /// Whether there is a record. Always so for a receipt.
    pub present: bool,
    /// The hash of the header that publishes the root, if the evidence carries one.
    pub header: Option<Hash>,
    /// Whether a header, or the root itself, came from the reader's own source.
    pub anchored: bool,
    /// What was checked, one sentence each.
    pub checked: Vec<String>,
    /// What was taken on trust, one sentence each.
    pub trusted: Vec<String>,
}

impl Verified {
    pub(crate) fn new(height: Height) -> Verified {
        Verified {
            height,
            time: None,
            present: true,
            header: None,
            anchored: false,
            checked: Vec::new(),
            trusted: Vec::new(),
        }
    }

    pub(crate) fn check(&mut self, sentence: impl Into<String>) {
        self.checked.push(sentence.into());
    }

    /// Compares genesis, header and certificate with what the reader trusts.
    pub(crate) fn anchor(
        &mut self,
        genesis: &Hash,
        header: Option<&Header>,
        finality: Option<&Finality>,
        trust: &Trust,
    ) -> Result<(), VerifyError> {
        match trust.genesis {
            Some(trusted) if trusted != *genesis => {
                let (found, trusted) = (genesis.to_string(), trusted.to_string());
                return Err(VerifyError::GenesisNotTrusted { found, trusted });
            }
            Some(_) => self.trusted.push(format!("That {genesis} is the genesis you mean: you gave it.")),
            None => self
                .trusted
                .push(format!("That {genesis} is the genesis you mean: compare it with the hash of the genesis file.")),
        }
        let hash = header.map(|header| header.hash(genesis));
        self.header = hash;
        match (trust.header, hash) {
            (Some(_), None) => return Err(VerifyError::NoHeader),
            (Some(trusted), Some(found)) if trusted != found => {
                let (found, trusted) = (found.to_string(), trusted.to_string());
                return Err(VerifyError::HeaderNotTrusted { found, trusted });
            }
            (Some(trusted), Some(_)) => {
                self.anchored = true;
                self.trusted.push(format!("That {trusted} is a header of the network: you gave it."));
            }
            (None, _) => {}
        }
        if let Some(validators) = &trust.validators {
            let (header, finality) = header.zip(finality).ok_or(VerifyError::NoCertificate)?;
            let authority = Authority::new(validators).after(genesis, &trust.handovers)?;
            let certified = authority.check(header, finality, genesis)?;
            self.anchored = true;
            let voters = authority.at(finality.certified(header).height);
            let (votes, all) = (finality.certificate.votes.len(), voters.len());
            self.check(format!(
                "{votes} of {all} validators signed block {certified}, which is that header or follows it by {} headers.",
                finality.headers.len()
            ));
            if !trust.handovers.is_empty() {
                let count = trust.handovers.len();
                self.check(format!("The validators are known from those you gave through {count} handovers."));
            }
            let given = validators.len();
            self.trusted.push(format!("That the {given} keys are those of the network's validators: you gave them."));
        }
        Ok(())
    }

    /// Says what is left to trust where neither header nor root came from the reader.
    pub(crate) fn finish(mut self, root: &str) -> Verified {
        if !self.anchored {
            self.trusted.push(match &self.header {
                Some(hash) => format!(
                    "That {hash} is a header of the network: compare it with the same height elsewhere. A solo node signs no certificate."
                ),
                None => format!(
                    "That {root} is a root of the network: no header in the evidence publishes it. Compare it with another copy, or ask again two blocks later."
                ),
            });
        }
        self
    }
}
