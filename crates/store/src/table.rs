//! Typed tables: constants that name where records live. Three kinds, so that what a table cannot
//! do does not compile: [`Table`] by hash, [`Column`] by dense number, [`OrderedTable`] by order.
//! Only an ordered table can be ranged.

use std::marker::PhantomData;
use std::ops::Bound;

use crate::draft::Draft;
use crate::slot::{ColumnSlot, HashSlot, OrderedSlot};
use crate::{DenseKey, Key, Record};

/// Whether a table's records are in the authenticated tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The records are leaves of the tree: proved, in snapshots.
    Authenticated,
    /// The records follow from authenticated ones and are rebuilt at load.
    Derived,
}

/// The number and name of a table: module number in the high byte, table in the low byte.
#[derive(Clone, Copy, Debug)]
pub struct TableName {
    /// `module << 8 | table`, the prefix of every key in the tree.
    pub number: u16,
    /// `module/table`, for people.
    pub name: &'static str,
    /// Authenticated or derived.
    pub kind: Kind,
}

impl TableName {
    /// The bytes under which `key` stands in the tree: the table number, big endian, then the key in borsh.
    pub fn key_bytes<K: Key>(&self, key: &K) -> Vec<u8> {
        let mut bytes = self.number.to_be_bytes().to_vec();
        key.serialize(&mut bytes).expect("writing to memory cannot fail");
        bytes
    }
}

macro_rules! common {
    ($name:ident, $slot:ident, $key:ident $(+ $more:ident)*) => {
        impl<K: $key $(+ $more)*, V: Record> $name<K, V> {
            /// A table whose records are in the tree.
            pub const fn authenticated(number: u16, name: &'static str) -> Self {
                Self { name: TableName { number, name, kind: Kind::Authenticated }, types: PhantomData }
            }

            /// A table that is rebuilt from authenticated ones at load.
            pub const fn derived(number: u16, name: &'static str) -> Self {
                Self { name: TableName { number, name, kind: Kind::Derived }, types: PhantomData }
            }

            /// The table's number, name and kind.
            pub const fn name(&self) -> TableName {
                self.name
            }

            /// Makes room for the table in a new draft; each module does this once for each of its tables.
            pub fn create(&self, draft: &mut Draft) {
                let slot = $slot::<K, V>::new(self.name, draft.hash_seed());
                draft.add_slot(self.name, Box::new(slot));
            }

            /// The record, by value: no borrow survives the call.
            pub fn get(&self, draft: &Draft, key: &K) -> Option<V> {
                self.peek(draft, key).cloned()
            }

            /// The record in place, where no write follows.
            pub fn peek<'d>(&self, draft: &'d Draft, key: &K) -> Option<&'d V> {
                draft.slot::<$slot<K, V>>(self.name).peek(key)
            }

            /// Brings the record's memory near without using it: a loop of touches lets the processor
            /// fetch many records at once that the acts behind it would wait for one by one.
            pub fn touch(&self, draft: &Draft, key: &K) {
                std::hint::black_box(self.has(draft, key));
            }

            /// Whether there is a record.
            pub fn has(&self, draft: &Draft, key: &K) -> bool {
                self.peek(draft, key).is_some()
            }

            /// Writes the record, new or over the old one.
            pub fn put(&self, draft: &mut Draft, key: K, value: V) {
                draft.write::<$slot<K, V>>(self.name, |slot, epoch| slot.put(key, value, epoch));
            }

            /// Removes the record if there is one.
            pub fn remove(&self, draft: &mut Draft, key: &K) {
                if self.has(draft, key) {
                    draft.write::<$slot<K, V>>(self.name, |slot, epoch| slot.remove(key, epoch));
                }
            }

            /// How many records there are.
            pub fn len(&self, draft: &Draft) -> usize {
                draft.slot::<$slot<K, V>>(self.name).len()
            }

            /// Whether there are no records.
            pub fn is_empty(&self, draft: &Draft) -> bool {
                self.len(draft) == 0
            }

            /// The bytes under which `key` stands in the tree.
            pub fn key_bytes(&self, key: &K) -> Vec<u8> {
                self.name.key_bytes(key)
            }
        }
    };
}

/// Records found by hash; the fast kind, without order.
pub struct Table<K, V> {
    name: TableName,
    types: PhantomData<fn() -> (K, V)>,
}

/// Records found by a dense number, stored side by side.
pub struct Column<K, V> {
    name: TableName,
    types: PhantomData<fn() -> (K, V)>,
}

/// Records in the order of their keys; the kind that can be ranged.
pub struct OrderedTable<K, V> {
    name: TableName,
    types: PhantomData<fn() -> (K, V)>,
}

common!(Table, HashSlot, Key);
common!(Column, ColumnSlot, Key + DenseKey);
common!(OrderedTable, OrderedSlot, Key);

impl<K: Key, V: Record> Table<K, V> {
    /// All records in the order of their keys, copied: for audits, queries and rebuilds, O(n log n).
    pub fn sorted(&self, draft: &Draft) -> Vec<(K, V)> {
        draft.slot::<HashSlot<K, V>>(self.name).sorted()
    }
}

impl<K: Key + DenseKey, V: Record> Column<K, V> {
    /// The records in the order of their numbers.
    pub fn iter<'d>(&self, draft: &'d Draft) -> impl DoubleEndedIterator<Item = (K, &'d V)> + use<'d, K, V> {
        draft.slot::<ColumnSlot<K, V>>(self.name).iter()
    }
}

impl<K: Key, V: Record> OrderedTable<K, V> {
    /// The records whose keys lie in `bounds`, in order, both ways.
    pub fn range<'d>(
        &self,
        draft: &'d Draft,
        bounds: (Bound<K>, Bound<K>),
    ) -> impl DoubleEndedIterator<Item = (&'d K, &'d V)> + use<'d, K, V> {
        draft.slot::<OrderedSlot<K, V>>(self.name).range(bounds)
    }

    /// All records in order.
    pub fn iter<'d>(&self, draft: &'d Draft) -> impl DoubleEndedIterator<Item = (&'d K, &'d V)> + use<'d, K, V> {
        self.range(draft, (Bound::Unbounded, Bound::Unbounded))
    }

    /// The first record, if any.
    pub fn first(&self, draft: &Draft) -> Option<(K, V)> {
        self.iter(draft).next().map(|(key, value)| (key.clone(), value.clone()))
    }
}
