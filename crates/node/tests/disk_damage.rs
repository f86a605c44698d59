//! Damage from outside: every flipped byte, missing, swapped and foreign segments. Never a wrong block, always a name.

mod disk_support;

use disk_support::*;
use gage_node::disk::{BlockLog, DiskError, Options};
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

const SEGMENT: u64 = 8192;

/// Three groups: block 1; blocks 2, 3 and 4; block 5. Returns the segment's bytes and the ends of its records.
fn five(dir: &Path) -> (Vec<u8>, Vec<usize>) {
    let (mut log, _) = open(dir, SEGMENT).unwrap();
    append_one(&mut log, 1);
    log.append(2, &[&body(2), &body(3), &body(4)]).unwrap();
    append_one(&mut log, 5);
    log.close().unwrap();
    (fs::read(&segments(dir)[0]).unwrap(), ends((1..=5).map(body)))
}

#[test]
fn after_a_close_every_flip_in_a_block_is_named() {
    let scratch = Scratch::fast("flip");
    let (bytes, ends) = five(scratch.path());
    let segment = segments(scratch.path()).remove(0);
    let records = HEADER - 40..ends[5] + RECORD + 50;
    let zeros = (records.end..bytes.len()).step_by(31);
    for place in (0..HEADER).step_by(61).chain(0..100).chain(records).chain(zeros) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&segment, &flipped).unwrap();
        match open(scratch.path(), SEGMENT) {
            Err(DiskError::Corrupt { file, offset, height, .. }) => {
                assert!((HEADER..ends[5]).contains(&place), "{place}");
                let number = ends.iter().rposition(|end| *end <= place).unwrap();
                assert_eq!(
                    (file, offset, height),
                    (segment.clone(), ends[number] as u64, number as u64 + 1),
                    "{place}"
                );
                assert_eq!(fs::read(&segment).unwrap(), flipped, "a refusal changes nothing");
            }
            Err(DiskError::BadFile { file, .. } | DiskError::WrongVersion { file, .. }) => {
                assert!(place < HEADER, "{place}");
                assert_eq!(file, segment);
            }
            Err(other) => panic!("{place}: {other}"),
            Ok((log, recovered)) => {
                // The mark and the zeros behind it hold no block.
                assert!(place >= ends[5], "{place}: {recovered:?}");
                assert_eq!(recovered.next_height, 6);
                assert!(recovered.torn_bytes > 0);
                check_blocks(&log);
            }
        }
    }
}

#[test]
fn without_the_mark_only_a_flip_in_the_last_group_is_cut() {
    // What a power failure may leave: the last group is whole, its mark never reached the disk.
    let scratch = Scratch::fast("unmarked");
    let (mut bytes, ends) = five(scratch.path());
    let segment = segments(scratch.path()).remove(0);
    bytes[ends[5]..].fill(0);
    for (groups, last_group) in [(5, 4), (4, 1)] {
        // First with block 5 as the last group, then with blocks 2 to 4 as the last group.
        bytes[ends[groups]..].fill(0);
        for place in HEADER..ends[groups] {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << (place % 8);
            fs::write(&segment, &flipped).unwrap();
            let number = ends.iter().rposition(|end| *end <= place).unwrap();
            match open(scratch.path(), SEGMENT) {
                Err(DiskError::Corrupt { offset, height, .. }) => {
                    assert!(number < last_group, "{place}");
                    assert_eq!((offset, height), (ends[number] as u64, number as u64 + 1));
                }
                Err(other) => panic!("{place}: {other}"),
                Ok((log, recovered)) => {
                    assert!(number >= last_group, "{place}: {recovered:?}");
                    assert_eq!(recovered.next_height, number as u64 + 1, "{place}");
                    assert_eq!(recovered.offset, ends[number] as u64);
                    assert!(recovered.torn_bytes > 0);
                    check_blocks(&log);
                }
            }
        }
    }
}

#[test]
fn every_flip_in_the_manifest_is_named() {
    let scratch = Scratch::fast("manifest");
    five(scratch.path());
    let manifest = scratch.path().join("manifest");
    let bytes = fs::read(&manifest).unwrap();
    for place in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&manifest, &flipped).unwrap();
        let error = refusal(scratch.path(), SEGMENT);
        assert!(
            matches!(&error, DiskError::BadFile { file, .. } | DiskError::WrongVersion { file, .. } if *file == manifest),
            "{error}"
        );
    }
    fs::write(&manifest, &bytes[..50]).unwrap();
    assert!(matches!(refusal(scratch.path(), SEGMENT), DiskError::BadFile { .. }));
}

/// A log of several segments, closed.
fn several(dir: &Path) -> usize {
    let (mut log, _) = open(dir, SEGMENT).unwrap();
    for height in 1..=120 {
        append_one(&mut log, height);
    }
    log.close().unwrap();
    let count = segments(dir).len();
    assert!(count >= 4);
    count
}

#[test]
fn every_missing_segment_is_named() {
    let (scratch, copy) = (Scratch::fast("missing-a"), Scratch::fast("missing-b"));
    let count = several(scratch.path());
    for number in 0..count {
        copy_dir(scratch.path(), copy.path());
        let gone = segments(copy.path()).remove(number);
        fs::remove_file(&gone).unwrap();
        match refusal(copy.path(), SEGMENT) {
            DiskError::MissingSegment { file, .. } => assert_eq!(file, gone),
            other => panic!("segment {number}: {other}"),
        }
    }
    // All of them.
    copy_dir(scratch.path(), copy.path());
    for path in segments(copy.path()) {
        fs::remove_file(path).unwrap();
    }
    assert!(matches!(refusal(copy.path(), SEGMENT), DiskError::MissingSegment { height: 1, .. }));
}

#[test]
fn damage_in_a_closed_segment_is_named() {
    let (scratch, copy) = (Scratch::fast("closed-a"), Scratch::fast("closed-b"));
    several(scratch.path());
    let name = segments(scratch.path())[1].file_name().unwrap().to_owned();
    let bytes = fs::read(scratch.path().join(&name)).unwrap();
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap() - RECORD;
    for place in [HEADER, HEADER + 20, HEADER + RECORD + 1, last] {
        copy_dir(scratch.path(), copy.path());
        let mut flipped = bytes.clone();
        flipped[place] ^= 4;
        fs::write(copy.path().join(&name), &flipped).unwrap();
        match refusal(copy.path(), SEGMENT) {
            DiskError::Corrupt { file, offset, .. } => {
                assert_eq!(file, copy.path().join(&name));
                assert!(offset as usize <= place);
            }
            other => panic!("{place}: {other}"),
        }
    }
    // Cut from outside: its last blocks are gone although the log goes on in the next file.
    copy_dir(scratch.path(), copy.path());
    fs::write(copy.path().join(&name), &bytes[..last - RECORD]).unwrap();
    assert!(matches!(refusal(copy.path(), SEGMENT), DiskError::Corrupt { .. }));
}

#[test]
fn records_moved_about_are_named() {
    let scratch = Scratch::fast("splice");
    let (mut log, _) = open(scratch.path(), SEGMENT).unwrap();
    for height in 1..=6 {
        log.append(height, &[&[height as u8; 8]]).unwrap();
    }
    log.close().unwrap();
    let segment = segments(scratch.path()).remove(0);
    let bytes = fs::read(&segment).unwrap();
    let length = RECORD + 8;
    let record = |number: usize| HEADER + number * length..HEADER + (number + 1) * length;
    let damage = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = bytes.clone();
        change(&mut changed);
        fs::write(&segment, &changed).unwrap();
        refusal(scratch.path(), SEGMENT)
    };
    // Blocks 2 and 3 swapped; block 3 removed and the rest moved up; block 2 twice; the last two removed, mark kept.
    let swapped = damage(&|changed| {
        changed[record(1)].copy_from_slice(&bytes[record(2)]);
        changed[record(2)].copy_from_slice(&bytes[record(1)]);
    });
    assert!(matches!(swapped, DiskError::Corrupt { height: 2, .. }), "{swapped}");
    let removed = damage(&|changed| changed.copy_within(record(3).start..record(6).end, record(2).start));
    assert!(matches!(removed, DiskError::Corrupt { height: 3, .. }), "{removed}");
    let twice = damage(&|changed| changed.copy_within(record(1), record(2).start));
    assert!(matches!(twice, DiskError::Corrupt { height: 3, .. }), "{twice}");
    let shortened = damage(&|changed| {
        changed.copy_within(record(6), record(4).start);
        changed[record(5).start..].fill(0);
    });
    assert!(matches!(shortened, DiskError::Corrupt { height: 5, .. }), "{shortened}");
}

#[test]
fn a_segment_of_another_log_of_the_same_network_is_named() {
    let (one, other) = (Scratch::fast("foreign-a"), Scratch::fast("foreign-b"));
    several(one.path());
    several(other.path());
    for number in 1..segments(one.path()).len() {
        let path = segments(one.path()).remove(number);
        let own = fs::read(&path).unwrap();
        fs::copy(other.path().join(path.file_name().unwrap()), &path).unwrap();
        match refusal(one.path(), SEGMENT) {
            DiskError::Corrupt { file, offset: 68, .. } => assert_eq!(file, path),
            error => panic!("segment {number}: {error}"),
        }
        fs::write(&path, own).unwrap();
    }
    // Two segments have exchanged their names: each name disagrees with its header.
    let paths = segments(one.path());
    let aside = one.path().join("aside");
    fs::rename(&paths[1], &aside).unwrap();
    fs::rename(&paths[2], &paths[1]).unwrap();
    fs::rename(&aside, &paths[2]).unwrap();
    match refusal(one.path(), SEGMENT) {
        DiskError::BadFile { file, offset: 60, .. } => assert_eq!(file, paths[1]),
        error => panic!("{error}"),
    }
}

#[test]
fn a_segment_of_another_network_is_named_even_beside_the_right_manifest() {
    let (own, other) = (Scratch::fast("net-a"), Scratch::fast("net-b"));
    drop(open(own.path(), SEGMENT).unwrap());
    let genesis = [8; 32];
    drop(BlockLog::open(other.path(), Options { genesis, ..options(SEGMENT) }).unwrap());
    let segment = segments(own.path()).remove(0);
    fs::copy(segments(other.path()).remove(0), &segment).unwrap();
    match refusal(own.path(), SEGMENT) {
        DiskError::WrongGenesis { file, .. } => assert_eq!(file, segment),
        error => panic!("{error}"),
    }
}

#[test]
fn records_of_two_histories_do_not_mix() {
    // The same segment lived on twice from block 1, as after a restored copy; block 2 comes from one life, 3 from the other.
    let (one, other) = (Scratch::fast("life-a"), Scratch::fast("life-b"));
    let (mut log, _) = open(one.path(), SEGMENT).unwrap();
    log.append(1, &[b"one"]).unwrap();
    log.close().unwrap();
    copy_dir(one.path(), other.path());
    for (scratch, second) in [(&one, b"two"), (&other, b"TWO")] {
        let (mut log, _) = open(scratch.path(), SEGMENT).unwrap();
        log.append(2, &[second]).unwrap();
        log.append(3, &[b"three"]).unwrap();
        log.close().unwrap();
    }
    let ends = ends([b"one".to_vec(), b"two".to_vec()].into_iter());
    let segment = segments(one.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    let theirs = fs::read(segments(other.path()).remove(0)).unwrap();
    bytes[ends[2]..].copy_from_slice(&theirs[ends[2]..]);
    fs::write(&segment, &bytes).unwrap();
    match refusal(one.path(), SEGMENT) {
        DiskError::Corrupt { offset, height: 3, .. } => assert_eq!(offset as usize, ends[2]),
        error => panic!("{error}"),
    }
}

#[test]
fn a_file_changed_while_in_use_gives_an_error_and_no_wrong_block() {
    let scratch = Scratch::fast("inuse");
    let (mut log, _) = open(scratch.path(), SEGMENT).unwrap();
    for height in 1..=3 {
        log.append(height, &[&[height as u8; 40]]).unwrap();
    }
    let segment = segments(scratch.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[HEADER + RECORD + 40 + RECORD + 5] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    assert_eq!(log.read(1).unwrap().unwrap(), [1; 40]);
    let error = log.read(2).unwrap_err();
    assert!(matches!(error, DiskError::Corrupt { height: 2, .. }), "{error}");
    assert_eq!(log.iter_from(1).filter(Result::is_err).count(), 1);
}

#[test]
fn a_refusal_says_what_where_and_what_to_do() {
    let scratch = Scratch::fast("words");
    let (mut bytes, ends) = five(scratch.path());
    let segment = segments(scratch.path()).remove(0);
    bytes[ends[2] + 1] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let text = refusal(scratch.path(), SEGMENT).to_string();
    for part in [segment.to_str().unwrap(), &format!("byte {}", ends[2]), "block 3", "every block below 5", "restore"] {
        assert!(text.contains(part), "{part:?} in {text:?}");
    }
}

#[test]
fn a_proof_of_acknowledgement_that_ends_in_zeros_counts() {
    // One checksum in 256 ends in a zero byte and so seems to end early in a file of zeros: as the last record without a
    // mark, and as the mark behind it.
    for marked in [false, true] {
        let scratch = Scratch::fast("zeros");
        let (mut log, _) = open(scratch.path(), 1 << 20).unwrap();
        log.append(1, &[b"first"]).unwrap();
        let segment = segments(scratch.path()).remove(0);
        let mut end = HEADER + RECORD + 5;
        let bytes = loop {
            let next = log.next_height();
            assert!(next < 10_000, "no checksum ends in zero");
            log.append(next, &[b""]).unwrap();
            end += RECORD;
            let proof_end = if marked { end + RECORD } else { end };
            let mut last = [1];
            fs::File::open(&segment).unwrap().read_exact_at(&mut last, proof_end as u64 - 1).unwrap();
            if last == [0] {
                let mut bytes = fs::read(&segment).unwrap();
                bytes[proof_end..].fill(0);
                break bytes;
            }
        };
        let next = log.next_height();
        drop(log);
        // The block before the proof is damaged.
        let mut damaged = bytes.clone();
        damaged[end - RECORD - if marked { 0 } else { RECORD } + 3] ^= 1;
        fs::write(&segment, &damaged).unwrap();
        let expected = if marked { next - 1 } else { next - 2 };
        match refusal(scratch.path(), 1 << 20) {
            DiskError::Corrupt { height, .. } => assert_eq!(height, expected),
            error => panic!("{error}"),
        }
        fs::write(&segment, &bytes).unwrap();
        assert_eq!(open(scratch.path(), 1 << 20).unwrap().1.next_height, next);
    }
}
