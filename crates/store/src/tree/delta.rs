//! What one batch of changes overwrote: enough to read and prove the checkpoint before it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "index arithmetic over own buffers of at most 2^27 nodes; overflow checks are on in every profile"
)]

use super::bucket_of;
use super::hash::Hash;
use super::leaf::Record;

/// The overwritten nodes and leaves of one batch, in flat buffers that are used again for a later batch.
#[derive(Debug, Default)]
pub(crate) struct Delta {
    /// Levels of the implicit top when the batch ran: nodes below were not recorded.
    pub(crate) bits: u32,
    /// Where each level starts in `nodes`, deepest level first, and the end.
    starts: Vec<usize>,
    /// `node number << 1 | single`, ascending within a level.
    nodes: Vec<u32>,
    hashes: Vec<Hash>,
    /// Ascending by key hash.
    pub(crate) leaves: Vec<OldLeaf>,
}

/// What stood at a key before the batch.
#[derive(Debug)]
pub(crate) struct OldLeaf {
    pub(crate) key_hash: Hash,
    /// Leaf hash and record, or `None` where there was no record.
    pub(crate) old: Option<(Hash, Record)>,
}

impl Delta {
    /// Empties the delta for a batch on a tree with `bits` levels.
    pub(crate) fn start(&mut self, bits: u32) {
        // A much larger batch in the past must not hold its memory for ever.
        let keep = self.nodes.len().max(1 << 12) * 2;
        self.nodes.clear();
        self.nodes.shrink_to(keep);
        self.hashes.clear();
        self.hashes.shrink_to(keep);
        let keep = self.leaves.len().max(1 << 12) * 2;
        self.leaves.clear();
        self.leaves.shrink_to(keep);
        self.starts.clear();
        self.starts.push(0);
        self.bits = bits;
    }

    /// Records the old hash of a node. Nodes come level by level from the deepest, ascending within a level.
    pub(crate) fn push_node(&mut self, node: usize, single: bool, hash: Hash) {
        self.nodes.push((node as u32) << 1 | u32::from(single));
        self.hashes.push(hash);
    }

    /// Ends the level whose nodes were pushed last.
    pub(crate) fn end_level(&mut self) {
        self.starts.push(self.nodes.len());
    }

    /// The old hash of a node at `level` (the root is level 0) and whether it stood for a single leaf, if the batch overwrote it.
    pub(crate) fn node(&self, level: u32, node: usize) -> Option<(Hash, bool)> {
        let place = (self.bits - level) as usize;
        let start = self.starts[place];
        let level_nodes = &self.nodes[start..self.starts[place + 1]];
        let at = level_nodes.binary_search_by_key(&(node as u32), |packed| packed >> 1).ok()?;
        Some((self.hashes[start + at], level_nodes[at] & 1 == 1))
    }

    /// What stood at a key, if the batch changed it.
    pub(crate) fn leaf(&self, key_hash: &Hash) -> Option<&OldLeaf> {
        let at = self.leaves.binary_search_by(|leaf| leaf.key_hash.cmp(key_hash)).ok()?;
        Some(&self.leaves[at])
    }

    /// What stood at the changed keys of one bucket of a tree with `bits` levels.
    pub(crate) fn leaves_of(&self, bits: u32, bucket: usize) -> &[OldLeaf] {
        let start = self.leaves.partition_point(|leaf| bucket_of(&leaf.key_hash, bits) < bucket);
        let len = self.leaves[start..].iter().take_while(|leaf| bucket_of(&leaf.key_hash, bits) == bucket).count();
        &self.leaves[start..start + len]
    }

    /// Bytes held, records apart.
    pub(crate) fn byte_len(&self) -> usize {
        self.nodes.capacity() * size_of::<u32>()
            + self.hashes.capacity() * size_of::<Hash>()
            + self.leaves.capacity() * size_of::<OldLeaf>()
    }
}
