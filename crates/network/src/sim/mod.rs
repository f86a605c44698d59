//! The whole network under one seed: consensus, peers, archives, executors, mempools and clients on a
//! deterministic runtime, with faults. The same seed gives the same run, to the last byte.
//!
//! Nouns: [`Plan`] (what happens when), [`Fault`], [`Twist`] (who does not follow the protocol), [`Outcome`] (what came of it, and what was violated).
//!
//! After every run hold, or [`Outcome::violations`] says which does not:
//! - *agreement*: all nodes have the same block at every height, and the same roots;
//! - *nothing ordered is lost*: a node delivers after a crash what it delivered before;
//! - *conservation*: all invariants of all modules hold on every node;
//! - *survival*: no process ends but where it is killed or its disk fails;
//! - *memory*: transactions and ordered blocks that wait are bounded on every node;
//! - *liveness*: when the faults are over, every node goes on;
//! - *certificates*: a reader with the validators' keys alone believes what a node proves;
//! - *one machine*: the bare chain gives the same roots for the same blocks;
//! - *authority*: every ordered transaction is signed;
//! - *epochs*: where validators change, those order in the end who should, and who contradicted himself is barred;
//! - nobody honest is accused of a double vote.

mod client;
mod draw;
mod faults;
mod member;
mod operators;
mod run;
mod twist;
mod world;

pub use faults::{EpochPlan, Fault, Plan, Planted};
pub use run::{Outcome, run};
pub use twist::{Twist, UNRULY};
pub use world::{genesis, genesis_of, operator_joins, secret, user_transfer};
