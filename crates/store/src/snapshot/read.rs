//! Reading a snapshot, each byte checked before it is relied on.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "offsets in a stream, sums of bounded lengths; overflow checks are on in every profile"
)]

use std::io::{self, Read};

use thiserror::Error;

use super::{
    CHUNK_BYTES_MAX, HEADER_BYTES_MAX, KeyValue, MAGIC, RECORD_HEAD, RECORDS_MAX, SHORT_CHECK, VERSION, check,
};
use crate::certified::{Changes, ChangesError, KEY_BYTES_MAX, VALUE_BYTES_MAX};
use crate::tree::hash::{self, Hash};

/// Where the header's length stands.
const HEADER_LEN_OFFSET: u64 = 10;
/// Where the number of records stands.
const COUNT_OFFSET: u64 = 14;

/// Why a snapshot was not read. Offsets count bytes from its start.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The reader failed.
    #[error("the snapshot could not be read at offset {offset}: {error}")]
    Io {
        /// Where the failing read began.
        offset: u64,
        /// What the reader said.
        error: io::Error,
    },
    /// The stream ends inside the snapshot.
    #[error("the snapshot is truncated: it ends at offset {0}")]
    Truncated(u64),
    /// The stream does not start as a snapshot does.
    #[error("this is not a snapshot: it does not begin with \"GAGESNAP\"")]
    NotASnapshot,
    /// The format has another version.
    #[error("the snapshot has format version {0}, and this program reads version {VERSION}")]
    UnknownVersion(u16),
    /// A length or count is above its maximum.
    #[error("the snapshot says at offset {offset} that the {what} is {value}, and at most {max} is allowed")]
    TooLarge {
        /// Which length or count.
        what: &'static str,
        /// Where it stands.
        offset: u64,
        /// What it says.
        value: u64,
        /// Its maximum.
        max: u64,
    },
    /// A check differs.
    #[error("the snapshot is corrupted: the check of the {what} at offsets {start} to {end} differs")]
    Corrupted {
        /// Which piece.
        what: &'static str,
        /// Its first byte.
        start: u64,
        /// The byte after its last.
        end: u64,
    },
    /// The records of a chunk do not fill it, or run over its end.
    #[error("the snapshot's records do not fit the chunk at offset {0}")]
    BadChunk(u64),
    /// A record does not come after the one before it.
    #[error("the record at offset {0} does not come after the one before it in key-hash order")]
    WrongOrder(u64),
    /// There are other than the announced number of records.
    #[error("the snapshot announces {announced} records and has another number of them, seen at offset {offset}")]
    WrongCount {
        /// The number before the records.
        announced: u64,
        /// Where the difference was seen.
        offset: u64,
    },
    /// Something follows the end.
    #[error("the snapshot ends at offset {0}, and more bytes follow")]
    TrailingBytes(u64),
    /// The records do not fit a buffer of changes ([`read_all`] only).
    #[error("the snapshot's records cannot be gathered: {0}")]
    Gather(#[from] ChangesError),
}

/// Reads a snapshot record by record. Give it a buffered reader.
#[derive(Debug)]
pub struct Reader<R> {
    input: Input<R>,
    header: Vec<u8>,
    count: u64,
    seen: u64,
    last: Option<Hash>,
    /// The chunk being read: where its payload starts, the payload, how far it is read, and records left in it.
    start: u64,
    payload: Vec<u8>,
    at: usize,
    left: u32,
    finished: bool,
}

impl<R: Read> Reader<R> {
    /// Reads and checks everything before the records.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(reader: R) -> Result<Reader<R>, ReadError> {
        let mut input = Input { reader, hasher: blake3::Hasher::new(), offset: 0 };
        let magic = input.take_array::<8>()?;
        if magic != MAGIC {
            return Err(ReadError::NotASnapshot);
        }
        let version = input.take_array::<2>()?;
        if u16::from_le_bytes(version) != VERSION {
            return Err(ReadError::UnknownVersion(u16::from_le_bytes(version)));
        }
        let header_len_bytes = input.take_array::<4>()?;
        let count_bytes = input.take_array::<8>()?;
        let end = input.offset;
        let expected = check::<SHORT_CHECK>(0, &[&magic, &version, &header_len_bytes, &count_bytes]);
        if input.take_array::<SHORT_CHECK>()? != expected {
            return Err(ReadError::Corrupted { what: "head", start: 0, end });
        }
        let count = u64::from_le_bytes(count_bytes);
        if count > RECORDS_MAX {
            let what = "number of records";
            return Err(ReadError::TooLarge { what, offset: COUNT_OFFSET, value: count, max: RECORDS_MAX });
        }
        let start = input.offset;
        let header_len = u32::from_le_bytes(header_len_bytes);
        let header = input.take("header length", HEADER_LEN_OFFSET, header_len, HEADER_BYTES_MAX)?;
        let end = input.offset;
        if input.take_array::<32>()? != check::<32>(start, &[&header]) {
            return Err(ReadError::Corrupted { what: "header", start, end });
        }
        Ok(Reader {
            input,
            header,
            count,
            seen: 0,
            last: None,
            start: 0,
            payload: Vec::new(),
            at: 0,
            left: 0,
            finished: false,
        })
    }

    /// The caller's header.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// How many records there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The next record as (key, value), or `None` once all were read and everything was found sound. Until then nothing read may be relied on.
    ///
    /// # Errors
    /// [`ReadError`]. The reader is of no further use then.
    pub fn next_record(&mut self) -> Result<Option<KeyValue<'_>>, ReadError> {
        if self.finished {
            return Ok(None);
        }
        if self.left == 0 && !self.next_chunk()? {
            self.finished = true;
            return Ok(None);
        }
        let record = parse(&self.payload[self.at..]).ok_or(ReadError::BadChunk(self.start))?;
        let offset = self.start + u64::try_from(self.at).map_err(|_| ReadError::BadChunk(self.start))?;
        self.at += RECORD_HEAD + record.0.len() + record.1.len();
        self.left -= 1;
        self.seen += 1;
        if self.left == 0 && self.at != self.payload.len() {
            return Err(ReadError::BadChunk(self.start));
        }
        if self.seen > self.count {
            return Err(ReadError::WrongCount { announced: self.count, offset });
        }
        let key_hash = hash::key_hash(record.0);
        if self.last.is_some_and(|last| last >= key_hash) {
            return Err(ReadError::WrongOrder(offset));
        }
        self.last = Some(key_hash);
        Ok(Some(record))
    }

    /// Reads the next chunk; `false` where the snapshot properly ends instead.
    fn next_chunk(&mut self) -> Result<bool, ReadError> {
        let input = &mut self.input;
        let offset = input.offset;
        let payload_len = input.take_array::<4>()?;
        let records = input.take_array::<4>()?;
        let lengths_end = input.offset;
        if input.take_array::<SHORT_CHECK>()? != check::<SHORT_CHECK>(offset, &[&payload_len, &records]) {
            return Err(ReadError::Corrupted { what: "chunk's lengths", start: offset, end: lengths_end });
        }
        let (payload_len, records) = (u32::from_le_bytes(payload_len), u32::from_le_bytes(records));
        match (payload_len, records) {
            (0, 0) => {
                self.finish()?;
                return Ok(false);
            }
            (0, _) | (_, 0) => return Err(ReadError::BadChunk(offset)),
            _ => (),
        }
        self.start = input.offset;
        self.payload = input.take("chunk length", offset, payload_len, CHUNK_BYTES_MAX)?;
        let end = input.offset;
        if input.take_array::<32>()? != check::<32>(self.start, &[&self.payload]) {
            return Err(ReadError::Corrupted { what: "chunk", start: self.start, end });
        }
        self.at = 0;
        self.left = records;
        Ok(true)
    }

    fn finish(&mut self) -> Result<(), ReadError> {
        let offset = self.input.offset;
        if self.seen != self.count {
            return Err(ReadError::WrongCount { announced: self.count, offset });
        }
        let expected = *self.input.hasher.finalize().as_bytes();
        if self.input.take_array::<32>()? != expected {
            return Err(ReadError::Corrupted { what: "whole", start: 0, end: offset });
        }
        self.input.expect_end()
    }
}

/// The record at the start of a payload, if it is whole and its lengths are allowed.
fn parse(payload: &[u8]) -> Option<KeyValue<'_>> {
    let (key_len, rest) = payload.split_first_chunk()?;
    let (value_len, rest) = rest.split_first_chunk()?;
    let key_len = usize::from(u16::from_le_bytes(*key_len));
    let value_len = usize::try_from(u32::from_le_bytes(*value_len)).ok()?;
    if key_len > KEY_BYTES_MAX || value_len > VALUE_BYTES_MAX {
        return None;
    }
    let (key, rest) = rest.split_at_checked(key_len)?;
    Some((key, rest.get(..value_len)?))
}

/// A reader that counts and hashes what it gives.
#[derive(Debug)]
struct Input<R> {
    reader: R,
    hasher: blake3::Hasher,
    offset: u64,
}

impl<R: Read> Input<R> {
    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Takes as many bytes as a length found at `offset` says, if that is allowed.
    /// Memory is taken as the bytes arrive, so that a false length costs nothing.
    fn take(&mut self, what: &'static str, offset: u64, len: u32, max: usize) -> Result<Vec<u8>, ReadError> {
        let too_large = |_| ReadError::TooLarge { what, offset, value: len.into(), max: u64::MAX };
        let wanted = usize::try_from(len).map_err(too_large)?;
        if wanted > max {
            let max = u64::try_from(max).map_err(too_large)?;
            return Err(ReadError::TooLarge { what, offset, value: len.into(), max });
        }
        let mut bytes = Vec::new();
        while bytes.len() < wanted {
            let start = bytes.len();
            bytes.resize(wanted.min(start + (1 << 20)), 0);
            self.fill(&mut bytes[start..])?;
        }
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ReadError> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.read(&mut bytes[filled..])? {
                0 => return Err(ReadError::Truncated(self.offset)),
                count => filled += count,
            }
        }
        self.hasher.update(bytes);
        Ok(())
    }

    /// Reads some bytes, none only at the end.
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, ReadError> {
        loop {
            match self.reader.read(bytes) {
                Ok(count) => {
                    self.offset += u64::try_from(count)
                        .map_err(|error| ReadError::Io { offset: self.offset, error: io::Error::other(error) })?;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(ReadError::Io { offset: self.offset, error }),
            }
        }
    }

    fn expect_end(&mut self) -> Result<(), ReadError> {
        let end = self.offset;
        match self.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(ReadError::TrailingBytes(end)),
        }
    }
}

/// Reads a whole snapshot: the header, and the records as changes to bring into an empty tree.
///
/// # Errors
/// [`ReadError`].
pub fn read_all(reader: impl Read) -> Result<(Vec<u8>, Changes), ReadError> {
    let mut reader = Reader::open(reader)?;
    let mut changes = Changes::new();
    while let Some((key, value)) = reader.next_record()? {
        changes.push(key, Some(value))?;
    }
    Ok((reader.header, changes))
}
