//! The block log: open, append, prune.

use super::begin::{begin, repair};
use super::files::{create_directory, remove_leftovers, sync_directory};
use super::frame::RECORD_BYTES;
use super::recovery::{self, Segment};
use super::segment::{self, HEADER_BYTES, Header};
use super::spare::Spare;
use super::write::{seal, write_mark, write_records};
use super::{DirectoryLock, DiskError, manifest};
use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Length of a segment unless told otherwise: 64 MiB.
pub const SEGMENT_BYTES_DEFAULT: u64 = 64 << 20;

/// Shortest length of a segment: the header page and one page of records. A smaller option is raised to it.
pub const SEGMENT_BYTES_MIN: u64 = 8192;

/// Longest body of a block: 256 MiB.
pub const BODY_BYTES_MAX: u64 = 256 << 20;

/// How a log is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Hash of the network's genesis. A log of another network is refused.
    pub genesis: [u8; 32],
    /// Height of the first block of a **new** log; ignored when the log exists.
    pub first_height: u64,
    /// Length of new segments in bytes; two of them may lie on the disk ahead of use.
    pub segment_bytes: u64,
    /// Accept a last segment that was cut from outside: its whole blocks are kept, the others are given up for lost.
    /// An operator's decision; leave it `false` otherwise.
    pub accept_short_segment: bool,
}

impl Options {
    /// A log of the network with this genesis hash that starts with block 1, in segments of 64 MiB.
    pub fn new(genesis: [u8; 32]) -> Self {
        Self { genesis, first_height: 1, segment_bytes: SEGMENT_BYTES_DEFAULT, accept_short_segment: false }
    }
}

/// What opening found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The log did not exist and was made.
    pub created: bool,
    /// The oldest height kept, or the height a new log starts with.
    pub first_height: u64,
    /// The height to append next.
    pub next_height: u64,
    /// Number of blocks kept: `next_height - first_height`.
    pub blocks: u64,
    /// Every height below this was proved to have been acknowledged. Those from here to `next_height` are whole, are
    /// durable now, and may or may not have been acknowledged: they are ordered.
    pub acknowledged_below: u64,
    /// Length in bytes of a torn tail that was cut; 0 if there was none. It held no acknowledged block.
    pub torn_bytes: u64,
    /// Where the log now ends: the file of the last segment.
    pub file: PathBuf,
    /// Where in that file the next record will stand, in bytes; a torn tail began here.
    pub offset: u64,
    /// Bytes by which the last segment had been cut from outside; not 0 only with `accept_short_segment`.
    pub short_bytes: u64,
    /// Number of segment files.
    pub segments: usize,
}

/// A durable list of blocks under consecutive heights. One handle per directory, in any process.
pub struct BlockLog {
    pub(super) dir: PathBuf,
    genesis: [u8; 32],
    segment_bytes: u64,
    /// Oldest first, never empty; the last one is written.
    pub(super) segments: Vec<Segment>,
    /// The last segment's file.
    file: File,
    spare: Spare,
    poison: Option<String>,
    // Last, so that it is given up after everything else is closed.
    _lock: DirectoryLock,
}

impl BlockLog {
    /// Opens the log in `dir`, or makes one there; checks every byte that was ever acknowledged.
    ///
    /// # Errors
    /// `Locked` if another handle has it; `Corrupt`, `MissingSegment`, `ShortSegment`, `BadFile`, `WrongGenesis`,
    /// `WrongVersion` if the files are not what was written, and then nothing was changed; `Io`.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovered), DiskError> {
        create_directory(dir)?;
        let lock = DirectoryLock::take(dir)?;
        remove_leftovers(dir)?;
        let created = begin(dir, &options)?;

        let paths = recovery::list(dir)?;
        let mut segments: Vec<Segment> = Vec::with_capacity(paths.len());
        for pair in paths.windows(2) {
            let ((_, path), (next_first, next_path)) = (&pair[0], &pair[1]);
            let previous = segments.last().map(|before| before.previous);
            segments.push(recovery::read_closed(path, &options.genesis, previous, next_path, *next_first)?);
        }
        let previous = segments.last().map(|before| before.previous);
        // `begin` has seen at least one segment.
        let last = paths.last().map(|(_, path)| path.as_path()).unwrap_or(dir);
        let (segment, tail) = recovery::read_last(last, &options.genesis, previous, options.accept_short_segment)?;

        let file = repair(&segment, &tail)?;
        if let Some(before) = segments.last() {
            seal(before, segment.next_height)?;
        }
        sync_directory(dir)?;
        segments.push(segment);
        let segment_bytes = options.segment_bytes.max(SEGMENT_BYTES_MIN);
        let spare = Spare::new(dir, segment_bytes);
        let mut log = Self {
            dir: dir.to_path_buf(),
            genesis: options.genesis,
            segment_bytes,
            segments,
            file,
            spare,
            poison: None,
            _lock: lock,
        };
        log.prepare_spare();
        let recovered = Recovered {
            created,
            first_height: log.first_height(),
            next_height: log.next_height(),
            blocks: log.next_height() - log.first_height(),
            acknowledged_below: tail.acknowledged_below,
            torn_bytes: tail.torn.end - tail.torn.start,
            file: log.last().path.clone(),
            offset: log.last().end,
            short_bytes: tail.short_bytes,
            segments: log.segments.len(),
        };
        Ok((log, recovered))
    }

    /// The oldest height kept. Equal to [`Self::next_height`] while the log is empty.
    pub fn first_height(&self) -> u64 {
        self.segments[0].first_height
    }

    /// The height to append next.
    pub fn next_height(&self) -> u64 {
        self.last().next_height
    }

    /// Writes blocks `first_height`, `first_height + 1`, ... as one group and returns when all of them are durable: one
    /// `fdatasync`, or a few when a new segment begins. No bodies: nothing happens.
    ///
    /// # Errors
    /// `NotNext`, `BodyTooLarge`: the caller's mistake, nothing was written. `Io`: some of the group may or may not be on
    /// the disk and none of it is acknowledged; this handle answers `Poisoned` from now on, and opening the log again finds
    /// out.
    pub fn append(&mut self, first_height: u64, bodies: &[&[u8]]) -> Result<(), DiskError> {
        if let Some(cause) = &self.poison {
            return Err(DiskError::Poisoned { path: self.dir.clone(), cause: cause.clone() });
        }
        let expected = self.next_height();
        if first_height != expected || first_height.checked_add(bodies.len() as u64).is_none() {
            return Err(DiskError::NotNext { path: self.dir.clone(), given: first_height, expected });
        }
        for (height, body) in (first_height..).zip(bodies) {
            let bytes = body.len() as u64;
            if bytes > BODY_BYTES_MAX {
                return Err(DiskError::BodyTooLarge { height, bytes, bytes_max: BODY_BYTES_MAX });
            }
        }
        if bodies.is_empty() {
            return Ok(());
        }
        self.write_group(bodies).inspect_err(|error| self.poison = Some(error.to_string()))
    }

    /// Deletes the segments whose blocks all lie below `height`; blocks are never removed one by one, and the last segment
    /// always stays. Returns the number of files deleted.
    ///
    /// # Errors
    /// `Poisoned`, `Io`.
    pub fn prune_below(&mut self, height: u64) -> Result<usize, DiskError> {
        if let Some(cause) = &self.poison {
            return Err(DiskError::Poisoned { path: self.dir.clone(), cause: cause.clone() });
        }
        let closed = self.segments.len() - 1;
        let count = self.segments[..closed].iter().take_while(|segment| segment.next_height <= height).count();
        if count == 0 {
            return Ok(0);
        }
        // First the manifest: from then on the old segments are leftovers, whatever happens.
        manifest::write(&self.dir, &self.genesis, self.segments[count].first_height)?;
        for segment in self.segments.drain(..count) {
            fs::remove_file(&segment.path).map_err(DiskError::io("remove the old segment", &segment.path))?;
        }
        sync_directory(&self.dir)?;
        Ok(count)
    }

    /// Closes the log and makes its newest mark durable, so that later damage to the last group is told from a torn write.
    /// Dropping the log does the same without reporting.
    ///
    /// # Errors
    /// `Io`; every acknowledged block is durable all the same.
    pub fn close(mut self) -> Result<(), DiskError> {
        self.spare.stop();
        self.file.sync_data().map_err(DiskError::io("sync", &self.last().path))
    }

    pub(super) fn last(&self) -> &Segment {
        self.segments.last().expect("open leaves at least one segment, and nothing removes the last")
    }

    fn write_group(&mut self, bodies: &[&[u8]]) -> Result<(), DiskError> {
        let group_bytes: u64 = bodies.iter().map(|body| (RECORD_BYTES + body.len()) as u64).sum();
        let last = self.last();
        let empty = last.next_height == last.first_height;
        // A group that is longer than an empty segment grows it: the name of its first height is already taken.
        if last.end + group_bytes <= last.length || empty {
            let checks = write_records(&self.file, last, bodies)?;
            self.file.sync_data().map_err(DiskError::io("sync", &last.path))?;
            self.take_note(bodies, checks);
        } else {
            self.rotate(bodies, group_bytes)?;
        }

        // The group is durable. What follows only helps later: a failure stops the next append, not this one.
        if let Err(error) = write_mark(&self.file, self.last(), self.next_height()) {
            self.poison = Some(error.to_string());
        }
        self.prepare_spare();
        Ok(())
    }

    /// Begins a new segment with this group. Its name comes last, so a named segment holds its first group whole.
    fn rotate(&mut self, bodies: &[&[u8]], group_bytes: u64) -> Result<(), DiskError> {
        let before = self.last();
        let length = self.segment_bytes.max(HEADER_BYTES as u64 + group_bytes);
        let header = Header::new(self.genesis, before.next_height, before.previous, length)?;
        let path = segment::path(&self.dir, header.first_height);

        let file = self.spare.take()?;
        let temporary = self.spare.path();
        let new = Segment::empty(temporary.to_path_buf(), &header);
        file.write_all_at(&header.encode(), 0).map_err(DiskError::io("write", temporary))?;
        let checks = write_records(&file, &new, bodies)?;
        file.sync_data().map_err(DiskError::io("sync", temporary))?;
        fs::rename(temporary, &path).map_err(DiskError::io("rename the new segment to", &path))?;
        sync_directory(&self.dir)?;
        seal(self.last(), header.first_height + bodies.len() as u64)?;

        self.file = file;
        self.segments.push(Segment { path, ..new });
        self.take_note(bodies, checks);
        Ok(())
    }

    fn take_note(&mut self, bodies: &[&[u8]], checks: Vec<[u8; 16]>) {
        if let Some(last) = self.segments.last_mut() {
            for (body, check) in bodies.iter().zip(checks) {
                last.push(body.len() as u64, check);
            }
        }
    }

    /// The next segment is made ready early enough for a loaded log, and not at all for a log that stays small.
    fn prepare_spare(&mut self) {
        let last = self.last();
        if last.end > last.length / 8 {
            self.spare.prepare();
        }
    }
}

impl fmt::Debug for BlockLog {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heights = self.first_height()..self.next_height();
        out.debug_struct("BlockLog").field("dir", &self.dir).field("heights", &heights).finish_non_exhaustive()
    }
}

impl Drop for BlockLog {
    fn drop(&mut self) {
        self.spare.stop();
        if self.poison.is_none() {
            // Only the mark is at stake; `close` reports.
            drop(self.file.sync_data());
        }
    }
}
