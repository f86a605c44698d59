//! Records of the log: 72 bytes, then the body of a block.
//!
//! ```text
//!  0  4  magic              "GBLK" block, "GMRK" mark
//!  4  4  body length        little endian, bytes; 0 for a mark
//!  8  8  height             of the block; for a mark, the height expected at its place
//! 16  8  durable_below      every height below this was durable before the record was written
//! 24 16  previous           check of the record before, or of the segment header
//! 40 16  body check         keyed blake3 of the body, first 16 bytes; zero for a mark
//! 56 16  check              keyed blake3 of bytes 0..56, first 16 bytes
//! ```

/// Bytes of a record without its body.
pub(super) const RECORD_BYTES: usize = 72;

const CHECKED_BYTES: usize = 56;
const BLOCK_MAGIC: [u8; 4] = *b"GBLK";
const MARK_MAGIC: [u8; 4] = *b"GMRK";

/// First 16 bytes of a keyed blake3 hash.
pub(super) type Check = [u8; 16];

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A block follows.
    Block,
    /// Nothing follows: says how far the log is durable.
    Mark,
}

/// One record header whose check was found right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub kind: Kind,
    pub body_bytes: u32,
    pub height: u64,
    pub durable_below: u64,
    pub previous: Check,
    pub body_check: Check,
    pub check: Check,
}

/// The secret of a segment's checksums: genesis, first height and the segment's random salt.
#[derive(Clone, Copy)]
pub(super) struct SegmentKey([u8; 32]);

impl SegmentKey {
    pub fn new(genesis: &[u8; 32], first_height: u64, salt: &[u8; 16]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("gage block log segment 1");
        hasher.update(genesis).update(&first_height.to_le_bytes()).update(salt);
        Self(*hasher.finalize().as_bytes())
    }

    /// Keyed checksum of some bytes.
    pub fn check(&self, bytes: &[u8]) -> Check {
        first_16(blake3::keyed_hash(&self.0, bytes).as_bytes())
    }
}

/// Encodes the record of a block; the second value is its check, the `previous` of the next record.
pub(super) fn encode_block(
    key: &SegmentKey,
    height: u64,
    durable_below: u64,
    previous: Check,
    body_bytes: u32,
    body: &[u8],
) -> ([u8; RECORD_BYTES], Check) {
    encode(key, BLOCK_MAGIC, body_bytes, height, durable_below, previous, key.check(body))
}

/// Encodes a mark for the place where block `height` is expected.
pub(super) fn encode_mark(key: &SegmentKey, height: u64, durable_below: u64, previous: Check) -> [u8; RECORD_BYTES] {
    encode(key, MARK_MAGIC, 0, height, durable_below, previous, [0; 16]).0
}

fn encode(
    key: &SegmentKey,
    magic: [u8; 4],
    body_bytes: u32,
    height: u64,
    durable_below: u64,
    previous: Check,
    body_check: Check,
) -> ([u8; RECORD_BYTES], Check) {
    let mut bytes = [0; RECORD_BYTES];
    bytes[0..4].copy_from_slice(&magic);
    bytes[4..8].copy_from_slice(&body_bytes.to_le_bytes());
    bytes[8..16].copy_from_slice(&height.to_le_bytes());
    bytes[16..24].copy_from_slice(&durable_below.to_le_bytes());
    bytes[24..40].copy_from_slice(&previous);
    bytes[40..56].copy_from_slice(&body_check);
    let check = key.check(&bytes[..CHECKED_BYTES]);
    bytes[56..72].copy_from_slice(&check);
    (bytes, check)
}

/// Decodes a record at the start of `bytes`; `None` unless magic and check are right. The body is not looked at.
pub(super) fn decode(key: &SegmentKey, bytes: &[u8]) -> Option<Record> {
    let bytes = bytes.get(..RECORD_BYTES)?;
    let kind = match field::<4>(bytes, 0) {
        BLOCK_MAGIC => Kind::Block,
        MARK_MAGIC => Kind::Mark,
        _ => return None,
    };
    let check = field::<16>(bytes, 56);
    if check != key.check(&bytes[..CHECKED_BYTES]) {
        return None;
    }
    Some(Record {
        kind,
        body_bytes: u32::from_le_bytes(field(bytes, 4)),
        height: u64::from_le_bytes(field(bytes, 8)),
        durable_below: u64::from_le_bytes(field(bytes, 16)),
        previous: field(bytes, 24),
        body_check: field(bytes, 40),
        check,
    })
}

/// Every sound record header that begins in `places`, at any byte, with its place. A block body cannot forge one without
/// the segment's salt, so one found inside a damaged stretch was written by the log. `bytes` reach beyond `places`: a
/// record may end in zeros, so it can be longer than what is not zero.
pub(super) fn search<'a>(
    key: &'a SegmentKey,
    bytes: &'a [u8],
    places: std::ops::Range<usize>,
) -> impl Iterator<Item = (usize, Record)> + 'a {
    let mut at = places.start;
    std::iter::from_fn(move || {
        loop {
            let step = bytes.get(at..places.end)?.iter().position(|byte| *byte == BLOCK_MAGIC[0])?;
            let place = at + step;
            at = place + 1;
            if let Some(record) = decode(key, &bytes[place..]) {
                return Some((place, record));
            }
        }
    })
}

/// Copies a field of fixed length; the caller has checked that it lies within `bytes`.
pub(super) fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

/// The first 16 bytes of a hash.
pub(super) fn first_16(hash: &[u8; 32]) -> Check {
    field(hash, 0)
}
