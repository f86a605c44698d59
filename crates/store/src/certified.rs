//! The certified side: the tree with its records, and the last checkpoints for which values and proofs can be had.
//!
//! The executor sends the records that changed since the last checkpoint; [`Certified::apply`] brings them into the tree and gives the root.
//! Each checkpoint keeps what its batch overwrote, so that the ones before it stay readable: a value and its path always come from the same checkpoint.
//! Memory per retained checkpoint and changed record: 80 bytes, the old record, and 36 for each overwritten node (about 10 of them for 10,000 changes among 1,000,000 records).
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in an own queue of checkpoints; overflow checks are on in every profile"
)]

use std::collections::VecDeque;

use thiserror::Error;

use crate::proof::{Proof, Root};
use crate::tree::Tree;
pub use crate::tree::changes::{Appender, CHANGES_MAX, Change, Changes, ChangesError, KEY_BYTES_MAX, VALUE_BYTES_MAX};
use crate::tree::delta::Delta;
use crate::tree::hash;
use crate::tree::view::View;

/// Why a checkpoint cannot be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CertifiedError {
    /// Checkpoints are made in ascending order of height.
    #[error("a checkpoint at height {given} cannot follow the one at height {last}")]
    HeightNotAbove {
        /// Height of the newest checkpoint.
        last: u64,
        /// Height that was asked for.
        given: u64,
    },
    /// There is no checkpoint at this height, or none any more.
    #[error("there is no checkpoint at height {0}, or it is no longer kept")]
    NotRetained(u64),
}

/// A record's value, or its absence, with the proof and the root it leads to, all of one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenRead {
    /// Root of the checkpoint.
    pub root: Root,
    /// The value, if there is a record.
    pub value: Option<Vec<u8>>,
    /// Inclusion where there is a value, else exclusion.
    pub proof: Proof,
}

/// The tree and its last checkpoints.
#[derive(Debug)]
pub struct Certified {
    tree: Tree,
    retained: usize,
    /// Oldest first. Never longer than `retained`.
    checkpoints: VecDeque<Checkpoint>,
    /// The delta of a checkpoint no longer kept, whose memory the next one uses.
    spare: Option<Delta>,
}

#[derive(Debug)]
struct Checkpoint {
    height: u64,
    root: Root,
    /// What the batch of this checkpoint overwrote; none where the checkpoint before it is not kept.
    undo: Option<Delta>,
}

impl Certified {
    /// A certified side without records and checkpoints, which will keep the last `retained` checkpoints, at least one.
    pub fn new(retained: usize) -> Certified {
        Certified { tree: Tree::new(), retained: retained.max(1), checkpoints: VecDeque::new(), spare: None }
    }

    /// Makes the checkpoint of `height`: applies all changes since the one before and returns the root.
    ///
    /// # Errors
    /// [`CertifiedError::HeightNotAbove`]; nothing has changed then.
    pub fn apply(&mut self, height: u64, changes: &Changes) -> Result<Root, CertifiedError> {
        if let Some(last) = self.checkpoints.back()
            && height <= last.height
        {
            return Err(CertifiedError::HeightNotAbove { last: last.height, given: height });
        }
        // From here on nothing can fail.
        let keeps_previous = self.retained > 1 && !self.checkpoints.is_empty();
        let mut undo = keeps_previous.then(|| self.spare.take().unwrap_or_default());
        self.tree.apply_recording(changes, undo.as_mut());
        let root = self.tree.root();
        self.checkpoints.push_back(Checkpoint { height, root, undo });
        if self.checkpoints.len() > self.retained {
            self.checkpoints.pop_front();
            // The oldest checkpoint kept has nothing before it to go back to.
            self.spare = self.checkpoints.front_mut().and_then(|oldest| oldest.undo.take());
        }
        Ok(root)
    }

    /// The root of all current records.
    pub fn root(&self) -> Root {
        self.tree.root()
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.tree.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// Heights of the checkpoints kept, ascending.
    pub fn checkpoints(&self) -> impl ExactSizeIterator<Item = u64> + DoubleEndedIterator {
        self.checkpoints.iter().map(|checkpoint| checkpoint.height)
    }

    /// Height and root of the newest checkpoint.
    pub fn latest(&self) -> Option<(u64, Root)> {
        self.checkpoints.back().map(|checkpoint| (checkpoint.height, checkpoint.root))
    }

    /// The root of a checkpoint.
    ///
    /// # Errors
    /// [`CertifiedError::NotRetained`].
    pub fn root_at(&self, height: u64) -> Result<Root, CertifiedError> {
        Ok(self.checkpoints[self.place(height)?].root)
    }

    /// The value a key had at a checkpoint, if it had one.
    ///
    /// # Errors
    /// [`CertifiedError::NotRetained`].
    pub fn get_at(&self, height: u64, key: &[u8]) -> Result<Option<Vec<u8>>, CertifiedError> {
        let (_, view) = self.view(height)?;
        Ok(view.get(&hash::key_hash(key)).map(<[u8]>::to_vec))
    }

    /// The proof, against a checkpoint's root, of the value a key had or that it had none.
    ///
    /// # Errors
    /// [`CertifiedError::NotRetained`].
    pub fn prove_at(&self, height: u64, key: &[u8]) -> Result<Proof, CertifiedError> {
        let (_, view) = self.view(height)?;
        Ok(view.prove(&hash::key_hash(key)))
    }

    /// Value, proof and root of one checkpoint together.
    ///
    /// # Errors
    /// [`CertifiedError::NotRetained`].
    pub fn read_at(&self, height: u64, key: &[u8]) -> Result<ProvenRead, CertifiedError> {
        let (root, view) = self.view(height)?;
        let key_hash = hash::key_hash(key);
        let value = view.get(&key_hash).map(<[u8]>::to_vec);
        Ok(ProvenRead { root, value, proof: view.prove(&key_hash) })
    }

    /// All current records as (key, value), ascending by key hash: what a snapshot holds.
    pub fn records(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.tree.records()
    }

    /// Bytes held for the checkpoints before the newest, old records apart.
    pub fn retained_bytes(&self) -> usize {
        let deltas = self.checkpoints.iter().filter_map(|checkpoint| checkpoint.undo.as_ref());
        deltas.chain(&self.spare).map(Delta::byte_len).sum()
    }

    fn place(&self, height: u64) -> Result<usize, CertifiedError> {
        self.checkpoints
            .binary_search_by_key(&height, |checkpoint| checkpoint.height)
            .map_err(|_| CertifiedError::NotRetained(height))
    }

    fn view(&self, height: u64) -> Result<(Root, View<'_>), CertifiedError> {
        let place = self.place(height)?;
        let later = self.checkpoints.range(place + 1..);
        let view = View::before(&self.tree, later.filter_map(|checkpoint| checkpoint.undo.as_ref()));
        let root = self.checkpoints[place].root;
        debug_assert_eq!(view.root(), root, "the deltas lead back to the checkpoint's root");
        Ok((root, view))
    }
}
