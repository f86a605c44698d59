//! Truncated and corrupted files are found and named; what is sound elsewhere is used.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::*;
use gage_node::{Node, NodeConfig, load_snapshot, read_snapshot_file};
use gage_store::proof::Root;
use gage_units::Height;

const HEIGHT: u64 = 12;

/// A directory with twelve blocks, snapshots at 4 and 8, and the root at the end.
fn directory(name: &str) -> (Scratch, Root) {
    let scratch = Scratch::new(name);
    let node = Node::start(options(scratch.path())).unwrap();
    let root = run_to(&node.handle(), HEIGHT);
    node.stop().unwrap();
    assert_eq!(files(&scratch.path().join("snapshots"), ".snap").len(), 3);
    fs::remove_file(newest_snapshot(scratch.path())).unwrap();
    (scratch, root)
}

fn options(dir: &Path) -> NodeConfig {
    NodeConfig { snapshot_every: 4, snapshots_kept: 5, log_segment_bytes: 16 << 10, ..config(dir) }
}

fn newest_snapshot(dir: &Path) -> PathBuf {
    files(&dir.join("snapshots"), ".snap").pop().unwrap()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

fn cut(path: &Path, to: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes.truncate(to);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_snapshot_is_named_and_the_one_before_it_used() {
    let (scratch, root) = directory("snapshot");
    let copy = Scratch::new("snapshot-copy");
    let length = fs::metadata(newest_snapshot(scratch.path())).unwrap().len() as usize;
    let places = (0..length).step_by(length / 40).chain([length - 1]);
    for (place, truncate) in places.flat_map(|place| [(place, false), (place, true)]) {
        copy_dir(scratch.path(), copy.path());
        let damaged = newest_snapshot(copy.path());
        if truncate {
            cut(&damaged, place)
        } else {
            flip(&damaged, place)
        }
        let node = Node::start(options(copy.path())).unwrap();
        let report = node.recovery();
        assert_eq!(report.snapshot, Some(Height(4)), "byte {place}");
        assert_eq!(report.refused.len(), 1);
        assert!(report.refused[0].contains(&*damaged.to_string_lossy()), "{}", report.refused[0]);
        assert_eq!(node.handle().checkpoint(), Some((Height(HEIGHT), root)));
        node.stop().unwrap();
    }
}

#[test]
fn without_any_sound_snapshot_the_log_is_enough_and_a_pruned_log_is_not() {
    let (scratch, root) = directory("no-snapshot");
    for path in files(&scratch.path().join("snapshots"), ".snap") {
        flip(&path, 700);
    }
    let node = Node::start(options(scratch.path())).unwrap();
    assert_eq!((node.recovery().snapshot, node.recovery().refused.len()), (None, 2));
    assert_eq!(node.handle().checkpoint(), Some((Height(HEIGHT), root)));
    node.stop().unwrap();

    let pruned = Scratch::new("pruned");
    let options = NodeConfig { snapshot_every: 4, prune_log: true, log_segment_bytes: 8_192, ..config(pruned.path()) };
    let node = Node::start(options.clone()).unwrap();
    run_to(&node.handle(), 40);
    assert!(node.handle().status_summary().log.first_height > 1);
    node.stop().unwrap();
    for path in files(&pruned.path().join("snapshots"), ".snap") {
        flip(&path, 700);
    }
    let text = refusal(options);
    assert!(text.contains("no sound snapshot reaches it") && text.contains(".snap"), "{text}");
}

#[test]
fn a_damaged_log_is_named_with_file_and_block() {
    let (scratch, _) = directory("log");
    let copy = Scratch::new("log-copy");
    let segment = files(&scratch.path().join("log"), ".log").remove(0);
    let used = fs::read(&segment).unwrap().iter().rposition(|byte| *byte != 0).unwrap();
    // The first 4,096 bytes are the header's page; the last record is a mark.
    for place in (4_096..used - 200).step_by((used - 4_296) / 25) {
        copy_dir(scratch.path(), copy.path());
        let damaged = files(&copy.path().join("log"), ".log").remove(0);
        flip(&damaged, place);
        let text = refusal(options(copy.path()));
        assert!(text.contains(&*damaged.to_string_lossy()), "byte {place}: {text}");
        assert!(text.contains("block"), "byte {place}: {text}");
    }
    copy_dir(scratch.path(), copy.path());
    let damaged = files(&copy.path().join("log"), ".log").remove(0);
    cut(&damaged, used / 2);
    let text = refusal(options(copy.path()));
    assert!(text.contains(&*damaged.to_string_lossy()), "{text}");
    copy_dir(scratch.path(), copy.path());
    fs::remove_file(files(&copy.path().join("log"), ".log").remove(0)).unwrap();
    let text = refusal(options(copy.path()));
    assert!(text.contains("missing") || text.contains("is not there") || text.contains("gone"), "{text}");
}

#[test]
fn a_log_that_ends_before_the_snapshot_is_refused() {
    let (scratch, _) = directory("short");
    fs::remove_dir_all(scratch.path().join("log")).unwrap();
    let text = refusal(options(scratch.path()));
    assert!(text.contains("the log ends before block 1") && text.contains("height 8"), "{text}");
}

#[test]
fn a_snapshot_of_other_records_is_refused() {
    // Sound as a file, false as a state: the snapshot of another run under this one's name.
    let (scratch, root) = directory("false");
    let other = Scratch::new("false-other");
    let node = Node::start(options(other.path())).unwrap();
    for height in 1..=8 {
        node.handle().seal(time(height)).unwrap();
    }
    node.stop().unwrap();
    fs::copy(newest_snapshot(other.path()), newest_snapshot(scratch.path())).unwrap();
    let text = refusal(options(scratch.path()));
    assert!(text.contains("publishes the root") && text.contains("block 9"), "{text}");
    fs::remove_file(newest_snapshot(scratch.path())).unwrap();
    let node = Node::start(options(scratch.path())).unwrap();
    assert_eq!(node.handle().checkpoint(), Some((Height(HEIGHT), root)));
}

#[test]
fn a_forged_snapshot_is_found_by_its_root() {
    // Every checksum right, one record changed: only the root tells.
    let (scratch, root) = directory("forged");
    let path = newest_snapshot(scratch.path());
    let loaded = read_snapshot_file(&path).unwrap();
    let key = gage_ledger::balance_key_bytes(number(1), USD);
    let mut records: Vec<(Vec<u8>, Vec<u8>)> =
        loaded.certified.records().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
    let record = records.iter_mut().find(|(found, _)| *found == key).unwrap();
    record.1[0] ^= 1;
    let header = borsh::to_vec(&loaded.header).unwrap();
    let written = gage_node::disk::write_snapshot(path.parent().unwrap(), &loaded.header.genesis.0, 8, |out| {
        let records = records.iter().map(|(key, value)| (key.as_slice(), value.as_slice()));
        let count = loaded.certified.len() as u64;
        gage_store::snapshot::write(out, &header, count, records).map(drop).map_err(std::io::Error::other)
    });
    written.unwrap();
    let node = Node::start(options(scratch.path())).unwrap();
    assert_eq!(node.recovery().snapshot, Some(Height(4)));
    assert!(node.recovery().refused[0].contains("its records have the root"), "{:?}", node.recovery().refused);
    assert_eq!(node.handle().checkpoint(), Some((Height(HEIGHT), root)));
}

#[test]
fn a_snapshot_can_be_read_by_itself() {
    let (scratch, _) = directory("alone");
    let path = newest_snapshot(scratch.path());
    let loaded = read_snapshot_file(&path).unwrap();
    assert_eq!((loaded.header.executed.height, loaded.chain.head().height), (Height(8), Height(8)));
    loaded.chain.check_invariants().unwrap();
    let file = gage_node::disk::SnapshotFile { path: path.clone(), height: 8 };
    let error = load_snapshot(&file, &gage_crypto::Hash::ZERO, 0, 1).err().unwrap();
    assert!(error.to_string().contains("belongs to the network with genesis"), "{error}");
    cut(&path, 20);
    assert!(read_snapshot_file(&path).err().unwrap().to_string().contains("cannot be read"));
}

#[test]
fn leftovers_of_an_interrupted_snapshot_are_removed() {
    let (scratch, _) = directory("leftover");
    let leftover = scratch.path().join("snapshots/snapshot-00000000000000000012.snap.tmp");
    fs::write(&leftover, b"half").unwrap();
    Node::start(options(scratch.path())).unwrap();
    assert!(!leftover.exists());
}
