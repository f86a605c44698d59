//! The four hashes of the tree: key, value, leaf, node.
//!
//! Each is BLAKE3 keyed with its own key, `blake3::derive_key("gage/tree/<name>/1", "")`, so that no input of one kind can stand for another.
//! Leaves and nodes hash exactly 64 bytes, one BLAKE3 block, and are hashed many at a time.
//! `blake3::platform` is hidden from that crate's documentation: its version is pinned, and the tests here hold every path equal to `blake3::keyed_hash`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "block counts and lengths of at most 1,024 bytes over own buffers; overflow checks are on in every profile"
)]

use blake3::IncrementCounter;
use blake3::platform::{Platform, le_bytes_from_words_32};

/// A 32-byte digest.
pub type Hash = [u8; 32];

/// The root of an empty subtree. No digest is taken of it; it is the value itself.
pub const EMPTY: Hash = [0; 32];

/// How many 64-byte inputs are worth giving to [`nodes`] and [`leaves`] at once: the widest lane count of any platform.
pub(crate) const LANES: usize = 16;

/// The key of one of the four hashes, as BLAKE3 words.
type Domain = [u32; 8];

/// `derive_key("gage/tree/key/1", "")`.
const KEY: Domain =
    [0xe984_4fc5, 0x3d20_6671, 0x7144_f20b, 0x3378_52b2, 0xe5cb_eaed, 0x3266_27c8, 0xad43_61fe, 0x905d_61c1];
/// `derive_key("gage/tree/value/1", "")`.
const VALUE: Domain =
    [0x730e_e149, 0x790e_5f57, 0x638f_af21, 0xff6d_5334, 0x6846_8b76, 0x9b3d_7fbe, 0x71b1_abce, 0xa362_e4f9];
/// `derive_key("gage/tree/leaf/1", "")`.
const LEAF: Domain =
    [0xda88_cd69, 0x73a8_c864, 0x06c0_9ec3, 0x666b_3aa9, 0x94c1_7e58, 0xd0e4_15ab, 0xa6bc_1db2, 0xb515_570d];
/// `derive_key("gage/tree/node/1", "")`.
const NODE: Domain =
    [0x5368_dde3, 0x7f41_69dc, 0xf60a_3ec4, 0x38d9_ea63, 0x8b71_01f5, 0xdf5c_16f0, 0x1748_d256, 0xcaf8_649a];

// Domain flags of the BLAKE3 specification, section 2.2, table 3.
const CHUNK_START: u8 = 1;
const CHUNK_END: u8 = 2;
const ROOT: u8 = 8;
const KEYED_HASH: u8 = 16;
const BLOCK_LEN: usize = 64;
const CHUNK_LEN: usize = 1024;

/// The hash of a record's key bytes: its place in the tree, bit by bit from the most significant.
pub fn key_hash(key: &[u8]) -> Hash {
    keyed(Platform::detect(), &KEY, key)
}

/// The hash of a record's value bytes.
pub fn value_hash(value: &[u8]) -> Hash {
    keyed(Platform::detect(), &VALUE, value)
}

/// The hash of a leaf: `H_leaf(key hash || value hash)`.
pub fn leaf_hash(key_hash: &Hash, value_hash: &Hash) -> Hash {
    keyed(Platform::detect(), &LEAF, &join(key_hash, value_hash))
}

/// The hash of a node above two or more leaves: `H_node(root of keys with bit 0 || root of keys with bit 1)`.
pub fn node_hash(zero: &Hash, one: &Hash) -> Hash {
    keyed(Platform::detect(), &NODE, &join(zero, one))
}

/// Many leaf hashes at once. `out` is as long as `inputs`.
pub(crate) fn leaves(inputs: &[&[u8; 64]], out: &mut [Hash]) {
    many(Platform::detect(), &LEAF, inputs, out);
}

/// Many node hashes at once. `out` is as long as `inputs`.
pub(crate) fn nodes(inputs: &[&[u8; 64]], out: &mut [Hash]) {
    many(Platform::detect(), &NODE, inputs, out);
}

/// Two digests side by side, the input of a leaf or node hash.
pub(crate) fn join(left: &Hash, right: &Hash) -> [u8; 64] {
    let mut block = [0; 64];
    block[..32].copy_from_slice(left);
    block[32..].copy_from_slice(right);
    block
}

/// The bit of a digest that decides between left (`false`) and right (`true`) at `depth` below the root. `depth` is below 256.
pub(crate) fn bit(hash: &Hash, depth: usize) -> bool {
    hash[depth >> 3] >> (7 - (depth & 7)) & 1 == 1
}

fn many(platform: Platform, domain: &Domain, inputs: &[&[u8; 64]], out: &mut [Hash]) {
    assert_eq!(inputs.len(), out.len(), "one digest per input");
    let flags = KEYED_HASH;
    let end = CHUNK_END | ROOT;
    platform.hash_many(inputs, domain, 0, IncrementCounter::No, flags, CHUNK_START, end, out.as_flattened_mut());
}

/// `blake3::keyed_hash` without setting up its general state, which for inputs this short costs as much as the hash.
fn keyed(platform: Platform, domain: &Domain, input: &[u8]) -> Hash {
    if input.len() > CHUNK_LEN {
        return *blake3::keyed_hash(&le_bytes_from_words_32(domain), input).as_bytes();
    }
    let mut chain = *domain;
    let mut flags = KEYED_HASH | CHUNK_START;
    let mut rest = input;
    while rest.len() > BLOCK_LEN {
        let (block, after) = rest.split_first_chunk().expect("longer than a block by the loop's condition");
        platform.compress_in_place(&mut chain, block, BLOCK_LEN as u8, 0, flags);
        flags = KEYED_HASH;
        rest = after;
    }
    let mut block = [0; BLOCK_LEN];
    block[..rest.len()].copy_from_slice(rest);
    platform.compress_in_place(&mut chain, &block, rest.len() as u8, 0, flags | CHUNK_END | ROOT);
    le_bytes_from_words_32(&chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(name: &str, input: &[u8]) -> Hash {
        *blake3::keyed_hash(&blake3::derive_key(&format!("gage/tree/{name}/1"), b""), input).as_bytes()
    }

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i * 7 + len) as u8).collect()
    }

    #[test]
    fn every_length_equals_the_published_keyed_hash() {
        for len in (0..300).chain([512, 1000, 1023, 1024, 1025, 2048, 5000]) {
            let input = bytes(len);
            assert_eq!(key_hash(&input), reference("key", &input), "key of {len} bytes");
            assert_eq!(value_hash(&input), reference("value", &input), "value of {len} bytes");
        }
    }

    #[test]
    fn many_at_once_equals_one_at_a_time() {
        for count in 0..40 {
            let inputs: Vec<[u8; 64]> =
                (0..count).map(|i| bytes(64 + i)[i..].try_into().expect("64 bytes are left")).collect();
            let refs: Vec<&[u8; 64]> = inputs.iter().collect();
            let mut out = vec![EMPTY; count];
            nodes(&refs, &mut out);
            for (input, hash) in inputs.iter().zip(&out) {
                assert_eq!(*hash, reference("node", input));
            }
            leaves(&refs, &mut out);
            for (input, hash) in inputs.iter().zip(&out) {
                assert_eq!(*hash, reference("leaf", input));
                let (key, value) = input.split_at(32);
                let (key, value) = (key.try_into().expect("half"), value.try_into().expect("half"));
                assert_eq!(*hash, leaf_hash(key, value));
                assert_eq!(reference("node", input), node_hash(key, value));
            }
        }
    }

    /// Every instruction set this machine has, the portable code included: a root must not depend on the machine.
    #[test]
    fn every_platform_gives_the_same_digests() {
        let mut platforms = vec![Platform::portable(), Platform::detect()];
        #[cfg(target_arch = "x86_64")]
        platforms.extend([Platform::sse2(), Platform::sse41(), Platform::avx2()].into_iter().flatten());
        let inputs: Vec<[u8; 64]> =
            (0..37).map(|i| bytes(64 + i)[i..].try_into().expect("64 bytes are left")).collect();
        let refs: Vec<&[u8; 64]> = inputs.iter().collect();
        for platform in platforms {
            let mut out = vec![EMPTY; inputs.len()];
            many(platform, &NODE, &refs, &mut out);
            for (input, hash) in inputs.iter().zip(&out) {
                assert_eq!(*hash, reference("node", input), "{platform:?}");
            }
            for len in 0..200 {
                assert_eq!(keyed(platform, &KEY, &bytes(len)), reference("key", &bytes(len)), "{platform:?}");
            }
        }
    }

    #[test]
    fn bits_count_from_the_most_significant() {
        let mut hash = EMPTY;
        hash[0] = 0b1000_0001;
        hash[31] = 1;
        let set: Vec<usize> = (0..256).filter(|depth| bit(&hash, *depth)).collect();
        assert_eq!(set, [0, 7, 255]);
    }
}
