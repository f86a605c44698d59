//! The solo node: orders, executes, certifies and keeps (floor 4).
//!
//! Nouns: [`Node`] (the running process part), [`NodeHandle`] (what the API and the demo hold),
//! [`NodeConfig`], [`TxStatus`] (*accepted*, *ordered*, *executed*, *certified*), [`disk`] (the bytes).
//!
//! ```text
//!   submit --> signatures, check --> mempool
//!                                      |  sequencer: block --> log, one sync      = ordered
//!                                      v
//!                                   executor: Chain behind a lock                 = executed
//!                                      v  records that changed, per checkpoint
//!                                   certifier: tree, roots, snapshots             = certified
//! ```
//!
//! A block is executed only after it is durable. The header of block `h` publishes the roots of the
//! newest checkpoint at or below `h - 2`, so that hashing the tree runs beside execution, and the
//! same transactions in the same blocks give the same headers on every machine.
//!
//! After a fault the node makes no more blocks. Reads go on; [`NodeStatus::stopped`] says why.
//!
//! Invariants
//! - what was reported as ordered is on the disk and is executed again after any crash;
//! - a checkpoint's root follows from the blocks alone, never from timing, restarts or snapshots;
//! - no lock is held while the disk syncs, except the log's own.

#![warn(missing_docs)]

mod certificates;
mod certifier;
mod config;
pub mod disk;
mod dry_run;
mod error;
mod executor;
mod feed;
mod genesis_file;
mod handle;
mod index;
mod locks;
mod mempool;
mod node;
mod progress;
mod proofs;
mod proposal;
mod recovery;
mod sequencer;
mod shared;
mod signatures;
mod snapshots;
mod status;
mod step;
mod submission;
mod supply;
#[cfg(test)]
mod tests;
mod validators;

pub use config::{NodeConfig, Sealing};
pub use error::{NodeError, ProveError, SealError, SubmitError};
pub use executor::Done;
pub use feed::Feed;
pub use genesis_file::{GenesisFileError, genesis_path, genesis_text, parse_genesis, read_genesis, write_genesis};
pub use handle::{NodeHandle, Sealed};
pub use node::Node;
pub use progress::Progress;
pub use proposal::{Change, NotValid, Parent};
pub use recovery::RecoveryReport;
pub use shared::BlockNotice;
pub use snapshots::{LoadedSnapshot, SnapshotFault, SnapshotHeader, load_snapshot, read_snapshot_file};
pub use status::{LogStatus, MempoolStatus, NodeStatus, Stage, StopReason, TxStatus};
pub use step::StepNode;
pub use supply::{PART_BYTES, SnapshotPart, install_snapshot};
