//! The manifest: where the log begins. Without it a missing first segment would look like a pruned one.
//!
//! ```text
//!  0  8  magic           "GAGEMAN\n"
//!  8  4  format version  little endian
//! 12 32  genesis hash
//! 44  8  first height    of the oldest segment that must exist
//! 52 32  blake3 of bytes 0..52
//! ```

use super::DiskError;
use super::error::hex;
use super::files::write_atomic;
use super::frame::field;
use super::segment::FORMAT_VERSION;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"GAGEMAN\n";
const BYTES: usize = 84;

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("manifest")
}

/// Writes the manifest durably.
pub(super) fn write(dir: &Path, genesis: &[u8; 32], first_height: u64) -> Result<(), DiskError> {
    let mut bytes = [0; BYTES];
    bytes[0..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes[12..44].copy_from_slice(genesis);
    bytes[44..52].copy_from_slice(&first_height.to_le_bytes());
    let hash = blake3::hash(&bytes[..52]);
    bytes[52..].copy_from_slice(hash.as_bytes());
    write_atomic(&path(dir), |writer| writer.write_all(&bytes))
}

/// First height of the oldest segment that must exist; `None` if there is no manifest.
pub(super) fn read(dir: &Path, genesis: &[u8; 32]) -> Result<Option<u64>, DiskError> {
    let file = path(dir);
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(DiskError::io("read", &file)(error)),
    };
    let bad = |offset: usize, found: &str| DiskError::BadFile {
        file: file.clone(),
        kind: "block log manifest",
        offset: offset as u64,
        found: found.to_owned(),
    };
    if bytes.len() != BYTES {
        return Err(bad(bytes.len().min(BYTES), &format!("it has {} bytes instead of {BYTES}", bytes.len())));
    }
    if bytes[0..8] != MAGIC {
        return Err(bad(0, "it does not begin as one"));
    }
    let version = u32::from_le_bytes(field(&bytes, 8));
    if version != FORMAT_VERSION {
        return Err(DiskError::WrongVersion { file, found: version, expected: FORMAT_VERSION });
    }
    if blake3::hash(&bytes[..52]).as_bytes()[..] != bytes[52..] {
        return Err(bad(52, "its checksum does not fit"));
    }
    let found: [u8; 32] = field(&bytes, 12);
    if found != *genesis {
        return Err(DiskError::WrongGenesis { file, found: hex(&found), expected: hex(genesis) });
    }
    Ok(Some(u64::from_le_bytes(field(&bytes, 44))))
}
