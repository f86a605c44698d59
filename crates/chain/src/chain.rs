//! The state machine: how it starts, what it answers, and the next block it makes. `execute` says what a
//! block does, `run` what becomes of one transaction.

use gage_accounts::Broken;
use gage_crypto::Hash;
use gage_store::proof::Root;
use gage_store::{Draft, Events, LoadError};
use gage_units::{Height, Timestamp};
use thiserror::Error;

use crate::block::{Block, Executed, Header};
use crate::prepared::Body;
use crate::receipt::{Receipt, events_root};
use crate::state::{Head, network, params};
use crate::transaction::SignedTransaction;
use crate::validity::Claims;
use crate::{
    Genesis, GenesisError, Invalid, Operation, Params, active_version, classes, dispatch, invariants, state, validity,
};

/// The one deterministic state machine: the tables in memory after the last executed block.
pub struct Chain {
    pub(crate) draft: Draft,
    genesis: Hash,
    /// Called before every operation; tests plant faults with it, nothing else sets it.
    pub(crate) before_operation: fn(&Operation),
}

/// What a block did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockResult {
    /// Its height.
    pub height: Height,
    /// Its hash.
    pub block: Hash,
    /// One for each bundle of governance that ran, one for each bundle of an account that had its turn, then one
    /// for each transaction, in the order of execution.
    pub receipts: Vec<Receipt>,
    /// How many of the receipts are of bundles; they come first.
    pub bundles: usize,
    /// The events of due work.
    pub due: Events,
    /// The root of receipts and due events.
    pub events_root: Hash,
}

impl BlockResult {
    /// The bytes of receipts, the number of bundles among them, and due events: with the block, everything it did.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bundles = u64::try_from(self.bundles).expect("a block has fewer bundles than a u64 counts");
        borsh::to_vec(&(&self.receipts, bundles, &self.due)).expect("writing to memory cannot fail")
    }

    /// What a block did, from those bytes. Its roots are computed here; whether they are the network's, a later header
    /// says. `None` if the bytes are not of a result of this block.
    pub fn from_bytes(block: &Block, genesis: &Hash, bytes: &[u8]) -> Option<BlockResult> {
        let (receipts, bundles, due) = borsh::from_slice::<(Vec<Receipt>, u64, Events)>(bytes).ok()?;
        let bundles = usize::try_from(bundles).ok()?;
        // The receipts of bundles come first, then one for each transaction.
        let of_transactions = receipts.get(bundles..)?;
        let own = block.transactions.iter().map(|signed| signed.transaction.hash(genesis));
        if of_transactions.len() != block.transactions.len()
            || !of_transactions.iter().map(|receipt| receipt.transaction).eq(own)
        {
            return None;
        }
        let events_root = events_root(&receipts, &due);
        let (height, hash) = (block.header.height, block.header.hash(genesis));
        Some(BlockResult { height, block: hash, receipts, bundles, due, events_root })
    }
}

/// Why a node stops: it never repairs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Value is not conserved.
    #[error("the node stops: {0}")]
    Broken(Broken),
    /// A block that is not valid reached execution.
    #[error("the block cannot be executed: {0}")]
    Invalid(Invalid),
}

/// Why a state cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadFault {
    /// A record does not fit.
    #[error(transparent)]
    Record(#[from] LoadError),
    /// The state lacks the network record.
    #[error("the records hold no network; this is not a whole state")]
    NoNetwork,
    /// The state breaks an invariant.
    #[error("the loaded state is broken: {0}")]
    Broken(Broken),
}

impl Chain {
    /// The state that a genesis file describes. `hash_seed` scatters hash tables and decides nothing.
    ///
    /// # Errors
    /// See [`GenesisError`].
    pub fn from_genesis(genesis: &Genesis, hash_seed: u64) -> Result<Chain, GenesisError> {
        let mut draft = Draft::new(hash_seed);
        dispatch::create_tables(&mut draft);
        genesis.write(&mut draft)?;
        Ok(Chain { draft, genesis: genesis.hash(), before_operation: |_| {} })
    }

    /// The state that a snapshot's records describe.
    ///
    /// # Errors
    /// See [`LoadFault`].
    pub fn from_records<R: AsRef<[u8]>>(
        records: impl IntoIterator<Item = (R, R)>,
        hash_seed: u64,
    ) -> Result<Chain, LoadFault> {
        let mut draft = Draft::new(hash_seed);
        dispatch::create_tables(&mut draft);
        for (key, value) in records {
            draft.load(key.as_ref(), value.as_ref())?;
        }
        let genesis = network(&draft).ok_or(LoadFault::NoNetwork)?.genesis;
        if state::head(&draft).is_none() {
            return Err(LoadFault::NoNetwork);
        }
        dispatch::rebuild(&mut draft);
        invariants::check_all(&draft).map_err(LoadFault::Broken)?;
        Ok(Chain { draft, genesis, before_operation: |_| {} })
    }

    /// The same machine with a function that is called before every operation. For tests that plant faults.
    #[must_use]
    pub fn with_fault(mut self, before_operation: fn(&Operation)) -> Chain {
        self.before_operation = before_operation;
        self
    }

    /// The tables, for reads.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The genesis hash: the name of the network in every signature.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// The network's name for people.
    pub fn network_name(&self) -> String {
        network(&self.draft).map(|network| network.name.clone()).unwrap_or_default()
    }

    /// The chain's parameters.
    pub fn params(&self) -> &Params {
        params(&self.draft)
    }

    /// The last executed block.
    pub fn head(&self) -> Head {
        state::head(&self.draft).expect("genesis writes the head before anything reads it")
    }

    /// Hands the records written since the last call to `sink`; see [`Draft::drain_changes`].
    pub fn drain_changes(&mut self, sink: impl FnMut(&[u8], Option<&[u8]>)) {
        self.draft.drain_changes(sink);
    }

    /// Everything that must hold, checked in full.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn check_invariants(&self) -> Result<(), Broken> {
        invariants::check_all(&self.draft)
    }

    /// Makes the next block of these transactions: sorts them by class and commits to them.
    pub fn make_block(
        &self,
        time: Timestamp,
        mut transactions: Vec<SignedTransaction>,
        height: Height,
        state_root: Root,
        events_root: Hash,
    ) -> Block {
        classes::sort(&mut transactions);
        let head = self.head();
        let next = Height(head.height.0.saturating_add(1));
        let header = Header {
            parent: head.block,
            height: next,
            time,
            version: active_version(next),
            body: Block::body_hash(&transactions),
            executed: Executed { height, state_root, events_root },
        };
        Block { header, transactions }
    }

    /// Whether a block may follow. Signatures and the equality of the published roots with one's own
    /// are the host's part.
    ///
    /// # Errors
    /// See [`Invalid`].
    pub fn check_block(&self, block: &Block) -> Result<(), Invalid> {
        let body = Body::of(&self.genesis, &block.transactions);
        let accounts = validity::check_block(&self.draft, &self.head(), block, &body)?;
        validity::check_credits(&self.draft, &Claims::default(), block, &accounts)
    }
}
