//! Why a history cannot be written or read: what, where, and what to do.

use gage_chain::Fault;
use gage_node::disk::DiskError;
use gage_node::{GenesisFileError, SnapshotFault};
use gage_units::Height;
use thiserror::Error;

/// Why a history cannot be written or read.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The database refused.
    #[error("the history in {place} cannot be used: {reason}; what was recorded stands, and goes on where it stopped")]
    Database {
        /// Which database; passwords are not shown.
        place: String,
        /// What it says.
        reason: String,
    },
    /// Somebody's statement does not run.
    #[error("the statement does not run: {0}; docs/history.md has the tables, the views and ten questions")]
    Statement(String),
    /// The URL names no database.
    #[error("{0:?} names no history: give the path of a SQLite file, or postgres://user@host/database")]
    Location(String),
    /// There is no history.
    #[error("there is no history in {0}; a node with --history makes one, and `gage history rebuild` from a log")]
    Missing(String),
    /// The history is of another network.
    #[error(
        "the history in {place} is of the network {found}, not of {expected}; give each network a history of its own"
    )]
    OtherNetwork {
        /// Which database.
        place: String,
        /// Its genesis hash.
        found: String,
        /// The genesis hash given.
        expected: String,
    },
    /// The history was written by a newer program.
    #[error(
        "the history in {place} has schema {found}, this program knows schemas up to {known}; use the newer program"
    )]
    TooNew {
        /// Which database.
        place: String,
        /// Its schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A block that does not follow the last one recorded.
    #[error("block {given} does not follow block {last}, the last one recorded")]
    NotNext {
        /// The last one recorded.
        last: u64,
        /// The one offered.
        given: u64,
    },
    /// A figure that no column holds.
    #[error("{0} is out of the range of the history's columns")]
    OutOfRange(&'static str),
    /// A row that is not as it was written.
    #[error("the history is damaged: {0}; rebuild it with `gage history rebuild`")]
    Damaged(String),
    /// Blocks that are gone.
    #[error(
        "the history ends with block {last}, and the log begins with block {first}: the blocks between are gone; start a new history, or restore the older segments of the log"
    )]
    Gap {
        /// The last block recorded.
        last: u64,
        /// The oldest block of the log.
        first: u64,
    },
    /// No state to start from.
    #[error("the log begins with block {first}, and there is no snapshot at or above block {}", first.saturating_sub(1))]
    NoStart {
        /// The oldest block of the log.
        first: u64,
    },
    /// Bytes of the log that are no block.
    #[error("block {height} of the log does not decode: {reason}")]
    BadBlock {
        /// Its height.
        height: u64,
        /// Why.
        reason: String,
    },
    /// Execution here gives something else than the network published.
    #[error(
        "block {height} has the events root {found} here, and {published} as published; the log or this program is not the one that wrote it"
    )]
    EventsRoot {
        /// The block.
        height: Height,
        /// What execution gives.
        found: String,
        /// What a later header says.
        published: String,
    },
    /// A block cannot be executed.
    #[error("executing stops at block {height}: {fault}")]
    Fault {
        /// The block.
        height: u64,
        /// Why.
        fault: Fault,
    },
    /// The genesis is refused.
    #[error(transparent)]
    Genesis(#[from] gage_chain::GenesisError),
    /// The genesis file cannot be read.
    #[error(transparent)]
    GenesisFile(#[from] GenesisFileError),
    /// The log cannot be read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotFault),
    /// A cursor that no page gave.
    #[error("the cursor must be the `next` of an earlier page")]
    BadCursor,
    /// A range that would read too much at once.
    #[error("{0}")]
    TooMuch(&'static str),
    /// A file cannot be written.
    #[error("{file} cannot be written: {reason}; check free space and permissions")]
    Write {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The thread cannot be started.
    #[error("the thread of the history cannot be started: {0}")]
    Thread(std::io::Error),
}
