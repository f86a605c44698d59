//! Reading a log while another handle, of this process or of another one, writes it: no lock is taken, nothing is
//! changed, and a block is handed out only when it is known to be durable.
//!
//! What tells that block `n` is durable is a later record or mark with `durable_below > n`; or a caller who knows, as the
//! process that writes the log does.

use super::DiskError;
use super::frame::{Check, Kind, RECORD_BYTES, Record, SegmentKey, decode};
use super::recovery::list;
use super::segment::{self, HEADER_BYTES, Header};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A place in a log from which its blocks are read in order, as far as they are durable.
pub struct LogFollower {
    dir: PathBuf,
    genesis: [u8; 32],
    /// The height to hand out next.
    next: u64,
    /// Every height below this is known to be durable.
    durable_below: u64,
    place: Option<Place>,
}

/// Where the next record of an open segment stands.
struct Place {
    path: PathBuf,
    file: File,
    key: SegmentKey,
    first_height: u64,
    height: u64,
    offset: u64,
    previous: Check,
}

impl LogFollower {
    /// Follows the log in `dir` from block `next` on. The directory need not exist yet.
    pub fn new(dir: &Path, genesis: [u8; 32], next: u64) -> LogFollower {
        LogFollower { dir: dir.to_path_buf(), genesis, next, durable_below: 0, place: None }
    }

    /// The oldest height kept; `None` while there is no log.
    ///
    /// # Errors
    /// `Io`.
    pub fn first_height(&self) -> Result<Option<u64>, DiskError> {
        if !self.dir.exists() {
            return Ok(None);
        }
        Ok(list(&self.dir)?.first().map(|(height, _)| *height))
    }

    /// The height that [`LogFollower::next_block`] hands out next.
    pub fn next_height(&self) -> u64 {
        self.next
    }

    /// Takes the caller's word that every block below a height is durable.
    pub fn trust_below(&mut self, height: u64) {
        self.durable_below = self.durable_below.max(height);
    }

    /// The next block with its height; `None` if it is not written or not known to be durable yet.
    ///
    /// # Errors
    /// `NotKept` if it is pruned; `BadFile`, `WrongVersion`, `WrongGenesis`, `Io`.
    pub fn next_block(&mut self) -> Result<Option<(u64, Vec<u8>)>, DiskError> {
        loop {
            if self.place.is_none() && !self.locate()? {
                return Ok(None);
            }
            let Some(place) = self.place.as_mut() else { return Ok(None) };
            let record = place.record_at(place.offset)?;
            if let Some(record) = record {
                self.durable_below = self.durable_below.max(record.durable_below);
                if record.kind == Kind::Block && record.height < self.next {
                    place.pass(&record);
                    continue;
                }
                if record.kind == Kind::Block {
                    return self.hand_out(&record);
                }
            }
            // A mark, or nothing: the log goes on in another segment, or nowhere yet.
            if !self.leave_segment() {
                return Ok(None);
            }
        }
    }

    fn hand_out(&mut self, record: &Record) -> Result<Option<(u64, Vec<u8>)>, DiskError> {
        let Some(place) = self.place.as_mut() else { return Ok(None) };
        if self.durable_below <= record.height {
            self.durable_below = self.durable_below.max(place.evidence_behind(record)?);
            if self.durable_below <= record.height {
                return Ok(None);
            }
        }
        let Some(body) = place.body(record)? else { return Ok(None) };
        place.pass(record);
        self.next = record.height.saturating_add(1);
        Ok(Some((record.height, body)))
    }

    /// Opens the segment that holds the next height. False if there is no such segment yet.
    fn locate(&mut self) -> Result<bool, DiskError> {
        if !self.dir.exists() {
            return Ok(false);
        }
        let segments = list(&self.dir)?;
        let Some((oldest, _)) = segments.first() else { return Ok(false) };
        if self.next < *oldest {
            return Err(DiskError::NotKept { path: self.dir.clone(), height: self.next, first_height: *oldest });
        }
        let number = segments.partition_point(|(first, _)| *first <= self.next);
        let Some((_, path)) = number.checked_sub(1).and_then(|number| segments.get(number)) else { return Ok(false) };
        let file = File::open(path).map_err(DiskError::io("open", path))?;
        let mut page = vec![0; HEADER_BYTES];
        file.read_exact_at(&mut page, 0).map_err(DiskError::io("read", path))?;
        let header = Header::decode(path, &self.genesis, &page)?;
        self.place = Some(Place {
            path: path.clone(),
            file,
            key: header.key(),
            first_height: header.first_height,
            height: header.first_height,
            offset: HEADER_BYTES as u64,
            previous: header.previous,
        });
        Ok(true)
    }

    /// Leaves the open segment if another one begins where it ends.
    fn leave_segment(&mut self) -> bool {
        let ended = self
            .place
            .as_ref()
            .is_some_and(|place| place.height > place.first_height && segment::path(&self.dir, place.height).exists());
        if ended {
            self.place = None;
        }
        ended
    }
}

impl Place {
    /// The record of the height that is due there, if it stands and continues the one before it.
    fn record_at(&self, offset: u64) -> Result<Option<Record>, DiskError> {
        let record = self.read_record(offset)?;
        Ok(record.filter(|record| record.height == self.height && record.previous == self.previous))
    }

    fn read_record(&self, offset: u64) -> Result<Option<Record>, DiskError> {
        let mut bytes = [0; RECORD_BYTES];
        Ok(self.read(&mut bytes, offset)?.then(|| decode(&self.key, &bytes)).flatten())
    }

    /// How far the records behind a block say that the log is durable.
    fn evidence_behind(&self, block: &Record) -> Result<u64, DiskError> {
        let (mut last, mut offset) = (*block, self.offset);
        loop {
            offset += RECORD_BYTES as u64 + u64::from(last.body_bytes);
            match self.read_record(offset)?.filter(|record| record.previous == last.check) {
                Some(record) if record.durable_below > block.height || record.kind == Kind::Mark => {
                    return Ok(record.durable_below);
                }
                Some(record) => last = record,
                // A segment that another follows was durable before that one got its name.
                None if segment::path(parent(&self.path), last.height.saturating_add(1)).exists() => {
                    return Ok(last.height.saturating_add(1));
                }
                None => return Ok(0),
            }
        }
    }

    /// The body of a block; `None` while it is not whole.
    fn body(&self, record: &Record) -> Result<Option<Vec<u8>>, DiskError> {
        let mut body = vec![0; record.body_bytes as usize];
        let whole = self.read(&mut body, self.offset + RECORD_BYTES as u64)?;
        Ok((whole && self.key.check(&body) == record.body_check).then_some(body))
    }

    fn pass(&mut self, record: &Record) {
        self.offset += RECORD_BYTES as u64 + u64::from(record.body_bytes);
        self.height = record.height.saturating_add(1);
        self.previous = record.check;
    }

    /// False where the file ends before.
    fn read(&self, into: &mut [u8], offset: u64) -> Result<bool, DiskError> {
        match self.file.read_exact_at(into, offset) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(DiskError::io("read", &self.path)(error)),
        }
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}
