//! Blocks: a header and the transactions it orders.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::hash::sha256_parts;
use gage_crypto::{Hash, merkle};
use gage_store::proof::Root;
use gage_units::{Height, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, SignedTransaction};

/// The most transactions of one block.
pub const TRANSACTIONS_MAX: usize = 20_000;
/// The most bytes of one block.
pub const BLOCK_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What this block says of an earlier height that its maker has executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Executed {
    /// The height, below the block's own.
    pub height: Height,
    /// The root of all records after it.
    pub state_root: Root,
    /// The root of its receipts.
    pub events_root: Hash,
}

/// What a block commits to.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Header {
    /// The hash of the header before.
    pub parent: Hash,
    /// One above the parent's.
    pub height: Height,
    /// Later than the parent's.
    pub time: Timestamp,
    /// The rules under which it executes.
    pub version: u32,
    /// The Merkle root of the transactions.
    pub body: Hash,
    /// The published roots.
    pub executed: Executed,
}

/// A header and its transactions.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// The transactions, by class, in the order of their execution.
    pub transactions: Vec<SignedTransaction>,
}

impl Header {
    /// The block's name on the network with this genesis.
    pub fn hash(&self, genesis: &Hash) -> Hash {
        let bytes = borsh::to_vec(self).expect("writing to memory cannot fail");
        sha256_parts(&[b"gage/header/1", &genesis.0, &bytes])
    }
}

impl Block {
    /// The Merkle root of the signed transactions' bytes.
    pub fn body_hash(transactions: &[SignedTransaction]) -> Hash {
        merkle::merkle_root_of(transactions.iter().map(|signed| merkle::leaf_hash(&signed.to_bytes())))
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory cannot fail")
    }

    /// Reads a block, with every length bounded.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Block, Error> {
        if bytes.len() > BLOCK_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        Block::try_from_slice(bytes).map_err(|_| Error::Malformed)
    }
}
