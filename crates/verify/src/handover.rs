//! From the validators of one epoch to those of a later one: each set is a record of the state, published by a header
//! that the set before it certified.

use borsh::BorshDeserialize;
use gage_chain::Header;
use gage_crypto::{Hash, PublicKey};
use gage_staking::{Member, VALIDATOR_SETS, ValidatorSet};
use gage_units::Height;

use crate::{Evidence, Finality, Trust, VerifyError, verify};

/// The most handovers that are followed in one go.
pub const HANDOVERS_MAX: usize = 4_096;

/// Who certifies, from which height on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// First height and keys of each set, oldest first.
    sets: Vec<(Height, Vec<PublicKey>)>,
    /// Blocks of an epoch, once a later set has told.
    epoch_blocks: Option<u64>,
}

impl Authority {
    /// The validators that the reader knows.
    pub fn new(validators: &[PublicKey]) -> Authority {
        Authority { sets: vec![(Height::GENESIS, validators.to_vec())], epoch_blocks: None }
    }

    /// The validators that follow from it by evidence of later sets, oldest first. Sets that the reader knows already
    /// are passed over.
    ///
    /// # Errors
    /// [`VerifyError::Handover`] names the first that does not hold, and why.
    pub fn after(mut self, genesis: &Hash, handovers: &[Evidence]) -> Result<Authority, VerifyError> {
        if handovers.len() > HANDOVERS_MAX {
            return Err(VerifyError::Handover(format!("there are more than {HANDOVERS_MAX}")));
        }
        for evidence in handovers {
            self.hand_over(genesis, evidence).map_err(|error| {
                VerifyError::Handover(format!("the one of height {} does not hold: {error}", evidence.height))
            })?;
        }
        Ok(self)
    }

    fn hand_over(&mut self, genesis: &Hash, evidence: &Evidence) -> Result<(), VerifyError> {
        let set = set_of(evidence).ok_or(VerifyError::BadRecord("set of validators"))?;
        let (since, keys) = self.sets.last().expect("it begins with a set");
        if set.first <= *since {
            return Ok(());
        }
        let trust = Trust { genesis: Some(*genesis), validators: Some(keys.clone()), ..Trust::default() };
        verify(evidence, &trust)?;
        let (header, finality) =
            evidence.header.as_ref().zip(evidence.finality.as_ref()).ok_or(VerifyError::NoCertificate)?;
        let certified = finality.certified(header).height;
        if certified < *since || certified >= set.first {
            let what = format!("block {certified} is not of the epochs of those who signed it");
            return Err(VerifyError::Certificate(what));
        }
        self.epoch_blocks = set.first.0.checked_div(set.epoch);
        self.sets.push((set.first, keys_of(&set.members)));
        Ok(())
    }

    /// The validators whose certificates count for a block of this height.
    pub fn at(&self, height: Height) -> &[PublicKey] {
        let after = self.sets.partition_point(|(first, _)| *first <= height);
        &self.sets[after.saturating_sub(1)].1
    }

    /// Checks that `header` is certified, or an ancestor of the header that is, by those who ordered then.
    ///
    /// # Errors
    /// [`VerifyError::Certificate`].
    pub fn check(&self, header: &Header, finality: &Finality, genesis: &Hash) -> Result<Hash, VerifyError> {
        let height = finality.certified(header).height;
        let epoch = self.epoch_blocks.and_then(|blocks| height.0.checked_div(blocks));
        if epoch.is_some_and(|epoch| epoch != finality.certificate.epoch) {
            let what = format!("block {height} is not of epoch {}", finality.certificate.epoch);
            return Err(VerifyError::Certificate(what));
        }
        finality.verify(header, genesis, self.at(height))
    }
}

/// The set that a handover is of; `None` where the evidence is of another record. Whether it holds is not asked here.
pub fn set_of(evidence: &Evidence) -> Option<ValidatorSet> {
    let set = ValidatorSet::try_from_slice(evidence.value.as_deref()?).ok()?;
    (evidence.key == VALIDATOR_SETS.key_bytes(&set.epoch)).then_some(set)
}

/// The keys of a set, in their order.
pub fn keys_of(members: &[Member]) -> Vec<PublicKey> {
    members.iter().map(|member| member.key).collect()
}
