//! Snapshot files: one body of bytes at one height, written whole or not at all, checked before use.
//!
//! ```text
//!  0  8  magic           "GAGESNP\n"
//!  8  4  format version  little endian
//! 12 32  genesis hash
//! 44  8  height
//! 52     body
//! -40 8  body length, bytes
//! -32 32 blake3 of everything before
//! ```

use super::DiskError;
use super::error::hex;
use super::files::{create_directory, names, sync_directory, write_atomic};
use super::frame::field;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"GAGESNP\n";
const VERSION: u32 = 1;
const HEAD_BYTES: usize = 52;
const TRAILER_BYTES: usize = 40;
const PREFIX: &str = "snapshot-";
const SUFFIX: &str = ".snap";

/// A snapshot by its name; its content is not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Where it is.
    pub path: PathBuf,
    /// The height whose state it holds.
    pub height: u64,
}

impl SnapshotFile {
    /// The name of the file of a height.
    pub fn name(height: u64) -> String {
        format!("{PREFIX}{height:020}{SUFFIX}")
    }
}

/// A snapshot that was passed over, and why.
#[derive(Debug)]
pub struct RefusedSnapshot {
    /// The file.
    pub file: SnapshotFile,
    /// What is wrong with it.
    pub reason: DiskError,
}

/// The newest sound snapshot and the newer ones that are not sound.
pub struct NewestSnapshot {
    /// The snapshot and its body, if there is a sound one.
    pub found: Option<(SnapshotFile, Take<BufReader<File>>)>,
    /// Newer snapshots that were refused; worth a warning each.
    pub refused: Vec<RefusedSnapshot>,
}

/// Writes the snapshot of a height: temporary file, checksum, sync, rename, sync of the directory.
///
/// # Errors
/// `Io`; the directory then holds what it held before.
pub fn write_snapshot(
    dir: &Path,
    genesis: &[u8; 32],
    height: u64,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<SnapshotFile, DiskError> {
    create_directory(dir)?;
    let path = dir.join(SnapshotFile::name(height));
    write_atomic(&path, |file| {
        let mut hashed = Hashed { inner: file, hasher: blake3::Hasher::new(), bytes: 0 };
        hashed.write_all(&MAGIC)?;
        hashed.write_all(&VERSION.to_le_bytes())?;
        hashed.write_all(genesis)?;
        hashed.write_all(&height.to_le_bytes())?;
        hashed.bytes = 0;
        write(&mut hashed)?;
        let body_bytes = hashed.bytes;
        hashed.write_all(&body_bytes.to_le_bytes())?;
        let hash = hashed.hasher.finalize();
        hashed.inner.write_all(hash.as_bytes())
    })?;
    Ok(SnapshotFile { path, height })
}

/// Snapshots of a directory by their names, newest first. A directory that does not exist has none.
///
/// # Errors
/// `Io` if the directory cannot be listed.
pub fn list_snapshots(dir: &Path) -> Result<Vec<SnapshotFile>, DiskError> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let height_of = |name: &str| -> Option<u64> {
        let digits = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        (digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
    };
    let mut found: Vec<SnapshotFile> = names(dir)?
        .into_iter()
        .filter_map(|(name, path)| height_of(&name).map(|height| SnapshotFile { path, height }))
        .collect();
    found.sort_by_key(|file| std::cmp::Reverse(file.height));
    Ok(found)
}

/// The newest snapshot whose every byte is right, ready to be read; those refused on the way are named.
///
/// # Errors
/// `Io` if the directory cannot be listed. A bad snapshot is no error while an older one is sound.
pub fn newest_snapshot(dir: &Path, genesis: &[u8; 32]) -> Result<NewestSnapshot, DiskError> {
    let mut refused = Vec::new();
    for file in list_snapshots(dir)? {
        match open_snapshot(&file, genesis) {
            Ok(body) => return Ok(NewestSnapshot { found: Some((file, body)), refused }),
            Err(reason) => refused.push(RefusedSnapshot { file, reason }),
        }
    }
    Ok(NewestSnapshot { found: None, refused })
}

/// Checks a snapshot from first byte to last, then gives a reader of its body.
///
/// # Errors
/// `BadFile`, `WrongVersion`, `WrongGenesis`, `Io`.
pub fn open_snapshot(file: &SnapshotFile, genesis: &[u8; 32]) -> Result<Take<BufReader<File>>, DiskError> {
    let path = &file.path;
    let bad = |offset: u64, found: &str| DiskError::BadFile {
        file: path.clone(),
        kind: "snapshot",
        offset,
        found: found.to_owned(),
    };
    let handle = File::open(path).map_err(DiskError::io("open", path))?;
    let length = handle.metadata().map_err(DiskError::io("read the length of", path))?.len();
    let Some(body_bytes) = length.checked_sub((HEAD_BYTES + TRAILER_BYTES) as u64) else {
        return Err(bad(length, "it ends too early"));
    };
    let mut reader = BufReader::with_capacity(1 << 18, handle);
    let mut head = [0; HEAD_BYTES];
    reader.read_exact(&mut head).map_err(DiskError::io("read", path))?;
    if head[0..8] != MAGIC {
        return Err(bad(0, "it does not begin as one"));
    }
    let version = u32::from_le_bytes(field(&head, 8));
    if version != VERSION {
        return Err(DiskError::WrongVersion { file: path.clone(), found: version, expected: VERSION });
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head);
    io::copy(&mut (&mut reader).take(body_bytes + 8), &mut hasher).map_err(DiskError::io("read", path))?;
    let mut hash = [0; 32];
    reader.read_exact(&mut hash).map_err(DiskError::io("read", path))?;
    if hasher.finalize().as_bytes() != &hash {
        return Err(bad(length - 32, "its checksum does not fit"));
    }
    let found: [u8; 32] = field(&head, 12);
    if found != *genesis {
        return Err(DiskError::WrongGenesis { file: path.clone(), found: hex(&found), expected: hex(genesis) });
    }
    if u64::from_le_bytes(field(&head, 44)) != file.height {
        return Err(bad(44, "it holds another height than its name says"));
    }
    reader.seek(SeekFrom::Start(HEAD_BYTES as u64)).map_err(DiskError::io("read", path))?;
    Ok(reader.take(body_bytes))
}

/// Deletes snapshots below a height, and returns what was deleted.
///
/// # Errors
/// `Io`.
pub fn remove_snapshots_below(dir: &Path, height: u64) -> Result<Vec<SnapshotFile>, DiskError> {
    let mut removed = list_snapshots(dir)?;
    removed.retain(|file| file.height < height);
    for file in &removed {
        fs::remove_file(&file.path).map_err(DiskError::io("remove the old snapshot", &file.path))?;
    }
    if !removed.is_empty() {
        sync_directory(dir)?;
    }
    Ok(removed)
}

/// Hashes and counts what is written through it.
struct Hashed<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
