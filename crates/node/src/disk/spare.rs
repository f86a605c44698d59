//! The next segment, filled with zeros ahead of its use by a thread of its own, so that no append waits for it.

use super::DiskError;
use super::segment;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

const SPARE_NAME: &str = "next-segment.tmp";

/// A file of zeros that waits for a name.
pub(super) struct Spare {
    path: PathBuf,
    length: u64,
    work: Option<JoinHandle<Result<File, DiskError>>>,
}

impl Spare {
    pub fn new(dir: &Path, length: u64) -> Self {
        Self { path: dir.join(SPARE_NAME), length, work: None }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to fill the file, unless that has begun.
    pub fn prepare(&mut self) {
        if self.work.is_none() {
            let (path, length) = (self.path.clone(), self.length);
            self.work = Some(thread::spawn(move || segment::create_zeros(&path, length)));
        }
    }

    /// The filled file; waits for the thread, or fills it here if none was started.
    pub fn take(&mut self) -> Result<File, DiskError> {
        match self.work.take().map(JoinHandle::join) {
            None => segment::create_zeros(&self.path, self.length),
            Some(Ok(result)) => result,
            Some(Err(_)) => {
                let source = std::io::Error::other("the thread that fills it panicked");
                Err(DiskError::io("fill with zeros", &self.path)(source))
            }
        }
    }

    /// Waits for the thread: its file must not change after the directory's lock is given up.
    pub fn stop(&mut self) {
        if let Some(work) = self.work.take() {
            // Nobody uses this file any more; the next start removes it.
            drop(work.join());
        }
    }
}
