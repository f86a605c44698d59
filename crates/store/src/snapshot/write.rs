//! Writing a snapshot.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "offsets in a stream, sums of bounded lengths; overflow checks are on in every profile"
)]

use std::io::{self, Write};

use thiserror::Error;

use super::{CHUNK_TARGET, HEADER_BYTES_MAX, KeyValue, MAGIC, RECORDS_MAX, SHORT_CHECK, VERSION, check};
use crate::certified::{KEY_BYTES_MAX, VALUE_BYTES_MAX};
use crate::tree::hash::{self, Hash};

/// Why a snapshot was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The writer failed.
    #[error("the snapshot could not be written: {0}")]
    Io(#[from] io::Error),
    /// The header is longer than [`HEADER_BYTES_MAX`].
    #[error("a snapshot header of {0} bytes is longer than the {HEADER_BYTES_MAX} allowed")]
    HeaderTooLong(usize),
    /// There are other than the announced number of records, or more than [`RECORDS_MAX`].
    #[error("{announced} records were announced and {given} were given; at most {RECORDS_MAX} are allowed")]
    WrongCount {
        /// The number written before the records.
        announced: u64,
        /// The number of records seen when this was noticed.
        given: u64,
    },
    /// A record does not come after the one before it.
    #[error("record {0} does not come after the one before it in key-hash order")]
    WrongOrder(u64),
    /// A key or value is longer than allowed.
    #[error(
        "record {record} has a key of {key} bytes and a value of {value} bytes; at most {KEY_BYTES_MAX} and {VALUE_BYTES_MAX} are allowed"
    )]
    RecordTooLong {
        /// Number of the record, from 0.
        record: u64,
        /// Length of its key.
        key: usize,
        /// Length of its value.
        value: usize,
    },
}

/// Writes a snapshot of `count` records, which come ascending by key hash as [`crate::certified::Certified::records`] gives them, and returns its length in bytes.
/// `header` is the caller's: at least the height and the root, by which a loader judges the records.
///
/// # Errors
/// [`WriteError`]. What was written by then is no snapshot. The writer is flushed at the end, and syncing is the caller's.
pub fn write<'a>(
    writer: impl Write,
    header: &[u8],
    count: u64,
    records: impl Iterator<Item = KeyValue<'a>>,
) -> Result<u64, WriteError> {
    let header_len = u32::try_from(header.len()).map_err(|_| WriteError::HeaderTooLong(header.len()))?;
    if header.len() > HEADER_BYTES_MAX {
        return Err(WriteError::HeaderTooLong(header.len()));
    }
    if count > RECORDS_MAX {
        return Err(WriteError::WrongCount { announced: count, given: 0 });
    }
    let mut out = Output { writer, hasher: blake3::Hasher::new(), offset: 0 };
    let head = [&MAGIC[..], &VERSION.to_le_bytes(), &header_len.to_le_bytes(), &count.to_le_bytes()].concat();
    out.put(&head)?;
    out.put(&check::<SHORT_CHECK>(0, &[&head]))?;
    let header_check = check::<32>(out.offset, &[header]);
    out.put(header)?;
    out.put(&header_check)?;

    let mut chunk = Chunk::default();
    let mut given = 0_u64;
    let mut last: Option<Hash> = None;
    for (key, value) in records {
        if given == count {
            return Err(WriteError::WrongCount { announced: count, given: given + 1 });
        }
        let key_hash = hash::key_hash(key);
        if last.is_some_and(|last| last >= key_hash) {
            return Err(WriteError::WrongOrder(given));
        }
        last = Some(key_hash);
        if !chunk.push(key, value) {
            return Err(WriteError::RecordTooLong { record: given, key: key.len(), value: value.len() });
        }
        given += 1;
        if chunk.payload.len() >= CHUNK_TARGET {
            chunk.write(&mut out)?;
        }
    }
    if given != count {
        return Err(WriteError::WrongCount { announced: count, given });
    }
    if !chunk.payload.is_empty() {
        chunk.write(&mut out)?;
    }
    out.put_lengths(0, 0)?;
    let digest = *out.hasher.finalize().as_bytes();
    out.put(&digest)?;
    out.writer.flush()?;
    Ok(out.offset)
}

struct Output<W> {
    writer: W,
    hasher: blake3::Hasher,
    offset: u64,
}

impl<W: Write> Output<W> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)?;
        self.hasher.update(bytes);
        self.offset += u64::try_from(bytes.len()).map_err(io::Error::other)?;
        Ok(())
    }

    fn put_lengths(&mut self, payload_len: u32, records: u32) -> io::Result<()> {
        let (payload_len, records) = (payload_len.to_le_bytes(), records.to_le_bytes());
        let check = check::<SHORT_CHECK>(self.offset, &[&payload_len, &records]);
        self.put(&[&payload_len[..], &records, &check].concat())
    }
}

/// Records gathered for one chunk.
#[derive(Default)]
struct Chunk {
    payload: Vec<u8>,
    records: u32,
}

impl Chunk {
    /// Adds a record; says `false` and adds nothing where it is too long.
    fn push(&mut self, key: &[u8], value: &[u8]) -> bool {
        let (Ok(key_len), Ok(value_len)) = (u16::try_from(key.len()), u32::try_from(value.len())) else {
            return false;
        };
        if key.len() > KEY_BYTES_MAX || value.len() > VALUE_BYTES_MAX {
            return false;
        }
        for part in [&key_len.to_le_bytes()[..], &value_len.to_le_bytes(), key, value] {
            self.payload.extend_from_slice(part);
        }
        self.records += 1;
        true
    }

    /// Writes the chunk and empties it.
    fn write(&mut self, out: &mut Output<impl Write>) -> io::Result<()> {
        let payload_len = u32::try_from(self.payload.len()).map_err(io::Error::other)?;
        out.put_lengths(payload_len, self.records)?;
        let check = check::<32>(out.offset, &[&self.payload]);
        out.put(&self.payload)?;
        out.put(&check)?;
        self.payload.clear();
        self.records = 0;
        Ok(())
    }
}
