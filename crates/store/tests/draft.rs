//! A draft against a naive model: random writes, savepoints and undos over all three kinds of table.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::BTreeMap;

use gage_store::{Column, Draft, Kind, LoadError, OrderedTable, Table};
use proptest::prelude::*;

const HASHED: Table<u32, u64> = Table::authenticated(0x0101, "test/hashed");
const DENSE: Column<u32, u64> = Column::authenticated(0x0102, "test/dense");
const ORDERED: OrderedTable<u32, u64> = OrderedTable::authenticated(0x0103, "test/ordered");
const DERIVED: OrderedTable<u64, u32> = OrderedTable::derived(0x0104, "test/derived");

fn draft(seed: u64) -> Draft {
    let mut draft = Draft::new(seed);
    HASHED.create(&mut draft);
    DENSE.create(&mut draft);
    ORDERED.create(&mut draft);
    DERIVED.create(&mut draft);
    draft
}

#[derive(Clone, Debug)]
enum Step {
    Put(u8, u32, u64),
    Remove(u8, u32),
    Save,
    Undo,
    Commit,
    Drain,
}

/// Mostly small numbers, some far beyond, so that dense tables have near and far rows.
fn key() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0u32..12, 1 => 1_000u32..6_000, 1 => Just(u32::MAX), 1 => Just(3_000_000_000)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u8..3, key(), any::<u64>()).prop_map(|(table, key, value)| Step::Put(table, key, value)),
        3 => (0u8..3, key()).prop_map(|(table, key)| Step::Remove(table, key)),
        2 => Just(Step::Save),
        2 => Just(Step::Undo),
        1 => Just(Step::Commit),
        1 => Just(Step::Drain),
    ]
}

type Model = BTreeMap<(u8, u32), u64>;

fn content(draft: &Draft) -> Model {
    let mut model = Model::new();
    model.extend(HASHED.sorted(draft).into_iter().map(|(key, value)| ((0, key), value)));
    model.extend(DENSE.iter(draft).map(|(key, value)| ((1, key), *value)));
    model.extend(ORDERED.iter(draft).map(|(key, value)| ((2, *key), *value)));
    model
}

proptest! {
    #[test]
    fn draft_agrees_with_the_model(steps in prop::collection::vec(step(), 1..120)) {
        let mut draft = draft(7);
        let mut model = Model::new();
        let mut saved = Vec::new();
        let mut mirror = BTreeMap::new();
        for step in steps {
            match step {
                Step::Put(table, key, value) => {
                    match table {
                        0 => HASHED.put(&mut draft, key, value),
                        1 => DENSE.put(&mut draft, key, value),
                        _ => ORDERED.put(&mut draft, key, value),
                    }
                    draft.emit(1, &value);
                    model.insert((table, key), value);
                }
                Step::Remove(table, key) => {
                    match table {
                        0 => HASHED.remove(&mut draft, &key),
                        1 => DENSE.remove(&mut draft, &key),
                        _ => ORDERED.remove(&mut draft, &key),
                    }
                    model.remove(&(table, key));
                }
                Step::Save => saved.push((draft.savepoint(), model.clone(), draft.events().len())),
                Step::Undo => if let Some((savepoint, before, events)) = saved.pop() {
                    draft.undo_to(savepoint);
                    prop_assert_eq!(draft.events().len(), events);
                    model = before;
                },
                Step::Commit => {
                    draft.commit();
                    draft.take_events();
                    saved.clear();
                }
                Step::Drain => {
                    draft.commit();
                    saved.clear();
                    drain(&mut draft, &mut mirror);
                }
            }
            prop_assert_eq!(&content(&draft), &model);
            prop_assert_eq!(draft.records(), model.len() as u64);
        }
        draft.commit();
        // What the dirty records carried is exactly what the draft holds: nothing is missed.
        drain(&mut draft, &mut mirror);
        let mut visited = BTreeMap::new();
        draft.visit(Kind::Authenticated, |key, value| { visited.insert(key.to_vec(), value.to_vec()); });
        prop_assert_eq!(&visited, &mirror);

        // The canonical records load into a draft of another hash seed and say the same.
        let mut loaded = self::draft(99);
        for (key, value) in &visited {
            loaded.load(key, value).unwrap();
        }
        prop_assert_eq!(content(&loaded), model);
    }
}

fn drain(draft: &mut Draft, mirror: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
    draft.drain_changes(|key, value| {
        match value {
            Some(value) => mirror.insert(key.to_vec(), value.to_vec()),
            None => mirror.remove(key),
        };
    });
}

#[test]
fn derived_records_never_reach_the_tree() {
    let mut draft = draft(1);
    DERIVED.put(&mut draft, 5, 5);
    HASHED.put(&mut draft, 1, 1);
    draft.commit();
    let mut keys = Vec::new();
    draft.drain_changes(|key, _| keys.push(key.to_vec()));
    assert_eq!(keys, vec![HASHED.key_bytes(&1)]);
    assert!(draft.load(&DERIVED.name().key_bytes(&5u64), &[0; 4]).is_err());
    draft.clear_derived();
    assert_eq!((draft.records(), DERIVED.len(&draft)), (1, 0));
}

#[test]
fn hostile_snapshot_records_are_refused() {
    let mut draft = draft(1);
    assert!(draft.load(&[1], &[]).is_err());
    assert!(draft.load(&[0xff, 0xff, 0], &[]).is_err());
    assert!(draft.load(&HASHED.key_bytes(&1)[..4], &[0; 8]).is_err());
    assert!(draft.load(&HASHED.key_bytes(&1), &[0; 9]).is_err());
    draft.load(&HASHED.key_bytes(&1), &[0; 8]).unwrap();
    assert!(draft.load(&HASHED.key_bytes(&1), &[0; 8]).is_err());
}

#[test]
fn crossed_ranges_are_empty() {
    use std::ops::Bound::{Excluded, Included};
    let mut draft = draft(1);
    ORDERED.put(&mut draft, 5, 5);
    assert_eq!(ORDERED.range(&draft, (Included(6), Included(5))).count(), 0);
    assert_eq!(ORDERED.range(&draft, (Excluded(5), Excluded(5))).count(), 0);
    assert_eq!(ORDERED.range(&draft, (Included(5), Included(5))).count(), 1);
    assert_eq!(ORDERED.first(&draft), Some((5, 5)));
}

#[test]
fn a_record_is_read_by_its_key_bytes() {
    let mut draft = Draft::new(1);
    NUMBERS_BY_BYTES.create(&mut draft);
    NUMBERS_BY_BYTES.put(&mut draft, 7, 70);
    let key = NUMBERS_BY_BYTES.key_bytes(&7);
    assert_eq!(draft.record(&key), Ok(Some(70_u64.to_le_bytes().to_vec())));
    assert_eq!(draft.record(&NUMBERS_BY_BYTES.key_bytes(&8)), Ok(None));
    assert_eq!(draft.record(&key[..3]), Err(LoadError::BadKey("test/by_bytes")));
    assert_eq!(draft.record(&[0x77, 0x77, 0]), Err(LoadError::UnknownTable(0x7777)));
    assert_eq!(draft.record(&[1]), Err(LoadError::ShortKey));
}

const NUMBERS_BY_BYTES: OrderedTable<u32, u64> = OrderedTable::authenticated(0x7f01, "test/by_bytes");
