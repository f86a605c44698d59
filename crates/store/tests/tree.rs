//! The flat tree against its definition: same content, same root, whatever the history, the batches and the order.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions, reason = "tests")]

mod tree_model;

use std::collections::BTreeMap;

use gage_store::certified::{Changes, ChangesError, KEY_BYTES_MAX, VALUE_BYTES_MAX};
use gage_store::proof::{Root, Terminal, verify_exclusion, verify_inclusion};
use gage_store::tree::Tree;
use proptest::prelude::*;
use tree_model::{Content, Dice, keyed, rebuild};

fn key(number: u64) -> Vec<u8> {
    // Lengths on both sides of one and two hash blocks.
    let mut key = number.to_le_bytes().to_vec();
    key.resize(8 + (number as usize * 13) % 140, 7);
    key
}

fn batch(changes: &[(Vec<u8>, Option<Vec<u8>>)]) -> Changes {
    let mut batch = Changes::new();
    for (key, value) in changes {
        batch.push(key, value.as_deref()).unwrap();
    }
    batch
}

fn play(content: &mut Content, changes: &[(Vec<u8>, Option<Vec<u8>>)]) {
    for (key, value) in changes {
        match value {
            Some(value) => content.insert(key.clone(), value.clone()),
            None => content.remove(key),
        };
    }
}

/// Every record is proved, and so is the absence of every other key of the universe.
fn check_all_proofs(tree: &Tree, content: &Content, universe: u64) {
    let root = tree.root();
    for number in 0..universe {
        let key = key(number);
        let proof = tree.prove(&key);
        assert_eq!(tree.get(&key), content.get(&key).map(Vec::as_slice));
        match content.get(&key) {
            Some(value) => {
                verify_inclusion(&root, &key, value, &proof).unwrap();
                assert!(verify_exclusion(&root, &key, &proof).is_err());
                assert!(verify_inclusion(&root, &key, b"another value", &proof).is_err());
            }
            None => {
                verify_exclusion(&root, &key, &proof).unwrap();
                assert!(verify_inclusion(&root, &key, b"", &proof).is_err());
            }
        }
    }
}

#[test]
fn empty_one_and_two_records() {
    let mut tree = Tree::new();
    assert_eq!(tree.root(), Root::EMPTY);
    verify_exclusion(&tree.root(), b"a", &tree.prove(b"a")).unwrap();

    tree.apply(&batch(&[(b"a".to_vec(), Some(b"1".to_vec()))]));
    let key_hash = keyed("key", b"a");
    let leaf = keyed("leaf", &[key_hash, keyed("value", b"1")].concat());
    assert_eq!(tree.root().0, leaf, "the root of one record is its leaf hash");
    let proof = tree.prove(b"b");
    assert_eq!(proof.depth(), 0);
    assert!(matches!(proof.terminal(), Terminal::Other { .. }));
    verify_exclusion(&tree.root(), b"b", &proof).unwrap();

    tree.apply(&batch(&[(b"b".to_vec(), Some(b"2".to_vec()))]));
    let content = Content::from([(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"2".to_vec())]);
    assert_eq!(tree.root().0, rebuild(&content));
    tree.apply(&batch(&[(b"b".to_vec(), None)]));
    assert_eq!(tree.root().0, leaf, "a removed record leaves no trace");
    tree.apply(&batch(&[(b"a".to_vec(), None)]));
    assert_eq!(tree.root(), Root::EMPTY);
    assert!(tree.is_empty());
}

#[test]
fn random_rounds_with_removals_equal_a_rebuild() {
    let mut dice = Dice(1);
    for universe in [3_u64, 40, 700] {
        let mut tree = Tree::new();
        let mut content = Content::new();
        for round in 0..60 {
            // Rounds grow and shrink the content, down to nothing and one record.
            let removals = [1, 5, 9][round / 7 % 3];
            let count = if round % 20 == 19 { universe * 2 } else { dice.below(universe) + 1 };
            let mut changes = Vec::new();
            for _ in 0..count {
                let value = (dice.below(10) >= removals).then(|| vec![dice.below(3) as u8; dice.below(150) as usize]);
                changes.push((key(dice.below(universe)), value));
            }
            if round % 20 == 18 {
                changes = content.keys().map(|key| (key.clone(), None)).collect();
                if round > 30 {
                    changes.pop();
                }
            }
            tree.apply(&batch(&changes));
            play(&mut content, &changes);
            assert_eq!(tree.root().0, rebuild(&content), "universe {universe}, round {round}");
            assert_eq!(tree.len(), content.len());
            if round % 6 == 0 {
                check_all_proofs(&tree, &content, universe);
            }
        }
    }
}

#[test]
fn batches_above_the_block_size_and_growth_in_one_step_equal_many_small_batches() {
    let mut dice = Dice(2);
    let changes: Vec<_> =
        (0..9000).map(|_| (key(dice.below(6000)), Some(dice.next().to_le_bytes().to_vec()))).collect();
    let mut content = Content::new();
    play(&mut content, &changes);
    let expected = rebuild(&content);
    let mut whole = Tree::new();
    whole.apply(&batch(&changes));
    assert_eq!(whole.root().0, expected);
    let mut parts = Tree::new();
    for part in changes.chunks(257) {
        parts.apply(&batch(part));
    }
    assert_eq!(parts.root().0, expected);
    let mut reversed = Tree::new();
    let last: Vec<_> = content.iter().rev().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    reversed.apply(&batch(&last));
    assert_eq!(reversed.root().0, expected);

    // Most of it goes again: a wide top above few leaves.
    let kept: Content = content.iter().take(5).map(|(key, value)| (key.clone(), value.clone())).collect();
    let gone: Vec<_> = content.keys().filter(|key| !kept.contains_key(*key)).map(|key| (key.clone(), None)).collect();
    whole.apply(&batch(&gone));
    assert_eq!(whole.root().0, rebuild(&kept));
    check_all_proofs(&whole, &kept, 300);
    for key in kept.keys() {
        verify_inclusion(&whole.root(), key, &kept[key], &whole.prove(key)).unwrap();
    }
}

#[test]
fn records_come_in_key_hash_order() {
    let mut dice = Dice(3);
    let changes: Vec<_> = (0..500).map(|number| (key(number), Some(vec![dice.below(256) as u8]))).collect();
    let mut tree = Tree::new();
    tree.apply(&batch(&changes));
    let hashes: Vec<_> = tree.records().map(|(key, _)| keyed("key", key)).collect();
    assert!(hashes.is_sorted());
    let records: Content = tree.records().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
    assert_eq!(records, changes.into_iter().map(|(key, value)| (key, value.unwrap())).collect());
}

#[test]
fn keys_that_share_many_leading_bits() {
    // Searched once: pairs of small numbers whose key hashes agree in 20 bits and more lie in one bucket and need deep paths.
    let mut by_prefix: BTreeMap<[u8; 3], Vec<u64>> = BTreeMap::new();
    for number in 0_u64..12_000 {
        let hash = keyed("key", &key(number));
        by_prefix.entry([hash[0], hash[1], hash[2] & 0xf0]).or_default().push(number);
    }
    let close: Vec<u64> = by_prefix.into_values().filter(|numbers| numbers.len() > 1).flatten().collect();
    assert!(close.len() > 20);
    let mut tree = Tree::new();
    let mut content = Content::new();
    for number in &close {
        let change = [(key(*number), Some(vec![1]))];
        tree.apply(&batch(&change));
        play(&mut content, &change);
        assert_eq!(tree.root().0, rebuild(&content));
    }
    for number in &close {
        let key = key(*number);
        let proof = tree.prove(&key);
        assert!(proof.depth() > 20);
        verify_inclusion(&tree.root(), &key, &[1], &proof).unwrap();
    }
    for number in close.iter().step_by(2) {
        let change = [(key(*number), None)];
        tree.apply(&batch(&change));
        play(&mut content, &change);
        assert_eq!(tree.root().0, rebuild(&content));
        verify_exclusion(&tree.root(), &key(*number), &tree.prove(&key(*number))).unwrap();
    }
}

/// Changing this value changes every root of every network: an explicit act.
#[test]
fn golden_root() {
    let mut changes = Changes::new();
    for number in 0_u64..1000 {
        changes.push(&number.to_le_bytes(), Some(format!("value {number}").as_bytes())).unwrap();
    }
    for number in (0_u64..1000).step_by(3) {
        changes.push(&number.to_le_bytes(), None).unwrap();
    }
    let mut tree = Tree::new();
    tree.apply(&changes);
    let content = tree.records().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
    assert_eq!(tree.root().0, rebuild(&content));
    assert_eq!(tree.root().to_string(), "7edf23f251f2fde22afb6a59f5e52de86b63e97af4b4332c1713e24bbc75e4b5");
}

#[test]
fn changes_refuse_what_is_too_long_and_stay_as_they_were() {
    let mut changes = Changes::new();
    changes.push(&[1; KEY_BYTES_MAX], Some(&[])).unwrap();
    let before = changes.byte_len();
    let long_key = vec![0; KEY_BYTES_MAX + 1];
    assert!(matches!(changes.push(&long_key, None), Err(ChangesError::KeyTooLong(1025))));
    let long_value = vec![0; VALUE_BYTES_MAX + 1];
    assert!(matches!(changes.push(b"k", Some(&long_value)), Err(ChangesError::ValueTooLong(_))));
    let broken = changes.put_with(|_| Ok(()), |_| Err(std::io::Error::other("no")));
    assert!(matches!(broken, Err(ChangesError::Encoding(_))));
    assert_eq!((changes.len(), changes.byte_len()), (1, before));
    changes.put_with(|out| borsh::to_writer(out, &7_u32), |out| borsh::to_writer(out, &9_u8)).unwrap();
    changes.remove_with(|out| borsh::to_writer(out, &7_u32)).unwrap();
    let all: Vec<_> = changes.iter().skip(1).collect();
    assert_eq!(all, [(&[7, 0, 0, 0][..], Some(&[9][..])), (&[7, 0, 0, 0], None)]);
    let assert_send = |_: &dyn Send| ();
    assert_send(&changes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Same content, same root: any history, any cut into batches, with and without repetitions and detours.
    #[test]
    fn history_leaves_no_trace(
        content in prop::collection::btree_map(prop::collection::vec(any::<u8>(), 0..4), prop::collection::vec(any::<u8>(), 0..80), 0..60),
        detours in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..4), any::<Option<u8>>()), 0..60),
        cuts in prop::collection::vec(1_usize..40, 1..8),
    ) {
        let mut history: Vec<(Vec<u8>, Option<Vec<u8>>)> =
            detours.iter().map(|(key, value)| (key.clone(), value.map(|byte| vec![byte]))).collect();
        history.extend(detours.iter().map(|(key, _)| (key.clone(), None)));
        history.extend(content.iter().map(|(key, value)| (key.clone(), Some(value.clone()))));
        let mut tree = Tree::new();
        let mut rest = history.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, after) = rest.split_at((*cut).min(rest.len()));
            tree.apply(&batch(part));
            rest = after;
        }
        prop_assert_eq!(tree.root().0, rebuild(&content));
        let mut at_once = Tree::new();
        at_once.apply(&batch(&history));
        prop_assert_eq!(at_once.root(), tree.root());
    }
}
