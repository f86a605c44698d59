//! Tails: cut or zeroed at every byte, groups torn in any order of sectors.

mod disk_support;

use disk_support::*;
use gage_node::disk::{BlockLog, DiskError, Options};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

const SEGMENT: u64 = 8192;

/// Bodies of 0 to 9 bytes, so that every byte of a log of twenty blocks can be tried.
fn short(height: u64) -> Vec<u8> {
    vec![height as u8 | 0x80; (height % 10) as usize]
}

/// A closed log of twenty short blocks; its bytes, and where its records end.
fn twenty(dir: &Path) -> (Vec<u8>, Vec<usize>) {
    let (mut log, _) = open(dir, SEGMENT).unwrap();
    for height in 1..=20 {
        log.append(height, &[&short(height)]).unwrap();
    }
    log.close().unwrap();
    let bytes = fs::read(&segments(dir)[0]).unwrap();
    let ends = ends((1..=20).map(short));
    assert!(ends[20] < 8192 - RECORD);
    (bytes, ends)
}

/// Opens a damaged log, checks that it holds blocks 1..=kept and goes on.
fn check_prefix(dir: &Path, options: Options, kept: u64, torn_bytes: u64, place: usize) {
    let (mut log, recovered) =
        BlockLog::open(dir, options.clone()).unwrap_or_else(|error| panic!("at {place}: {error}"));
    assert_eq!(recovered.next_height, kept + 1, "at {place}");
    assert_eq!(recovered.torn_bytes, torn_bytes, "at {place}: {recovered:?}");
    log.append(kept + 1, &[b"different from before", b"and one more"]).unwrap();
    drop(log);
    let (log, recovered) = BlockLog::open(dir, options).unwrap();
    assert_eq!((recovered.next_height, recovered.torn_bytes), (kept + 3, 0), "at {place}");
    let found: Vec<Vec<u8>> = log.iter_from(1).map(|block| block.unwrap().1).collect();
    let mut expected: Vec<Vec<u8>> = (1..=kept).map(short).collect();
    expected.extend([b"different from before".to_vec(), b"and one more".to_vec()]);
    assert!(found == expected, "at {place}");
}

#[test]
fn a_tail_zeroed_from_any_byte_gives_the_whole_blocks_before_it() {
    let scratch = Scratch::fast("zero");
    let (bytes, ends) = twenty(scratch.path());
    let segment = segments(scratch.path()).remove(0);
    let mark_end = ends[20] + RECORD;
    for place in HEADER..=mark_end {
        let mut torn = bytes.clone();
        torn[place..].fill(0);
        fs::write(&segment, &torn).unwrap();
        // A block is whole when its record and body are; a record that ends in zeros may end early.
        let left = torn.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
        let kept = (1..=20)
            .take_while(|number| left >= ends[*number] || torn[..ends[*number]] == bytes[..ends[*number]])
            .count();
        let marked = torn[..mark_end] == bytes[..mark_end];
        let torn_bytes = if marked { 0 } else { left.saturating_sub(ends[kept]) };
        check_prefix(scratch.path(), options(SEGMENT), kept as u64, torn_bytes as u64, place);
    }
}

#[test]
fn a_file_cut_at_any_byte_is_named_and_an_accepted_cut_keeps_the_whole_blocks() {
    let scratch = Scratch::fast("cut");
    let (bytes, ends) = twenty(scratch.path());
    let segment = segments(scratch.path()).remove(0);
    let accepting = Options { accept_short_segment: true, ..options(SEGMENT) };
    let last = ends[20] + RECORD;
    for place in (0..HEADER).step_by(97).chain(HEADER..=last).chain([last + 1, bytes.len() - 1]) {
        fs::write(&segment, &bytes[..place]).unwrap();
        let error = refusal(scratch.path(), SEGMENT);
        let kept = ends[1..].iter().take_while(|end| **end <= place).count() as u64;
        match error {
            DiskError::BadFile { file, .. } if place < HEADER => {
                assert_eq!(file, segment);
                continue;
            }
            DiskError::ShortSegment { file, bytes, bytes_made, offset, height } => {
                assert_eq!((file, bytes, bytes_made), (segment.clone(), place as u64, SEGMENT));
                assert_eq!((offset, height), (ends[kept as usize] as u64, kept + 1));
            }
            other => panic!("at {place}: {other}"),
        }
        assert_eq!(fs::read(&segment).unwrap(), &bytes[..place], "a refusal changes nothing");
        let torn = if place < last { place - ends[kept as usize] } else { 0 };
        // Zeros at the end of a cut record do not count as torn bytes.
        let zeros = bytes[..place][place - torn..].iter().rev().take_while(|byte| **byte == 0).count();
        check_prefix(scratch.path(), accepting.clone(), kept, (torn - zeros) as u64, place);
        assert_eq!(fs::metadata(&segment).unwrap().len(), SEGMENT);
    }
}

/// A log with an acknowledged part of `before` blocks and, in its last segment, the group `before + 1..=before + group`
/// that was being written. Gives the last segment's bytes without and with that group.
fn in_flight(dir: &Path, before: u64, group: u64) -> (Vec<u8>, Vec<u8>) {
    let (mut log, _) = open(dir, 32 << 10).unwrap();
    for height in 1..=before {
        append_one(&mut log, height);
    }
    let segment = segments(dir).pop().unwrap();
    let old = fs::read(&segment).unwrap();
    let bodies: Vec<Vec<u8>> = (before + 1..=before + group).map(body).collect();
    let slices: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
    log.append(before + 1, &slices).unwrap();
    drop(log);
    assert_eq!(segments(dir).pop().unwrap(), segment, "the group fits the segment");
    // The mark that follows the group is written after its sync, so it is not part of what is in flight.
    let mut new = fs::read(&segment).unwrap();
    let first = segment.file_stem().unwrap().to_str().unwrap().strip_prefix("blocks-").unwrap().parse::<u64>().unwrap();
    let end = *ends((first..=before + group).map(body)).last().unwrap();
    new[end..].fill(0);
    (old, new)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever sectors of a group arrive, nothing acknowledged is lost and the log opens.
    #[test]
    fn a_group_torn_in_any_order_of_sectors_is_cut(
        before in 0_u64..40,
        group in 1_u64..40,
        arrived in any::<u64>(),
        sector in prop_oneof![Just(512_usize), Just(4096), Just(64)],
    ) {
        let scratch = Scratch::fast("sectors");
        let (old, new) = in_flight(scratch.path(), before, group);
        let segment = segments(scratch.path()).pop().unwrap();
        let mut mixed = old.clone();
        let differing = (0..mixed.len()).step_by(sector).filter(|at| old[*at..at + sector] != new[*at..at + sector]);
        for (number, at) in differing.enumerate() {
            if arrived >> (number % 64) & 1 == 1 {
                mixed[at..at + sector].copy_from_slice(&new[at..at + sector]);
            }
        }
        fs::write(&segment, &mixed).unwrap();
        let (mut log, recovered) = open(scratch.path(), 32 << 10).unwrap();
        prop_assert!(recovered.next_height > before, "{recovered:?}");
        prop_assert!(recovered.next_height <= before + group + 1);
        if mixed == old {
            prop_assert_eq!((recovered.next_height, recovered.torn_bytes), (before + 1, 0));
        }
        if mixed == new {
            prop_assert_eq!((recovered.next_height, recovered.torn_bytes), (before + group + 1, 0));
        }
        check_blocks(&log);
        let next = log.next_height();
        append_one(&mut log, next);
        drop(log);
        let (log, recovered) = open(scratch.path(), 32 << 10).unwrap();
        prop_assert_eq!((recovered.next_height, recovered.torn_bytes), (next + 1, 0));
        check_blocks(&log);
    }
}

#[test]
fn a_sound_record_behind_a_torn_one_of_its_group_is_no_corruption() {
    let scratch = Scratch::fast("inner");
    let (_, mut bytes) = in_flight(scratch.path(), 3, 8);
    let ends = ends((1..=11).map(body));
    bytes[ends[5] + 3] ^= 1; // inside the record of block 6; blocks 7 to 11 are sound
    fs::write(segments(scratch.path()).pop().unwrap(), &bytes).unwrap();
    let (log, recovered) = open(scratch.path(), 32 << 10).unwrap();
    assert_eq!(recovered.next_height, 6);
    assert_eq!(recovered.acknowledged_below, 4);
    assert_eq!(recovered.torn_bytes as usize, ends[11] - ends[5]);
    check_blocks(&log);
    // What was behind it is gone for good: the next sound group cannot join it.
    let rest = &fs::read(segments(scratch.path()).pop().unwrap()).unwrap()[ends[5] + RECORD..];
    assert!(rest.iter().all(|byte| *byte == 0));
}

#[test]
fn a_block_body_cannot_pose_as_a_record() {
    // The body of block 2 is a copy of a whole segment of the same network; block 2 itself was torn.
    let (other, scratch) = (Scratch::fast("pose-a"), Scratch::fast("pose-b"));
    let (bytes, _) = twenty(other.path());
    let (mut log, _) = open(scratch.path(), 32 << 10).unwrap();
    log.append(1, &[b"one"]).unwrap();
    log.append(2, &[&bytes]).unwrap();
    drop(log);
    let segment = segments(scratch.path()).remove(0);
    let mut torn = fs::read(&segment).unwrap();
    let ends = ends([b"one".to_vec(), bytes].into_iter());
    torn[ends[1] + RECORD] ^= 1;
    torn[ends[2]..].fill(0);
    fs::write(&segment, &torn).unwrap();
    let (_, recovered) = open(scratch.path(), 32 << 10).unwrap();
    assert_eq!(recovered.next_height, 2);
}
