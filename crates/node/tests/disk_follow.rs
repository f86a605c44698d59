//! A log read while it is written: in order, only what is durable, across segments, without its lock.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use gage_node::disk::{BlockLog, DiskError, LogFollower, Options};

const GENESIS: [u8; 32] = [7; 32];
/// Bytes of a record without its body.
const RECORD: u64 = 72;

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("follow-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        Scratch(dir)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn open(dir: &Path) -> BlockLog {
    let options = Options { segment_bytes: 8_192, ..Options::new(GENESIS) };
    BlockLog::open(dir, options).unwrap().0
}

fn body(height: u64) -> Vec<u8> {
    (0..100 + height % 50).map(|place| (place ^ height) as u8).collect()
}

/// Everything that can be read now.
fn read(follower: &mut LogFollower) -> Vec<u64> {
    let mut heights = Vec::new();
    while let Some((height, found)) = follower.next_block().unwrap() {
        assert_eq!(found, body(height), "block {height}");
        heights.push(height);
    }
    heights
}

#[test]
fn blocks_are_read_as_they_are_written_across_segments() {
    let scratch = Scratch::new("grows");
    let mut follower = LogFollower::new(&scratch.0, GENESIS, 1);
    assert_eq!((follower.first_height().unwrap(), read(&mut follower)), (None, Vec::new()), "there is no log yet");
    let mut log = open(&scratch.0);
    assert!(read(&mut follower).is_empty());
    let mut next = 1;
    for group in [1u64, 3, 1, 40, 2, 80, 1] {
        let bodies: Vec<Vec<u8>> = (next..next + group).map(body).collect();
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        log.append(next, &bodies).unwrap();
        assert_eq!(read(&mut follower), (next..next + group).collect::<Vec<_>>());
        next += group;
    }
    assert!(fs::read_dir(&scratch.0).unwrap().count() > 4, "there are several segments");
    // From the middle, and after a restart of the writer.
    drop(log);
    let mut log = open(&scratch.0);
    let mut second = LogFollower::new(&scratch.0, GENESIS, 77);
    assert_eq!(read(&mut second), (77..next).collect::<Vec<_>>());
    log.append(next, &[&body(next)]).unwrap();
    assert_eq!((read(&mut second), read(&mut follower)), (vec![next], vec![next]));
}

#[test]
fn what_may_not_be_durable_is_not_handed_out() {
    let scratch = Scratch::new("durable");
    let mut log = open(&scratch.0);
    log.append(1, &[&body(1)]).unwrap();
    log.append(2, &[&body(2), &body(3)]).unwrap();
    // Without the mark behind it, nothing shows that the last group was ever acknowledged.
    let segment = scratch.0.join("blocks-00000000000000000001.log");
    let file = File::options().read(true).write(true).open(&segment).unwrap();
    let end = 4_096 + (1..=3).map(|height| RECORD + body(height).len() as u64).sum::<u64>();
    let mut mark = [0; RECORD as usize];
    file.read_exact_at(&mut mark, end).unwrap();
    file.write_all_at(&[0; RECORD as usize], end).unwrap();
    let mut follower = LogFollower::new(&scratch.0, GENESIS, 1);
    assert_eq!(read(&mut follower), [1]);
    file.write_all_at(&mark, end).unwrap();
    assert_eq!(read(&mut follower), [2, 3]);
    // Whoever wrote it knows better.
    file.write_all_at(&[0; RECORD as usize], end).unwrap();
    let mut trusting = LogFollower::new(&scratch.0, GENESIS, 1);
    trusting.trust_below(4);
    assert_eq!(read(&mut trusting), [1, 2, 3]);
    // A body that is not whole yet is waited for.
    file.write_all_at(b"not yet", end - 20).unwrap();
    let mut early = LogFollower::new(&scratch.0, GENESIS, 3);
    early.trust_below(4);
    assert!(read(&mut early).is_empty());
}

#[test]
fn pruned_blocks_and_other_networks_are_refused() {
    let scratch = Scratch::new("pruned");
    let mut log = open(&scratch.0);
    for height in 1..=120 {
        log.append(height, &[&body(height)]).unwrap();
    }
    log.prune_below(100).unwrap();
    let first = log.first_height();
    assert!(first > 1);
    let mut follower = LogFollower::new(&scratch.0, GENESIS, 1);
    assert_eq!(follower.first_height().unwrap(), Some(first));
    assert!(matches!(follower.next_block(), Err(DiskError::NotKept { height: 1, .. })));
    let mut kept = LogFollower::new(&scratch.0, GENESIS, first);
    assert_eq!(read(&mut kept).len() as u64, 121 - first);
    let mut other = LogFollower::new(&scratch.0, [8; 32], first);
    assert!(matches!(other.next_block(), Err(DiskError::WrongGenesis { .. })));
}
