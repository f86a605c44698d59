//! Who orders, epoch by epoch: told from outside for ever, or chosen by the state that the node executes.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};

use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::types::{Epoch, FixedEpocher, Height as EngineHeight};
use commonware_cryptography::certificate::{Provider, Scoped};
use gage_node::NodeHandle;
use gage_staking::ValidatorRules;
use gage_units::Height;

use crate::committee::{Committee, ValidatorSecret};

/// Epochs whose schemes are kept at hand.
const SCHEMES_KEPT: usize = 8;

/// A peer: its key, and where the state says it is reached.
pub(crate) type Peer = (commonware_cryptography::ed25519::PublicKey, Option<String>);

/// How votes of an epoch are checked, and whether this validator casts some.
#[derive(Clone)]
pub(crate) struct Signing {
    pub scheme: Arc<Scheme>,
    pub member: bool,
    pub committee: Arc<Committee>,
}

/// What one validator knows of the epochs.
#[derive(Clone)]
pub(crate) struct Epochs {
    node: NodeHandle,
    secret: ValidatorSecret,
    /// Where the state chooses none.
    told: Committee,
    rules: Option<ValidatorRules>,
    schemes: Arc<Mutex<BTreeMap<u64, Signing>>>,
}

impl Epochs {
    /// `told` counts where the node's state has no rules for validators.
    pub fn new(node: NodeHandle, secret: ValidatorSecret, told: Committee) -> Epochs {
        let rules = node.validator_rules();
        Epochs { node, secret, told, rules, schemes: Arc::default() }
    }

    /// The secret of this validator.
    pub fn secret(&self) -> &ValidatorSecret {
        &self.secret
    }

    /// The epochs as consensus counts them.
    pub fn epocher(&self) -> FixedEpocher {
        let blocks = self.rules.map_or(u64::MAX, |rules| rules.epoch_blocks);
        FixedEpocher::new(NonZeroU64::new(blocks).expect("the rules have epochs of at least three blocks"))
    }

    /// The epoch of the next block that is executed here.
    pub fn current(&self) -> u64 {
        let next = Height(self.node.progress_now().executed.0 + 1);
        self.rules.map_or(0, |rules| rules.epoch_of(next))
    }

    /// The last height of an epoch; none where there is one for ever.
    pub fn last_of(&self, epoch: u64) -> Option<EngineHeight> {
        self.rules.map(|rules| EngineHeight::new(rules.last_of(epoch).0))
    }

    /// Who orders in an epoch; known once the last block of the one before is executed.
    fn committee(&self, epoch: u64) -> Option<Committee> {
        if self.rules.is_none() {
            return Some(self.told.clone());
        }
        let members = self.node.validators_of(epoch)?.members;
        let keys: Vec<[u8; 32]> = members
            .iter()
            .map(|member| member.key.as_bytes().try_into().expect("a validator's key is one of ed25519"))
            .collect();
        Some(Committee::new(*self.told.genesis(), &keys).expect("the ledger registers keys that consensus reads"))
    }

    /// Whom to reach in an epoch.
    pub fn peers(&self, epoch: u64) -> Vec<Peer> {
        if self.rules.is_none() {
            return self.told.members().iter().map(|key| (key.clone(), None)).collect();
        }
        let known = self.node.peers_of(epoch);
        let read = |(key, address): (gage_crypto::PublicKey, String)| {
            let bytes: [u8; 32] = key.as_bytes().try_into().ok()?;
            Some((Committee::read_key(&bytes)?, Some(address)))
        };
        known.into_iter().filter_map(read).collect()
    }

    /// How votes of an epoch are checked, and signed where this validator is a member.
    pub fn signing(&self, epoch: u64) -> Option<Signing> {
        let mut schemes = self.schemes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signing) = schemes.get(&epoch) {
            return Some(signing.clone());
        }
        let committee = self.committee(epoch)?;
        let (scheme, member) = match committee.signer(&self.secret) {
            Ok(scheme) => (scheme, true),
            Err(_) => (committee.verifier(), false),
        };
        let signing = Signing { scheme: Arc::new(scheme), member, committee: Arc::new(committee) };
        schemes.insert(epoch, signing.clone());
        // An older one is made again where it is asked for.
        while schemes.len() > SCHEMES_KEPT {
            schemes.pop_first();
        }
        Some(signing)
    }
}

impl Provider for Epochs {
    type Scope = Epoch;
    type Scheme = Scheme;

    fn scoped(&self, epoch: Epoch) -> Option<Scoped<Scheme>> {
        let Signing { scheme, member, .. } = self.signing(epoch.get())?;
        Some(if member { Scoped::scheme(scheme) } else { Scoped::verifier(scheme) })
    }
}
