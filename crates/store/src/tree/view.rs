//! Reading and proving: the current tree, or a retained checkpoint before it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "index arithmetic over own buffers of at most 2^27 nodes; overflow checks are on in every profile"
)]

use std::collections::BTreeMap;

use super::delta::Delta;
use super::hash::{self, EMPTY, Hash};
use super::leaf::Record;
use super::{Tree, is_empty};
use crate::proof::{Proof, Root, Terminal};

/// The tree as it stood before the batches whose deltas are laid over it.
pub(crate) struct View<'a> {
    tree: &'a Tree,
    /// Oldest first: the first delta that knows a node or key says what stood there.
    undo: Vec<&'a Delta>,
    /// Levels whose overwritten nodes all deltas know.
    bits: u32,
}

/// A leaf as the view sees it.
#[derive(Clone, Copy)]
struct Seen<'a> {
    key_hash: &'a Hash,
    leaf_hash: &'a Hash,
    record: &'a Record,
}

impl<'a> View<'a> {
    /// The tree as it is.
    pub(crate) fn current(tree: &'a Tree) -> View<'a> {
        View { tree, undo: Vec::new(), bits: tree.bits }
    }

    /// The tree before the batches of `undo`, which are given oldest first and end with the last batch applied.
    pub(crate) fn before(tree: &'a Tree, undo: impl Iterator<Item = &'a Delta>) -> View<'a> {
        let undo: Vec<&Delta> = undo.collect();
        let bits = undo.iter().map(|delta| delta.bits).fold(tree.bits, u32::min);
        View { tree, undo, bits }
    }

    /// The value at a key hash.
    pub(crate) fn get(&self, key_hash: &Hash) -> Option<&'a [u8]> {
        if let Some(leaf) = self.undo.iter().find_map(|delta| delta.leaf(key_hash)) {
            return leaf.old.as_ref().map(|(_, record)| record.value());
        }
        let (bucket, found) = self.tree.find(key_hash);
        found.ok().map(|at| self.tree.buckets[bucket][at].record.value())
    }

    /// The root.
    pub(crate) fn root(&self) -> Root {
        Root(self.node(0, 1).0)
    }

    /// The path from the root towards a key hash, to the leaf there, another leaf, or nothing.
    pub(crate) fn prove(&self, key_hash: &Hash) -> Proof {
        let mut siblings = Vec::with_capacity(self.bits as usize + 8);
        let mut node = 1;
        for level in 0..self.bits {
            let (hash, single) = self.node(level, node);
            if is_empty(&hash) {
                return Proof::from_path(siblings, Terminal::Empty);
            }
            if single {
                return Proof::from_path(siblings, terminal(&self.only_leaf(level, node), key_hash));
            }
            node = 2 * node + usize::from(hash::bit(key_hash, level as usize));
            siblings.push(self.node(level + 1, node ^ 1).0);
        }
        let leaves = self.leaves(node - (1 << self.bits));
        let mut rest = leaves.as_slice();
        while rest.len() > 1 {
            let depth = siblings.len();
            let ones = rest.partition_point(|leaf| !hash::bit(leaf.key_hash, depth));
            let (zero, one) = rest.split_at(ones);
            let (own, other) = if hash::bit(key_hash, depth) { (one, zero) } else { (zero, one) };
            siblings.push(root_of(other, depth + 1));
            rest = own;
        }
        let terminal = rest.first().map_or(Terminal::Empty, |leaf| terminal(leaf, key_hash));
        Proof::from_path(siblings, terminal)
    }

    /// Hash of a node at a level the view knows, and whether its subtree is a single leaf.
    fn node(&self, level: u32, node: usize) -> (Hash, bool) {
        self.undo.iter().find_map(|delta| delta.node(level, node)).unwrap_or_else(|| self.tree.node(node))
    }

    /// The leaf of a subtree that is a single leaf.
    fn only_leaf(&self, level: u32, node: usize) -> Seen<'a> {
        let mut node = node;
        for level in level..self.bits {
            let zero_is_empty = is_empty(&self.node(level + 1, 2 * node).0);
            node = 2 * node + usize::from(zero_is_empty);
        }
        let leaves = self.leaves(node - (1 << self.bits));
        *leaves.first().expect("a node marked single has one leaf below: both are written together")
    }

    /// The leaves under one of the lowest nodes the view knows, ascending by key hash.
    fn leaves(&self, bucket: usize) -> Vec<Seen<'a>> {
        let below = self.tree.bits - self.bits;
        let current = self.tree.buckets[bucket << below..(bucket + 1) << below].iter().flatten().map(|leaf| Seen {
            key_hash: &leaf.key_hash,
            leaf_hash: &leaf.leaf_hash,
            record: &leaf.record,
        });
        if self.undo.is_empty() {
            return current.collect();
        }
        let mut leaves: BTreeMap<&Hash, Seen> = current.map(|leaf| (leaf.key_hash, leaf)).collect();
        for delta in self.undo.iter().rev() {
            for leaf in delta.leaves_of(self.bits, bucket) {
                match &leaf.old {
                    Some((leaf_hash, record)) => {
                        leaves.insert(&leaf.key_hash, Seen { key_hash: &leaf.key_hash, leaf_hash, record });
                    }
                    None => {
                        leaves.remove(&leaf.key_hash);
                    }
                }
            }
        }
        leaves.into_values().collect()
    }
}

fn terminal(leaf: &Seen<'_>, key_hash: &Hash) -> Terminal {
    if leaf.key_hash == key_hash {
        Terminal::Leaf
    } else {
        let value_hash = hash::value_hash(leaf.record.value());
        Terminal::Other { key_hash: Root(*leaf.key_hash), value_hash: Root(value_hash) }
    }
}

/// The root of sorted leaves that share their first `depth` bits.
fn root_of(leaves: &[Seen<'_>], depth: usize) -> Hash {
    match leaves {
        [] => EMPTY,
        [leaf] => *leaf.leaf_hash,
        _ => {
            let ones = leaves.partition_point(|leaf| !hash::bit(leaf.key_hash, depth));
            hash::node_hash(&root_of(&leaves[..ones], depth + 1), &root_of(&leaves[ones..], depth + 1))
        }
    }
}
