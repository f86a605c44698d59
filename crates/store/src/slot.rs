//! Where the records of one table live, with their undo log and dirty list. Types are erased here,
//! in one place; nothing is boxed per write.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::Bound;

use borsh::BorshDeserialize;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::draft::LoadError;
use crate::table::TableName;
use crate::{DenseKey, Key, Record};

/// Takes a key and its record's bytes, or `None` for a record that is gone.
pub type ChangeSink<'s> = dyn FnMut(&[u8], Option<&[u8]>) + 's;

/// What a draft can do with a table whose types it does not know.
pub trait Slot: Any + Send + Sync {
    /// The table's name.
    fn name(&self) -> TableName;
    /// Takes back the last write; returns the change in the number of records.
    fn undo_last(&mut self) -> i64;
    /// Forgets the undo log.
    fn forget_undo(&mut self);
    /// Hands every key written since the last call, with its current value, to `sink`.
    fn drain_dirty(&mut self, sink: &mut ChangeSink<'_>);
    /// Adds one record from canonical bytes, without undo and without marking it dirty.
    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), LoadError>;
    /// The canonical bytes of the record at a key in canonical bytes, if there is one.
    fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LoadError>;
    /// Hands every record to `sink` in the order of the keys.
    fn visit(&self, sink: &mut dyn FnMut(&[u8], &[u8]));
    /// Removes everything, undo and dirty list included.
    fn clear(&mut self);
    /// The number of records.
    fn count(&self) -> usize;
}

/// A record with the epoch of its last write, so that a key enters the dirty list once per epoch.
#[derive(Clone)]
struct Row<V> {
    value: V,
    epoch: u32,
}

struct Undo<K, V> {
    key: K,
    before: Option<Row<V>>,
}

/// The most entries for which room is kept: a genesis or a load must not hold its memory for ever.
pub(crate) const KEPT_MAX: usize = 1 << 17;

/// The history of a slot: what to take back, and what to tell the tree.
struct History<K, V> {
    name: TableName,
    undo: Vec<Undo<K, V>>,
    dirty: Vec<K>,
}

impl<K: Key, V: Record> History<K, V> {
    fn new(name: TableName) -> Self {
        History { name, undo: Vec::new(), dirty: Vec::new() }
    }

    /// Notes a write to `key`, which held `before`. Returns the change in the number of records
    /// that results if a record stands there afterwards (`after`).
    fn note(&mut self, key: K, before: Option<Row<V>>, epoch: u32, after: bool) -> i64 {
        let written_before = after && before.as_ref().is_some_and(|row| row.epoch == epoch);
        if self.name.kind == crate::table::Kind::Authenticated && !written_before {
            self.dirty.push(key.clone());
        }
        let change = i64::from(after).wrapping_sub(i64::from(before.is_some()));
        self.undo.push(Undo { key, before });
        change
    }

    fn drain<'s>(&mut self, sink: &mut ChangeSink<'_>, value_of: impl Fn(&K) -> Option<&'s V>) {
        // One buffer for all records: their bytes are copied once, into the sink.
        let mut bytes = Vec::new();
        for key in self.dirty.drain(..) {
            bytes.clear();
            bytes.extend_from_slice(&self.name.number.to_be_bytes());
            key.serialize(&mut bytes).expect("writing to memory cannot fail");
            let key_len = bytes.len();
            let value = value_of(&key);
            if let Some(value) = value {
                value.serialize(&mut bytes).expect("writing to memory cannot fail");
            }
            let (key_bytes, value_bytes) = bytes.split_at(key_len);
            sink(key_bytes, value.map(|_| value_bytes));
        }
        self.dirty.shrink_to(KEPT_MAX);
    }
}

fn encode<V: Record>(value: &V) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory cannot fail")
}

fn decode<K: BorshDeserialize, V: BorshDeserialize>(
    name: TableName,
    key: &[u8],
    value: &[u8],
) -> Result<(K, V), LoadError> {
    let key = K::try_from_slice(key).map_err(|_| LoadError::BadKey(name.name))?;
    let value = V::try_from_slice(value).map_err(|_| LoadError::BadValue(name.name))?;
    Ok((key, value))
}

fn visit_sorted<'s, K: Key + 's, V: Record + 's>(
    name: TableName,
    records: impl Iterator<Item = (K, &'s V)>,
    sink: &mut dyn FnMut(&[u8], &[u8]),
) {
    for (key, value) in records {
        sink(&name.key_bytes(&key), &encode(value));
    }
}

macro_rules! erase {
    ($slot:ident, $key:ident $(+ $more:ident)*) => {
        impl<K: $key $(+ $more)*, V: Record> Slot for $slot<K, V> {
            fn name(&self) -> TableName {
                self.history.name
            }

            fn undo_last(&mut self) -> i64 {
                let Some(Undo { key, before }) = self.history.undo.pop() else { return 0 };
                let after = before.is_some();
                let had = self.restore(key, before);
                i64::from(after).wrapping_sub(i64::from(had))
            }

            fn forget_undo(&mut self) {
                self.history.undo.clear();
                self.history.undo.shrink_to(KEPT_MAX);
            }

            fn drain_dirty(&mut self, sink: &mut ChangeSink<'_>) {
                let rows = &self.rows;
                self.history.drain(sink, |key| Self::find(rows, key));
            }

            fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), LoadError> {
                let (key, value) = decode(self.history.name, key, value)?;
                if self.restore(key, Some(Row { value, epoch: 0 })) {
                    return Err(LoadError::Duplicate(self.history.name.name));
                }
                Ok(())
            }

            fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LoadError> {
                let key = K::try_from_slice(key).map_err(|_| LoadError::BadKey(self.history.name.name))?;
                Ok(self.peek(&key).map(encode))
            }

            fn visit(&self, sink: &mut dyn FnMut(&[u8], &[u8])) {
                self.visit_in_order(sink);
            }

            fn clear(&mut self) {
                self.rows.clear();
                self.history = History::new(self.history.name);
            }

            fn count(&self) -> usize {
                self.len()
            }
        }

        impl<K: $key $(+ $more)*, V: Record> $slot<K, V> {
            pub fn peek(&self, key: &K) -> Option<&V> {
                Self::find(&self.rows, key)
            }

            pub fn put(&mut self, key: K, value: V, epoch: u32) -> i64 {
                let before = self.replace(&key, Row { value, epoch });
                self.history.note(key, before, epoch, true)
            }

            pub fn remove(&mut self, key: &K, epoch: u32) -> i64 {
                let before = self.take(key);
                self.history.note(key.clone(), before, epoch, false)
            }

            /// Puts back what stood at `key`; returns whether a record stood there now.
            fn restore(&mut self, key: K, row: Option<Row<V>>) -> bool {
                match row {
                    Some(row) => self.replace(&key, row).is_some(),
                    None => self.take(&key).is_some(),
                }
            }
        }
    };
}

/// Records by hash.
pub struct HashSlot<K, V> {
    rows: HashMap<K, Row<V>, FixedState>,
    history: History<K, V>,
}

impl<K: Key, V: Record> HashSlot<K, V> {
    pub fn new(name: TableName, seed: u64) -> Self {
        HashSlot { rows: HashMap::with_hasher(FixedState::with_seed(seed)), history: History::new(name) }
    }

    fn find<'s>(rows: &'s HashMap<K, Row<V>, FixedState>, key: &K) -> Option<&'s V> {
        rows.get(key).map(|row| &row.value)
    }

    fn replace(&mut self, key: &K, row: Row<V>) -> Option<Row<V>> {
        self.rows.insert(key.clone(), row)
    }

    fn take(&mut self, key: &K) -> Option<Row<V>> {
        self.rows.remove(key)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn sorted(&self) -> Vec<(K, V)> {
        let mut records: Vec<(K, V)> = self.rows.iter().map(|(key, row)| (key.clone(), row.value.clone())).collect();
        records.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        records
    }

    fn visit_in_order(&self, sink: &mut dyn FnMut(&[u8], &[u8])) {
        let mut keys: Vec<&K> = self.rows.keys().collect();
        keys.sort_unstable();
        let records = keys.into_iter().filter_map(|key| Some((key.clone(), self.peek(key)?)));
        visit_sorted(self.history.name, records, sink);
    }
}

erase!(HashSlot, Key);

/// Records by dense number.
///
/// A number far beyond the others, as a hostile snapshot may hold, must not make room for all numbers
/// below it: it waits in `far` until the others have grown up to it. Every number in `far` is beyond `near`.
pub struct ColumnSlot<K, V> {
    rows: Rows<V>,
    history: History<K, V>,
}

struct Rows<V> {
    near: Vec<Option<Row<V>>>,
    far: BTreeMap<usize, Row<V>>,
}

/// How far beyond twice the present length a number may lie to be placed among its neighbours.
const NEAR: usize = 1_024;

impl<V> Rows<V> {
    fn clear(&mut self) {
        self.near.clear();
        self.far.clear();
    }

    /// Makes room for `index` among the near rows if it is not far; far rows now within reach move in.
    fn reach(&mut self, index: usize) -> Option<&mut Option<Row<V>>> {
        let length = self.near.len();
        if index >= length.saturating_mul(2).saturating_add(NEAR) {
            return None;
        }
        if index >= length {
            self.near.resize_with(index.saturating_add(1), || None);
            let beyond = self.far.split_off(&self.near.len());
            for (index, row) in std::mem::replace(&mut self.far, beyond) {
                if let Some(place) = self.near.get_mut(index) {
                    *place = Some(row);
                }
            }
        }
        self.near.get_mut(index)
    }
}

impl<K: Key + DenseKey, V: Record> ColumnSlot<K, V> {
    pub fn new(name: TableName, _seed: u64) -> Self {
        ColumnSlot { rows: Rows { near: Vec::new(), far: BTreeMap::new() }, history: History::new(name) }
    }

    fn find<'s>(rows: &'s Rows<V>, key: &K) -> Option<&'s V> {
        let row = match rows.near.get(key.index()) {
            Some(row) => row.as_ref(),
            None => rows.far.get(&key.index()),
        };
        row.map(|row| &row.value)
    }

    fn replace(&mut self, key: &K, row: Row<V>) -> Option<Row<V>> {
        match self.rows.reach(key.index()) {
            Some(place) => place.replace(row),
            None => self.rows.far.insert(key.index(), row),
        }
    }

    fn take(&mut self, key: &K) -> Option<Row<V>> {
        match self.rows.near.get_mut(key.index()) {
            Some(place) => place.take(),
            None => self.rows.far.remove(&key.index()),
        }
    }

    pub fn len(&self) -> usize {
        self.rows.near.iter().flatten().count().saturating_add(self.rows.far.len())
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> {
        let near = self.rows.near.iter().enumerate().filter_map(|(index, row)| Some((index, row.as_ref()?)));
        let far = self.rows.far.iter().map(|(index, row)| (*index, row));
        near.chain(far).map(|(index, row)| (K::from_index(index), &row.value))
    }

    fn visit_in_order(&self, sink: &mut dyn FnMut(&[u8], &[u8])) {
        visit_sorted(self.history.name, self.iter(), sink);
    }
}

erase!(ColumnSlot, Key + DenseKey);

/// Records by order.
pub struct OrderedSlot<K, V> {
    rows: BTreeMap<K, Row<V>>,
    history: History<K, V>,
}

impl<K: Key, V: Record> OrderedSlot<K, V> {
    pub fn new(name: TableName, _seed: u64) -> Self {
        OrderedSlot { rows: BTreeMap::new(), history: History::new(name) }
    }

    fn find<'s>(rows: &'s BTreeMap<K, Row<V>>, key: &K) -> Option<&'s V> {
        rows.get(key).map(|row| &row.value)
    }

    fn replace(&mut self, key: &K, row: Row<V>) -> Option<Row<V>> {
        self.rows.insert(key.clone(), row)
    }

    fn take(&mut self, key: &K) -> Option<Row<V>> {
        self.rows.remove(key)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn range(&self, bounds: (Bound<K>, Bound<K>)) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        // `BTreeMap::range` panics on crossed bounds; a crossed range is simply empty here.
        let crossed = match (&bounds.0, &bounds.1) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
            (Bound::Excluded(low), Bound::Excluded(high)) => low >= high,
            (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high)) => low > high,
        };
        let rows = (!crossed).then(|| self.rows.range(bounds));
        rows.into_iter().flatten().map(|(key, row)| (key, &row.value))
    }

    fn visit_in_order(&self, sink: &mut dyn FnMut(&[u8], &[u8])) {
        visit_sorted(self.history.name, self.rows.iter().map(|(key, row)| (key.clone(), &row.value)), sink);
    }
}

erase!(OrderedSlot, Key);
