//! Proofs that must not verify: altered bytes, other keys, wrong ends, random bytes.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions, reason = "tests")]

mod tree_model;

use borsh::BorshDeserialize;
use gage_store::certified::{Certified, Changes};
use gage_store::proof::{Proof, ProofError, Root, Terminal, verify_exclusion, verify_inclusion};
use proptest::prelude::*;
use tree_model::{Hash, bit, keyed, root_of};

fn key(number: u64) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

/// Records 0, 2, 4 ... below `bound`, in a tree of two checkpoints, so that proofs come both from deltas and from the tree.
fn certified(bound: u64) -> Certified {
    let mut certified = Certified::new(2);
    let mut changes = Changes::new();
    for number in (0..bound).step_by(2) {
        changes.push(&key(number), Some(&number.to_be_bytes())).unwrap();
    }
    certified.apply(1, &changes).unwrap();
    let mut changes = Changes::new();
    for number in (0..bound).step_by(3) {
        changes.push(&key(number), None).unwrap();
    }
    certified.apply(2, &changes).unwrap();
    certified
}

fn proves(root: &Root, number: u64, proof: &Proof) -> bool {
    let included = verify_inclusion(root, &key(number), &number.to_be_bytes(), proof).is_ok();
    let excluded = verify_exclusion(root, &key(number), proof).is_ok();
    assert!(!(included && excluded));
    included || excluded
}

/// A proof from parts, through its JSON form, which refuses impossible shapes.
fn proof(siblings: &[Hash], terminal: &Terminal) -> Result<Proof, serde_json::Error> {
    let siblings: Vec<Option<Root>> =
        siblings.iter().map(|sibling| (*sibling != [0; 32]).then_some(Root(*sibling))).collect();
    let json = serde_json::json!({ "siblings": siblings, "terminal": terminal });
    serde_json::from_value(json)
}

#[test]
fn no_altered_byte_verifies() {
    let certified = certified(64);
    for height in [1, 2] {
        let root = certified.root_at(height).unwrap();
        let mut ends = [0; 3];
        for number in 0..40 {
            let genuine = certified.prove_at(height, &key(number)).unwrap();
            assert!(proves(&root, number, &genuine));
            ends[match genuine.terminal() {
                Terminal::Leaf => 0,
                Terminal::Empty => 1,
                Terminal::Other { .. } => 2,
            }] += 1;
            let bytes = borsh::to_vec(&genuine).unwrap();
            assert_eq!(Proof::try_from_slice(&bytes).unwrap(), genuine);
            for at in 0..bytes.len() {
                for flip in [1, 2, 0x10, 0x80, 0xff] {
                    let mut altered = bytes.clone();
                    altered[at] ^= flip;
                    if let Ok(altered) = Proof::try_from_slice(&altered) {
                        assert!(!proves(&root, number, &altered), "byte {at} of the proof of {number} xor {flip:#x}");
                    }
                }
            }
            for len in 0..bytes.len() {
                assert!(Proof::try_from_slice(&bytes[..len]).is_err(), "cut at {len}");
            }
            assert!(Proof::try_from_slice(&[&bytes[..], &[0]].concat()).is_err(), "a byte too many");
        }
        assert!(ends.iter().all(|count| *count > 0), "all three ends of a path occur: {ends:?}");
    }
}

/// Changing these changes the format that light clients read: an explicit act.
#[test]
fn golden_proofs() {
    let certified = certified(64);
    let proofs: Vec<Proof> = (0..40).map(|number| certified.prove_at(2, &key(number)).unwrap()).collect();
    let hash = |bytes: &[u8]| blake3::hash(bytes).to_string();
    assert_eq!(
        hash(&borsh::to_vec(&proofs).unwrap()),
        "142d9a0bc2ac1f5023c659e3fa4c550c18928b1c75d8306da7b91ddebdcf1cf2"
    );
    assert_eq!(
        hash(serde_json::to_string(&proofs).unwrap().as_bytes()),
        "f837a1269dfd57288251d62f147a577b1d7922fccd5fe1cdfc04ae9f1a2a65cc"
    );
}

#[test]
fn json_round_trip_and_refusals() {
    let certified = certified(64);
    for number in 0..40 {
        let genuine = certified.prove_at(2, &key(number)).unwrap();
        let json = serde_json::to_string(&genuine).unwrap();
        assert_eq!(serde_json::from_str::<Proof>(&json).unwrap(), genuine);
    }
    let sibling = "11".repeat(32);
    let zero = "00".repeat(32);
    assert!(serde_json::from_str::<Proof>(&format!(r#"{{"siblings":["{sibling}"],"terminal":"empty"}}"#)).is_ok());
    for refused in [
        format!(r#"{{"siblings":["{zero}"],"terminal":"empty"}}"#),
        r#"{"siblings":[null],"terminal":"empty"}"#.to_owned(),
        format!(r#"{{"siblings":["{sibling}"],"terminal":"nothing"}}"#),
        format!(r#"{{"siblings":["{sibling}"],"terminal":"empty","more":1}}"#),
        format!(r#"{{"siblings":["{}"],"terminal":"empty"}}"#, sibling.to_uppercase().replace('1', "A")),
        format!(r#"{{"siblings":["{sibling}0"],"terminal":"empty"}}"#),
    ] {
        assert!(serde_json::from_str::<Proof>(&refused).is_err(), "{refused}");
    }
}

#[test]
fn a_proof_of_one_key_proves_nothing_about_another() {
    let certified = certified(64);
    let root = certified.root_at(2).unwrap();
    for number in 0..64 {
        let genuine = certified.prove_at(2, &key(number)).unwrap();
        for other in (0..64).filter(|other| *other != number) {
            let present = certified.get_at(2, &key(other)).unwrap().is_some();
            assert!(verify_inclusion(&root, &key(other), &other.to_be_bytes(), &genuine).is_err());
            // An exclusion of one key is one of all keys in the same empty or singly held subtree, but never of a key that is there.
            assert!(!present || verify_exclusion(&root, &key(other), &genuine).is_err(), "{number} for {other}");
        }
    }
    let elsewhere = certified.root_at(1).unwrap();
    for number in 0..64 {
        assert!(!proves(&elsewhere, number, &certified.prove_at(2, &key(number)).unwrap()));
    }
}

/// The path to a record, ended as if nothing or another record stood there.
#[test]
fn wrong_ends_are_refused() {
    let certified = certified(64);
    let root = certified.root_at(2).unwrap();
    let (number, other) = (2, 4);
    let path: Vec<Hash> = siblings(&certified.prove_at(2, &key(number)).unwrap());
    let key_hash = Root(keyed("key", &key(number)));
    let value_hash = Root(keyed("value", &number.to_be_bytes()));
    let other_key_hash = Root(keyed("key", &key(other)));
    let refuse =
        |terminal: Terminal| verify_exclusion(&root, &key(number), &proof(&path, &terminal).unwrap()).unwrap_err();
    assert_eq!(refuse(Terminal::Leaf), ProofError::NotExclusion);
    assert_eq!(refuse(Terminal::Empty), ProofError::RootDiffers);
    assert_eq!(refuse(Terminal::Other { key_hash, value_hash }), ProofError::NotExclusion);
    assert_eq!(refuse(Terminal::Other { key_hash: other_key_hash, value_hash }), ProofError::LeafOffPath);

    // The whole path of another, genuine leaf: it leads to the root, but not by way of this key.
    let other_path = siblings(&certified.prove_at(2, &key(other)).unwrap());
    let other_leaf =
        Terminal::Other { key_hash: other_key_hash, value_hash: Root(keyed("value", &other.to_be_bytes())) };
    let shared = (0..256).take_while(|depth| bit(&key_hash.0, *depth) == bit(&other_key_hash.0, *depth)).count();
    assert!(shared < other_path.len());
    let faked = proof(&other_path, &other_leaf).unwrap();
    assert_eq!(verify_exclusion(&root, &key(number), &faked), Err(ProofError::LeafOffPath));
}

/// A tree in which a leaf hangs at a place that is not its own makes a path to a true root; only the check of every bit refuses it.
#[test]
fn a_misplaced_leaf_is_refused_bit_by_bit() {
    let victim = keyed("key", &key(1));
    for wrong in 0..4 {
        // Another key whose hash leaves the victim's path exactly at bit `wrong`.
        let (stray, stray_hash) = (2..)
            .map(|number| (number, keyed("key", &key(number))))
            .find(|(_, hash)| (0..4).all(|depth| (bit(hash, depth) == bit(&victim, depth)) == (depth != wrong)))
            .unwrap();
        let value_hash = keyed("value", &key(stray));
        let mut hash = keyed("leaf", &[stray_hash, value_hash].concat());
        let siblings = [[1; 32], [2; 32], [3; 32], [4; 32]];
        for depth in (0..4).rev() {
            let pair = if bit(&victim, depth) { [siblings[depth], hash] } else { [hash, siblings[depth]] };
            hash = keyed("node", &pair.concat());
        }
        let terminal = Terminal::Other { key_hash: Root(stray_hash), value_hash: Root(value_hash) };
        let faked = proof(&siblings, &terminal).unwrap();
        assert_eq!(verify_exclusion(&Root(hash), &key(1), &faked), Err(ProofError::LeafOffPath), "bit {wrong}");
    }
}

#[test]
fn wrong_polarity_is_refused() {
    let numbers: Vec<u64> = (0..20).collect();
    let leaves: Vec<(Hash, Hash)> = numbers
        .iter()
        .map(|number| {
            let key_hash = keyed("key", &key(*number));
            (key_hash, keyed("leaf", &[key_hash, keyed("value", &number.to_be_bytes())].concat()))
        })
        .collect();
    let mut certified = Certified::new(1);
    let mut changes = Changes::new();
    numbers.iter().for_each(|number| changes.push(&key(*number), Some(&number.to_be_bytes())).unwrap());
    let root = certified.apply(1, &changes).unwrap();
    assert_eq!(root.0, root_of(&leaves, 0));
    for number in numbers {
        let key_hash = keyed("key", &key(number));
        let path = siblings(&certified.prove_at(1, &key(number)).unwrap());
        // The root that the same path leads to when one pair is hashed the other way round is another.
        for flipped in 0..path.len() {
            let mut hash = keyed("leaf", &[key_hash, keyed("value", &number.to_be_bytes())].concat());
            for (depth, sibling) in path.iter().enumerate().rev() {
                let right = bit(&key_hash, depth) != (depth == flipped);
                hash = keyed("node", &(if right { [*sibling, hash] } else { [hash, *sibling] }).concat());
            }
            let genuine = proof(&path, &Terminal::Leaf).unwrap();
            let verified = verify_inclusion(&Root(hash), &key(number), &number.to_be_bytes(), &genuine);
            assert_eq!(verified, Err(ProofError::RootDiffers));
        }
    }
}

#[test]
fn paths_are_at_most_256_levels_and_end_beside_something() {
    let too_deep = vec![[1; 32]; 257];
    assert!(proof(&too_deep, &Terminal::Empty).is_err());
    let deepest = proof(&too_deep[..256], &Terminal::Empty).unwrap();
    assert_eq!(Proof::try_from_slice(&borsh::to_vec(&deepest).unwrap()).unwrap(), deepest);
    assert!(verify_exclusion(&Root::EMPTY, b"k", &deepest).is_err());
    assert!(proof(&[[1; 32], [0; 32]], &Terminal::Empty).is_err());

    let encoded = |depth: u16, bitmap: &[u8], siblings: usize, end: &[u8]| {
        Proof::try_from_slice(&[&depth.to_le_bytes(), bitmap, &vec![1; 32 * siblings], end].concat())
    };
    assert!(encoded(2, &[0b0100_0000], 1, &[1]).is_ok());
    assert!(encoded(2, &[0b0100_0000], 2, &[1]).is_err(), "a sibling too many");
    assert!(encoded(2, &[0b1000_0000], 1, &[1]).is_err(), "nothing beside the end");
    assert!(encoded(2, &[0b0110_0000], 2, &[1]).is_err(), "a bit below the path");
    assert!(encoded(2, &[0b0100_0000], 1, &[3]).is_err(), "no such end");
    assert!(encoded(257, &[0xff; 33], 257, &[1]).is_err(), "too deep");
    assert!(encoded(65535, &[0xff; 8192], 1, &[1]).is_err(), "too deep");
    let zero_sibling = [&2_u16.to_le_bytes()[..], &[0xc0], &[0; 32], &[1; 32], &[1]].concat();
    assert!(Proof::try_from_slice(&zero_sibling).is_err(), "an empty sibling listed as not empty");
}

fn siblings(proof: &Proof) -> Vec<Hash> {
    let json = serde_json::to_value(proof).unwrap();
    let siblings: Vec<Option<Root>> = serde_json::from_value(json["siblings"].clone()).unwrap();
    siblings.into_iter().map(|sibling| sibling.unwrap_or_default().0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_never_panic_and_never_verify(
        depth in 0_u16..300,
        tail in prop::collection::vec(any::<u8>(), 0..2000),
        end in 0_u8..4,
    ) {
        let certified = certified(16);
        let root = certified.root_at(2).unwrap();
        let bytes = [&depth.to_le_bytes()[..], &tail].concat();
        // Both as they come, and as a prefix that decodes.
        let mut rest = bytes.as_slice();
        let prefix = Proof::deserialize(&mut rest);
        let built: Vec<Hash> = tail.as_chunks::<32>().0.to_vec();
        let built = proof(&built, &[Terminal::Leaf, Terminal::Empty][usize::from(end % 2)]);
        for decoded in [Proof::try_from_slice(&bytes).ok(), prefix.ok(), built.ok()].into_iter().flatten() {
            for number in 0..20 {
                // A path without levels cannot lead to this root either: it holds several records.
                prop_assert!(!proves(&root, number, &decoded));
            }
            prop_assert_eq!(Proof::try_from_slice(&borsh::to_vec(&decoded).unwrap()).unwrap(), decoded);
        }
    }

    #[test]
    fn roots_in_text_come_back(root in any::<[u8; 32]>(), junk in ".{0,70}") {
        let root = Root(root);
        prop_assert_eq!(root.to_string().parse::<Root>(), Ok(root));
        prop_assert_eq!(serde_json::from_str::<Root>(&serde_json::to_string(&root).unwrap()).unwrap(), root);
        if let Ok(parsed) = junk.parse::<Root>() {
            prop_assert_eq!(parsed.to_string(), junk);
        }
    }
}
