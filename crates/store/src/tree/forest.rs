//! The subtrees below the implicit top, many buckets at a time.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "index arithmetic over own buffers of one block's buckets; overflow checks are on in every profile"
)]

use super::hash::{self, EMPTY, Hash, LANES};
use super::leaf::Leaf;

/// The subtrees of several buckets, hashed together: all nodes of one depth at once, deepest first.
#[derive(Debug, Default)]
pub(super) struct Forest {
    /// Leaves and inner nodes of all subtrees; slot 0 is the empty subtree.
    slots: Vec<Hash>,
    /// Nodes to hash, by depth below the buckets.
    joins: Vec<Vec<Join>>,
    /// Slot of each subtree's root and whether it is a single leaf.
    roots: Vec<(u32, bool)>,
}

/// `slots[out] = node_hash(slots[zero], slots[one])`.
#[derive(Debug, Clone, Copy)]
struct Join {
    zero: u32,
    one: u32,
    out: u32,
}

impl Forest {
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.slots.push(EMPTY);
        self.joins.iter_mut().for_each(Vec::clear);
        self.roots.clear();
    }

    /// Adds the subtree of leaves that share their first `bits` bits.
    pub(super) fn plant(&mut self, leaves: &[Leaf], bits: usize) {
        let first = self.slots.len() as u32;
        self.slots.extend(leaves.iter().map(|leaf| leaf.leaf_hash));
        let root = self.split(leaves, first, bits, 0);
        self.roots.push((root, leaves.len() == 1));
    }

    /// Plans the subtree of leaves that share their first `bits + depth` bits and lie from slot `first` on. Returns the slot of its root.
    fn split(&mut self, leaves: &[Leaf], first: u32, bits: usize, depth: usize) -> u32 {
        match leaves.len() {
            0 => 0,
            1 => first,
            _ => {
                let ones = leaves.partition_point(|leaf| !hash::bit(&leaf.key_hash, bits + depth));
                let zero = self.split(&leaves[..ones], first, bits, depth + 1);
                let one = self.split(&leaves[ones..], first + ones as u32, bits, depth + 1);
                let out = self.slots.len() as u32;
                self.slots.push(EMPTY);
                if self.joins.len() <= depth {
                    self.joins.resize_with(depth + 1, Vec::new);
                }
                self.joins[depth].push(Join { zero, one, out });
                out
            }
        }
    }

    /// Hashes all planned nodes.
    pub(super) fn hash(&mut self) {
        for joins in self.joins.iter().rev() {
            for group in joins.chunks(LANES) {
                let mut inputs = [[0; 64]; LANES];
                for (input, join) in inputs.iter_mut().zip(group) {
                    *input = hash::join(&self.slots[join.zero as usize], &self.slots[join.one as usize]);
                }
                let mut out = [EMPTY; LANES];
                hash::nodes(&inputs.each_ref()[..group.len()], &mut out[..group.len()]);
                for (join, hash) in group.iter().zip(out) {
                    self.slots[join.out as usize] = hash;
                }
            }
        }
    }

    /// The root of the subtree planted as number `at`, and whether it is a single leaf.
    pub(super) fn root(&self, at: usize) -> (Hash, bool) {
        let (slot, single) = self.roots[at];
        (self.slots[slot as usize], single)
    }
}
