//! What may be a key or a record.

use std::hash::Hash;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, AssetId};

/// A key: small, ordered, with canonical bytes.
pub trait Key: Clone + Ord + Hash + BorshSerialize + BorshDeserialize + Send + Sync + 'static {}
impl<T: Clone + Ord + Hash + BorshSerialize + BorshDeserialize + Send + Sync + 'static> Key for T {}

/// A record: copied out on reads (put large ones behind `Arc`), with canonical bytes.
pub trait Record: Clone + BorshSerialize + BorshDeserialize + Send + Sync + 'static {}
impl<T: Clone + BorshSerialize + BorshDeserialize + Send + Sync + 'static> Record for T {}

/// A key that is a dense number, given out from zero upward.
pub trait DenseKey {
    /// The place of the record.
    fn index(&self) -> usize;
    /// The key of a place.
    fn from_index(index: usize) -> Self;
}

impl DenseKey for u32 {
    fn index(&self) -> usize {
        usize::try_from(*self).expect("usize holds 32 bits")
    }

    fn from_index(index: usize) -> u32 {
        u32::try_from(index).expect("places come from 32-bit keys")
    }
}

impl DenseKey for AccountNumber {
    fn index(&self) -> usize {
        self.0.index()
    }

    fn from_index(index: usize) -> AccountNumber {
        AccountNumber(u32::from_index(index))
    }
}

impl DenseKey for AssetId {
    fn index(&self) -> usize {
        self.0.index()
    }

    fn from_index(index: usize) -> AssetId {
        AssetId(u32::from_index(index))
    }
}
