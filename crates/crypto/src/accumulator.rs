//! Append-only accumulator (Merkle mountain range) over headers, event roots and the like.
//!
//! It keeps only the roots of the full subtrees ("peaks"), so appending is cheap and the state stays
//! small however long the list is. The tree is the one of [`crate::merkle`]; the accumulator's root
//! also commits to the number of leaves: `sha256("gage/mmr/1" || count as 8 bytes little-endian || tree root)`.
//! A proof is a Merkle path with the count it was made for.

use std::io::{Error, ErrorKind, Read, Result};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{
    bounded,
    hash::{Hash, sha256_parts},
    merkle::{PATH_MAX, bag_peaks, leaf_hash, merkle_path, push_peak, root_of_path},
};

/// Most leaves an accumulator can hold: beyond any chain's life, far below the range of `u64`.
pub const COUNT_MAX: u64 = 1 << 60;

/// The growing list, reduced to the roots of its full subtrees.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, Serialize)]
pub struct Accumulator {
    count: u64,
    peaks: Vec<Hash>,
}

/// The list is full ([`COUNT_MAX`] leaves).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the accumulator holds the most leaves it can")]
pub struct AccumulatorFull;

impl Accumulator {
    /// An accumulator without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves appended so far.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Roots of the full subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends one leaf; its index is the count before the call.
    ///
    /// # Errors
    /// [`AccumulatorFull`] after [`COUNT_MAX`] leaves; nothing changes then.
    pub fn append(&mut self, leaf: &Hash) -> std::result::Result<(), AccumulatorFull> {
        let count = self.count.checked_add(1).filter(|count| *count <= COUNT_MAX).ok_or(AccumulatorFull)?;
        push_peak(&mut self.peaks, self.count, leaf_hash(&leaf.0));
        self.count = count;
        Ok(())
    }

    /// Root that commits to all leaves, their order and their number.
    #[must_use]
    pub fn root(&self) -> Hash {
        bind_count(self.count, &bag_peaks(&self.peaks))
    }
}

impl BorshDeserialize for Accumulator {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let count = u64::deserialize_reader(reader)?;
        let peaks: Vec<Hash> = bounded::read_list(reader, PATH_MAX)?;
        let ones = usize::try_from(count.count_ones());
        if count > COUNT_MAX || ones != Ok(peaks.len()) {
            return Err(Error::new(ErrorKind::InvalidData, "an accumulator has one peak per one bit of its count"));
        }
        Ok(Self { count, peaks })
    }
}

/// Proof that a leaf stands at an index of the list when it had `count` leaves.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MmrProof {
    /// Position of the leaf, from zero.
    pub index: u64,
    /// Number of leaves under the root this proof is for.
    pub count: u64,
    /// Siblings from the leaf up; at most [`PATH_MAX`].
    #[borsh(deserialize_with = "read_path")]
    pub path: Vec<Hash>,
}

fn read_path<R: Read>(reader: &mut R) -> Result<Vec<Hash>> {
    bounded::read_list(reader, PATH_MAX)
}

impl MmrProof {
    /// Makes the proof for leaf `index` from the full list of leaves, or `None` if it is not there.
    ///
    /// The work is proportional to the length of the list.
    #[must_use]
    pub fn make(leaves: &[Hash], index: usize) -> Option<Self> {
        Some(Self {
            index: u64::try_from(index).ok()?,
            count: u64::try_from(leaves.len()).ok()?,
            path: merkle_path(leaves, index)?,
        })
    }

    /// Whether `leaf` stands at this proof's index under the accumulator root `root`.
    #[must_use]
    pub fn verify(&self, root: &Hash, leaf: &Hash) -> bool {
        root_of_path(&leaf.0, self.index, self.count, &self.path)
            .is_some_and(|tree| bind_count(self.count, &tree) == *root)
    }
}

fn bind_count(count: u64, tree_root: &Hash) -> Hash {
    sha256_parts(&[b"gage/mmr/1", &count.to_le_bytes(), &tree_root.0])
}
