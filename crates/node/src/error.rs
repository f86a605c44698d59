//! Why a node does not start, take, seal or prove.

use gage_chain::{Fault, GenesisError, Rejection, SignatureRefusal, TransactionHash};
use gage_store::proof::Root;
use gage_units::{Height, Timestamp};
use thiserror::Error;

use crate::disk::DiskError;
use crate::{GenesisFileError, SnapshotFault, StopReason};

/// Why a node does not start or stop cleanly.
#[derive(Debug, Error)]
pub enum NodeError {
    /// A configuration that cannot work.
    #[error("the node's configuration is not valid: {0}")]
    Config(&'static str),
    /// The genesis is refused.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The genesis file of the directory cannot be used.
    #[error(transparent)]
    GenesisFile(#[from] GenesisFileError),
    /// The directory belongs to another network.
    #[error(
        "{dir} holds the network {found} with genesis {found_hash}, the node was given {expected_hash}; use the directory or the genesis file that belong together"
    )]
    OtherNetwork {
        /// The directory.
        dir: String,
        /// The name of its network.
        found: String,
        /// Its genesis hash.
        found_hash: String,
        /// The genesis hash given.
        expected_hash: String,
    },
    /// Files.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Neither a sound snapshot nor the whole log.
    #[error("the log begins with block {first}, and no sound snapshot reaches it{}; restore a snapshot of height {} or above, or the older log segments", refusals(refused), first.saturating_sub(1))]
    NoStart {
        /// The oldest block of the log.
        first: u64,
        /// The snapshots that were passed over, and why.
        refused: Vec<String>,
    },
    /// A snapshot that the log does not reach.
    #[error(
        "the newest sound snapshot is of height {snapshot}, but the log ends before block {next}: ordered blocks are gone; restore the log directory"
    )]
    LogTooShort {
        /// The snapshot's height.
        snapshot: u64,
        /// The height the log would write next.
        next: u64,
    },
    /// Bytes of the log that are no block.
    #[error("block {height} of the log does not decode: {reason}")]
    BadBlock {
        /// Its height in the log.
        height: u64,
        /// Why.
        reason: String,
    },
    /// Replaying gives another root than the header says.
    #[error(
        "block {height} publishes the root {published} for height {executed}, replaying gives {found}; the log, the snapshot or this program is not the one that wrote it"
    )]
    RootMismatch {
        /// The block that publishes.
        height: Height,
        /// The height whose root it is.
        executed: Height,
        /// What the header says.
        published: Root,
        /// What execution gives.
        found: String,
    },
    /// The tree refused a batch of changes.
    #[error("the certified side cannot be built: {0}")]
    Certified(String),
    /// A block of the log cannot be executed.
    #[error("replaying stops at block {height}: {fault}")]
    Fault {
        /// The block.
        height: u64,
        /// Why.
        fault: Fault,
    },
    /// A snapshot could not be used or written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotFault),
    /// A part of the program could not be started.
    #[error("the {part} could not be started: {source}")]
    Thread {
        /// Which part.
        part: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The node makes no more blocks.
    #[error("the node has stopped: {0}")]
    Stopped(StopReason),
}

fn refusals(refused: &[String]) -> String {
    if refused.is_empty() { String::new() } else { format!(" (refused: {})", refused.join("; ")) }
}

/// Why a transaction is not accepted. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SubmitError {
    /// The chain would not run it.
    #[error("{}", .0.sentence)]
    Rejected(Rejection),
    /// Its signatures do not hold.
    #[error("{0}; sign the transaction for this network with a key of the account")]
    Signature(SignatureRefusal),
    /// Another waiting transaction of the account has the nonce.
    #[error("transaction {other} of the account waits with the same nonce; wait for it or choose another nonce")]
    NonceConflict {
        /// The one that waits.
        other: TransactionHash,
    },
    /// Too many of this account wait.
    #[error("{max} transactions of the account wait already; submit more when they are executed")]
    AccountFull {
        /// The most that may.
        max: usize,
    },
    /// Too many wait.
    #[error("the node is full: {max} transactions or their bytes wait already; try again after the next block")]
    MempoolFull {
        /// The most that may.
        max: usize,
    },
    /// The node makes no more blocks.
    #[error("the node makes no more blocks: {0}")]
    Stopped(StopReason),
    /// The node only reads.
    #[error("this node follows the network and takes no transactions; send it to a validator")]
    Follows,
}

impl SubmitError {
    /// The stable number.
    pub fn code(&self) -> u32 {
        match self {
            SubmitError::Rejected(reason) => reason.code,
            SubmitError::Signature(_) => 40_001,
            SubmitError::NonceConflict { .. } => 40_002,
            SubmitError::AccountFull { .. } => 40_003,
            SubmitError::MempoolFull { .. } => 40_004,
            SubmitError::Stopped(_) => 40_005,
            SubmitError::Follows => 40_011,
        }
    }

    /// The stable name.
    pub fn name(&self) -> &str {
        match self {
            SubmitError::Rejected(reason) => &reason.name,
            SubmitError::Signature(_) => "BadSignature",
            SubmitError::NonceConflict { .. } => "NonceConflict",
            SubmitError::AccountFull { .. } => "AccountFull",
            SubmitError::MempoolFull { .. } => "MempoolFull",
            SubmitError::Stopped(_) => "NodeStopped",
            SubmitError::Follows => "NodeFollows",
        }
    }
}

impl From<gage_chain::Error> for SubmitError {
    fn from(error: gage_chain::Error) -> SubmitError {
        SubmitError::Rejected(error.into())
    }
}

/// Why no block was made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The node seals by the clock.
    #[error("this node seals by the clock; start it with manual sealing to seal on command")]
    NotManual,
    /// Time only goes forward.
    #[error("a block's time is later than {parent}, the time of the block before it; {given} is not")]
    TimeNotLater {
        /// What was asked for.
        given: Timestamp,
        /// The parent's.
        parent: Timestamp,
    },
    /// The node makes no more blocks.
    #[error("the node makes no more blocks: {0}")]
    Stopped(StopReason),
}

impl SealError {
    /// The stable number.
    pub fn code(&self) -> u32 {
        match self {
            SealError::NotManual => 40_006,
            SealError::TimeNotLater { .. } => 40_007,
            SealError::Stopped(_) => 40_005,
        }
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            SealError::NotManual => "NotManual",
            SealError::TimeNotLater { .. } => "TimeNotLater",
            SealError::Stopped(_) => "NodeStopped",
        }
    }
}

/// Why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProveError {
    /// The key names no authenticated table.
    #[error("the key does not begin with the number of an authenticated table")]
    UnknownTable,
    /// No checkpoint of that height is kept.
    #[error(
        "there is no checkpoint of height {asked} any more or yet; proofs can be had for checkpoints from {oldest} to {newest}"
    )]
    NotRetained {
        /// What was asked for.
        asked: Height,
        /// The oldest kept.
        oldest: Height,
        /// The newest.
        newest: Height,
    },
    /// The transaction has no receipt here.
    #[error("this node has no receipt of the transaction: it is not executed, or older than what is kept")]
    NoReceipt,
}

impl ProveError {
    /// The stable number.
    pub fn code(&self) -> u32 {
        match self {
            ProveError::UnknownTable => 40_008,
            ProveError::NotRetained { .. } => 40_009,
            ProveError::NoReceipt => 40_010,
        }
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            ProveError::UnknownTable => "UnknownTable",
            ProveError::NotRetained { .. } => "CheckpointNotRetained",
            ProveError::NoReceipt => "NoReceipt",
        }
    }
}
