//! Merkle tree over a fixed list: the hash tree of RFC 6962 section 2.1 (also RFC 9162) on SHA-256.
//!
//! A leaf is `sha256(0x00 || data)`, a node `sha256(0x01 || left || right)`, so that no node can pass
//! for a leaf. A list of `n > 1` leaves splits at the largest power of two below `n`; nothing is ever
//! duplicated to fill a level. The root of the empty list is `sha256("")`.

use crate::hash::{Hash, sha256, sha256_parts};

/// Longest path of a tree whose leaf count fits 64 bits.
pub const PATH_MAX: usize = 64;

/// Hash of a leaf's data.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    sha256_parts(&[&[0x00], data])
}

/// Hash of an inner node.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256_parts(&[&[0x01], &left.0, &right.0])
}

/// Root of the tree over `leaves`, in their order.
#[must_use]
pub fn merkle_root<L: AsRef<[u8]>>(leaves: &[L]) -> Hash {
    merkle_root_of(leaves.iter().map(|leaf| leaf_hash(leaf.as_ref())))
}

/// Root of the tree over leaves that are hashed already, see [`leaf_hash`], in their order.
#[must_use]
pub fn merkle_root_of(leaf_hashes: impl IntoIterator<Item = Hash>) -> Hash {
    let mut peaks = Vec::new();
    for (count, leaf) in (0..).zip(leaf_hashes) {
        push_peak(&mut peaks, count, leaf, |_, _| {});
    }
    bag_peaks(&peaks)
}

/// Siblings from the leaf at `index` up to the root, or `None` if there is no such leaf.
///
/// The work is proportional to the number of leaves.
#[must_use]
pub fn merkle_path<L: AsRef<[u8]>>(leaves: &[L], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut rest, mut index) = (leaves, index);
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split_point(rest.len()));
        match index.checked_sub(left.len()) {
            Some(index_right) => {
                path.push(merkle_root(left));
                (rest, index) = (right, index_right);
            }
            None => {
                path.push(merkle_root(right));
                rest = left;
            }
        }
    }
    // Collected from the root down; the path is read from the leaf up.
    path.reverse();
    Some(path)
}

/// Whether `leaf` (its data, not its hash) is number `index` of the `count` leaves under `root`.
///
/// Algorithm of RFC 9162 section 2.1.3.2. A path that is too short or too long is refused. The root
/// alone does not say how many leaves there are: `count` must come from a trusted place.
#[must_use]
pub fn verify_merkle_path(root: &Hash, leaf: &[u8], index: u64, count: u64, path: &[Hash]) -> bool {
    root_of_path(leaf, index, count, path).is_some_and(|found| found == *root)
}

/// The root that `path` leads to, or `None` if its length does not fit `index` and `count`.
pub(crate) fn root_of_path(leaf: &[u8], index: u64, count: u64, path: &[Hash]) -> Option<Hash> {
    let mut last = count.checked_sub(1)?;
    let mut position = index;
    if position > last {
        return None;
    }
    let mut node = leaf_hash(leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if position & 1 == 1 || position == last {
            node = node_hash(sibling, &node);
            // A last node without a sibling rises unchanged until it is somebody's right child.
            let levels = position.trailing_zeros();
            position = position.checked_shr(levels).unwrap_or(0);
            last = last.checked_shr(levels).unwrap_or(0);
        } else {
            node = node_hash(&node, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(node)
}

/// Adds leaf number `count_before` to the roots of full subtrees, largest first, and tells every subtree that it
/// completes: the binary logarithm of its leaves, and its root.
pub(crate) fn push_peak(peaks: &mut Vec<Hash>, count_before: u64, leaf: Hash, mut told: impl FnMut(u32, Hash)) {
    let mut node = leaf;
    told(0, node);
    // Each trailing one bit of the count is a full subtree that merges like a carry.
    for level in 1..=count_before.trailing_ones() {
        if let Some(left) = peaks.pop() {
            node = node_hash(&left, &node);
            told(level, node);
        }
    }
    peaks.push(node);
}

/// Joins the roots of full subtrees, smallest first: exactly the root of RFC 6962.
pub(crate) fn bag_peaks(peaks: &[Hash]) -> Hash {
    let mut from_smallest = peaks.iter().rev();
    match from_smallest.next() {
        None => sha256(b""),
        Some(smallest) => from_smallest.fold(*smallest, |right, left| node_hash(left, &right)),
    }
}

/// Largest power of two below `len`, for `len > 1`.
fn split_point(len: usize) -> usize {
    len.div_ceil(2).checked_next_power_of_two().unwrap_or(len).min(len)
}
