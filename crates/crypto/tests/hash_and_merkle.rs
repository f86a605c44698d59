//! Known answers of the hash functions; the Merkle tree against its definition in RFC 6962.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use gage_crypto::{
    Hash,
    accumulator::{Accumulator, COUNT_MAX, MmrProof},
    hash::{HexError, keccak256, sha256, sha256_parts},
    merkle::{leaf_hash, merkle_path, merkle_root, node_hash, verify_merkle_path},
};
use proptest::prelude::*;

#[test]
fn hash_functions_give_published_answers() {
    // FIPS 180-4 example; the empty Keccak-256 as in the Ethereum yellow paper.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256(b"abc").to_string(), abc);
    assert_eq!(sha256_parts(&[b"a", b"", b"bc"]).to_string(), abc);
    assert_eq!(keccak256(b"").to_string(), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

#[test]
fn hash_text_form_is_strict() {
    let hash = sha256(b"abc");
    assert_eq!(hash.to_string().parse(), Ok(hash));
    assert_eq!("00".parse::<Hash>(), Err(HexError::Length { wanted: 64, found: 2 }));
    assert_eq!("zz".repeat(32).parse::<Hash>(), Err(HexError::NotHex));
    assert_eq!("\u{e9}".repeat(32).parse::<Hash>(), Err(HexError::NotHex));
    let json = serde_json::to_string(&hash).unwrap();
    assert_eq!(json, format!("\"{hash}\""));
    assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
    assert!(serde_json::from_str::<Hash>("\"00\"").is_err());
    assert_eq!(borsh::to_vec(&hash).unwrap(), hash.0);
}

/// Leaves and roots of the reference test of Certificate Transparency.
#[test]
fn merkle_roots_of_certificate_transparency() {
    let leaves: Vec<Vec<u8>> =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
            .map(|text| hex::decode(text).unwrap())
            .to_vec();
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (count, root) in roots.iter().enumerate() {
        assert_eq!(merkle_root(&leaves[..count]).to_string(), *root, "{count} leaves");
    }
}

/// The recursive definition of RFC 6962 section 2.1, word by word.
fn naive_root(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => sha256(b""),
        [one] => leaf_hash(one),
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            node_hash(&naive_root(&leaves[..k]), &naive_root(&leaves[k..]))
        }
    }
}

fn numbered(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| n.to_le_bytes().to_vec()).collect()
}

#[test]
fn every_path_of_small_trees_proves_its_leaf_and_nothing_else() {
    for count in 1..=33 {
        let leaves = numbered(count);
        let root = merkle_root(&leaves);
        assert_eq!(root, naive_root(&leaves));
        for index in 0..count {
            let path = merkle_path(&leaves, index).unwrap();
            let check = |leaf: &[u8], index: usize, count: usize, path: &[Hash]| {
                verify_merkle_path(&root, leaf, index as u64, count as u64, path)
            };
            assert!(check(&leaves[index], index, count, &path));
            assert!(!check(b"other", index, count, &path));
            for other in (0..count).filter(|other| *other != index) {
                assert!(!check(&leaves[index], other, count, &path), "{index} as {other} of {count}");
            }
            assert!(!check(&leaves[index], index, 0, &path));
            assert!(!check(&leaves[index], count, count, &path));
            let mut longer = path.clone();
            longer.push(root);
            assert!(!check(&leaves[index], index, count, &longer));
            for level in 0..path.len() {
                let mut bent = path.clone();
                bent[level].0[0] ^= 1;
                assert!(!check(&leaves[index], index, count, &bent));
                assert!(!check(&leaves[index], index, count, &path[..level]));
            }
        }
        assert_eq!(merkle_path(&leaves, count), None);
    }
    assert_eq!(merkle_path::<Vec<u8>>(&[], 0), None);
}

#[test]
fn a_node_does_not_pass_for_a_leaf() {
    let leaves = numbered(4);
    let root = merkle_root(&leaves);
    let (left, right) = (naive_root(&leaves[..2]), naive_root(&leaves[2..]));
    let joined = [left.0, right.0].concat();
    assert!(!verify_merkle_path(&root, &joined, 0, 1, &[]));
    assert!(!verify_merkle_path(&root, &left.0, 0, 2, &[right]));
}

#[test]
fn a_path_longer_than_the_claimed_tree_is_refused() {
    let leaves = numbered(2);
    let (left, right) = (leaf_hash(&leaves[0]), leaf_hash(&leaves[1]));
    let root = node_hash(&left, &right);
    assert!(verify_merkle_path(&root, &leaves[1], 1, 2, &[left]));
    // The hashes fit, but a tree of one leaf has no siblings.
    assert!(!verify_merkle_path(&root, &leaves[1], 0, 1, &[left]));
}

fn hashes(count: usize) -> Vec<Hash> {
    numbered(count).iter().map(|bytes| sha256(bytes)).collect()
}

fn accumulate(leaves: &[Hash]) -> Accumulator {
    let mut accumulator = Accumulator::new();
    for leaf in leaves {
        accumulator.append(leaf).unwrap();
    }
    accumulator
}

#[test]
fn accumulator_is_the_tree_with_its_count() {
    for count in 0..=70_usize {
        let leaves = hashes(count);
        let accumulator = accumulate(&leaves);
        let tree = merkle_root(&leaves);
        let count_bytes = (count as u64).to_le_bytes();
        let expected = sha256_parts(&[b"gage/mmr/1", &count_bytes, &tree.0]);
        assert_eq!(accumulator.root(), expected);
        assert_eq!(accumulator.count(), count as u64);
        assert_eq!(accumulator.peaks().len() as u32, count.count_ones());
        let bytes = borsh::to_vec(&accumulator).unwrap();
        assert_eq!(borsh::from_slice::<Accumulator>(&bytes).unwrap(), accumulator);
    }
}

#[test]
fn accumulator_bytes_must_have_a_peak_per_one_bit() {
    let encode = |count: u64, peaks: u32| {
        let mut bytes = borsh::to_vec(&(count, peaks)).unwrap();
        bytes.extend(vec![7; 32 * peaks as usize]);
        borsh::from_slice::<Accumulator>(&bytes)
    };
    assert!(encode(5, 2).is_ok());
    assert!(encode(5, 1).is_err());
    assert!(encode(5, 3).is_err());
    assert!(encode(1 << 63, 1).is_err());
    let mut full = encode(COUNT_MAX, 1).unwrap();
    let before = full.clone();
    assert!(full.append(&Hash::ZERO).is_err());
    assert_eq!(full, before);
    // A hostile length is refused before memory is taken.
    let hostile = borsh::to_vec(&(5_u64, u32::MAX)).unwrap();
    let error = borsh::from_slice::<Accumulator>(&hostile).unwrap_err();
    assert!(error.to_string().contains("above the limit of 64"), "{error}");
}

#[test]
fn mmr_proof_is_bound_to_count_index_and_leaf() {
    let leaves = hashes(13);
    let root = accumulate(&leaves).root();
    let proof = MmrProof::make(&leaves, 11).unwrap();
    assert!(proof.verify(&root, &leaves[11]));
    assert!(!proof.verify(&root, &leaves[10]));
    assert!(!proof.verify(&accumulate(&hashes(14)).root(), &leaves[11]));
    for count in 0..40 {
        let bent = MmrProof { count, ..proof.clone() };
        assert_eq!(bent.verify(&root, &leaves[11]), count == 13);
    }
    for index in 0..40 {
        let bent = MmrProof { index, ..proof.clone() };
        assert_eq!(bent.verify(&root, &leaves[11]), index == 11);
    }
    let bytes = borsh::to_vec(&proof).unwrap();
    assert_eq!(borsh::from_slice::<MmrProof>(&bytes).unwrap(), proof);
    let mut hostile = bytes[..16].to_vec();
    hostile.extend(65_u32.to_le_bytes());
    hostile.extend([0; 32 * 65]);
    assert!(borsh::from_slice::<MmrProof>(&hostile).is_err());
    assert_eq!(MmrProof::make(&leaves, 13), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_paths_of_random_lists(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..200), at in any::<prop::sample::Index>()) {
        let root = merkle_root(&leaves);
        prop_assert_eq!(root, naive_root(&leaves));
        let index = at.index(leaves.len());
        let path = merkle_path(&leaves, index).unwrap();
        prop_assert!(verify_merkle_path(&root, &leaves[index], index as u64, leaves.len() as u64, &path));
    }

    #[test]
    fn random_paths_never_verify(root in any::<[u8; 32]>(), index in any::<u64>(), count in any::<u64>(), path in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let path: Vec<Hash> = path.into_iter().map(Hash).collect();
        prop_assert!(!verify_merkle_path(&Hash(root), b"leaf", index, count, &path));
        let proof = MmrProof { index, count, path };
        prop_assert!(!proof.verify(&Hash(root), &Hash(root)));
    }

    #[test]
    fn accumulator_proves_each_of_its_leaves(count in 1_usize..300, at in any::<prop::sample::Index>()) {
        let leaves = hashes(count);
        let root = accumulate(&leaves).root();
        let index = at.index(count);
        prop_assert!(MmrProof::make(&leaves, index).unwrap().verify(&root, &leaves[index]));
    }
}

/// Whoever keeps the subtrees that were told proves any leaf under any later count, and goes on where the list stands.
#[test]
fn subtrees_that_were_told_prove_every_leaf() {
    let leaves: Vec<Hash> = (0u8..70).map(|number| sha256(&[number])).collect();
    let (mut kept, mut accumulator) = (std::collections::BTreeMap::new(), Accumulator::new());
    for (count, leaf) in leaves.iter().enumerate() {
        let told = |level, place, hash| assert_eq!(kept.insert((level, place), hash), None, "a subtree is told once");
        accumulator.append_telling(leaf, told).unwrap();
        let count = count + 1;
        let find = |level, place| kept.get(&(level, place)).copied().ok_or((level, place));
        for index in 0..count {
            let made = MmrProof::from_subtrees(index as u64, count as u64, find).unwrap();
            assert_eq!(made, MmrProof::make(&leaves[..count], index));
        }
        assert_eq!(MmrProof::from_subtrees(count as u64, count as u64, find), Ok(None));
        assert_eq!(Accumulator::of_subtrees(count as u64, find).as_ref(), Ok(&accumulator));
        let peaks: Vec<_> = accumulator.subtrees().collect();
        assert!(peaks.iter().all(|(level, place, hash)| kept.get(&(*level, *place)) == Some(hash)), "{peaks:?}");
        assert_eq!(peaks.len(), accumulator.peaks().len());
    }
    assert_eq!(MmrProof::from_subtrees(0, 71, |level, place| kept.get(&(level, place)).copied().ok_or(())), Err(()));
}
