//! Snapshots: the way out and back, and every kind of damage named.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions, reason = "tests")]

mod tree_model;

use std::io::{self, Read};

use gage_store::certified::{Certified, Changes, KEY_BYTES_MAX, VALUE_BYTES_MAX};
use gage_store::snapshot::{HEADER_BYTES_MAX, ReadError, Reader, WriteError, read_all, write};
use tree_model::Dice;

fn certified(records: u64, value_len: usize) -> Certified {
    let mut certified = Certified::new(1);
    let mut changes = Changes::new();
    for number in 0..records {
        changes.push(&number.to_le_bytes(), Some(&vec![number as u8; value_len])).unwrap();
    }
    certified.apply(1, &changes).unwrap();
    certified
}

fn snapshot(certified: &Certified, header: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let len = write(&mut bytes, header, certified.len() as u64, certified.records()).unwrap();
    assert_eq!(len, bytes.len() as u64);
    bytes
}

/// Gives one byte at a time and an interruption before each.
struct Slow<'a>(&'a [u8], bool);

impl Read for Slow<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(&mut bytes[..1]) }
    }
}

#[test]
fn out_and_back() {
    for (records, value_len) in [(0, 0), (1, 0), (1, 300_000), (50, 33), (3000, 400)] {
        let original = certified(records, value_len);
        let bytes = snapshot(&original, b"height 1");
        let (header, changes) = read_all(bytes.as_slice()).unwrap();
        assert_eq!(header, b"height 1");
        assert_eq!(changes.len() as u64, records);
        let mut loaded = Certified::new(1);
        assert_eq!(loaded.apply(1, &changes).unwrap(), original.root());
        assert_eq!(snapshot(&loaded, b"height 1"), bytes, "same content, same bytes");
        let mut reader = Reader::open(Slow(&bytes, false)).unwrap();
        assert_eq!((reader.header(), reader.count()), (&b"height 1"[..], records));
        for expected in original.records() {
            assert_eq!(reader.next_record().unwrap(), Some(expected));
        }
        assert_eq!(reader.next_record().unwrap(), None);
        assert_eq!(reader.next_record().unwrap(), None);
    }
}

/// Changing this value changes the format: an explicit act with a new version.
#[test]
fn golden_bytes() {
    let bytes = snapshot(&certified(20, 5), b"golden");
    assert_eq!(blake3::hash(&bytes).to_string(), "790e21e6af50ca5e175176162fd0178753e414c8165e436d685d6309fab05998");
}

#[test]
fn every_truncation_is_named_with_its_offset() {
    let bytes = snapshot(&certified(12, 9), b"head");
    for len in 0..bytes.len() {
        match read_all(&bytes[..len]) {
            Err(ReadError::Truncated(offset)) => assert_eq!(offset, len as u64),
            other => panic!("cut at {len}: {other:?}"),
        }
    }
}

#[test]
fn every_altered_byte_is_detected_where_it_is() {
    let bytes = snapshot(&certified(12, 9), b"head");
    for at in 0..bytes.len() {
        for flip in 1..=255 {
            let mut altered = bytes.clone();
            altered[at] ^= flip;
            match (at, read_all(altered.as_slice()).unwrap_err()) {
                (0..8, ReadError::NotASnapshot) | (8..10, ReadError::UnknownVersion(_)) => (),
                // The byte lies in the named piece or in the check right behind it.
                (10.., ReadError::Corrupted { start, end, .. }) => {
                    assert!((start..end + 32).contains(&(at as u64)), "byte {at}: {start} to {end}");
                }
                (at, other) => panic!("byte {at} xor {flip}: {other}"),
            }
        }
    }
}

#[test]
fn pieces_in_another_place_and_trailing_bytes_are_detected() {
    // Several chunks of equal length.
    let original = certified(2000, 500);
    let bytes = snapshot(&original, b"");
    assert!(
        matches!(read_all([&bytes[..], b"x"].concat().as_slice()), Err(ReadError::TrailingBytes(end)) if end == bytes.len() as u64)
    );
    assert!(matches!(read_all([&bytes[..], &bytes[..]].concat().as_slice()), Err(ReadError::TrailingBytes(_))));
    let head = 22 + 8 + 32;
    let payload_len = u32::from_le_bytes(bytes[head..head + 4].try_into().unwrap()) as usize;
    let chunk = 16 + payload_len + 32;
    let (first, second) = (&bytes[head..head + chunk], &bytes[head + chunk..head + 2 * chunk]);
    assert_eq!(first[..4], second[..4]);
    let swapped = [&bytes[..head], second, first, &bytes[head + 2 * chunk..]].concat();
    assert!(matches!(read_all(swapped.as_slice()), Err(ReadError::Corrupted { start, .. }) if start == head as u64));
    let dropped = [&bytes[..head], &bytes[head + chunk..]].concat();
    assert!(matches!(read_all(dropped.as_slice()), Err(ReadError::Corrupted { start, .. }) if start == head as u64));
    let only_whole = [&bytes[..head], &bytes[head..bytes.len() - 1], &[!bytes[bytes.len() - 1]]].concat();
    assert!(matches!(read_all(only_whole.as_slice()), Err(ReadError::Corrupted { what: "whole", .. })));
}

#[test]
fn what_cannot_be_read_is_not_written() {
    let out = Vec::new;
    let records = |keys: &'static [&'static [u8]]| keys.iter().map(|key| (*key, &b"v"[..]));
    assert!(matches!(write(out(), &vec![0; HEADER_BYTES_MAX + 1], 0, records(&[])), Err(WriteError::HeaderTooLong(_))));
    assert!(matches!(write(out(), b"", 2, records(&[b"a"])), Err(WriteError::WrongCount { announced: 2, given: 1 })));
    assert!(matches!(write(out(), b"", 0, records(&[b"a"])), Err(WriteError::WrongCount { announced: 0, given: 1 })));
    assert!(matches!(write(out(), b"", u64::MAX, records(&[])), Err(WriteError::WrongCount { .. })));
    let forward = write(out(), b"", 2, records(&[b"a", b"b"]));
    let backward = write(out(), b"", 2, records(&[b"b", b"a"]));
    assert!(forward.is_ok() != backward.is_ok());
    assert!(matches!(forward.and(backward), Err(WriteError::WrongOrder(1))));
    assert!(matches!(write(out(), b"", 2, records(&[b"a", b"a"])), Err(WriteError::WrongOrder(1))));
    let long = vec![0; KEY_BYTES_MAX.max(VALUE_BYTES_MAX) + 1];
    for record in [(&long[..KEY_BYTES_MAX + 1], &b""[..]), (b"k", &long[..VALUE_BYTES_MAX + 1])] {
        let written = write(out(), b"", 1, std::iter::once(record));
        assert!(matches!(written, Err(WriteError::RecordTooLong { record: 0, .. })));
    }
    let full: &mut [u8] = &mut [0; 10];
    assert!(matches!(write(full, b"", 0, records(&[])), Err(WriteError::Io(_))));
}

/// Snapshots with right checks and wrong content, made by hand as the format says it.
#[test]
fn well_checked_nonsense_is_refused() {
    let check = |offset: usize, bytes: &[u8], len: usize| {
        let hash = blake3::hash(&[&(offset as u64).to_le_bytes(), bytes].concat());
        hash.as_bytes()[..len].to_vec()
    };
    let make = |header_len: u32, count: u64, chunks: &[(u32, Vec<u8>)]| {
        let mut bytes = [&b"GAGESNAP\x01\x00"[..], &header_len.to_le_bytes(), &count.to_le_bytes()].concat();
        bytes.extend(check(0, &bytes, 8));
        bytes.extend(check(30, b"", 32));
        for (records, payload) in chunks {
            let lengths = [(payload.len() as u32).to_le_bytes(), records.to_le_bytes()].concat();
            let lengths_check = check(bytes.len(), &lengths, 8);
            bytes.extend([lengths, lengths_check].concat());
            let payload_check = check(bytes.len(), payload, 32);
            bytes.extend([&payload[..], &payload_check].concat());
        }
        let lengths_check = check(bytes.len(), &[0; 8], 8);
        bytes.extend([vec![0; 8], lengths_check].concat());
        let digest = *blake3::hash(&bytes).as_bytes();
        bytes.extend(digest);
        bytes
    };
    let record = |key: &[u8]| [&(key.len() as u16).to_le_bytes()[..], &1_u32.to_le_bytes(), key, b"v"].concat();
    let (a, b) = (record(b"a"), record(b"b"));
    let read = |bytes: &[u8]| read_all(bytes).map(|(_, changes)| changes.len());

    assert_eq!(read(&make(0, 0, &[])).unwrap(), 0);
    assert_eq!(make(0, 0, &[]), snapshot(&certified(0, 0), b""), "the format is what its description says");
    assert_eq!(read(&make(0, 1, &[(1, a.clone())])).unwrap(), 1);
    let forward = read(&make(0, 2, &[(2, [&a[..], &b].concat())]));
    let backward = read(&make(0, 2, &[(2, [&b[..], &a].concat())]));
    assert!(forward.is_ok() != backward.is_ok());
    assert!(matches!(forward.and(backward), Err(ReadError::WrongOrder(86))), "62 + 16 + 8");
    assert!(matches!(read(&make(0, 2, &[(1, a.clone()), (1, a.clone())])), Err(ReadError::WrongOrder(_))));
    assert!(matches!(read(&make(0, 2, &[(1, a.clone())])), Err(ReadError::WrongCount { announced: 2, .. })));
    assert!(matches!(read(&make(0, 0, &[(1, a.clone())])), Err(ReadError::WrongCount { announced: 0, .. })));
    let unannounced = make(0, 0, &[(1, a.clone())]);
    assert!(
        Reader::open(unannounced.as_slice()).unwrap().next_record().is_err(),
        "refused at the first record too many"
    );
    assert!(matches!(read(&make(0, 1, &[(1, [&a[..], b"x"].concat())])), Err(ReadError::BadChunk(_))));
    assert!(matches!(read(&make(0, 2, &[(2, a.clone())])), Err(ReadError::BadChunk(_))));
    assert!(matches!(read(&make(0, 1, &[(1, a[..7].to_vec())])), Err(ReadError::BadChunk(_))));
    assert!(matches!(read(&make(0, 1, &[(0, a.clone())])), Err(ReadError::BadChunk(_))));
    assert!(matches!(read(&make(0, 1, &[(1, Vec::new())])), Err(ReadError::BadChunk(_))));
    let long_key = record(&vec![7; KEY_BYTES_MAX + 1]);
    assert!(matches!(read(&make(0, 1, &[(1, long_key)])), Err(ReadError::BadChunk(_))));
    assert!(matches!(
        read(&make(u32::MAX, 0, &[])),
        Err(ReadError::TooLarge { what: "header length", offset: 10, .. })
    ));
    assert!(matches!(
        read(&make(0, u64::MAX, &[])),
        Err(ReadError::TooLarge { what: "number of records", offset: 14, .. })
    ));
    let mut huge = make(0, 1, &[]);
    let lengths = [u32::MAX.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    huge.truncate(62);
    huge.extend([lengths.clone(), check(62, &lengths, 8)].concat());
    assert!(matches!(read(&huge), Err(ReadError::TooLarge { what: "chunk length", offset: 62, .. })));
}

#[test]
fn random_bytes_never_panic() {
    let mut dice = Dice(9);
    let genuine = snapshot(&certified(12, 9), b"head");
    for _ in 0..2000 {
        let keep = dice.below(genuine.len() as u64) as usize;
        let mut bytes = genuine[..keep].to_vec();
        bytes.extend((0..dice.below(200)).map(|_| dice.next() as u8));
        assert!(read_all(bytes.as_slice()).is_err());
    }
}
