//! Reading the log at its start: what is sound, what is torn, what is damaged. The rule is in the module documentation.
//! Everything here only reads; [`super::log`] repairs what this names as torn.

use super::DiskError;
use super::frame::{Check, Kind, RECORD_BYTES, Record, SegmentKey, decode, search};
use super::segment::{self, HEADER_BYTES, Header};
use std::fs;
use std::path::{Path, PathBuf};

/// One place in this many blocks is kept in memory per segment; those between are found by walking records.
pub(super) const INDEX_EVERY: u64 = 32;

/// What the log knows of one segment.
pub(super) struct Segment {
    pub path: PathBuf,
    pub key: SegmentKey,
    pub first_height: u64,
    /// The height after its last block.
    pub next_height: u64,
    /// Offset of the first block and of every `INDEX_EVERY`th after it.
    pub index: Vec<u64>,
    /// Where the next record would stand.
    pub end: u64,
    /// Check of the last record, or the header's `previous` while there is none.
    pub previous: Check,
    /// Length the file was made with.
    pub length: u64,
}

impl Segment {
    /// A segment without blocks.
    pub fn empty(path: PathBuf, header: &Header) -> Self {
        Self {
            path,
            key: header.key(),
            first_height: header.first_height,
            next_height: header.first_height,
            index: Vec::new(),
            end: HEADER_BYTES as u64,
            previous: header.previous,
            length: header.length,
        }
    }

    /// Takes note of the next block, whose record stands at `end` and whose check is `check`.
    pub fn push(&mut self, body_bytes: u64, check: Check) {
        if (self.next_height - self.first_height).is_multiple_of(INDEX_EVERY) {
            self.index.push(self.end);
        }
        self.end += RECORD_BYTES as u64 + body_bytes;
        self.next_height += 1;
        self.previous = check;
    }
}

/// What the last segment holds behind its sound blocks, and what the log must do about it.
pub(super) struct Tail {
    /// Every height below this is known to have been acknowledged.
    pub acknowledged_below: u64,
    /// A mark stands where the next record will.
    pub marked: bool,
    /// Bytes to overwrite with zeros; empty if there are none.
    pub torn: std::ops::Range<u64>,
    /// How much shorter the file is than it was made.
    pub short_bytes: u64,
    /// The bytes of the last group and their place, if nothing shows that it was acknowledged.
    pub unproved: Option<(u64, Vec<u8>)>,
}

/// Paths of the segments in a directory, oldest first.
pub(super) fn list(dir: &Path) -> Result<Vec<(u64, PathBuf)>, DiskError> {
    let names = super::files::names(dir)?;
    Ok(names.into_iter().filter_map(|(_, path)| segment::name_height(&path).map(|height| (height, path))).collect())
}

/// Reads a segment that another follows. `next_path` starts with block `next_first`.
pub(super) fn read_closed(
    path: &Path,
    genesis: &[u8; 32],
    previous: Option<Check>,
    next_path: &Path,
    next_first: u64,
) -> Result<Segment, DiskError> {
    let bytes = read(path)?;
    let (segment, _) = walk(path, genesis, previous, &bytes, Some(next_first))?;
    if segment.next_height == next_first {
        return Ok(segment);
    }
    let sealed = mark_at(&segment, &bytes).is_some_and(|mark| mark.durable_below > segment.next_height);
    if sealed {
        let evidence = format!(
            "{} ends with a note that the log goes on, and {} comes later",
            path.display(),
            next_path.display()
        );
        return Err(missing(path, segment.next_height, evidence));
    }
    let found = format!("no sound record, though {} continues the log with block {next_first}", next_path.display());
    Err(corrupt(&segment, found))
}

/// Reads the last segment and judges what stands behind its sound blocks.
pub(super) fn read_last(
    path: &Path,
    genesis: &[u8; 32],
    previous: Option<Check>,
    accept_short: bool,
) -> Result<(Segment, Tail), DiskError> {
    let bytes = read(path)?;
    let (segment, group) = walk(path, genesis, previous, &bytes, None)?;
    let place = to_usize(segment.end);
    let dirty_end = last_nonzero(&bytes).max(place);

    let mut marked = false;
    if let Some(record) = decode(&segment.key, &bytes[place..]) {
        if record.height != segment.next_height || record.previous != segment.previous {
            let found = format!(
                "a record of block {} that does not continue the one before it, so records were moved, removed or mixed",
                record.height
            );
            return Err(corrupt(&segment, found));
        }
        if record.kind == Kind::Mark && record.durable_below > segment.next_height {
            let evidence = format!("{} ends with a note that the log goes on", path.display());
            return Err(missing(path, segment.next_height, evidence));
        }
        marked = record.kind == Kind::Mark;
    }
    let evidence =
        search(&segment.key, &bytes, place..dirty_end).find(|(_, record)| record.durable_below > segment.next_height);
    if let Some((at, record)) = evidence {
        let found = format!(
            "no sound record, but the record at byte {at} shows that every block below {} was acknowledged",
            record.durable_below
        );
        return Err(corrupt(&segment, found));
    }
    let short_bytes = segment.length.saturating_sub(bytes.len() as u64);
    if short_bytes > 0 && !accept_short {
        return Err(DiskError::ShortSegment {
            file: path.to_path_buf(),
            bytes: bytes.len() as u64,
            bytes_made: segment.length,
            offset: segment.end,
            height: segment.next_height,
        });
    }
    let torn_from = if marked { place + RECORD_BYTES } else { place };
    let acknowledged_below = if marked { segment.next_height } else { group.durable_below };
    let unproved =
        (acknowledged_below < segment.next_height).then(|| (group.offset as u64, bytes[group.offset..place].to_vec()));
    let tail = Tail {
        acknowledged_below,
        marked,
        torn: torn_from as u64..dirty_end.max(torn_from) as u64,
        short_bytes,
        unproved,
    };
    Ok((segment, tail))
}

/// The group that the last sound block belongs to.
struct Group {
    durable_below: u64,
    offset: usize,
}

/// Reads the header and every sound record in order, up to the first that is not, or up to `until`.
fn walk(
    path: &Path,
    genesis: &[u8; 32],
    previous: Option<Check>,
    bytes: &[u8],
    until: Option<u64>,
) -> Result<(Segment, Group), DiskError> {
    let header = Header::decode(path, genesis, bytes)?;
    let mut segment = Segment::empty(path.to_path_buf(), &header);
    if previous.is_some_and(|previous| previous != header.previous) {
        return Err(DiskError::Corrupt {
            file: path.to_path_buf(),
            offset: 68,
            height: header.first_height,
            found: "the segment continues another log than the segment before it".to_owned(),
        });
    }
    let mut group = Group { durable_below: header.first_height, offset: HEADER_BYTES };
    while until != Some(segment.next_height) {
        let Some(record) = sound_block(&segment, bytes) else { break };
        if record.durable_below == record.height {
            group = Group { durable_below: record.height, offset: to_usize(segment.end) };
        }
        segment.push(u64::from(record.body_bytes), record.check);
    }
    Ok((segment, group))
}

/// The record at the end of what was read so far, if it is the next block and its body is whole.
fn sound_block(segment: &Segment, bytes: &[u8]) -> Option<Record> {
    let place = to_usize(segment.end);
    let record = decode(&segment.key, bytes.get(place..)?)?;
    let in_turn = record.kind == Kind::Block
        && record.height == segment.next_height
        && record.height < u64::MAX
        && record.previous == segment.previous
        && record.durable_below <= record.height;
    let body_from = place + RECORD_BYTES;
    let body = bytes.get(body_from..body_from.checked_add(to_usize(u64::from(record.body_bytes)))?)?;
    (in_turn && segment.key.check(body) == record.body_check).then_some(record)
}

/// The mark that stands where the next record would, if it fits the chain.
pub(super) fn mark_at(segment: &Segment, bytes: &[u8]) -> Option<Record> {
    let record = decode(&segment.key, bytes.get(to_usize(segment.end)..)?)?;
    let fits = record.kind == Kind::Mark && record.height == segment.next_height && record.previous == segment.previous;
    fits.then_some(record)
}

fn missing(beside: &Path, height: u64, evidence: String) -> DiskError {
    DiskError::MissingSegment { file: segment::path(super::files::parent(beside), height), height, evidence }
}

fn corrupt(segment: &Segment, found: String) -> DiskError {
    DiskError::Corrupt { file: segment.path.clone(), offset: segment.end, height: segment.next_height, found }
}

fn read(path: &Path) -> Result<Vec<u8>, DiskError> {
    fs::read(path).map_err(DiskError::io("read", path))
}

/// One past the last byte that is not zero.
fn last_nonzero(bytes: &[u8]) -> usize {
    const STEP: usize = 4096;
    let mut end = bytes.len();
    while end > 0 {
        let from = end.saturating_sub(STEP);
        let chunk = &bytes[from..end];
        if chunk.iter().fold(0, |any, byte| any | byte) != 0 {
            return from + chunk.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
        }
        end = from;
    }
    0
}

/// Offsets inside bytes that are in memory fit a `usize` on the 64-bit targets this program is built for.
fn to_usize(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
