//! Bytes that survive: the block log, snapshot files and the lock of a data directory.
//!
//! Nothing here knows what a block means. The log keeps opaque bodies under strictly consecutive heights; *ordered*
//! (final in solo mode) means that [`BlockLog::append`] returned `Ok`.
//!
//! # How a block gets onto the disk
//! A segment is a file filled with zeros and synced before it is used, so that a steady append overwrites allocated bytes
//! and needs one `fdatasync` for a whole group of blocks. A group never spans two segments. The first group of a new
//! segment is written and synced while the file still bears its temporary name; then the file is renamed and the directory
//! synced. So a file named `blocks-*.log` always had a sound header and a sound first group once.
//!
//! Every record (72 bytes, then the body) holds its height, the checksum of the record before it, the checksum of its body,
//! and `durable_below`: every height below it was durable before this record was written. After a sync the writer puts an
//! unsynced *mark* with the new `durable_below` where the next record will stand; the next record overwrites it.
//! Checksums are keyed by the genesis, the segment's first height and a random salt of the segment: neither a block body
//! made by a stranger nor stale bytes of another file can pass for a record.
//!
//! # Torn tail or corruption
//! Let `n` be the first height that cannot be read at its place in the last segment.
//! - Any sound record or mark further on with `durable_below > n` proves that block `n` was acknowledged: **corruption**,
//!   the log refuses to open. The whole remainder of the file is searched, byte by byte.
//! - Otherwise the bytes are a **torn tail**: a group that was never acknowledged. Its sectors may have reached the disk in
//!   any order, so a sound record *may* follow a broken one; it then belongs to the same group and its `durable_below` is at
//!   most `n`. The log is cut before `n`, the remainder is filled with zeros and synced, and [`Recovered`] reports it.
//! - A sound record of another height or another predecessor at the place of `n`, a bad segment header, a bad manifest,
//!   a break between two segments, a missing segment, and a last segment shorter than it was made are always corruption:
//!   no crash of this program leaves them behind.
//!
//! A sound group without evidence of its acknowledgement is written and synced once more before it is reported, because
//! a failed sync may leave bytes in the page cache that never reached the disk.
//!
//! # Limits, honestly
//! - After a clean close or a killed process the mark is there and damage to any block is named. After a power failure the
//!   newest mark may be missing; then damage to the *last group only* cannot be told from a torn write, and is cut and
//!   reported. The same holds for zeros written from outside over the whole end of the last segment.
//! - The disk must honour `fdatasync`, and must write a 512-byte sector whole or not at all.
//! - Somebody who can write the files can forge them: the checksums find accidents, not attackers.

mod begin;
mod error;
mod files;
mod follow;
mod frame;
mod lock;
mod log;
mod manifest;
mod read;
mod recovery;
mod segment;
mod snapshot;
mod spare;
mod write;

pub use error::DiskError;
pub use files::{remove_leftovers, write_atomic};
pub use follow::LogFollower;
pub use lock::DirectoryLock;
pub use log::{BODY_BYTES_MAX, BlockLog, Options, Recovered, SEGMENT_BYTES_DEFAULT, SEGMENT_BYTES_MIN};
pub use read::Blocks;
pub use snapshot::{
    NewestSnapshot, RefusedSnapshot, SnapshotFile, list_snapshots, newest_snapshot, open_snapshot,
    remove_snapshots_below, write_snapshot,
};
