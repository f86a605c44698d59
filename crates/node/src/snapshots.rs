//! Snapshots: the records of a checkpoint, with what is needed to go on from it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_chain::{Chain, Executed, Head, LoadFault};
use gage_crypto::Hash;
use gage_store::certified::Certified;
use gage_store::proof::Root;
use gage_store::snapshot::{self, ReadError};
use thiserror::Error;

use crate::disk::{DiskError, SnapshotFile, open_snapshot, write_snapshot};

/// What a snapshot says of itself.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SnapshotHeader {
    /// The genesis hash.
    pub genesis: Hash,
    /// The last block of this state.
    pub head: Head,
    /// Height and roots of this state.
    pub executed: Executed,
    /// The checkpoint before it, which the next header publishes. `None` at genesis.
    pub before: Option<Executed>,
}

/// Why a snapshot cannot be used.
#[derive(Debug, Error)]
pub enum SnapshotFault {
    /// The file.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The file cannot be opened at all.
    #[error("{file} cannot be read: {source}")]
    Open {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The stream of records.
    #[error("{file}: {reason}")]
    Read {
        /// The file.
        file: String,
        /// What is wrong.
        reason: ReadError,
    },
    /// The header.
    #[error("{file}: its header {what}")]
    Header {
        /// The file.
        file: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The records are not those of the root.
    #[error("{file}: its records have the root {found}, its header says {expected}")]
    Root {
        /// The file.
        file: String,
        /// What the records give.
        found: Root,
        /// What the header says.
        expected: Root,
    },
    /// The records do not make a state.
    #[error("{file}: {reason}")]
    Load {
        /// The file.
        file: String,
        /// Why.
        reason: LoadFault,
    },
    /// It could not be written.
    #[error("the snapshot of height {height} could not be written: {reason}")]
    Write {
        /// Its height.
        height: u64,
        /// Why.
        reason: String,
    },
}

/// A state from a snapshot, checked against its root.
pub struct LoadedSnapshot {
    /// What the snapshot says of itself.
    pub header: SnapshotHeader,
    /// The state.
    pub chain: Chain,
    /// The tree of the same records, with one checkpoint.
    pub certified: Certified,
}

/// Writes the snapshot of the tree's newest checkpoint.
///
/// # Errors
/// [`SnapshotFault::Disk`], [`SnapshotFault::Write`].
pub(crate) fn write(dir: &Path, header: &SnapshotHeader, certified: &Certified) -> Result<SnapshotFile, SnapshotFault> {
    let height = header.executed.height.0;
    let bytes = borsh::to_vec(header).map_err(|error| SnapshotFault::Write { height, reason: error.to_string() })?;
    let count = certified.len() as u64;
    Ok(write_snapshot(dir, &header.genesis.0, height, |out| {
        snapshot::write(out, &bytes, count, certified.records()).map(|_| ()).map_err(io::Error::other)
    })?)
}

/// The bytes of the snapshot of the tree's newest checkpoint, without the file around them.
pub(crate) fn to_bytes(header: &SnapshotHeader, certified: &Certified) -> io::Result<Vec<u8>> {
    let (mut out, count) = (Vec::new(), certified.len() as u64);
    snapshot::write(&mut out, &borsh::to_vec(header)?, count, certified.records()).map_err(io::Error::other)?;
    Ok(out)
}

/// Reads a snapshot, builds tree and state from its records, and compares them with its header.
///
/// # Errors
/// [`SnapshotFault`] names the file and what is wrong with it.
pub fn load_snapshot(
    file: &SnapshotFile,
    genesis: &Hash,
    hash_seed: u64,
    retained: usize,
) -> Result<LoadedSnapshot, SnapshotFault> {
    let body = open_snapshot(file, &genesis.0)?;
    let loaded = load_records(body, &file.path.display().to_string(), genesis, hash_seed, retained)?;
    if loaded.header.executed.height.0 != file.height {
        return Err(SnapshotFault::Header {
            file: file.path.display().to_string(),
            what: "does not belong to this file",
        });
    }
    Ok(loaded)
}

/// Reads the bytes of a snapshot called `name`, as [`load_snapshot`].
pub(crate) fn load_records(
    body: impl Read,
    name: &str,
    genesis: &Hash,
    hash_seed: u64,
    retained: usize,
) -> Result<LoadedSnapshot, SnapshotFault> {
    let name = || name.to_owned();
    let (header, changes) = snapshot::read_all(body).map_err(|reason| SnapshotFault::Read { file: name(), reason })?;
    let bad = |what| SnapshotFault::Header { file: name(), what };
    let header = SnapshotHeader::try_from_slice(&header).map_err(|_| bad("does not decode"))?;
    let height = header.executed.height;
    if header.genesis != *genesis || header.head.height != height {
        return Err(bad("does not belong to this file"));
    }
    let mut certified = Certified::new(retained);
    let found = certified.apply(height.0, &changes).map_err(|_| bad("has no height"))?;
    drop(changes);
    let expected = header.executed.state_root;
    if found != expected {
        return Err(SnapshotFault::Root { file: name(), found, expected });
    }
    let chain = Chain::from_records(certified.records(), hash_seed)
        .map_err(|reason| SnapshotFault::Load { file: name(), reason })?;
    if chain.genesis() != *genesis || chain.head() != header.head {
        return Err(bad("does not belong to its records"));
    }
    Ok(LoadedSnapshot { header, chain, certified })
}

/// Reads a snapshot file wherever it lies, of whatever network: for audits.
///
/// # Errors
/// As [`load_snapshot`].
pub fn read_snapshot_file(path: &Path) -> Result<LoadedSnapshot, SnapshotFault> {
    // Magic 8, version 4, genesis 32, height 8: all of it is checked when the file is opened below.
    let mut start = [0; 52];
    let opened = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    opened.map_err(|source| SnapshotFault::Open { file: path.display().to_string(), source })?;
    let (mut genesis, mut height) = ([0; 32], [0; 8]);
    genesis.copy_from_slice(&start[12..44]);
    height.copy_from_slice(&start[44..]);
    let file = SnapshotFile { path: path.to_path_buf(), height: u64::from_le_bytes(height) };
    load_snapshot(&file, &Hash(genesis), 0, 1)
}
