//! What happened, for people and their tools: blocks, transactions with receipts, events, postings and balances in an
//! SQL database (floor 4).
//!
//! Nouns: [`History`] (a database with the history of one network), [`Location`] (a SQLite file or a PostgreSQL URL),
//! [`Recorder`] (its one writer), [`Follower`] (records a node's blocks beside it), [`Replay`] (executes the blocks of a log
//! again, beside a node or without one), [`Execution`] and [`Told`] (blocks from elsewhere, executed here or
//! taken as told), [`query`] (statements and lists, in pages), [`Format`] (of exports).
//!
//! ```text
//!   node --results--> follower --rows--> one write: all of some blocks --> queries, views, exports
//!   log --blocks--> replay --results----^   where the node forgot, or where there is no node
//!   another node --blocks, results--> told -^   over its API
//! ```
//!
//! The state never depends on a history: one can be lost, and is made again from the log, the same to the byte.
//!
//! Invariants
//! - a height is recorded with everything its block did, or not at all;
//! - heights have no gaps;
//! - the last balances recorded are those of the state at that height;
//! - nothing recorded depends on when or how it was recorded.

mod books;
mod db;
mod dump;
mod error;
mod export;
mod follow;
mod history;
mod markets;
mod published;
pub mod query;
mod recorder;
mod replay;
mod rows;
mod schema;
mod tree;
mod words;

pub use db::Location;
pub use error::HistoryError;
pub use export::{Exported, Format};
pub use follow::{Follower, catch_up};
pub use history::{History, HistoryStatus};
pub use published::{Execution, Told};
pub use recorder::{Recorded, Recorder};
pub use replay::Replay;
