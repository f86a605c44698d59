//! One leaf of the tree and the record it holds.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "offsets inside one record whose length was bounded when it was written; overflow checks are on in every profile"
)]

use super::hash::Hash;

/// Key and value bytes of one record in one allocation: key length (u16, little-endian), key, value.
#[derive(Debug, Clone)]
pub(crate) struct Record(Box<[u8]>);

/// Bytes before the key.
const HEAD: usize = 2;

impl Record {
    /// `key` is at most [`super::changes::KEY_BYTES_MAX`] long.
    pub(crate) fn new(key: &[u8], value: &[u8]) -> Record {
        let key_len = u16::try_from(key.len()).expect("keys of changes are at most KEY_BYTES_MAX = 1,024 bytes long");
        let mut bytes = Vec::with_capacity(HEAD + key.len() + value.len());
        bytes.extend_from_slice(&key_len.to_le_bytes());
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(value);
        Record(bytes.into_boxed_slice())
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.0[HEAD..self.value_start()]
    }

    pub(crate) fn value(&self) -> &[u8] {
        &self.0[self.value_start()..]
    }

    fn value_start(&self) -> usize {
        HEAD + usize::from(u16::from_le_bytes([self.0[0], self.0[1]]))
    }
}

/// A leaf: where it stands, what its parent sees of it, and the record itself. 80 bytes beside the record.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) key_hash: Hash,
    pub(crate) leaf_hash: Hash,
    pub(crate) record: Record,
}
