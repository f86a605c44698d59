//! The start of a log: making a new one, clearing what was interrupted, cutting a torn tail.

use super::files::sync_directory;
use super::log::{Options, SEGMENT_BYTES_MIN};
use super::recovery::{self, Segment, Tail};
use super::segment::{self, Header, fill_zeros};
use super::spare::Spare;
use super::write::write_mark;
use super::{DiskError, manifest};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Makes a new log, or clears what an interrupted making or pruning left. Afterwards manifest and segments agree on where
/// the log begins. Returns whether the log is new.
pub(super) fn begin(dir: &Path, options: &Options) -> Result<bool, DiskError> {
    let paths = recovery::list(dir)?;
    match manifest::read(dir, &options.genesis)? {
        Some(first_height) => {
            if !paths.iter().any(|(height, _)| *height == first_height) {
                let evidence = format!("{} says that the log begins there", manifest::path(dir).display());
                return Err(DiskError::MissingSegment {
                    file: segment::path(dir, first_height),
                    height: first_height,
                    evidence,
                });
            }
            for (_, path) in paths.iter().filter(|(height, _)| *height < first_height) {
                fs::remove_file(path).map_err(DiskError::io("remove the old segment", path))?;
            }
            Ok(false)
        }
        None => {
            // The manifest is written before the first block, so a segment without it may only be an empty one.
            if let Some((_, path)) = paths.first() {
                let (segment, _) = recovery::read_last(path, &options.genesis, None, false)?;
                if paths.len() > 1 || segment.next_height > segment.first_height {
                    return Err(DiskError::BadFile {
                        file: manifest::path(dir),
                        kind: "block log manifest",
                        offset: 0,
                        found: format!("it is missing, although {} holds blocks", path.display()),
                    });
                }
                fs::remove_file(path).map_err(DiskError::io("remove the empty segment", path))?;
            }
            create(dir, options)?;
            Ok(true)
        }
    }
}

fn create(dir: &Path, options: &Options) -> Result<(), DiskError> {
    let length = options.segment_bytes.max(SEGMENT_BYTES_MIN);
    let previous = segment::first_previous(&options.genesis);
    let header = Header::new(options.genesis, options.first_height, previous, length)?;
    let mut spare = Spare::new(dir, length);
    let file = spare.take()?;
    file.write_all_at(&header.encode(), 0).map_err(DiskError::io("write", spare.path()))?;
    file.sync_data().map_err(DiskError::io("sync", spare.path()))?;
    let path = segment::path(dir, options.first_height);
    fs::rename(spare.path(), &path).map_err(DiskError::io("rename the new segment to", &path))?;
    sync_directory(dir)?;
    manifest::write(dir, &options.genesis, options.first_height)
}

/// Cuts a torn tail and makes what is reported durable. Returns the file for appending.
pub(super) fn repair(segment: &Segment, tail: &Tail) -> Result<File, DiskError> {
    let path = &segment.path;
    let file = File::options().read(true).write(true).open(path).map_err(DiskError::io("open", path))?;
    let zeros_to = if tail.short_bytes > 0 { tail.torn.end.max(segment.length) } else { tail.torn.end };
    fill_zeros(&file, tail.torn.start, zeros_to).map_err(DiskError::io("cut the torn tail of", path))?;
    if let Some((offset, bytes)) = &tail.unproved {
        file.write_all_at(bytes, *offset).map_err(DiskError::io("write again the last group of", path))?;
    }
    if !tail.marked {
        // The sync before the mark: a mark must never be ahead of what it vouches for.
        file.sync_all().map_err(DiskError::io("sync", path))?;
        write_mark(&file, segment, segment.next_height)?;
    }
    file.sync_all().map_err(DiskError::io("sync", path))?;
    Ok(file)
}
