//! Writing records, marks and notes into a segment's file.

use super::DiskError;
use super::frame::{Check, encode_block, encode_mark};
use super::recovery::Segment;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bodies longer than this are written from where they are instead of being copied beside their record.
const COPY_BYTES_MAX: usize = 64 << 10;

/// Writes the records of a group behind a segment's end, without a sync. Returns their checks.
pub(super) fn write_records(file: &File, segment: &Segment, bodies: &[&[u8]]) -> Result<Vec<Check>, DiskError> {
    let durable_below = segment.next_height;
    let mut previous = segment.previous;
    let mut at = segment.end;
    let mut pending = Vec::new();
    let mut checks = Vec::with_capacity(bodies.len());
    let write = |bytes: &[u8], at: &mut u64| {
        file.write_all_at(bytes, *at).map_err(DiskError::io("write", &segment.path))?;
        *at += bytes.len() as u64;
        Ok(())
    };
    for (height, body) in (durable_below..).zip(bodies) {
        let body_bytes = u32::try_from(body.len()).expect("append has checked the length against BODY_BYTES_MAX");
        let (record, check) = encode_block(&segment.key, height, durable_below, previous, body_bytes, body);
        previous = check;
        checks.push(check);
        pending.extend_from_slice(&record);
        let copied = body.len() <= COPY_BYTES_MAX;
        if copied {
            pending.extend_from_slice(body);
        }
        if !copied || pending.len() > COPY_BYTES_MAX {
            write(&pending, &mut at)?;
            pending.clear();
        }
        if !copied {
            write(body, &mut at)?;
        }
    }
    write(&pending, &mut at)?;
    Ok(checks)
}

/// Notes behind a segment's last block that every height below `durable_below` is durable. No sync.
pub(super) fn write_mark(file: &File, segment: &Segment, durable_below: u64) -> Result<(), DiskError> {
    let mark = encode_mark(&segment.key, segment.next_height, durable_below, segment.previous);
    file.write_all_at(&mark, segment.end).map_err(DiskError::io("write the mark of", &segment.path))
}

/// Notes durably at the end of a segment that the log goes on in another one, so that the loss of that one is seen.
pub(super) fn seal(segment: &Segment, durable_below: u64) -> Result<(), DiskError> {
    let path = &segment.path;
    let file = File::options().write(true).open(path).map_err(DiskError::io("open", path))?;
    write_mark(&file, segment, durable_below)?;
    file.sync_data().map_err(DiskError::io("sync", path))
}
