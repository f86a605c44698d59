//! What a node hands out and anyone can check.

use gage_chain::{Header, ReceiptProof, TransactionHash};
use gage_crypto::Hash;
use gage_crypto::accumulator::MmrProof;
use gage_store::proof::{Proof, Root};
use gage_units::Height;
use serde::{Deserialize, Serialize};

use crate::{Finality, hex_bytes};

/// The format of [`Evidence`].
pub const RECORD_FORMAT: &str = "gage/record/1";
/// The format of [`ReceiptEvidence`].
pub const RECEIPT_FORMAT: &str = "gage/receipt/1";

/// A value with its proof under the root of the evidence it is part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvedRecord {
    /// The record's bytes.
    #[serde(with = "hex_bytes")]
    pub value: Vec<u8>,
    /// Inclusion.
    pub proof: Proof,
}

/// A record, or its absence, at a height, with everything needed to check it. JSON, self-contained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// [`RECORD_FORMAT`].
    pub format: String,
    /// The network's name.
    pub network: String,
    /// The genesis hash.
    pub genesis: Hash,
    /// The table, for people: `ledger/balances`. The number in the key decides.
    pub table: String,
    /// The key in the tree: table number, big endian, then the table's key in borsh.
    #[serde(with = "hex_bytes")]
    pub key: Vec<u8>,
    /// The record in borsh; absent where there is none.
    #[serde(with = "hex_bytes::option")]
    pub value: Option<Vec<u8>>,
    /// Inclusion where there is a value, else exclusion.
    pub proof: Proof,
    /// The network's own record under the same root: binds the root to genesis hash and name.
    pub network_record: ProvedRecord,
    /// The head under the same root: binds the root to its height.
    pub head_record: ProvedRecord,
    /// The height whose state this is.
    pub height: Height,
    /// The root of all records after that height.
    pub state_root: Root,
    /// A later header that publishes the root, if there is one yet.
    pub header: Option<Header>,
    /// Why that header is final, in a network of validators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finality: Option<Finality>,
}

/// What became of a transaction, with the path to the events root of its block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptEvidence {
    /// [`RECEIPT_FORMAT`].
    pub format: String,
    /// The genesis hash.
    pub genesis: Hash,
    /// The transaction.
    pub transaction: TransactionHash,
    /// The receipt in borsh.
    #[serde(with = "hex_bytes")]
    pub receipt: Vec<u8>,
    /// The path. Its `count` only shapes the path and is not proved.
    pub proof: ReceiptProof,
    /// The height of the block.
    pub height: Height,
    /// The root of the block's receipts.
    pub events_root: Hash,
    /// A later header that publishes the root, if there is one: only those of checkpoints are published.
    pub header: Option<Header>,
    /// Why that header is final, in a network of validators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finality: Option<Finality>,
    /// Where no header publishes the root itself: the path of the block to the accumulator of a later state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accumulated: Option<Accumulated>,
}

/// A block among all blocks before a later one, whose state has the accumulator of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accumulated {
    /// The hash of the block's header: with its events root, the leaf.
    pub block: Hash,
    /// The path from the leaf to the accumulator's root.
    pub proof: MmrProof,
    /// The accumulator's record, proved like any other, with the header that publishes that state.
    pub record: Evidence,
}
