//! What became of a transaction.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{Hash, merkle};
use gage_store::Events;
use gage_units::{Amount, Height};
use serde::{Deserialize, Serialize};

use crate::{Rejection, TransactionHash};

/// The outcome of a transaction or of a deferred bundle.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was done.
    Done,
    /// Everything was undone, for this reason; the fee stays.
    Rejected {
        /// The operation that was refused, from zero; none if the transaction as a whole was.
        operation: Option<u8>,
        /// The reason.
        reason: Rejection,
    },
    /// A fault of the program was met; everything was undone, the fee stays.
    Internal,
}

/// What became of a transaction: part of the block's events root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Receipt {
    /// The transaction, or the bundle.
    pub transaction: TransactionHash,
    /// What became of it.
    pub outcome: Outcome,
    /// What it paid.
    pub fee: Amount,
    /// The work it was charged for.
    pub weight: u64,
    /// What happened, postings included.
    pub events: Events,
}

impl Receipt {
    /// The canonical bytes: a leaf of the events root.
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory cannot fail")
    }
}

/// A block's events root, over the same leaves without keeping their bytes.
pub(crate) fn events_root(receipts: &[Receipt], due: &Events) -> Hash {
    let mut bytes = Vec::new();
    let mut hashes: Vec<Hash> = receipts.iter().map(|receipt| leaf_hash(&mut bytes, receipt)).collect();
    hashes.push(leaf_hash(&mut bytes, due));
    merkle::merkle_root_of(hashes)
}

/// The hash of a leaf, written into bytes that are used again.
fn leaf_hash(bytes: &mut Vec<u8>, leaf: &impl BorshSerialize) -> Hash {
    bytes.clear();
    leaf.serialize(bytes).expect("writing to memory cannot fail");
    merkle::leaf_hash(bytes)
}

/// The leaves of a block's events root: every receipt in the order of execution, then the events of
/// due work.
pub(crate) fn leaves(receipts: &[Receipt], due: &Events) -> Vec<Vec<u8>> {
    let due = borsh::to_vec(due).expect("writing to memory cannot fail");
    receipts.iter().map(Receipt::to_bytes).chain([due]).collect()
}

/// The path from a receipt to its block's events root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ReceiptProof {
    /// The block.
    pub height: Height,
    /// The receipt's position among the leaves.
    pub index: u64,
    /// The number of leaves.
    pub count: u64,
    /// The hashes from the leaf to the root.
    pub path: Vec<Hash>,
}

impl ReceiptProof {
    /// Makes the proof of receipt `index` of a block.
    pub fn make(height: Height, receipts: &[Receipt], due: &Events, index: usize) -> Option<ReceiptProof> {
        let leaves = leaves(receipts, due);
        let path = merkle::merkle_path(&leaves, index)?;
        let (index, count) = (u64::try_from(index).ok()?, u64::try_from(leaves.len()).ok()?);
        Some(ReceiptProof { height, index, count, path })
    }

    /// Whether `receipt` is under `events_root`.
    pub fn verify(&self, events_root: &Hash, receipt: &[u8]) -> bool {
        merkle::verify_merkle_path(events_root, receipt, self.index, self.count, &self.path)
    }
}
