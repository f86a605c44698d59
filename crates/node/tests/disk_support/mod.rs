//! What the tests of the disk share: scratch directories, bodies, ways to damage files.

#![allow(dead_code)]

use gage_node::disk::{BlockLog, DiskError, Options, Recovered};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

pub const GENESIS: [u8; 32] = [7; 32];
pub const HEADER: usize = 4096;
pub const RECORD: usize = 72;

/// A directory that is removed when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// On the disk of the build.
    pub fn new(name: &str) -> Self {
        Self::under(Path::new(env!("CARGO_TARGET_TMPDIR")), name)
    }

    /// In memory where the system offers it: for the tests that open thousands of logs and leave the disk alone.
    pub fn fast(name: &str) -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Self::under(memory, &format!("gage-{name}")) } else { Self::new(name) }
    }

    fn under(base: &Path, name: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = base.join(format!("{name}-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

pub fn options(segment_bytes: u64) -> Options {
    Options { segment_bytes, ..Options::new(GENESIS) }
}

/// The body that belongs to a height: its length and bytes follow from it, some are empty.
pub fn body(height: u64) -> Vec<u8> {
    let length = (height * 7919 % 300) as usize;
    let length = if height.is_multiple_of(5) { 0 } else { length };
    (0..length).map(|at| (height as usize * 31 + at * 7) as u8).collect()
}

pub fn append_one(log: &mut BlockLog, height: u64) {
    log.append(height, &[&body(height)]).unwrap();
}

/// All blocks of a log, checked against `body` and for consecutive heights.
pub fn check_blocks(log: &BlockLog) {
    let mut expected = log.first_height();
    for block in log.iter_from(expected) {
        let (height, bytes) = block.unwrap();
        assert_eq!(height, expected);
        assert_eq!(bytes, body(height), "block {height}");
        assert_eq!(log.read(height).unwrap().unwrap(), bytes);
        expected += 1;
    }
    assert_eq!(expected, log.next_height());
    assert_eq!(log.read(expected).unwrap(), None);
}

pub fn open(dir: &Path, segment_bytes: u64) -> Result<(BlockLog, Recovered), DiskError> {
    BlockLog::open(dir, options(segment_bytes))
}

/// Refusal of a directory that must not open.
pub fn refusal(dir: &Path, segment_bytes: u64) -> DiskError {
    match open(dir, segment_bytes) {
        Ok((_, recovered)) => panic!("the log opened: {recovered:?}"),
        Err(error) => error,
    }
}

/// Segment files, oldest first.
pub fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .collect();
    found.sort();
    found
}

/// Copies every file of a directory.
pub fn copy_dir(from: &Path, to: &Path) {
    drop(fs::remove_dir_all(to));
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Places where the records of these bodies begin and end, in a segment that starts with the first of them.
pub fn ends(bodies: impl Iterator<Item = Vec<u8>>) -> Vec<usize> {
    let mut at = HEADER;
    let mut ends = vec![at];
    for body in bodies {
        at += RECORD + body.len();
        ends.push(at);
    }
    ends
}
