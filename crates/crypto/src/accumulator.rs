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
        self.append_telling(leaf, |_, _, _| {})
    }

    /// Appends one leaf and tells every full subtree that it completes: the binary logarithm of its leaves, its place
    /// among those of its size, its root. Whoever keeps them can prove any leaf with [`MmrProof::from_subtrees`].
    ///
    /// # Errors
    /// [`AccumulatorFull`] after [`COUNT_MAX`] leaves; nothing changes then and nothing is told.
    pub fn append_telling(
        &mut self,
        leaf: &Hash,
        mut told: impl FnMut(u32, u64, Hash),
    ) -> std::result::Result<(), AccumulatorFull> {
        let count = self.count.checked_add(1).filter(|count| *count <= COUNT_MAX).ok_or(AccumulatorFull)?;
        push_peak(&mut self.peaks, self.count, leaf_hash(&leaf.0), |level, node| {
            // A count of at most 2^60 leaves has levels of at most 60.
            told(level, self.count.checked_shr(level).unwrap_or(0), node);
        });
        self.count = count;
        Ok(())
    }

    /// The accumulator of `count` leaves from the full subtrees that were told.
    ///
    /// # Errors
    /// Those of `subtree`.
    pub fn of_subtrees<E>(
        count: u64,
        mut subtree: impl FnMut(u32, u64) -> std::result::Result<Hash, E>,
    ) -> std::result::Result<Self, E> {
        let levels = (0..u64::BITS).rev().filter(|level| count.checked_shr(*level).unwrap_or(0) & 1 == 1);
        let place = |level: u32| count.checked_shr(level).unwrap_or(0).saturating_sub(1);
        let peaks = levels.map(|level| subtree(level, place(level))).collect::<std::result::Result<_, E>>()?;
        Ok(Self { count, peaks })
    }

    /// The full subtrees it consists of, as [`Accumulator::append_telling`] told them, largest first.
    pub fn subtrees(&self) -> impl Iterator<Item = (u32, u64, Hash)> {
        let levels = (0..u64::BITS).rev().filter(|level| self.count.checked_shr(*level).unwrap_or(0) & 1 == 1);
        // The subtree of a one bit begins where those of the higher bits end.
        let place = |level: u32| self.count.checked_shr(level).unwrap_or(0).saturating_sub(1);
        levels.zip(&self.peaks).map(move |(level, peak)| (level, place(level), *peak))
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

    /// Makes the proof for leaf `index` of the first `count`, or `None` if it is not among them. `subtree` gives the root
    /// of a full subtree by the binary logarithm of its leaves and its place among those of its size; about the square
    /// of the logarithm of `count` are asked for.
    ///
    /// # Errors
    /// Those of `subtree`.
    pub fn from_subtrees<E>(
        index: u64,
        count: u64,
        mut subtree: impl FnMut(u32, u64) -> std::result::Result<Hash, E>,
    ) -> std::result::Result<Option<Self>, E> {
        if index >= count || count > COUNT_MAX {
            return Ok(None);
        }
        let (mut start, mut length, mut path) = (0u64, count, Vec::new());
        while length > 1 {
            let left = split_point(length);
            let right = length.saturating_sub(left);
            if index.saturating_sub(start) < left {
                path.push(range_root(start.saturating_add(left), right, &mut subtree)?);
                length = left;
            } else {
                path.push(range_root(start, left, &mut subtree)?);
                start = start.saturating_add(left);
                length = right;
            }
        }
        // Collected from the root down; the path is read from the leaf up.
        path.reverse();
        Ok(Some(Self { index, count, path }))
    }

    /// Whether `leaf` stands at this proof's index under the accumulator root `root`.
    #[must_use]
    pub fn verify(&self, root: &Hash, leaf: &Hash) -> bool {
        root_of_path(&leaf.0, self.index, self.count, &self.path)
            .is_some_and(|tree| bind_count(self.count, &tree) == *root)
    }
}

/// Largest power of two below `length`, for `length` from 2 to [`COUNT_MAX`].
fn split_point(length: u64) -> u64 {
    length.div_ceil(2).checked_next_power_of_two().unwrap_or(length)
}

/// The root of `length` leaves from `start`, which is a multiple of the power of two that holds them: the roots of its
/// full subtrees, joined from the smallest.
fn range_root<E>(
    start: u64,
    length: u64,
    subtree: &mut impl FnMut(u32, u64) -> std::result::Result<Hash, E>,
) -> std::result::Result<Hash, E> {
    let (mut start, mut rest, mut peaks) = (start, length, Vec::new());
    while let Some(level) = rest.checked_ilog2() {
        let size = 1u64.checked_shl(level).unwrap_or(0);
        peaks.push(subtree(level, start.checked_shr(level).unwrap_or(0))?);
        start = start.saturating_add(size);
        rest = rest.saturating_sub(size);
    }
    Ok(bag_peaks(&peaks))
}

fn bind_count(count: u64, tree_root: &Hash) -> Hash {
    sha256_parts(&[b"gage/mmr/1", &count.to_le_bytes(), &tree_root.0])
}
