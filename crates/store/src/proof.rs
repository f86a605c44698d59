//! Proofs that a record has a value, or that there is none, against a root. Needs no tree: this is what a light client runs.
//!
//! A proof is the path from the root towards the key's hash: one sibling per level, then what stands at the end of the path.
//! Bytes (borsh): depth (u16, little-endian), one bit per level saying whether the sibling is not empty (level 0 is the most significant bit of the first byte, unused bits are zero),
//! the siblings that are not empty from the root down, and the end: 0 = the key's own leaf, 1 = nothing, 2 = another leaf (its key hash and value hash).
//! There is exactly one encoding of a proof, and at most 8,291 bytes of it.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "depths of at most 256 over own buffers; overflow checks are on in every profile"
)]

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::tree::hash::{self, EMPTY, Hash};

/// Most levels of a path: a key hash has 256 bits.
pub const DEPTH_MAX: usize = 256;

/// A root of the tree, or any other digest in it. 64 lower-case hexadecimal digits in text and JSON.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Root(pub [u8; 32]);

impl Root {
    /// The root of no record.
    pub const EMPTY: Root = Root(EMPTY);
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Root> for String {
    fn from(root: Root) -> String {
        root.to_string()
    }
}

/// The text is not a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a root is 64 lower-case hexadecimal digits")]
pub struct NotARoot;

impl FromStr for Root {
    type Err = NotARoot;

    fn from_str(text: &str) -> Result<Root, NotARoot> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotARoot),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(NotARoot);
        }
        let mut root = EMPTY;
        for (byte, [high, low]) in root.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Root(root))
    }
}

impl TryFrom<String> for Root {
    type Error = NotARoot;

    fn try_from(text: String) -> Result<Root, NotARoot> {
        text.parse()
    }
}

/// What stands at the end of a proof's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Terminal {
    /// The key's own leaf: the record exists. The verifier computes the leaf from the key and value it was told.
    Leaf,
    /// An empty subtree: no record.
    Empty,
    /// The leaf of another key, which stands alone in the subtree the key would be in: no record.
    Other {
        /// Hash of that other key.
        key_hash: Root,
        /// Hash of its value.
        value_hash: Root,
    },
}

/// A path from a root to the place of a key. Every value of this type has the one permitted shape; whether it is true is for [`verify_inclusion`] and [`verify_exclusion`] to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "ProofJson", try_from = "ProofJson")]
pub struct Proof {
    /// From the root down; [`EMPTY`] for an empty sibling.
    siblings: Vec<Hash>,
    terminal: Terminal,
}

/// Why a proof does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The path has more levels than a key hash has bits.
    #[error("the proof's path is longer than {DEPTH_MAX} levels")]
    TooDeep,
    /// A sibling listed as not empty is the empty digest, or the deepest sibling is empty: no tree contains such a path.
    #[error("the proof's path is not one a tree can contain")]
    ImpossiblePath,
    /// An inclusion was to be shown, and the path does not end at the key's leaf.
    #[error("the proof shows that the key has no record, not that it has one")]
    NotInclusion,
    /// An exclusion was to be shown, and the path ends at the key's own leaf.
    #[error("the proof shows that the key has a record, not that it has none")]
    NotExclusion,
    /// The leaf at the end of the path has a key hash whose first bits are not the path's.
    #[error("the leaf at the end of the proof's path does not lie on that path")]
    LeafOffPath,
    /// The path leads to another root: the proof, the key, the value or the root is not the right one.
    #[error("the proof does not lead to the given root")]
    RootDiffers,
}

impl Proof {
    /// A path as the tree produced it, siblings from the root down and [`EMPTY`] for empty ones.
    pub(crate) fn from_path(siblings: Vec<Hash>, terminal: Terminal) -> Proof {
        Proof { siblings, terminal }
    }

    /// A proof of a checked shape.
    ///
    /// # Errors
    /// [`ProofError::TooDeep`] and [`ProofError::ImpossiblePath`].
    fn checked(siblings: Vec<Hash>, terminal: Terminal) -> Result<Proof, ProofError> {
        if siblings.len() > DEPTH_MAX {
            return Err(ProofError::TooDeep);
        }
        // A subtree of one leaf, or of none, has no node of its own: beside the end of a path there is always something.
        if siblings.last() == Some(&EMPTY) {
            return Err(ProofError::ImpossiblePath);
        }
        Ok(Proof { siblings, terminal })
    }

    /// Levels between the root and the end of the path.
    pub fn depth(&self) -> usize {
        self.siblings.len()
    }

    /// What stands at the end of the path.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Whether the proof claims that there is a record.
    pub fn claims_inclusion(&self) -> bool {
        self.terminal == Terminal::Leaf
    }

    /// The root that `hash` at the end of the path of `key_hash` leads to.
    fn climb(&self, key_hash: &Hash, hash: Hash) -> Hash {
        self.siblings.iter().enumerate().rev().fold(hash, |hash, (depth, sibling)| {
            if hash::bit(key_hash, depth) { hash::node_hash(sibling, &hash) } else { hash::node_hash(&hash, sibling) }
        })
    }
}

/// Checks that under `root` the record at `key` is `value`.
///
/// # Errors
/// [`ProofError`], the first that applies in the order: not an inclusion, root differs.
pub fn verify_inclusion(root: &Root, key: &[u8], value: &[u8], proof: &Proof) -> Result<(), ProofError> {
    if proof.terminal != Terminal::Leaf {
        return Err(ProofError::NotInclusion);
    }
    let key_hash = hash::key_hash(key);
    let leaf = hash::leaf_hash(&key_hash, &hash::value_hash(value));
    leads_to(root, proof.climb(&key_hash, leaf))
}

/// Checks that under `root` there is no record at `key`.
///
/// # Errors
/// [`ProofError`], the first that applies in the order: not an exclusion, leaf off the path, root differs.
pub fn verify_exclusion(root: &Root, key: &[u8], proof: &Proof) -> Result<(), ProofError> {
    let key_hash = hash::key_hash(key);
    let end = match &proof.terminal {
        Terminal::Leaf => return Err(ProofError::NotExclusion),
        Terminal::Empty => EMPTY,
        Terminal::Other { key_hash: other, .. } if other.0 == key_hash => return Err(ProofError::NotExclusion),
        Terminal::Other { key_hash: other, value_hash } => {
            // Every bit of the path: a leaf from elsewhere would say nothing about this key.
            if (0..proof.depth()).any(|depth| hash::bit(&other.0, depth) != hash::bit(&key_hash, depth)) {
                return Err(ProofError::LeafOffPath);
            }
            hash::leaf_hash(&other.0, &value_hash.0)
        }
    };
    leads_to(root, proof.climb(&key_hash, end))
}

fn leads_to(root: &Root, reached: Hash) -> Result<(), ProofError> {
    if root.0 == reached { Ok(()) } else { Err(ProofError::RootDiffers) }
}

impl BorshSerialize for Proof {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        let depth = u16::try_from(self.depth()).map_err(|_| invalid(ProofError::TooDeep))?;
        writer.write_all(&depth.to_le_bytes())?;
        for levels in self.siblings.chunks(8) {
            let bits = levels.iter().enumerate().filter(|(_, sibling)| **sibling != EMPTY);
            writer.write_all(&[bits.fold(0_u8, |byte, (level, _)| byte | 0x80 >> level)])?;
        }
        for sibling in self.siblings.iter().filter(|sibling| **sibling != EMPTY) {
            writer.write_all(sibling)?;
        }
        match &self.terminal {
            Terminal::Leaf => writer.write_all(&[0]),
            Terminal::Empty => writer.write_all(&[1]),
            Terminal::Other { key_hash, value_hash } => {
                writer.write_all(&[2])?;
                writer.write_all(&key_hash.0)?;
                writer.write_all(&value_hash.0)
            }
        }
    }
}

impl BorshDeserialize for Proof {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Proof> {
        let depth = usize::from(u16::deserialize_reader(reader)?);
        if depth > DEPTH_MAX {
            return Err(invalid(ProofError::TooDeep));
        }
        let mut bitmap = [0; DEPTH_MAX / 8];
        reader.read_exact(&mut bitmap[..depth.div_ceil(8)])?;
        let present = |level: usize| bitmap[level / 8] & (0x80 >> (level % 8)) != 0;
        if (depth..depth.next_multiple_of(8)).any(present) {
            return Err(invalid(ProofError::ImpossiblePath));
        }
        let mut siblings = vec![EMPTY; depth];
        for (level, sibling) in siblings.iter_mut().enumerate() {
            if present(level) {
                reader.read_exact(sibling)?;
                if *sibling == EMPTY {
                    return Err(invalid(ProofError::ImpossiblePath));
                }
            }
        }
        let terminal = match u8::deserialize_reader(reader)? {
            0 => Terminal::Leaf,
            1 => Terminal::Empty,
            2 => Terminal::Other {
                key_hash: Root::deserialize_reader(reader)?,
                value_hash: Root::deserialize_reader(reader)?,
            },
            other => {
                let sentence = format!("{other} is not an end of a proof: 0, 1 or 2 is");
                return Err(io::Error::new(io::ErrorKind::InvalidData, sentence));
            }
        };
        Proof::checked(siblings, terminal).map_err(invalid)
    }
}

fn invalid(error: ProofError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// A proof in JSON: `{"siblings": ["64 hex digits" or null, ...], "terminal": "leaf" | "empty" | {"other": {"key_hash", "value_hash"}}}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofJson {
    siblings: Vec<Option<Root>>,
    terminal: Terminal,
}

impl From<Proof> for ProofJson {
    fn from(proof: Proof) -> ProofJson {
        let siblings = proof.siblings.into_iter().map(|sibling| (sibling != EMPTY).then_some(Root(sibling)));
        ProofJson { siblings: siblings.collect(), terminal: proof.terminal }
    }
}

impl TryFrom<ProofJson> for Proof {
    type Error = ProofError;

    fn try_from(json: ProofJson) -> Result<Proof, ProofError> {
        let sibling = |sibling: Option<Root>| match sibling {
            Some(Root::EMPTY) => Err(ProofError::ImpossiblePath),
            Some(root) => Ok(root.0),
            None => Ok(EMPTY),
        };
        let siblings: Result<Vec<Hash>, ProofError> = json.siblings.into_iter().map(sibling).collect();
        Proof::checked(siblings?, json.terminal)
    }
}
