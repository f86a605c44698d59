//! How a node is run. Nothing here changes any result: two nodes with the same genesis and the same
//! blocks have the same roots, whatever their configuration.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::time::Duration;

use gage_chain::{Genesis, Operation};

use crate::NodeError;
use crate::disk::SEGMENT_BYTES_DEFAULT;

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// When [`crate::NodeHandle::seal`] says so, with the time it gives.
    Manual,
    /// By the wall clock: at each interval at which something waits, and a heartbeat block every
    /// [`NodeConfig::heartbeat_intervals`] otherwise, so that due work goes on.
    Every(Duration),
    /// Blocks come from consensus, through [`crate::Feed`] or [`crate::StepNode`]; this node makes none by itself.
    Consensus,
    /// As [`Sealing::Consensus`], but no block is proposed, or voted for, of a time later than
    /// [`crate::NodeHandle::seal`] has said, and none where it has said nothing new: for demonstrations, where the
    /// whole network is told what time it is.
    Told,
}

/// How a node is run.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// The data directory: `genesis.json`, `network`, `LOCK`, `log/`, `snapshots/`.
    pub dir: PathBuf,
    /// The network. A directory of another network is refused.
    pub genesis: Genesis,
    /// When blocks are made.
    pub sealing: Sealing,
    /// Intervals without anything to do after which an empty block is made; at least 1.
    pub heartbeat_intervals: u32,
    /// Blocks between snapshots, each written at the next checkpoint; 0 is never.
    pub snapshot_every: u64,
    /// How many snapshots are kept, at least 1.
    pub snapshots_kept: usize,
    /// Whether blocks below the oldest snapshot kept are deleted from the log, whole segments at a time.
    pub prune_log: bool,
    /// For how many checkpoints values and proofs can be had; 3 to 4,096.
    pub retained_checkpoints: usize,
    /// The most transactions that wait, all accounts together.
    pub mempool_max: usize,
    /// The most bytes of transactions that wait.
    pub mempool_bytes_max: usize,
    /// The most transactions of one account that wait.
    pub mempool_per_account_max: usize,
    /// For how many blocks receipts are kept in memory.
    pub receipts_retained_blocks: u64,
    /// The most bytes of receipts kept in memory; the oldest go first.
    pub receipts_retained_bytes: usize,
    /// Scatters hash tables and decides nothing; random unless set.
    pub hash_seed: u64,
    /// Length of the log's segments, in bytes.
    pub log_segment_bytes: u64,
    /// Accept a last segment of the log that was cut from outside; an operator's decision after a loss.
    pub accept_short_segment: bool,
    /// The most block notices a slow subscriber may be behind.
    pub notices_max: usize,
    /// The most threads that check signatures of one batch.
    pub signature_threads: usize,
    /// Blocks come certified from other nodes, and this one only reads: transactions are refused, and a new directory
    /// may begin with a snapshot. With [`Sealing::Consensus`].
    pub follows: bool,
    /// Called before every operation. For tests that plant faults; nothing else sets it.
    pub before_operation: Option<fn(&Operation)>,
}

impl NodeConfig {
    /// The defaults: manual sealing, a snapshot every 1,000 blocks, sixteen checkpoints.
    pub fn new(dir: impl Into<PathBuf>, genesis: Genesis) -> NodeConfig {
        NodeConfig {
            dir: dir.into(),
            genesis,
            sealing: Sealing::Manual,
            heartbeat_intervals: 10,
            snapshot_every: 1_000,
            snapshots_kept: 2,
            prune_log: false,
            retained_checkpoints: 16,
            mempool_max: 100_000,
            mempool_bytes_max: 256 << 20,
            mempool_per_account_max: 1_000,
            receipts_retained_blocks: 4_096,
            receipts_retained_bytes: 1 << 30,
            hash_seed: RandomState::new().build_hasher().finish(),
            log_segment_bytes: SEGMENT_BYTES_DEFAULT,
            accept_short_segment: false,
            notices_max: 1_024,
            signature_threads: std::thread::available_parallelism().map_or(1, usize::from),
            follows: false,
            before_operation: None,
        }
    }

    /// Checks every bound.
    ///
    /// # Errors
    /// [`NodeError::Config`] names the field and what it may be.
    pub fn validate(&self) -> Result<(), NodeError> {
        let interval = match self.sealing {
            Sealing::Manual | Sealing::Consensus | Sealing::Told => None,
            Sealing::Every(interval) => Some(interval),
        };
        let day = Duration::from_secs(86_400);
        let checks = [
            (
                interval.is_none_or(|interval| (Duration::from_millis(1)..=day).contains(&interval)),
                "sealing: an interval is between 1 millisecond and 1 day",
            ),
            (self.heartbeat_intervals >= 1, "heartbeat_intervals is at least 1"),
            (self.snapshots_kept >= 1, "snapshots_kept is at least 1"),
            ((3..=4_096).contains(&self.retained_checkpoints), "retained_checkpoints is between 3 and 4,096"),
            (self.mempool_max >= 1, "mempool_max is at least 1"),
            (self.mempool_bytes_max >= gage_chain::TRANSACTION_BYTES_MAX, "mempool_bytes_max holds one transaction"),
            (
                (1..=self.mempool_max).contains(&self.mempool_per_account_max),
                "mempool_per_account_max is between 1 and mempool_max",
            ),
            (self.receipts_retained_blocks >= 1, "receipts_retained_blocks is at least 1"),
            ((1..=1 << 20).contains(&self.notices_max), "notices_max is between 1 and 1,048,576"),
            (self.signature_threads >= 1, "signature_threads is at least 1"),
            (!self.follows || self.sealing == Sealing::Consensus, "a node that follows makes no blocks by itself"),
            (
                !self.prune_log || self.snapshot_every > 0,
                "prune_log needs snapshots: without them the whole log is needed; set snapshot_every",
            ),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, sentence)) => Err(NodeError::Config(sentence)),
            None => Ok(()),
        }
    }
}
