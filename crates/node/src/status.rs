//! What a node says of a transaction and of itself.

use std::fmt;
use std::str::FromStr;

use gage_chain::{Head, Receipt, Rejection};
use gage_crypto::Hash;
use gage_store::proof::Root;
use gage_units::Height;
use serde::{Deserialize, Serialize};

/// How far a transaction has come. The words are the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In the mempool; may still be dropped.
    Accepted,
    /// In a block that is on the disk: final.
    Ordered,
    /// Executed: there is a receipt.
    Executed,
    /// A checkpoint at or above its height has a root, so that its effects can be proved.
    Certified,
}

impl Stage {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Accepted => "accepted",
            Stage::Ordered => "ordered",
            Stage::Executed => "executed",
            Stage::Certified => "certified",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Stage, String> {
        let all = [Stage::Accepted, Stage::Ordered, Stage::Executed, Stage::Certified];
        let found = all.into_iter().find(|stage| stage.word() == text);
        found.ok_or_else(|| "a stage is one of accepted, ordered, executed, certified".to_owned())
    }
}

/// What a node knows of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxStatus {
    /// Never seen, refused at submission, or older than what is kept.
    Unknown,
    /// See [`Stage::Accepted`].
    Accepted,
    /// It was accepted, and could not run any more before it was ordered. It cost nothing.
    Dropped {
        /// Why.
        reason: Rejection,
    },
    /// See [`Stage::Ordered`].
    Ordered {
        /// Its block.
        height: Height,
    },
    /// See [`Stage::Executed`].
    Executed {
        /// Its block.
        height: Height,
        /// The position of its receipt among the block's receipts.
        index: usize,
        /// What became of it.
        receipt: Receipt,
    },
    /// See [`Stage::Certified`].
    Certified {
        /// Its block.
        height: Height,
        /// The position of its receipt among the block's receipts.
        index: usize,
        /// What became of it.
        receipt: Receipt,
    },
}

impl TxStatus {
    /// The stage it has reached, if it is on its way.
    pub fn stage(&self) -> Option<Stage> {
        match self {
            TxStatus::Unknown | TxStatus::Dropped { .. } => None,
            TxStatus::Accepted => Some(Stage::Accepted),
            TxStatus::Ordered { .. } => Some(Stage::Ordered),
            TxStatus::Executed { .. } => Some(Stage::Executed),
            TxStatus::Certified { .. } => Some(Stage::Certified),
        }
    }

    /// The word: a stage, `unknown` or `dropped`.
    pub fn word(&self) -> &'static str {
        match self {
            TxStatus::Unknown => "unknown",
            TxStatus::Dropped { .. } => "dropped",
            other => other.stage().map_or("unknown", Stage::word),
        }
    }

    /// The receipt, once there is one.
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            TxStatus::Executed { receipt, .. } | TxStatus::Certified { receipt, .. } => Some(receipt),
            _ => None,
        }
    }

    /// Its block, once it is ordered.
    pub fn height(&self) -> Option<Height> {
        match self {
            TxStatus::Ordered { height } | TxStatus::Executed { height, .. } | TxStatus::Certified { height, .. } => {
                Some(*height)
            }
            _ => None,
        }
    }
}

/// Why a node makes no more blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StopReason {
    /// It was asked to stop.
    Requested,
    /// Execution met a fault that must not be repaired.
    Fault {
        /// The block.
        height: Height,
        /// What was found.
        sentence: String,
    },
    /// The disk failed.
    Disk {
        /// What failed.
        sentence: String,
    },
    /// A part of the program panicked.
    Panic {
        /// Which part.
        part: &'static str,
        /// The panic's text.
        sentence: String,
    },
    /// Consensus ended.
    Consensus {
        /// Why.
        sentence: String,
    },
}

impl StopReason {
    pub(crate) fn of_panic(part: &'static str, panic: &(dyn std::any::Any + Send)) -> StopReason {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        StopReason::Panic { part, sentence: text.unwrap_or_else(|| "a panic without a text".to_owned()) }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::Requested => f.write_str("the node was asked to stop"),
            StopReason::Fault { height, sentence } => write!(f, "block {height}: {sentence}"),
            StopReason::Disk { sentence } | StopReason::Consensus { sentence } => f.write_str(sentence),
            StopReason::Panic { part, sentence } => write!(f, "the {part} met a fault of the program: {sentence}"),
        }
    }
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MempoolStatus {
    /// Transactions that wait.
    pub waiting: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Transactions that are ordered and not yet executed.
    pub in_flight: usize,
    /// The most that may wait.
    pub max: usize,
}

/// The block log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogStatus {
    /// The oldest block kept.
    pub first_height: u64,
    /// The height to be written next.
    pub next_height: u64,
}

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeStatus {
    /// The network's name.
    pub network: String,
    /// The genesis hash.
    pub genesis: Hash,
    /// The newest block on the disk.
    pub ordered: Height,
    /// The last executed block.
    pub head: Head,
    /// The newest checkpoint.
    pub certified: Height,
    /// Its root.
    pub root: Root,
    /// The newest checkpoint whose root a header publishes.
    pub published: Option<Height>,
    /// The oldest checkpoint for which proofs can be had.
    pub oldest_checkpoint: Height,
    /// How many records the tree holds.
    pub records: usize,
    /// What waits.
    pub mempool: MempoolStatus,
    /// The block log. Zeros after the node was stopped.
    pub log: LogStatus,
    /// Heights of the snapshots on the disk, newest first.
    pub snapshots: Vec<u64>,
    /// Why the last snapshot could not be written, if it could not.
    pub snapshot_failure: Option<String>,
    /// Numbers of the modules that are restricted after a fault, with the height of the fault.
    pub frozen_modules: Vec<(u8, Height)>,
    /// Why no more blocks are made, if so.
    pub stopped: Option<StopReason>,
}
