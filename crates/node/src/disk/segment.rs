//! Segment files: names, the header page, and filling a new file with zeros.
//!
//! ```text
//!    0  8  magic            "GAGELOG\n"
//!    8  4  format version   little endian
//!   12 32  genesis hash
//!   44 16  salt             random, keys the checksums of this segment
//!   60  8  first height
//!   68 16  previous         check of the last record of the segment before; in the first, 16 bytes of the genesis
//!   84  8  length           of the file when it was made, bytes; it is never shorter
//!   92     zeros
//! 4064 32  blake3 of bytes 0..4064
//! 4096     records
//! ```

use super::DiskError;
use super::error::hex;
use super::frame::{Check, SegmentKey, field, first_16};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Version of the log's bytes, in segments and manifest.
pub(super) const FORMAT_VERSION: u32 = 1;

/// Where records begin: a page of its own, so that no append rewrites the page of the header.
pub(super) const HEADER_BYTES: usize = 4096;

const HASHED_BYTES: usize = HEADER_BYTES - 32;
const MAGIC: [u8; 8] = *b"GAGELOG\n";
const PREFIX: &str = "blocks-";
const SUFFIX: &str = ".log";

/// What a segment says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub genesis: [u8; 32],
    pub salt: [u8; 16],
    pub first_height: u64,
    pub previous: Check,
    pub length: u64,
}

impl Header {
    /// A header with a fresh random salt.
    pub fn new(genesis: [u8; 32], first_height: u64, previous: Check, length: u64) -> Result<Self, DiskError> {
        Ok(Self { genesis, salt: random_salt()?, first_height, previous, length })
    }

    pub fn key(&self) -> SegmentKey {
        SegmentKey::new(&self.genesis, self.first_height, &self.salt)
    }

    /// The header page.
    pub fn encode(&self) -> Vec<u8> {
        let mut page = vec![0; HEADER_BYTES];
        page[0..8].copy_from_slice(&MAGIC);
        page[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        page[12..44].copy_from_slice(&self.genesis);
        page[44..60].copy_from_slice(&self.salt);
        page[60..68].copy_from_slice(&self.first_height.to_le_bytes());
        page[68..84].copy_from_slice(&self.previous);
        page[84..92].copy_from_slice(&self.length.to_le_bytes());
        let hash = blake3::hash(&page[..HASHED_BYTES]);
        page[HASHED_BYTES..].copy_from_slice(hash.as_bytes());
        page
    }

    /// Reads and checks the header page of the file called `path`: kind, version, checksum, network, name, in this order.
    pub fn decode(path: &Path, genesis: &[u8; 32], bytes: &[u8]) -> Result<Self, DiskError> {
        let bad = |offset: usize, found: &str| DiskError::BadFile {
            file: path.to_path_buf(),
            kind: "block log segment",
            offset: offset as u64,
            found: found.to_owned(),
        };
        let page = bytes.get(..HEADER_BYTES).ok_or_else(|| bad(bytes.len(), "it ends inside its header"))?;
        if page[0..8] != MAGIC {
            return Err(bad(0, "the header does not begin as one"));
        }
        let version = u32::from_le_bytes(field(page, 8));
        if version != FORMAT_VERSION {
            return Err(DiskError::WrongVersion { file: path.to_path_buf(), found: version, expected: FORMAT_VERSION });
        }
        if blake3::hash(&page[..HASHED_BYTES]).as_bytes()[..] != page[HASHED_BYTES..] {
            return Err(bad(HASHED_BYTES, "the checksum of the header does not fit"));
        }
        let header = Self {
            genesis: field(page, 12),
            salt: field(page, 44),
            first_height: u64::from_le_bytes(field(page, 60)),
            previous: field(page, 68),
            length: u64::from_le_bytes(field(page, 84)),
        };
        if header.genesis != *genesis {
            return Err(DiskError::WrongGenesis {
                file: path.to_path_buf(),
                found: hex(&header.genesis),
                expected: hex(genesis),
            });
        }
        if name_height(path) != Some(header.first_height) {
            return Err(bad(60, &format!("the header says that its first block is {}", header.first_height)));
        }
        Ok(header)
    }
}

/// Path of the segment that starts with `first_height`.
pub(super) fn path(dir: &Path, first_height: u64) -> PathBuf {
    dir.join(format!("{PREFIX}{first_height:020}{SUFFIX}"))
}

/// First height in a segment's file name, if it is one.
pub(super) fn name_height(path: &Path) -> Option<u64> {
    let digits = path.file_name()?.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    (digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// Writes zeros over `from..to` of a file: allocates what is not there yet.
pub(super) fn fill_zeros(file: &File, from: u64, to: u64) -> io::Result<()> {
    let zeros = vec![0; to.saturating_sub(from).min(1 << 20) as usize];
    let mut at = from;
    while at < to {
        // Bounded by the length of `zeros`, so the narrowing loses nothing.
        let step = (to - at).min(zeros.len() as u64) as usize;
        file.write_all_at(&zeros[..step], at)?;
        at += step as u64;
    }
    Ok(())
}

/// Makes a new file of `length` zeros, durable as to content and size, not yet as to name. It is synced in small steps:
/// many file systems let one big sync of this file delay every append to the log beside it.
pub(super) fn create_zeros(path: &Path, length: u64) -> Result<File, DiskError> {
    const STEP: u64 = 1 << 20;
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .map_err(DiskError::io("create", path))?;
    let mut at = 0;
    while at < length {
        let to = length.min(at + STEP);
        fill_zeros(&file, at, to).map_err(DiskError::io("fill with zeros", path))?;
        file.sync_data().map_err(DiskError::io("sync", path))?;
        at = to;
    }
    file.sync_all().map_err(DiskError::io("sync", path))?;
    Ok(file)
}

/// The salt need only be unknown to those who make block bodies, so the system's random bytes are right for it.
fn random_salt() -> Result<[u8; 16], DiskError> {
    let source = Path::new("/dev/urandom");
    let mut salt = [0; 16];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut salt))
        .map_err(DiskError::io("read random bytes from", source))?;
    Ok(salt)
}

/// The check that stands before the first record of the very first segment.
pub(super) fn first_previous(genesis: &[u8; 32]) -> Check {
    first_16(genesis)
}
