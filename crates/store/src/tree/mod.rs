//! The authenticated tree: one root for all records, a function of what they are and of nothing else.
//!
//! **Definition.** A record stands at `key_hash(key)`, read bit by bit from the most significant.
//! The root of no record is 32 zero bytes; of one record its leaf hash; of more, `node_hash(root of those with bit 0, root of those with bit 1)`.
//! History, batch sizes and the layout below leave no trace in it.
//!
//! **Layout.** The first `bits` levels are implicit: node `n` has children `2n` and `2n + 1`, the root is node 1, and all hashes lie in one array.
//! Below each of the `2^bits` lowest nodes is a bucket: its leaves sorted by key hash, their inner nodes hashed afresh whenever one of them changes.
//! `bits` grows so that a bucket holds two leaves or fewer on average.
//! Per record, beside its own bytes: 80 for the leaf, 44 to 88 for its share of nodes and bucket heads, about 25 for two allocations.
//!
//! A batch is hashed key by key, sorted, applied bucket by bucket, and climbs level by level, sixteen hashes at a time.
//! An attacker who grinds keys into one bucket makes each change there cost one hash per leaf of it and gains nothing else.
//!
//! Files in reading order: `hash`, `changes`, `leaf`, `batch` and `forest` (writing), `delta` (what a batch overwrote), `view` (reading and proving any checkpoint).
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "index arithmetic over own buffers of at most 2^27 nodes; overflow checks are on in every profile"
)]

mod batch;
pub mod changes;
pub(crate) mod delta;
mod forest;
pub mod hash;
pub(crate) mod leaf;
pub(crate) mod view;

use self::batch::Work;
use self::hash::{EMPTY, Hash};
use self::leaf::Leaf;
use self::view::View;
use crate::proof::{Proof, Root};

/// Most levels of the implicit top: 2^26 buckets. A larger tree only has fuller buckets.
const BITS_MAX: u32 = 26;
/// Mean leaves per bucket above which the top grows by a level.
const LEAVES_PER_BUCKET_MAX: usize = 2;

/// Two sibling nodes: 64 bytes in one cache line, which are also the input of their parent's hash.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Pair([u8; 64]);

/// The tree with its records.
#[derive(Debug)]
pub struct Tree {
    bits: u32,
    len: usize,
    /// `pairs[n]` holds the children of node `n`; the second half of `pairs[0]` is the root.
    pairs: Vec<Pair>,
    /// One bit per node: its subtree is a single leaf, so that its hash is that leaf's and moves up unhashed.
    single: Vec<u64>,
    buckets: Vec<Vec<Leaf>>,
    work: Work,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree::new()
    }
}

impl Tree {
    /// A tree without records.
    pub fn new() -> Tree {
        Tree {
            bits: 0,
            len: 0,
            pairs: vec![Pair([0; 64])],
            single: vec![0],
            buckets: vec![Vec::new()],
            work: Work::default(),
        }
    }

    /// The root of all records.
    pub fn root(&self) -> Root {
        Root(self.node(1).0)
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        View::current(self).get(&hash::key_hash(key))
    }

    /// The proof that a key has the value it has, or that it has none.
    pub fn prove(&self, key: &[u8]) -> Proof {
        View::current(self).prove(&hash::key_hash(key))
    }

    /// All records, ascending by key hash.
    pub fn records(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.buckets.iter().flatten().map(|leaf| (leaf.record.key(), leaf.record.value()))
    }

    /// Hash of a node and whether its subtree is a single leaf.
    fn node(&self, node: usize) -> (Hash, bool) {
        let (halves, _) = self.pairs[node >> 1].0.as_chunks::<32>();
        (halves[node & 1], self.is_single(node))
    }

    fn is_single(&self, node: usize) -> bool {
        self.single[node >> 6] >> (node & 63) & 1 == 1
    }

    fn set_node(&mut self, node: usize, hash: &Hash, single: bool) {
        let half = (node & 1) * 32;
        self.pairs[node >> 1].0[half..half + 32].copy_from_slice(hash);
        let mask = 1 << (node & 63);
        if single {
            self.single[node >> 6] |= mask;
        } else {
            self.single[node >> 6] &= !mask;
        }
    }

    /// The leaf at a key hash: its bucket and its place there, or the place where it would be.
    fn find(&self, key_hash: &Hash) -> (usize, Result<usize, usize>) {
        let bucket = bucket_of(key_hash, self.bits);
        (bucket, find_in(&self.buckets[bucket], key_hash))
    }
}

/// The number of the bucket of a key hash: its first `bits` bits.
pub(crate) fn bucket_of(key_hash: &Hash, bits: u32) -> usize {
    let head = prefix_of(key_hash);
    // Two shifts, because zero bits would be a shift by the whole width.
    (head >> 1 >> (63 - bits)) as usize
}

/// The first 64 bits of a key hash.
fn prefix_of(key_hash: &Hash) -> u64 {
    let (head, _) = key_hash.split_first_chunk::<8>().expect("a digest has 32 bytes");
    u64::from_be_bytes(*head)
}

fn find_in(bucket: &[Leaf], key_hash: &Hash) -> Result<usize, usize> {
    // One machine word decides nearly always.
    let head = prefix_of(key_hash);
    bucket.binary_search_by(|leaf| prefix_of(&leaf.key_hash).cmp(&head).then_with(|| leaf.key_hash.cmp(key_hash)))
}

/// Whether a hash is that of an empty subtree.
fn is_empty(hash: &Hash) -> bool {
    *hash == EMPTY
}
