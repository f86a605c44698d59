//! The records that changed since the last checkpoint, as canonical bytes in one flat buffer.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "offsets into one own buffer whose parts are bounded as they are written; overflow checks are on in every profile"
)]

use std::io::{self, Write};

use thiserror::Error;

/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 1024;
/// Longest value, in bytes.
pub const VALUE_BYTES_MAX: usize = 16 << 20;
/// Most changes in one buffer.
pub const CHANGES_MAX: usize = 1 << 31;

/// Why a change was not recorded. The buffer is as it was before.
#[derive(Debug, Error)]
pub enum ChangesError {
    /// The key is longer than [`KEY_BYTES_MAX`].
    #[error("a key of {0} bytes is longer than the {KEY_BYTES_MAX} allowed")]
    KeyTooLong(usize),
    /// The value is longer than [`VALUE_BYTES_MAX`].
    #[error("a value of {0} bytes is longer than the {VALUE_BYTES_MAX} allowed")]
    ValueTooLong(usize),
    /// The buffer holds [`CHANGES_MAX`] changes.
    #[error("the buffer already holds {CHANGES_MAX} changes")]
    Full,
    /// The record's own encoding failed.
    #[error("a record could not be encoded: {0}")]
    Encoding(#[from] io::Error),
}

/// One change: a key and its new value, or `None` where the record is gone.
pub type Change<'a> = (&'a [u8], Option<&'a [u8]>);

/// Changes of records in the order they were recorded. Of several changes of one key the last counts; a change to the value a record already has is no change.
///
/// The buffer is meant to be sent to the thread that owns the tree and to come back empty: [`Changes::clear`] keeps its memory.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: usize,
    key_len: u32,
    /// `None` for a removal.
    value_len: Option<u32>,
}

/// Where a key or value is encoded to: bytes can be added, nothing already written can be touched.
#[derive(Debug)]
pub struct Appender<'a>(&'a mut Vec<u8>);

impl Write for Appender<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Changes {
    /// An empty buffer.
    pub fn new() -> Changes {
        Changes::default()
    }

    /// How many changes are recorded, repetitions of a key included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of all keys and values together.
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// Forgets all changes and keeps the memory for the next.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    /// Records that `key` now has `value`, or is gone where it is `None`.
    ///
    /// # Errors
    /// [`ChangesError`] where a length or the count is above its maximum.
    pub fn push(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), ChangesError> {
        match value {
            Some(value) => self.put_with(|out| out.write_all(key), |out| out.write_all(value)),
            None => self.remove_with(|out| out.write_all(key)),
        }
    }

    /// Records a value, letting the caller encode key and value straight into the buffer.
    ///
    /// # Errors
    /// [`ChangesError`] where an encoder fails, or a length or the count is above its maximum.
    pub fn put_with(
        &mut self,
        key: impl FnOnce(&mut Appender<'_>) -> io::Result<()>,
        value: impl FnOnce(&mut Appender<'_>) -> io::Result<()>,
    ) -> Result<(), ChangesError> {
        let start = self.bytes.len();
        let entry = self.encode_key(key).and_then(|entry| {
            let value_start = self.bytes.len();
            value(&mut Appender(&mut self.bytes))?;
            let len = self.bytes.len() - value_start;
            if len > VALUE_BYTES_MAX {
                return Err(ChangesError::ValueTooLong(len));
            }
            let value_len = u32::try_from(len).map_err(|_| ChangesError::ValueTooLong(len))?;
            Ok(Entry { value_len: Some(value_len), ..entry })
        });
        self.keep(start, entry)
    }

    /// Records a removal, letting the caller encode the key straight into the buffer.
    ///
    /// # Errors
    /// [`ChangesError`] where the encoder fails, or the key's length or the count is above its maximum.
    pub fn remove_with(&mut self, key: impl FnOnce(&mut Appender<'_>) -> io::Result<()>) -> Result<(), ChangesError> {
        let start = self.bytes.len();
        let entry = self.encode_key(key);
        self.keep(start, entry)
    }

    /// All changes in the order they were recorded.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Change<'_>> {
        self.entries.iter().map(|entry| self.slices(entry))
    }

    /// The change recorded as number `index`, which is below [`Changes::len`].
    pub(crate) fn at(&self, index: usize) -> Change<'_> {
        self.slices(&self.entries[index])
    }

    fn slices(&self, entry: &Entry) -> Change<'_> {
        let rest = &self.bytes[entry.start..];
        let (key, rest) = rest.split_at(width(entry.key_len));
        (key, entry.value_len.map(|len| &rest[..width(len)]))
    }

    fn encode_key(&mut self, key: impl FnOnce(&mut Appender<'_>) -> io::Result<()>) -> Result<Entry, ChangesError> {
        if self.entries.len() >= CHANGES_MAX {
            return Err(ChangesError::Full);
        }
        let start = self.bytes.len();
        key(&mut Appender(&mut self.bytes))?;
        let len = self.bytes.len() - start;
        if len > KEY_BYTES_MAX {
            return Err(ChangesError::KeyTooLong(len));
        }
        let key_len = u32::try_from(len).map_err(|_| ChangesError::KeyTooLong(len))?;
        Ok(Entry { start, key_len, value_len: None })
    }

    fn keep(&mut self, start: usize, entry: Result<Entry, ChangesError>) -> Result<(), ChangesError> {
        match entry {
            Ok(entry) => {
                self.entries.push(entry);
                Ok(())
            }
            Err(error) => {
                self.bytes.truncate(start);
                Err(error)
            }
        }
    }
}

/// A 32-bit length as an index.
#[allow(clippy::as_conversions, reason = "the targets of the protocol have 64-bit addresses")]
fn width(len: u32) -> usize {
    len as usize
}
