//! Reading blocks back. Every block is checked against its record before it is handed out.

use super::frame::{Kind, RECORD_BYTES, Record, decode};
use super::recovery::{INDEX_EVERY, Segment};
use super::{BlockLog, DiskError};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

impl BlockLog {
    /// The body of one block; `None` if the height is pruned or not yet written.
    ///
    /// # Errors
    /// `Corrupt` if the file changed since it was opened, `Io`.
    pub fn read(&self, height: u64) -> Result<Option<Vec<u8>>, DiskError> {
        if height < self.first_height() || height >= self.next_height() {
            return Ok(None);
        }
        self.iter_from(height).next().transpose().map(|found| found.map(|(_, body)| body))
    }

    /// The blocks from `height` on, in order, with their heights, one in memory at a time. A pruned height gives one
    /// `NotKept`; the iterator ends after any error.
    pub fn iter_from(&self, height: u64) -> Blocks<'_> {
        Blocks { log: self, next: height, open: None, failed: false }
    }
}

/// An iterator over blocks of a log; see [`BlockLog::iter_from`].
pub struct Blocks<'a> {
    log: &'a BlockLog,
    next: u64,
    open: Option<Open<'a>>,
    failed: bool,
}

/// A place in an open segment.
struct Open<'a> {
    segment: &'a Segment,
    file: File,
    offset: u64,
}

impl Iterator for Blocks<'_> {
    type Item = Result<(u64, Vec<u8>), DiskError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.next >= self.log.next_height() {
            return None;
        }
        let block = self.read_next();
        self.failed = block.is_err();
        Some(block)
    }
}

impl Blocks<'_> {
    fn read_next(&mut self) -> Result<(u64, Vec<u8>), DiskError> {
        let height = self.next;
        if self.open.as_ref().is_none_or(|open| height >= open.segment.next_height) {
            self.open = Some(locate(self.log, height)?);
        }
        let open = self.open.as_mut().expect("it was opened above");
        let (record, body) = read_block(open, height)?;
        open.offset += RECORD_BYTES as u64 + u64::from(record.body_bytes);
        self.next += 1;
        Ok((height, body))
    }
}

/// Opens the segment of a height that the log holds, at the place of its record.
fn locate(log: &BlockLog, height: u64) -> Result<Open<'_>, DiskError> {
    let number = log.segments.partition_point(|segment| segment.first_height <= height);
    let Some(segment) = number.checked_sub(1).map(|number| &log.segments[number]) else {
        return Err(DiskError::NotKept { path: log.dir.clone(), height, first_height: log.first_height() });
    };
    let file = File::open(&segment.path).map_err(DiskError::io("open", &segment.path))?;
    let slot = (height - segment.first_height) / INDEX_EVERY;
    let offset = usize::try_from(slot).ok().and_then(|slot| segment.index.get(slot)).copied();
    let offset = offset.expect("a height below next_height has its slot in the index");
    let mut open = Open { segment, file, offset };
    for passed in segment.first_height + slot * INDEX_EVERY..height {
        let record = read_record(&open, passed)?;
        open.offset += RECORD_BYTES as u64 + u64::from(record.body_bytes);
    }
    Ok(open)
}

fn read_record(open: &Open<'_>, height: u64) -> Result<Record, DiskError> {
    let mut bytes = [0; RECORD_BYTES];
    read_at(open, height, &mut bytes, open.offset)?;
    match decode(&open.segment.key, &bytes) {
        Some(record) if record.kind == Kind::Block && record.height == height => Ok(record),
        _ => Err(changed(open, height, "its record is not there any more, so the file changed while it was in use")),
    }
}

fn read_block(open: &Open<'_>, height: u64) -> Result<(Record, Vec<u8>), DiskError> {
    let record = read_record(open, height)?;
    // The record's check holds, so the length is the one that was written and at most BODY_BYTES_MAX.
    let mut body = vec![0; record.body_bytes as usize];
    read_at(open, height, &mut body, open.offset + RECORD_BYTES as u64)?;
    if open.segment.key.check(&body) != record.body_check {
        return Err(changed(
            open,
            height,
            "its body does not fit its checksum, so the file changed while it was in use",
        ));
    }
    Ok((record, body))
}

fn read_at(open: &Open<'_>, height: u64, into: &mut [u8], offset: u64) -> Result<(), DiskError> {
    match open.file.read_exact_at(into, offset) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(changed(open, height, "the file ends there, so it was cut while it was in use"))
        }
        other => other.map_err(DiskError::io("read", &open.segment.path)),
    }
}

fn changed(open: &Open<'_>, height: u64, found: &str) -> DiskError {
    DiskError::Corrupt { file: open.segment.path.clone(), offset: open.offset, height, found: found.to_owned() }
}
