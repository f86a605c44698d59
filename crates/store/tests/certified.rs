//! Retained checkpoints: root, value and path of every one of them, against the content it had.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions, reason = "tests")]

mod tree_model;

use std::collections::VecDeque;

use gage_store::certified::{Certified, CertifiedError, Changes};
use gage_store::proof::{Root, verify_exclusion, verify_inclusion};
use tree_model::{Content, Dice, rebuild};

fn key(number: u64) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

/// Random puts and removals, repetitions of keys and values included, applied to the content too.
fn random_changes(dice: &mut Dice, content: &mut Content, count: u64, universe: u64, removals: u64) -> Changes {
    let mut changes = Changes::new();
    for _ in 0..count {
        let key = key(dice.below(universe));
        if dice.below(10) < removals {
            changes.push(&key, None).unwrap();
            content.remove(&key);
        } else {
            let value = vec![dice.below(4) as u8; dice.below(90) as usize];
            changes.push(&key, Some(&value)).unwrap();
            content.insert(key, value);
        }
    }
    changes
}

/// Everything that can be asked of one checkpoint.
fn check_checkpoint(certified: &Certified, height: u64, content: &Content, keys: impl Iterator<Item = u64>) {
    let root = certified.root_at(height).unwrap();
    assert_eq!(root.0, rebuild(content), "root at {height}");
    for number in keys {
        let key = key(number);
        let read = certified.read_at(height, &key).unwrap();
        assert_eq!(read.root, root);
        assert_eq!(read.value.as_ref(), content.get(&key), "key {number} at {height}");
        assert_eq!(certified.get_at(height, &key).unwrap(), read.value);
        let proof = certified.prove_at(height, &key).unwrap();
        assert_eq!(proof, read.proof);
        match content.get(&key) {
            Some(value) => verify_inclusion(&root, &key, value, &proof).unwrap(),
            None => verify_exclusion(&root, &key, &proof).unwrap(),
        }
    }
}

#[test]
fn every_retained_checkpoint_reads_and_proves_its_own_content() {
    for (seed, retained) in [(1, 1), (2, 2), (3, 5), (4, 9)] {
        let mut dice = Dice(seed);
        let mut certified = Certified::new(retained);
        let mut content = Content::new();
        let mut past: VecDeque<(u64, Content)> = VecDeque::new();
        let mut height = 0;
        for round in 0..50 {
            height += 1 + dice.below(3);
            let removals = [1, 8, 3, 10][round / 5 % 4];
            let count = if round == 21 { 3000 } else { dice.below(60) };
            let universe = if round >= 21 { 2000 } else { 120 };
            let changes = random_changes(&mut dice, &mut content, count, universe, removals);
            let root = certified.apply(height, &changes).unwrap();
            past.push_back((height, content.clone()));
            if past.len() > retained {
                past.pop_front();
            }
            assert_eq!(certified.latest(), Some((height, root)));
            assert_eq!(certified.root(), root);
            assert_eq!(certified.len(), content.len());
            let heights: Vec<u64> = past.iter().map(|(height, _)| *height).collect();
            assert_eq!(certified.checkpoints().collect::<Vec<_>>(), heights);
            if round % 3 == 0 || (20..30).contains(&round) {
                for (height, content) in &past {
                    let keys: Vec<u64> = (0..40).map(|_| dice.below(universe)).collect();
                    check_checkpoint(&certified, *height, content, keys.into_iter());
                }
            }
        }
    }
}

#[test]
fn emptied_and_filled_again() {
    let mut certified = Certified::new(4);
    let mut dice = Dice(5);
    let mut full = Content::new();
    let fill = random_changes(&mut dice, &mut full, 500, 300, 0);
    let mut empty = Changes::new();
    full.keys().for_each(|key| empty.push(key, None).unwrap());
    assert_eq!(certified.apply(0, &Changes::new()).unwrap(), Root::EMPTY);
    certified.apply(1, &fill).unwrap();
    assert_eq!(certified.apply(2, &empty).unwrap(), Root::EMPTY);
    certified.apply(3, &fill).unwrap();
    for height in 0..4 {
        let content = if height % 2 == 0 { &Content::new() } else { &full };
        check_checkpoint(&certified, height, content, 0..310);
    }
}

#[test]
fn heights_ascend_and_unknown_ones_are_refused() {
    let mut certified = Certified::new(2);
    assert_eq!(certified.latest(), None);
    assert_eq!(certified.root_at(0), Err(CertifiedError::NotRetained(0)));
    let mut changes = Changes::new();
    changes.push(b"a", Some(b"1")).unwrap();
    let first = certified.apply(7, &changes).unwrap();
    let mut more = Changes::new();
    more.push(b"b", Some(b"2")).unwrap();
    assert_eq!(certified.apply(7, &more), Err(CertifiedError::HeightNotAbove { last: 7, given: 7 }));
    assert_eq!(certified.apply(6, &more), Err(CertifiedError::HeightNotAbove { last: 7, given: 6 }));
    assert_eq!(certified.root(), first, "a refused checkpoint changes nothing");
    assert_eq!(certified.apply(9, &changes).unwrap(), first, "the same values are no change");
    for height in [0, 6, 8, 10] {
        assert_eq!(certified.root_at(height), Err(CertifiedError::NotRetained(height)));
        assert_eq!(certified.get_at(height, b"a"), Err(CertifiedError::NotRetained(height)));
        assert_eq!(certified.prove_at(height, b"a"), Err(CertifiedError::NotRetained(height)));
    }
    certified.apply(10, &more).unwrap();
    assert_eq!(certified.root_at(7), Err(CertifiedError::NotRetained(7)));
    assert_eq!(certified.root_at(9), Ok(first));
}

#[test]
fn checkpoint_timing_leaves_no_trace() {
    let mut dice = Dice(6);
    let mut content = Content::new();
    let batches: Vec<Changes> = (0..40).map(|_| random_changes(&mut dice, &mut content, 50, 200, 4)).collect();
    let expected = rebuild(&content);
    for every in [1, 3, 7, 40] {
        let mut certified = Certified::new(3);
        for (height, group) in (0..).zip(batches.chunks(every)) {
            let mut changes = Changes::new();
            for (key, value) in group.iter().flat_map(Changes::iter) {
                changes.push(key, value).unwrap();
            }
            certified.apply(height, &changes).unwrap();
        }
        assert_eq!(certified.root().0, expected, "a checkpoint every {every} batches");
        let records: Content = certified.records().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
        assert_eq!(records, content);
    }
}

/// Batches of several blocks, whose borders fall between the leaves of one bucket: every key of every checkpoint.
#[test]
fn wide_batches_are_undone_whole() {
    let mut dice = Dice(8);
    let mut certified = Certified::new(4);
    let mut content = Content::new();
    certified.apply(0, &random_changes(&mut dice, &mut content, 9000, 4000, 0)).unwrap();
    let mut past = vec![content.clone()];
    for height in 1..4 {
        certified.apply(height, &random_changes(&mut dice, &mut content, 9000, 4000, 2)).unwrap();
        past.push(content.clone());
    }
    for (height, content) in (0..).zip(&past) {
        check_checkpoint(&certified, height, content, (0..4000).filter(|number| number % 4 == height));
        let root = certified.root_at(height).unwrap();
        for number in 0..4000 {
            let read = certified.read_at(height, &key(number)).unwrap();
            match &read.value {
                Some(value) => verify_inclusion(&root, &key(number), value, &read.proof).unwrap(),
                None => verify_exclusion(&root, &key(number), &read.proof).unwrap(),
            }
        }
    }
}

#[test]
fn the_values_that_records_already_have_cost_nothing() {
    let mut dice = Dice(9);
    let mut certified = Certified::new(4);
    let mut content = Content::new();
    certified.apply(0, &random_changes(&mut dice, &mut content, 2000, 1000, 0)).unwrap();
    let mut same = Changes::new();
    content.iter().for_each(|(key, value)| same.push(key, Some(value)).unwrap());
    (2000..3000).for_each(|number| same.push(&key(number), None).unwrap());
    let root = certified.root();
    assert_eq!(certified.apply(1, &same).unwrap(), root);
    assert_eq!(certified.retained_bytes(), 0);
}

/// A large batch in the past must not hold memory once its checkpoint is gone.
#[test]
fn memory_of_a_large_batch_is_given_back() {
    let mut certified = Certified::new(3);
    let mut dice = Dice(7);
    let mut content = Content::new();
    certified.apply(0, &random_changes(&mut dice, &mut content, 100, 50_000, 0)).unwrap();
    certified.apply(1, &random_changes(&mut dice, &mut content, 40_000, 50_000, 0)).unwrap();
    let large = certified.retained_bytes();
    for height in 2..12 {
        certified.apply(height, &random_changes(&mut dice, &mut content, 10, 50_000, 0)).unwrap();
    }
    let small = certified.retained_bytes();
    assert!(small * 3 < large, "{small} bytes are held after {large}");
}
