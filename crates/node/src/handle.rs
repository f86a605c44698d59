//! What the API, the demo and tests hold. Submitting is in `submission`, proving in `proofs`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use gage_chain::{Block, BlockResult, Chain, Head, Header, TransactionHash, frozen_modules};
use gage_crypto::Hash;
use gage_store::proof::Root;
use gage_units::{Height, Timestamp};
use tokio::sync::{broadcast, watch};

use crate::certifier::Message;
use crate::disk::list_snapshots;
use crate::locks::{lock, read};
use crate::proofs::span;
use crate::recovery::snapshot_dir;
use crate::sequencer::Command;
use crate::shared::{BlockNotice, Shared};
use crate::status::LogStatus;
use crate::{NodeConfig, NodeError, NodeStatus, Progress, SealError, Sealing, Stage, StopReason, TxStatus};

/// A block that was made on command.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its height.
    pub height: Height,
    /// Its hash.
    pub block: Hash,
    /// What it did.
    pub result: Arc<BlockResult>,
    /// The newest checkpoint: this height, where every block is one.
    pub certified: Height,
    /// The root of that checkpoint.
    pub root: Root,
}

/// A hold on a node. Clones are cheap; all may be used at once from any thread.
#[derive(Clone)]
pub struct NodeHandle {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    certifier: SyncSender<Message>,
}

impl NodeHandle {
    pub(crate) fn new(shared: Arc<Shared>, commands: Sender<Command>, certifier: SyncSender<Message>) -> NodeHandle {
        NodeHandle { shared, commands, certifier }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Where a transaction stands.
    pub fn status(&self, hash: &TransactionHash) -> TxStatus {
        let certified = self.shared.progress.get().certified;
        lock(&self.shared.index).status(hash, certified)
    }

    /// The stage that a transaction has reached; `None` if it is unknown or was dropped. Cheaper than its status.
    pub fn stage(&self, hash: &TransactionHash) -> Option<Stage> {
        let certified = self.shared.progress.get().certified;
        lock(&self.shared.index).stage(hash, certified)
    }

    /// Waits until a transaction has reached a stage or was dropped, the node has stopped, or the time
    /// is over; returns where it stands then. Blocks the thread; asynchronous callers use
    /// [`NodeHandle::progress`].
    pub fn wait(&self, hash: &TransactionHash, at_least: Stage, timeout: Duration) -> TxStatus {
        let deadline = Instant::now() + timeout;
        loop {
            let seen = self.shared.progress.get();
            let status = self.status(hash);
            let reached = status.stage().is_some_and(|stage| stage >= at_least);
            let over = matches!(status, TxStatus::Dropped { .. }) || seen.stopped || Instant::now() >= deadline;
            if reached || over {
                return status;
            }
            self.shared.progress.wait_change(&seen, deadline);
        }
    }

    /// Makes a block of this time of everything that waits, as far as it fits; returns when it is
    /// durable, executed, and the checkpoint at or below it certified.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal(&self, time: Timestamp) -> Result<Sealed, SealError> {
        let shared = &self.shared;
        let stopped = || SealError::Stopped(shared.progress.stopped().unwrap_or(StopReason::Requested));
        let height = if shared.config.sealing == Sealing::Told {
            self.await_told(time)?
        } else {
            let (reply, answer) = sync_channel(1);
            self.commands.send(Command::Seal { time, reply }).map_err(|_| stopped())?;
            answer.recv().map_err(|_| stopped())??
        };
        let certified = shared.checkpoint_below(height);
        shared
            .progress
            .wait_for(|progress| progress.executed >= height && progress.certified >= certified)
            .map_err(SealError::Stopped)?;
        let result = self.result(height).ok_or_else(stopped)?;
        let root = shared.progress.root(certified).ok_or_else(stopped)?.state_root;
        Ok(Sealed { height, block: result.block, result, certified, root })
    }

    /// Tells this node the time and waits until consensus has ordered a block of it.
    fn await_told(&self, time: Timestamp) -> Result<Height, SealError> {
        let progress = &self.shared.progress;
        let head = || self.read(Chain::head);
        // The others may have come to a block of this time before this node was told.
        let parent = progress.told();
        if time <= parent {
            return Err(SealError::TimeNotLater { given: time, parent });
        }
        progress.tell(time);
        let far = Duration::from_secs(3_600);
        loop {
            let seen = progress.get();
            let Head { height, time: reached, .. } = head();
            if reached >= time {
                let later = |height: &Height| self.header(*height).is_some_and(|header| header.time >= time);
                let first = (1..=height.0).rev().map(Height).take_while(later).last();
                return Ok(first.unwrap_or(height));
            }
            if let Some(reason) = progress.stopped() {
                return Err(SealError::Stopped(reason));
            }
            progress.wait_change(&seen, Instant::now() + far);
        }
    }

    /// The time that this node was told; `None` where it goes by the machine's clock.
    pub fn told(&self) -> Option<Timestamp> {
        (self.shared.config.sealing == Sealing::Told).then(|| self.shared.progress.told())
    }

    /// Reads the head, between blocks. Keep it short, the next block waits; and do not call the handle
    /// from inside, which may wait for that block.
    pub fn read<T>(&self, look: impl FnOnce(&Chain) -> T) -> T {
        look(&read(&self.shared.chain))
    }

    /// A block from the log. `None` if it is not kept, not yet made, or the node is stopped.
    pub fn block(&self, height: Height) -> Option<Block> {
        self.shared.block(height)
    }

    /// A block's header.
    pub fn header(&self, height: Height) -> Option<Header> {
        self.shared.header(height)
    }

    /// What a block did, if that is still kept.
    pub fn result(&self, height: Height) -> Option<Arc<BlockResult>> {
        lock(&self.shared.index).result(height)
    }

    /// The oldest height whose result is kept: from where a subscriber can catch up.
    pub fn oldest_result(&self) -> Option<Height> {
        lock(&self.shared.index).oldest_result()
    }

    /// Every block from now on, as it is executed. A receiver that falls too far behind is told how
    /// many it missed, and can fetch them with [`NodeHandle::result`].
    pub fn subscribe(&self) -> broadcast::Receiver<BlockNotice> {
        self.shared.notices.subscribe()
    }

    /// Follows how far the node has come; changes also when transactions are dropped.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.shared.progress.subscribe()
    }

    /// Waits until anything changed since `seen`, at most so long; returns what is then. Blocks the thread.
    pub fn wait_change(&self, seen: &Progress, most: Duration) -> Progress {
        self.shared.progress.wait_change(seen, Instant::now() + most)
    }

    /// How this node is run.
    pub fn config(&self) -> &NodeConfig {
        &self.shared.config
    }

    /// Follows what may end a wait for `stage`: blocks that reach it, dropped transactions, the node's stop.
    pub fn progress_to(&self, stage: Stage) -> watch::Receiver<Progress> {
        self.shared.progress.subscribe_to(stage)
    }

    /// The newest checkpoint and its root.
    pub fn checkpoint(&self) -> Option<(Height, Root)> {
        read(&self.shared.certified).latest().map(|(height, root)| (Height(height), root))
    }

    /// The newest checkpoint that is still kept and whose root a header publishes.
    pub fn published(&self) -> Option<Height> {
        let ordered = self.shared.progress.get().ordered;
        let newest = self.shared.published_at(ordered)?;
        let kept = read(&self.shared.certified).checkpoints().any(|height| height == newest.0);
        (kept && ordered > Height::GENESIS).then_some(newest)
    }

    /// The genesis hash.
    pub fn genesis(&self) -> Hash {
        self.shared.genesis
    }

    /// The network's name.
    pub fn network(&self) -> &str {
        &self.shared.network
    }

    /// Whether blocks are made on command.
    pub fn is_manual(&self) -> bool {
        self.shared.is_manual()
    }

    /// The newest height whose roots, as the network publishes them, are those of this node.
    pub fn agreed(&self) -> Height {
        self.shared.progress.agreed()
    }

    /// Waits until a block is executed here.
    ///
    /// # Errors
    /// Why the node stopped before.
    pub fn wait_executed(&self, height: Height) -> Result<(), StopReason> {
        self.shared.progress.wait_for(|progress| progress.executed >= height).map(|_| ())
    }

    /// Whether validators order the blocks, and not this node alone.
    pub fn is_network(&self) -> bool {
        self.shared.is_network()
    }

    /// Why no more blocks are made, if so.
    pub fn stopped(&self) -> Option<StopReason> {
        self.shared.progress.stopped()
    }

    /// Consensus has ended: no more blocks come. The first reason to stop stays.
    pub fn consensus_ended(&self, sentence: String) {
        self.shared.stop(StopReason::Consensus { sentence });
    }

    /// What the node says of itself.
    pub fn status_summary(&self) -> NodeStatus {
        let shared = &self.shared;
        let progress = shared.progress.get();
        let (head, frozen) = self.read(|chain| (chain.head(), frozen_modules(chain.draft())));
        let (oldest, newest, root, records) = {
            let certified = read(&shared.certified);
            let (oldest, newest) = span(&certified);
            (oldest, newest, certified.root(), certified.len())
        };
        let mempool = lock(&shared.mempool).status();
        let log = lock(&shared.log).as_ref().map_or_else(LogStatus::default, |log| LogStatus {
            first_height: log.first_height(),
            next_height: log.next_height(),
        });
        let snapshots = list_snapshots(&snapshot_dir(&shared.config.dir)).unwrap_or_default();
        NodeStatus {
            network: shared.network.clone(),
            genesis: shared.genesis,
            ordered: progress.ordered,
            head,
            certified: newest,
            root,
            published: self.published(),
            oldest_checkpoint: oldest,
            records,
            mempool,
            log,
            snapshots: snapshots.into_iter().map(|file| file.height).collect(),
            snapshot_failure: lock(&shared.snapshot_failure).clone(),
            frozen_modules: frozen,
            stopped: progress.stopped.then(|| shared.progress.stopped()).flatten(),
        }
    }

    /// The height from which blocks are kept. Waits while the log is written to.
    pub fn first_kept(&self) -> Height {
        lock(&self.shared.log).as_ref().map_or(Height::GENESIS, |log| Height(log.first_height()))
    }

    /// Writes a snapshot of the newest checkpoint and returns its file.
    ///
    /// # Errors
    /// [`NodeError::Snapshot`]; [`NodeError::Stopped`].
    pub fn snapshot_now(&self) -> Result<PathBuf, NodeError> {
        let stopped = || NodeError::Stopped(self.stopped().unwrap_or(StopReason::Requested));
        let (reply, answer) = sync_channel(1);
        self.certifier.send(Message::Snapshot { reply }).map_err(|_| stopped())?;
        answer.recv().map_err(|_| stopped())?
    }
}
