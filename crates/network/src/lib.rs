//! The same node, ordered by a Byzantine-fault-tolerant network (floor 4).
//!
//! Nouns: [`Committee`] (who orders), [`Validator`] (one of them, running), [`ValidatorConfig`], [`Timing`],
//! [`Follower`] (a node that reads what they order), [`sim`] (the whole network under one seed).
//!
//! ```text
//!   client --> node's mempool --gossip--> mempools of the others
//!                  |  a leader proposes; two thirds check it by its bytes and by what they executed
//!              consensus: notarized, certified, finalized                    = ordered
//!                  |  marshal: durable, in order, without gaps
//!              the node's own log --> the same executor and certifier as solo = executed, certified
//! ```
//!
//! Consensus, delivery, archives and authenticated peers are those of Commonware; its types do not leave this
//! crate. Nothing is executed before it is ordered, and nothing that is ordered can turn out invalid: a block is
//! judged by its bytes and by the state at the executed height, together with what the blocks between may take.
//! Where a node has not executed far enough to say, it waits.
//!
//! Invariants
//! - a digest names one block: its header, which commits to the body;
//! - a validator votes only for roots that it computed itself, or that its parent carries;
//! - every vote is signed under the genesis hash.

#![warn(missing_docs)]

mod application;
mod block;
mod committee;
mod deliver;
mod engine;
mod epochs;
mod files;
mod floor;
mod follower;
#[cfg(test)]
mod fuzz;
mod gossip;
#[cfg(test)]
mod hostile;
mod memory;
mod ordering;
pub mod sim;
mod validator;

pub use committee::{Committee, CommitteeError, VALIDATORS_MAX, ValidatorSecret};
pub use engine::{ARCHIVE_SECTION, Timing};
pub use files::{FilesError, NodeFile, Seat, Validators, read_validator, write_validator};
pub use floor::begin_at;
pub use follower::{FollowError, Follower};
pub use memory::MemoryError;
pub use validator::{NetworkError, Validator, ValidatorConfig};
