//! Writing: one batch of changes into the tree.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "index arithmetic over own buffers of at most 2^31 changes and 2^27 nodes; overflow checks are on in every profile"
)]

use std::cmp::Ordering;
use std::mem;
use std::ops::Range;

use super::changes::Changes;
use super::delta::{Delta, OldLeaf};
use super::forest::Forest;
use super::hash::{self, EMPTY, Hash, LANES};
use super::leaf::{Leaf, Record};
use super::{BITS_MAX, LEAVES_PER_BUCKET_MAX, Pair, Tree, bucket_of, find_in, is_empty, prefix_of};

/// Changes taken at a time through buckets and their hashes: few enough that what one step reads is still cached in the next.
const BLOCK: usize = 1024;
/// Entries a scratch buffer may keep between batches whatever the size of the last.
const KEEP: usize = 1 << 14;

/// Scratch buffers of a batch, kept for the next.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Key hash of each change, by number of the change.
    key_hashes: Vec<Hash>,
    /// First 64 bits of the key hash and number of the change, ascending by key hash, one per key.
    order: Vec<(u64, u32)>,
    /// Changes of the block that do change something, in order.
    effective: Vec<Effective>,
    leaf_inputs: Vec<[u8; 64]>,
    leaf_hashes: Vec<Hash>,
    /// Changed nodes of the level the batch has reached, ascending.
    touched: Vec<usize>,
    forest: Forest,
    /// Changes of the batch before.
    last_len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Effective {
    change: u32,
    /// Place of the leaf hash in `leaf_hashes`; unused for a removal.
    leaf: u32,
}

impl Tree {
    /// Applies changes. Of several changes of one key the last counts; a change to the value a record already has is no change.
    pub fn apply(&mut self, changes: &Changes) {
        self.apply_recording(changes, None);
    }

    /// [`Tree::apply`], recording in `undo` what is overwritten.
    pub(crate) fn apply_recording(&mut self, changes: &Changes, mut undo: Option<&mut Delta>) {
        let mut work = mem::take(&mut self.work);
        work.sort(changes);
        self.make_room(changes, &mut work);
        if let Some(undo) = undo.as_deref_mut() {
            undo.start(self.bits);
        }
        let mut start = 0;
        while start < work.order.len() {
            let end = self.block_end(&work.order, start);
            self.apply_block(changes, &mut work, start..end, &mut undo);
            start = end;
        }
        self.climb(&mut work.touched, &mut undo);
        work.release();
        self.work = work;
    }

    /// Where a block of changes from `start` ends, so that no bucket is in two blocks.
    fn block_end(&self, order: &[(u64, u32)], start: usize) -> usize {
        let mut end = (start + BLOCK).min(order.len());
        let bucket = |(head, _): (u64, u32)| head >> 1 >> (63 - self.bits);
        while end < order.len() && bucket(order[end]) == bucket(order[end - 1]) {
            end += 1;
        }
        end
    }

    fn apply_block(&mut self, changes: &Changes, work: &mut Work, block: Range<usize>, undo: &mut Option<&mut Delta>) {
        self.touch(&work.order[block.clone()]);
        work.select(self, changes, block);
        work.hash_leaves();

        let first = work.touched.len();
        for &Effective { change, leaf } in &work.effective {
            let key_hash = work.key_hashes[change as usize];
            let (key, value) = changes.at(change as usize);
            let bucket = bucket_of(&key_hash, self.bits);
            let leaf_hash = value.map(|_| work.leaf_hashes[leaf as usize]);
            let old = self.write(bucket, key_hash, key, value.zip(leaf_hash));
            if let Some(undo) = undo {
                undo.leaves.push(OldLeaf { key_hash, old });
            }
            let node = (1 << self.bits) + bucket;
            if work.touched[first..].last() != Some(&node) {
                work.touched.push(node);
            }
        }
        self.root_buckets(&work.touched[first..], &mut work.forest, undo);
    }

    /// Reads what the block will need, many independent reads in a row, so that their cache misses overlap.
    fn touch(&self, order: &[(u64, u32)]) {
        let bucket = |head: u64| (head >> 1 >> (63 - self.bits)) as usize;
        let mut seen = 0;
        for &(head, _) in order {
            let number = bucket(head);
            seen ^= self.buckets[number].len() ^ usize::from(self.pairs[((1 << self.bits) + number) >> 1].0[0]);
        }
        for &(head, _) in order {
            for leaf in &self.buckets[bucket(head)] {
                seen ^= usize::from(leaf.key_hash[0]) ^ usize::from(leaf.leaf_hash[31]);
            }
        }
        for &(head, _) in order {
            for leaf in &self.buckets[bucket(head)] {
                if prefix_of(&leaf.key_hash) == head {
                    seen ^= leaf.record.value().len();
                }
            }
        }
        std::hint::black_box(seen);
    }

    /// Puts a value with its leaf hash at a key, or removes the record there, and returns what stood there.
    fn write(
        &mut self,
        bucket: usize,
        key_hash: Hash,
        key: &[u8],
        value: Option<(&[u8], Hash)>,
    ) -> Option<(Hash, Record)> {
        let leaves = &mut self.buckets[bucket];
        match (find_in(leaves, &key_hash), value) {
            (Ok(at), Some((value, leaf_hash))) => {
                let old_record = mem::replace(&mut leaves[at].record, Record::new(key, value));
                Some((mem::replace(&mut leaves[at].leaf_hash, leaf_hash), old_record))
            }
            (Err(at), Some((value, leaf_hash))) => {
                leaves.reserve_exact(1);
                leaves.insert(at, Leaf { key_hash, leaf_hash, record: Record::new(key, value) });
                self.len += 1;
                None
            }
            (Ok(at), None) => {
                let old = leaves.remove(at);
                leaves.shrink_to_fit();
                self.len -= 1;
                Some((old.leaf_hash, old.record))
            }
            (Err(_), None) => None,
        }
    }

    /// Hashes the given lowest nodes of the top, `2^bits + bucket` each, from the leaves in their buckets.
    fn root_buckets(&mut self, nodes: &[usize], forest: &mut Forest, undo: &mut Option<&mut Delta>) {
        forest.clear();
        for node in nodes {
            forest.plant(&self.buckets[node - (1 << self.bits)], self.bits as usize);
        }
        forest.hash();
        for (at, node) in nodes.iter().enumerate() {
            let (hash, single) = forest.root(at);
            self.replace_node(*node, &hash, single, undo);
        }
    }

    /// From the lowest level of the top to the root: hashes the parents of `touched`, which ends empty.
    fn climb(&mut self, touched: &mut Vec<usize>, undo: &mut Option<&mut Delta>) {
        if let Some(undo) = undo {
            undo.end_level();
        }
        for _ in 0..self.bits {
            for node in touched.iter_mut() {
                *node >>= 1;
            }
            touched.dedup();
            for block in touched.chunks(BLOCK) {
                let first_bytes = block.iter().map(|parent| self.pairs[*parent].0[0] ^ self.pairs[parent >> 1].0[0]);
                std::hint::black_box(first_bytes.fold(0, |seen, byte| seen ^ byte));
                for parents in block.chunks(LANES) {
                    self.hash_parents(parents, undo);
                }
            }
            if let Some(undo) = undo {
                undo.end_level();
            }
        }
        touched.clear();
    }

    /// Sets at most [`LANES`] nodes of one level from their children.
    fn hash_parents(&mut self, parents: &[usize], undo: &mut Option<&mut Delta>) {
        let mut hashes = [EMPTY; LANES];
        let mut singles = [false; LANES];
        let mut inputs = [&[0; 64]; LANES];
        let mut places = [0; LANES];
        let mut count = 0;
        for (at, &parent) in parents.iter().enumerate() {
            let (zero, zero_single) = self.node(2 * parent);
            let (one, one_single) = self.node(2 * parent + 1);
            if (zero_single && is_empty(&one)) || (one_single && is_empty(&zero)) {
                hashes[at] = if zero_single { zero } else { one };
                singles[at] = true;
            } else if !(is_empty(&zero) && is_empty(&one)) {
                inputs[count] = &self.pairs[parent].0;
                places[count] = at;
                count += 1;
            }
        }
        let mut hashed = [EMPTY; LANES];
        hash::nodes(&inputs[..count], &mut hashed[..count]);
        for (place, hash) in places[..count].iter().zip(hashed) {
            hashes[*place] = hash;
        }
        for (at, parent) in parents.iter().enumerate() {
            self.replace_node(*parent, &hashes[at], singles[at], undo);
        }
    }

    fn replace_node(&mut self, node: usize, hash: &Hash, single: bool, undo: &mut Option<&mut Delta>) {
        if let Some(undo) = undo {
            let (old, old_single) = self.node(node);
            undo.push_node(node, old_single, old);
        }
        self.set_node(node, hash, single);
    }

    /// Grows the top before a batch whose new records would overfill the buckets.
    fn make_room(&mut self, changes: &Changes, work: &mut Work) {
        let room = LEAVES_PER_BUCKET_MAX << self.bits;
        if self.len + work.order.len() <= room || self.bits == BITS_MAX {
            return;
        }
        let is_new = |&&(_, change): &&(u64, u32)| {
            let change = change as usize;
            changes.at(change).1.is_some() && self.find(&work.key_hashes[change]).1.is_err()
        };
        let needed = self.len + work.order.iter().filter(is_new).count();
        let mut bits = self.bits;
        while bits < BITS_MAX && needed > LEAVES_PER_BUCKET_MAX << bits {
            bits += 1;
        }
        if bits > self.bits {
            self.grow(bits, work);
        }
    }

    /// Lays the same records out under more levels. The root stays what it is.
    fn grow(&mut self, bits: u32, work: &mut Work) {
        let leaves = mem::take(&mut self.buckets).into_iter().flatten();
        let count = 1_usize << bits;
        self.bits = bits;
        self.buckets = Vec::with_capacity(count);
        self.buckets.resize_with(count, Vec::new);
        self.pairs.clear();
        self.pairs.resize(count, Pair([0; 64]));
        self.single.clear();
        self.single.resize((2 * count).div_ceil(64), 0);
        for leaf in leaves {
            let bucket = &mut self.buckets[bucket_of(&leaf.key_hash, bits)];
            bucket.reserve_exact(1);
            bucket.push(leaf);
        }
        let filled = self.buckets.iter().enumerate().filter(|(_, bucket)| !bucket.is_empty());
        work.touched.extend(filled.map(|(number, _)| count + number));
        for nodes in work.touched.chunks(BLOCK) {
            self.root_buckets(nodes, &mut work.forest, &mut None);
        }
        self.climb(&mut work.touched, &mut None);
    }
}

impl Work {
    /// Hashes all keys and orders the changes by key hash, the last of each key only.
    fn sort(&mut self, changes: &Changes) {
        self.key_hashes.extend(changes.iter().map(|(key, _)| hash::key_hash(key)));
        let numbered = self.key_hashes.iter().zip(0_u32..);
        self.order.extend(numbered.map(|(key_hash, change)| (prefix_of(key_hash), change)));
        let whole = |change: u32| &self.key_hashes[change as usize];
        self.order.sort_unstable_by(|a, b| match a.0.cmp(&b.0) {
            Ordering::Equal => whole(a.1).cmp(whole(b.1)).then(a.1.cmp(&b.1)),
            other => other,
        });
        // `dedup_by` hands over (later, kept): the later change of the same key takes the kept one's place.
        self.order.dedup_by(|later, kept| {
            let same = later.0 == kept.0 && whole(later.1) == whole(kept.1);
            if same {
                *kept = *later;
            }
            same
        });
    }

    /// Keeps the changes of a block that change something, and prepares their leaf hashes.
    fn select(&mut self, tree: &Tree, changes: &Changes, block: Range<usize>) {
        self.effective.clear();
        self.leaf_inputs.clear();
        for &(_, change) in &self.order[block] {
            let key_hash = &self.key_hashes[change as usize];
            let (bucket, found) = tree.find(key_hash);
            let now = found.ok().map(|at| tree.buckets[bucket][at].record.value());
            let (_, value) = changes.at(change as usize);
            if now == value {
                continue;
            }
            self.effective.push(Effective { change, leaf: self.leaf_inputs.len() as u32 });
            if let Some(value) = value {
                self.leaf_inputs.push(hash::join(key_hash, &hash::value_hash(value)));
            }
        }
    }

    fn hash_leaves(&mut self) {
        self.leaf_hashes.clear();
        self.leaf_hashes.resize(self.leaf_inputs.len(), EMPTY);
        for (inputs, out) in self.leaf_inputs.chunks(LANES).zip(self.leaf_hashes.chunks_mut(LANES)) {
            let mut refs = [&[0; 64]; LANES];
            for (slot, input) in refs.iter_mut().zip(inputs) {
                *slot = input;
            }
            hash::leaves(&refs[..inputs.len()], out);
        }
    }

    /// Empties the buffers and gives back what an unusually large batch made them hold.
    fn release(&mut self) {
        let len = self.order.len();
        let keep = (2 * len.min(self.last_len)).max(KEEP);
        self.last_len = len;
        self.key_hashes.clear();
        self.key_hashes.shrink_to(keep);
        self.order.clear();
        self.order.shrink_to(keep);
        self.touched.shrink_to(keep);
    }
}
