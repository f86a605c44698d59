//! The block log in use: order, groups, segments, pruning, locking, refusals.

mod disk_support;

use disk_support::*;
use gage_node::disk::{BlockLog, DiskError, Options};
use std::fs;

#[test]
fn appends_survive_reopening() {
    let scratch = Scratch::fast("reopen");
    let (mut log, recovered) = open(scratch.path(), 16 << 10).unwrap();
    assert!(recovered.created);
    assert_eq!((recovered.first_height, recovered.next_height, recovered.blocks), (1, 1, 0));
    for height in 1..=200 {
        append_one(&mut log, height);
    }
    check_blocks(&log);
    log.close().unwrap();

    let (mut log, recovered) = open(scratch.path(), 16 << 10).unwrap();
    assert!(!recovered.created);
    assert_eq!((recovered.blocks, recovered.torn_bytes, recovered.acknowledged_below), (200, 0, 201));
    assert!(recovered.segments > 2, "{recovered:?}");
    for height in 201..=300 {
        append_one(&mut log, height);
    }
    check_blocks(&log);
}

#[test]
fn groups_are_kept_in_order_across_segments() {
    let scratch = Scratch::fast("groups");
    let (mut log, _) = open(scratch.path(), 8192).unwrap();
    let mut height = 1;
    for size in [1, 7, 0, 30, 2, 64, 1, 1, 40] {
        let bodies: Vec<Vec<u8>> = (height..height + size).map(body).collect();
        let slices: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        log.append(height, &slices).unwrap();
        height += size;
    }
    check_blocks(&log);
    drop(log);
    let (log, recovered) = open(scratch.path(), 8192).unwrap();
    assert_eq!(recovered.next_height, height);
    check_blocks(&log);
    let from_the_middle: Vec<u64> = log.iter_from(70).map(|block| block.unwrap().0).collect();
    assert_eq!(from_the_middle, (70..height).collect::<Vec<_>>());
    assert_eq!(log.iter_from(height).count(), 0);
}

#[test]
fn a_block_longer_than_a_segment_has_its_place() {
    for first_is_huge in [true, false] {
        let scratch = Scratch::fast("huge");
        let (mut log, _) = open(scratch.path(), 8192).unwrap();
        let huge = vec![0xab; 300_000];
        let mut bodies: Vec<Vec<u8>> = vec![b"small".to_vec(), huge, Vec::new(), b"after".to_vec()];
        if first_is_huge {
            bodies.swap(0, 1);
        }
        for (height, body) in (1..).zip(&bodies) {
            log.append(height, &[body]).unwrap();
        }
        // A clean close, then a reopening that goes on.
        log.close().unwrap();
        let (mut log, recovered) = open(scratch.path(), 8192).unwrap();
        assert_eq!(recovered.blocks, 4);
        log.append(5, &[b"fifth"]).unwrap();
        bodies.push(b"fifth".to_vec());
        let found: Vec<Vec<u8>> = log.iter_from(1).map(|block| block.unwrap().1).collect();
        assert!(found == bodies);
    }
}

#[test]
fn every_fit_at_the_end_of_a_segment_works() {
    // The room left in a segment of 8192 bytes: exactly none, a part of a record, exactly a record, one byte more.
    for body_bytes in (8192 - HEADER - 3 * RECORD)..=(8192 - HEADER - RECORD) {
        let scratch = Scratch::fast("fit");
        let (mut log, _) = open(scratch.path(), 8192).unwrap();
        let first = vec![1; body_bytes];
        for (height, body) in [(1, first.as_slice()), (2, b""), (3, b""), (4, b"x")] {
            log.append(height, &[body]).unwrap();
        }
        drop(log);
        let (log, recovered) = open(scratch.path(), 8192).unwrap();
        assert_eq!((recovered.blocks, recovered.torn_bytes), (4, 0), "{body_bytes}");
        assert_eq!(log.read(1).unwrap().unwrap(), first);
        assert_eq!(log.read(4).unwrap().unwrap(), b"x");
    }
}

#[test]
fn blocks_out_of_turn_and_too_long_are_refused_and_harm_nothing() {
    let scratch = Scratch::fast("turn");
    let (mut log, _) = BlockLog::open(scratch.path(), Options { first_height: 10, ..options(8192) }).unwrap();
    for given in [0, 9, 11, u64::MAX] {
        let error = log.append(given, &[b"x"]).unwrap_err();
        assert!(matches!(error, DiskError::NotNext { expected: 10, .. }), "{error}");
    }
    log.append(10, &[]).unwrap();
    assert_eq!(log.next_height(), 10);
    append_one(&mut log, 10);
    assert!(matches!(log.append(10, &[b"again"]).unwrap_err(), DiskError::NotNext { expected: 11, .. }));
    append_one(&mut log, 11);
    check_blocks(&log);
    assert_eq!(log.read(9).unwrap(), None);
    assert!(matches!(log.iter_from(9).next(), Some(Err(DiskError::NotKept { first_height: 10, .. }))));
}

#[test]
fn pruning_deletes_whole_segments_from_the_front() {
    let scratch = Scratch::fast("prune");
    let (mut log, _) = open(scratch.path(), 8192).unwrap();
    for height in 1..=150 {
        append_one(&mut log, height);
    }
    let before = segments(scratch.path()).len();
    assert!(before > 3);
    assert_eq!(log.prune_below(1).unwrap(), 0);
    let removed = log.prune_below(100).unwrap();
    assert!(removed > 0);
    assert_eq!(segments(scratch.path()).len(), before - removed);
    assert!(log.first_height() <= 100, "blocks from 100 on are kept");
    check_blocks(&log);
    let first = log.first_height();
    drop(log);
    let (mut log, recovered) = open(scratch.path(), 8192).unwrap();
    assert_eq!((recovered.first_height, recovered.next_height), (first, 151));
    // The last segment stays, whatever is asked.
    log.prune_below(u64::MAX).unwrap();
    assert_eq!(segments(scratch.path()).len(), 1);
    append_one(&mut log, 151);
    check_blocks(&log);
}

#[test]
fn an_interrupted_pruning_is_finished() {
    let (scratch, copy) = (Scratch::fast("prune-a"), Scratch::new("prune-b"));
    let (mut log, _) = open(scratch.path(), 8192).unwrap();
    for height in 1..=150 {
        append_one(&mut log, height);
    }
    copy_dir(scratch.path(), copy.path());
    log.prune_below(100).unwrap();
    let kept = log.first_height();
    drop(log);
    // The manifest is new, every old segment is still there, except the second.
    fs::copy(scratch.path().join("manifest"), copy.path().join("manifest")).unwrap();
    fs::remove_file(&segments(copy.path())[1]).unwrap();
    let (log, recovered) = open(copy.path(), 8192).unwrap();
    assert_eq!(recovered.first_height, kept);
    assert_eq!(
        segments(copy.path()),
        segments(scratch.path()).iter().map(|p| copy.path().join(p.file_name().unwrap())).collect::<Vec<_>>()
    );
    check_blocks(&log);
}

#[test]
fn one_directory_has_one_handle() {
    let scratch = Scratch::fast("lock");
    let (log, _) = open(scratch.path(), 8192).unwrap();
    let error = refusal(scratch.path(), 8192);
    assert!(matches!(error, DiskError::Locked { pid: Some(pid), .. } if pid == std::process::id()), "{error}");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    drop(log);
    open(scratch.path(), 8192).unwrap();
}

#[test]
fn another_network_and_another_version_are_refused() {
    let scratch = Scratch::fast("network");
    let (mut log, _) = open(scratch.path(), 8192).unwrap();
    append_one(&mut log, 1);
    drop(log);
    let error = BlockLog::open(scratch.path(), Options::new([8; 32])).err().unwrap();
    assert!(matches!(error, DiskError::WrongGenesis { .. }), "{error}");
    assert!(error.to_string().contains(&"07".repeat(32)) && error.to_string().contains(&"08".repeat(32)), "{error}");

    for file in [segments(scratch.path()).remove(0), scratch.path().join("manifest")] {
        let good = fs::read(&file).unwrap();
        let mut other = good.clone();
        other[8] = 2;
        fs::write(&file, &other).unwrap();
        let error = refusal(scratch.path(), 8192);
        assert!(matches!(error, DiskError::WrongVersion { found: 2, expected: 1, .. }), "{error}");
        fs::write(&file, &good).unwrap();
    }
    open(scratch.path(), 8192).unwrap();
}

#[test]
fn a_making_that_was_interrupted_is_begun_again() {
    let scratch = Scratch::fast("making");
    drop(open(scratch.path(), 64 << 10).unwrap());
    fs::remove_file(scratch.path().join("manifest")).unwrap();
    fs::write(scratch.path().join("next-segment.tmp"), b"unfinished").unwrap();
    let (mut log, recovered) = open(scratch.path(), 64 << 10).unwrap();
    assert!(recovered.created);
    assert!(!scratch.path().join("next-segment.tmp").exists());
    append_one(&mut log, 1);
    drop(log);
    // With a block in it the log is not new: a lost manifest is a loss.
    fs::remove_file(scratch.path().join("manifest")).unwrap();
    let error = refusal(scratch.path(), 64 << 10);
    assert!(matches!(error, DiskError::BadFile { .. }), "{error}");
}
