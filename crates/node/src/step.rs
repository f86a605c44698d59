//! A node without threads, clock and disk: the same parts, called one after the other. For simulation.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel, sync_channel};

use gage_chain::PreparedBlock;
use gage_units::Height;

use crate::certifier::{Certifier, Message};
use crate::executor::Executor;
use crate::index::Index;
use crate::locks::{lock, read};
use crate::node::newest_two;
use crate::recovery::{Start, from_genesis};
use crate::shared::Shared;
use crate::snapshots::{load_records, to_bytes};
use crate::{NodeConfig, NodeError, NodeHandle, Sealing, StopReason};

/// The parts of a node that take ordered blocks, driven by their caller.
pub struct StepNode {
    handle: NodeHandle,
    executor: Executor,
    certifier: Certifier,
    messages: Receiver<Message>,
}

impl StepNode {
    /// A node at genesis.
    ///
    /// # Errors
    /// [`NodeError::Config`], [`NodeError::Genesis`].
    pub fn from_genesis(config: NodeConfig) -> Result<StepNode, NodeError> {
        let start = from_genesis(&config)?;
        StepNode::new(config, start)
    }

    /// A node at a snapshot that [`StepNode::snapshot`] made.
    ///
    /// # Errors
    /// [`NodeError::Snapshot`] where its bytes are not a sound state of this network.
    pub fn from_snapshot(config: NodeConfig, bytes: &[u8]) -> Result<StepNode, NodeError> {
        let genesis = config.genesis.hash();
        let loaded = load_records(bytes, "the snapshot", &genesis, config.hash_seed, config.retained_checkpoints)?;
        StepNode::new(config, Start::from_snapshot(loaded))
    }

    fn new(config: NodeConfig, start: Start) -> Result<StepNode, NodeError> {
        let config = NodeConfig { sealing: Sealing::Consensus, snapshot_every: 0, prune_log: false, ..config };
        config.validate()?;
        let Start { mut chain, certified, roots, .. } = start;
        if let Some(before_operation) = config.before_operation {
            chain = chain.with_fault(before_operation);
        }
        let (head, (executed, before)) = (chain.head(), newest_two(&roots)?);
        let index = Index::new(config.receipts_retained_blocks, config.receipts_retained_bytes);
        let shared = Arc::new(Shared::new(config, chain, certified, roots, index, None));
        // One block makes at most one message, and each is handled before the next block.
        let (to_certifier, messages) = sync_channel(1);
        let (give_back, spares) = channel();
        let (commands, _) = channel();
        let executor = Executor { shared: Arc::clone(&shared), certifier: to_certifier.clone(), spares };
        let handle = NodeHandle::new(Arc::clone(&shared), commands, to_certifier);
        let certifier = Certifier { shared, head, executed, before, last_snapshot: 0, spares: give_back };
        Ok(StepNode { handle, executor, certifier, messages })
    }

    /// What readers and writers hold.
    pub fn handle(&self) -> NodeHandle {
        self.handle.clone()
    }

    /// Executes and certifies the next ordered block. A block that is executed already changes nothing.
    ///
    /// # Errors
    /// Why the node stops: a fault in the block, or a gap before it.
    pub fn order(&mut self, block: &PreparedBlock) -> Result<(), StopReason> {
        let shared = Arc::clone(self.handle.shared());
        if let Some(reason) = shared.progress.stopped() {
            return Err(reason);
        }
        let (height, expected) = (block.block().header.height, Height(shared.progress.get().ordered.0 + 1));
        if height < expected {
            return Ok(());
        }
        if height > expected {
            let sentence = format!("consensus delivered block {height} where {expected} follows");
            return Err(StopReason::Fault { height: expected, sentence });
        }
        shared.agree(&block.block().header).inspect_err(|reason| shared.stop(reason.clone()))?;
        lock(&shared.index).ordered(&block.block().header, block.hashes());
        shared.progress.ordered(height);
        self.executor.execute(block);
        while let Ok(message) = self.messages.try_recv() {
            self.certifier.handle(message);
        }
        shared.progress.stopped().map_or(Ok(()), Err)
    }

    /// The bytes of a snapshot of the newest checkpoint.
    ///
    /// # Errors
    /// [`NodeError::Certified`] where the records do not fit a snapshot.
    pub fn snapshot(&self) -> Result<Vec<u8>, NodeError> {
        let certified = read(&self.handle.shared().certified);
        to_bytes(&self.certifier.snapshot_header(), &certified).map_err(|error| NodeError::Certified(error.to_string()))
    }
}
