//! The tree as its definition says it, by recursion over the content, with nothing of the crate under test.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::unwrap_used,
    dead_code,
    reason = "test support"
)]

use std::collections::BTreeMap;

pub type Hash = [u8; 32];
pub type Content = BTreeMap<Vec<u8>, Vec<u8>>;

pub fn keyed(name: &str, input: &[u8]) -> Hash {
    *blake3::keyed_hash(&blake3::derive_key(&format!("gage/tree/{name}/1"), b""), input).as_bytes()
}

pub fn bit(hash: &Hash, depth: usize) -> bool {
    hash[depth / 8] & (0x80 >> (depth % 8)) != 0
}

/// Key hash and leaf hash of all records.
pub fn leaves(content: &Content) -> Vec<(Hash, Hash)> {
    let leaf = |(key, value): (&Vec<u8>, &Vec<u8>)| {
        let key_hash = keyed("key", key);
        (key_hash, keyed("leaf", &[key_hash, keyed("value", value)].concat()))
    };
    content.iter().map(leaf).collect()
}

/// The root of leaves that share their first `depth` bits.
pub fn root_of(leaves: &[(Hash, Hash)], depth: usize) -> Hash {
    match leaves {
        [] => [0; 32],
        [(_, leaf)] => *leaf,
        _ => {
            let (one, zero): (Vec<_>, Vec<_>) = leaves.iter().partition(|(key_hash, _)| bit(key_hash, depth));
            keyed("node", &[root_of(&zero, depth + 1), root_of(&one, depth + 1)].concat())
        }
    }
}

/// The root of the content.
pub fn rebuild(content: &Content) -> Hash {
    root_of(&leaves(content), 0)
}

/// A small deterministic generator (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
