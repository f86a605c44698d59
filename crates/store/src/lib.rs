//! Typed tables in memory and the authenticated tree over their records (floor 1).
//!
//! Nouns: [`Table`], [`Column`], [`OrderedTable`] (constants that name where records live), [`Draft`]
//! (the head state: reads, writes, undo log, events, dirty records), [`certified`] (the tree that
//! follows), [`proof`] (what a light client checks), [`snapshot`] (bytes of a consistent state).
//!
//! Flow: an operation writes through a table into the draft; an `Err` undoes to a savepoint, success
//! commits; at a checkpoint the dirty records drain, as canonical bytes, to the certified side.
//!
//! Invariants: the root depends on live content only; a hash table cannot be iterated, so the seed
//! of its hash decides nothing; an undone write leaves no trace but a superfluous dirty key.

mod draft;
mod event;
mod key;
mod slot;
mod table;

pub mod certified;
pub mod proof;
pub mod snapshot;
pub mod tree;

pub use draft::{Draft, LoadError, Savepoint};
pub use event::Events;
pub use key::{DenseKey, Key, Record};
pub use table::{Column, Kind, OrderedTable, Table, TableName};
