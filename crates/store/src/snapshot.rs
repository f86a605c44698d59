//! A consistent state as one stream of bytes, which says where it is damaged. No files here: whoever calls brings a writer or a reader.
//!
//! Format, version 1; integers little-endian:
//! ```text
//! head       magic "GAGESNAP" | version u16 | header length u32 | record count u64 | check 8
//! header     the caller's bytes | check 32
//! chunk      payload length u32, at least 1 | records in it u32 | check 8 | payload | check 32        as often as needed
//! record     key length u16 | value length u32 | key | value                                          in a chunk, ascending by key hash
//! end        0 u32 | 0 u32 | check 8 | digest 32                                                      nothing follows
//! ```
//! A check is the start of `BLAKE3(offset of the checked bytes u64 || checked bytes)`, so that a piece cannot be right in another place.
//! Each covers what stands before it in its own row, a chunk's first the two lengths and its second the payload. The digest is BLAKE3 of all bytes before it.
//!
//! The checks find damage, not malice: the root that the records lead to is computed by whoever loads them and compared with the one in the header.

mod read;
mod write;

use crate::certified::{KEY_BYTES_MAX, VALUE_BYTES_MAX};

pub use self::read::{ReadError, Reader, read_all};
pub use self::write::{WriteError, write};

/// First bytes of a snapshot.
pub const MAGIC: [u8; 8] = *b"GAGESNAP";
/// Version of the format.
pub const VERSION: u16 = 1;
/// Longest header, in bytes.
pub const HEADER_BYTES_MAX: usize = 1 << 20;
/// Most records.
pub const RECORDS_MAX: u64 = 1 << 31;

/// A chunk is closed once it holds this many bytes.
const CHUNK_TARGET: usize = 256 << 10;
/// Longest chunk: one not yet closed, and the longest record.
#[allow(clippy::arithmetic_side_effects, reason = "a sum of constants")]
const CHUNK_BYTES_MAX: usize = CHUNK_TARGET + RECORD_HEAD + KEY_BYTES_MAX + VALUE_BYTES_MAX;
/// Bytes of a record before its key.
const RECORD_HEAD: usize = 2 + 4;
/// Bytes of a check of lengths.
const SHORT_CHECK: usize = 8;

/// Key and value of one record.
pub type KeyValue<'a> = (&'a [u8], &'a [u8]);

/// The start of `BLAKE3(offset || parts)`.
fn check<const N: usize>(offset: u64, parts: &[&[u8]]) -> [u8; N] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&offset.to_le_bytes());
    for part in parts {
        hasher.update(part);
    }
    let mut check = [0; N];
    hasher.finalize_xof().fill(&mut check);
    check
}
