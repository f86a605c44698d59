//! What can go wrong between the node and its disk: what happened, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the disk or of a file on it. Every sentence says what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The operating system refused an action on a path.
    #[error("cannot {action} {}: {source}; check free space, permissions and the health of the disk, then start again", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },

    /// Another process, or another handle of this process, holds the directory.
    #[error("{} is in use by {}; stop it, or give this node a directory of its own", path.display(), holder(*pid))]
    Locked {
        /// The data directory.
        path: PathBuf,
        /// The process that holds it, if it wrote its number.
        pid: Option<u32>,
    },

    /// An earlier write failed, so this handle no longer knows what is on the disk.
    #[error("the block log in {} refuses to write after an earlier failure ({cause}); repair the cause and restart the node: opening the log again finds every acknowledged block", path.display())]
    Poisoned {
        /// The log's directory.
        path: PathBuf,
        /// The sentence of the first failure.
        cause: String,
    },

    /// The caller offered a block out of turn. Nothing was written.
    #[error("block {given} was offered to the log in {}, which expects block {expected} next; offer blocks in order, each once", path.display())]
    NotNext {
        /// The log's directory.
        path: PathBuf,
        /// The height that was offered.
        given: u64,
        /// The height that comes next.
        expected: u64,
    },

    /// A height below the oldest one kept was asked for.
    #[error("block {height} is pruned from the log in {}, which begins with block {first_height}; start from a snapshot at or above that, or ask a peer", path.display())]
    NotKept {
        /// The log's directory.
        path: PathBuf,
        /// The height asked for.
        height: u64,
        /// The oldest height kept.
        first_height: u64,
    },

    /// A body is longer than the log accepts. Nothing was written.
    #[error("block {height} has {bytes} bytes, more than the {bytes_max} that a log record holds; seal smaller blocks")]
    BodyTooLarge {
        /// The height of the block.
        height: u64,
        /// Its length in bytes.
        bytes: u64,
        /// The longest body accepted, in bytes.
        bytes_max: u64,
    },

    /// Bytes that were once durable are not what they were.
    #[error("{} is damaged at byte {offset}, where block {height} should be: {found}; restore the file from a copy of this node, or move the directory aside and start from a snapshot and a peer's blocks; nothing was changed", file.display())]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// Where in the file, in bytes from its start.
        offset: u64,
        /// The block height expected there.
        height: u64,
        /// What was found instead.
        found: String,
    },

    /// A segment that must be there is not.
    #[error("the segment that starts with block {height} is missing: {} should exist ({evidence}); restore it from a copy of this node, or move the directory aside and start from a snapshot and a peer's blocks; nothing was changed", file.display())]
    MissingSegment {
        /// The file that should exist.
        file: PathBuf,
        /// Its first height.
        height: u64,
        /// How the log knows.
        evidence: String,
    },

    /// The last segment is shorter than it was made. No crash does this; acknowledged blocks may be gone.
    #[error("{} has {bytes} bytes but was made with {bytes_made}, and its sound blocks end at byte {offset}, before block {height}: it was cut from outside and acknowledged blocks may be gone; restore it from a copy, or accept the loss with the option `accept_short_segment`; nothing was changed", file.display())]
    ShortSegment {
        /// The file.
        file: PathBuf,
        /// Its length now, in bytes.
        bytes: u64,
        /// The length it was made with, in bytes.
        bytes_made: u64,
        /// Where its sound records end.
        offset: u64,
        /// The first height that is not there.
        height: u64,
    },

    /// The file belongs to another network.
    #[error("{} belongs to the network with genesis {found}, this node runs genesis {expected}; give the node the directory or the genesis file that belong together", file.display())]
    WrongGenesis {
        /// The file.
        file: PathBuf,
        /// Genesis hash in the file, in hexadecimal.
        found: String,
        /// Genesis hash given by the caller, in hexadecimal.
        expected: String,
    },

    /// The file was written in a format that this program does not read.
    #[error("{} has format version {found}, this program reads version {expected}; use the release that wrote it, or move the directory aside", file.display())]
    WrongVersion {
        /// The file.
        file: PathBuf,
        /// The version in the file.
        found: u32,
        /// The version this program reads.
        expected: u32,
    },

    /// The file is not of the kind its name says, or its checksum does not fit.
    #[error("{} is not a sound {kind} (byte {offset}): {found}; restore it from a copy of this node, or move it aside; nothing was changed", file.display())]
    BadFile {
        /// The file.
        file: PathBuf,
        /// What the file should be.
        kind: &'static str,
        /// Where in the file.
        offset: u64,
        /// What was found.
        found: String,
    },
}

impl DiskError {
    /// Binds an operating system error to the action and the path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}

fn holder(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

/// Hexadecimal text of a hash, for messages.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        write!(text, "{byte:02x}").expect("a String takes every write");
        text
    })
}
