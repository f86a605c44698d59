//! The head state with its undo log, events and dirty records.

use std::any::Any;

use borsh::BorshSerialize;
use thiserror::Error;

use crate::event::Events;
use crate::slot::Slot;
use crate::table::{Kind, TableName};

/// Why a record of a snapshot does not fit the tables.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// Fewer than two bytes of key.
    #[error("a record's key is shorter than its table number")]
    ShortKey,
    /// No table of that number, or a derived one.
    #[error("a record names table {0:#06x}, which this version does not keep in snapshots")]
    UnknownTable(u16),
    /// The key bytes are not a key of the table.
    #[error("a key of table {0} does not decode")]
    BadKey(&'static str),
    /// The value bytes are not a record of the table.
    #[error("a record of table {0} does not decode")]
    BadValue(&'static str),
    /// The key came twice.
    #[error("a key of table {0} came twice")]
    Duplicate(&'static str),
}

/// A point to which a draft can be taken back.
#[derive(Clone, Copy, Debug)]
pub struct Savepoint {
    writes: usize,
    events: usize,
}

/// The typed tables in memory, the writes since the last commit, and the events since the last take.
///
/// `Err` undoes: whoever makes a savepoint before an act calls [`Draft::undo_to`] when the act fails.
pub struct Draft {
    /// Indexed by table number.
    slots: Vec<Option<Box<dyn Slot>>>,
    /// The table of every write since the last commit, in order: the undo log's spine.
    writes: Vec<u16>,
    events: Events,
    epoch: u32,
    records: u64,
    hash_seed: u64,
}

impl Draft {
    /// An empty draft without tables. `hash_seed` scatters hash tables; no result depends on it,
    /// because hash tables cannot be iterated.
    pub fn new(hash_seed: u64) -> Draft {
        Draft { slots: Vec::new(), writes: Vec::new(), events: Events::default(), epoch: 1, records: 0, hash_seed }
    }

    /// Adds an event of `module` (its number in the high byte of its tables).
    pub fn emit<E: BorshSerialize>(&mut self, module: u8, event: &E) {
        self.events.push(module, event);
    }

    /// The events since the last [`Draft::take_events`].
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Takes the events out, after a commit.
    pub fn take_events(&mut self) -> Events {
        // The buffer stays, grown; what leaves is as long as its content.
        let taken = self.events.clone();
        self.events.truncate(0);
        taken
    }

    /// A point to come back to.
    pub fn savepoint(&self) -> Savepoint {
        Savepoint { writes: self.writes.len(), events: self.events.len() }
    }

    /// Takes back every write and event since `savepoint`, newest first.
    pub fn undo_to(&mut self, savepoint: Savepoint) {
        while self.writes.len() > savepoint.writes {
            if let Some(number) = self.writes.pop()
                && let Some(slot) = self.slots.get_mut(usize::from(number)).and_then(Option::as_mut)
            {
                self.records = self.records.wrapping_add_signed(slot.undo_last());
            }
        }
        self.events.truncate(savepoint.events);
    }

    /// Makes the writes final: the undo log is forgotten.
    pub fn commit(&mut self) {
        // What was written to one table several times in a row is forgotten once.
        self.writes.dedup();
        for number in self.writes.drain(..) {
            if let Some(slot) = self.slots.get_mut(usize::from(number)).and_then(Option::as_mut) {
                slot.forget_undo();
            }
        }
        self.writes.shrink_to(crate::slot::KEPT_MAX);
    }

    /// Hands every authenticated record written since the last call, with its current bytes or
    /// `None` if it is gone, to `sink`. A key may come more than once and unchanged records may
    /// come too; the root depends on content only. Only committed writes may leave the draft.
    pub fn drain_changes(&mut self, mut sink: impl FnMut(&[u8], Option<&[u8]>)) {
        assert!(self.writes.is_empty(), "writes leave the draft after their commit");
        for slot in self.slots.iter_mut().flatten() {
            slot.drain_dirty(&mut sink);
        }
        self.epoch = self.epoch.wrapping_add(1);
    }

    /// Adds one record of a snapshot. # Errors See [`LoadError`].
    pub fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), LoadError> {
        let (number, key) = key.split_first_chunk::<2>().ok_or(LoadError::ShortKey)?;
        let number = u16::from_be_bytes(*number);
        let slot = self.slots.get_mut(usize::from(number)).and_then(Option::as_mut);
        let slot = slot.filter(|slot| slot.name().kind == Kind::Authenticated);
        slot.ok_or(LoadError::UnknownTable(number))?.load(key, value)?;
        self.records = self.records.wrapping_add(1);
        Ok(())
    }

    /// The bytes of the record at a key of the tree (table number, big endian, then the table's key in
    /// borsh), if there is one: a read for those who do not know the table's types.
    ///
    /// # Errors
    /// [`LoadError::ShortKey`], [`LoadError::UnknownTable`], [`LoadError::BadKey`].
    pub fn record(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LoadError> {
        let (number, key) = key.split_first_chunk::<2>().ok_or(LoadError::ShortKey)?;
        let number = u16::from_be_bytes(*number);
        let slot = self.slots.get(usize::from(number)).and_then(Option::as_ref);
        slot.ok_or(LoadError::UnknownTable(number))?.read(key)
    }

    /// Hands every record of `kind` to `sink`, tables by number and keys in order.
    pub fn visit(&self, kind: Kind, mut sink: impl FnMut(&[u8], &[u8])) {
        for slot in self.slots.iter().flatten().filter(|slot| slot.name().kind == kind) {
            slot.visit(&mut sink);
        }
    }

    /// Empties the derived tables, before the modules rebuild them.
    pub fn clear_derived(&mut self) {
        for slot in self.slots.iter_mut().flatten().filter(|slot| slot.name().kind == Kind::Derived) {
            let count = u64::try_from(slot.count()).unwrap_or(u64::MAX);
            self.records = self.records.wrapping_sub(count);
            slot.clear();
        }
    }

    /// The number of records in all tables: what the memory ceiling counts.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The tables that exist, by number, with their sizes.
    pub fn tables(&self) -> Vec<(TableName, usize)> {
        self.slots.iter().flatten().map(|slot| (slot.name(), slot.count())).collect()
    }

    pub(crate) fn hash_seed(&self) -> u64 {
        self.hash_seed
    }

    pub(crate) fn add_slot(&mut self, name: TableName, slot: Box<dyn Slot>) {
        let index = usize::from(name.number);
        if self.slots.len() <= index {
            self.slots.resize_with(index.saturating_add(1), || None);
        }
        let place = self.slots.get_mut(index).expect("the line above made room");
        assert!(place.is_none(), "table number {:#06x} of {} is used once", name.number, name.name);
        *place = Some(slot);
    }

    pub(crate) fn slot<S: Slot>(&self, name: TableName) -> &S {
        let slot = self.slots.get(usize::from(name.number)).and_then(Option::as_deref);
        let slot: Option<&dyn Any> = slot.map(|slot| -> &dyn Any { slot });
        let slot = slot.and_then(|slot| slot.downcast_ref());
        slot.expect("every table is created, with its types, before the first read")
    }

    /// Runs one write and notes it in the undo log's spine.
    pub(crate) fn write<S: Slot>(&mut self, name: TableName, write: impl FnOnce(&mut S, u32) -> i64) {
        let slot = self.slots.get_mut(usize::from(name.number)).and_then(Option::as_deref_mut);
        let slot: Option<&mut dyn Any> = slot.map(|slot| -> &mut dyn Any { slot });
        let slot = slot.and_then(|slot| slot.downcast_mut());
        let change = write(slot.expect("every table is created, with its types, before the first write"), self.epoch);
        self.records = self.records.wrapping_add_signed(change);
        self.writes.push(name.number);
    }
}
