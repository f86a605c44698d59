//! What follows from a block's bytes alone, found once: on any thread, before the executor takes it.

use borsh::BorshSerialize;
use gage_accounts::Class;
use gage_crypto::payload::machine_digest;
use gage_crypto::{Hash, KeyId, merkle};
use gage_store::Draft;

use crate::{Block, Error, Header, Invalid, Rejection, SignedTransaction, Transaction, TransactionHash};

/// A block with what follows from its bytes. Its parts cannot be exchanged: they are of this block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedBlock {
    block: Block,
    body: Body,
}

/// What follows from the bytes of a list of transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// The Merkle root of the transactions.
    pub root: Hash,
    /// The length of the transactions, one behind the other.
    pub bytes: usize,
    /// One for each transaction, in their order.
    pub outlines: Vec<Outline>,
}

/// What follows from the bytes of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    pub hash: TransactionHash,
    pub class: Class,
    /// Without what the rules of assets add.
    pub weight: u64,
    /// The keys that signed.
    pub keys: Vec<KeyId>,
    /// The first refusal that needs no state, if any.
    pub refusal: Option<Rejection>,
}

impl PreparedBlock {
    /// Prepares a block that somebody made.
    pub fn new(genesis: &Hash, block: Block) -> PreparedBlock {
        let body = Body::of(genesis, &block.transactions);
        PreparedBlock { block, body }
    }

    /// Reads and prepares a block of a stranger: its one encoding, with the body that its header commits to. Nothing
    /// else is checked.
    ///
    /// # Errors
    /// [`Invalid::Size`], [`Invalid::Bytes`], [`Invalid::Body`].
    pub fn from_bytes(genesis: &Hash, bytes: &[u8]) -> Result<PreparedBlock, Invalid> {
        let block = Block::from_bytes(bytes).map_err(|error| match error {
            Error::TooLarge => Invalid::Size,
            _ => Invalid::Bytes,
        })?;
        if block.to_bytes() != bytes {
            return Err(Invalid::Bytes);
        }
        let prepared = PreparedBlock::new(genesis, block);
        if prepared.is_committed() { Ok(prepared) } else { Err(Invalid::Body) }
    }

    /// Makes the block of these transactions, which are in the order of their classes. `header` is asked
    /// for the header with this body.
    pub fn make(
        genesis: &Hash,
        transactions: Vec<SignedTransaction>,
        header: impl FnOnce(Hash) -> Header,
    ) -> PreparedBlock {
        let body = Body::of(genesis, &transactions);
        let header = header(body.root);
        PreparedBlock { block: Block { header, transactions }, body }
    }

    /// The block.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The names of its transactions, in their order.
    pub fn hashes(&self) -> impl ExactSizeIterator<Item = TransactionHash> + '_ {
        self.body.outlines.iter().map(|outline| outline.hash)
    }

    /// Whether the header commits to these transactions.
    pub fn is_committed(&self) -> bool {
        self.block.header.body == self.body.root
    }

    /// The length of its canonical bytes.
    pub fn byte_len(&self) -> usize {
        self.body.byte_len(&self.block.header)
    }

    pub(crate) fn body(&self) -> &Body {
        &self.body
    }
}

impl Body {
    pub fn of(genesis: &Hash, transactions: &[SignedTransaction]) -> Body {
        let mut total = 0usize;
        let mut leaves = Vec::with_capacity(transactions.len());
        let mut bytes = Vec::new();
        let mut outline = |signed: &SignedTransaction| {
            // What is signed comes first in the bytes: one encoding gives the name and the leaf.
            bytes.clear();
            signed.transaction.serialize(&mut bytes).expect("writing to memory cannot fail");
            let hash = TransactionHash(machine_digest(genesis, &bytes));
            signed.signatures.serialize(&mut bytes).expect("writing to memory cannot fail");
            leaves.push(merkle::leaf_hash(&bytes));
            total = total.saturating_add(bytes.len());
            Outline::new(hash, signed)
        };
        let outlines = transactions.iter().map(&mut outline).collect();
        Body { root: merkle::merkle_root_of(leaves), bytes: total, outlines }
    }

    /// The length of the canonical bytes of the block with this header.
    pub fn byte_len(&self, header: &Header) -> usize {
        let header = borsh::object_length(header).expect("measuring cannot fail");
        // A list is written behind its count of four bytes.
        header.saturating_add(4).saturating_add(self.bytes)
    }
}

impl Outline {
    /// The transaction's weight with what the rules of the assets it moves add as they stand now.
    pub fn weight_in(&self, draft: &Draft, transaction: &Transaction) -> u64 {
        self.weight.saturating_add(transaction.rules_weight(draft))
    }

    pub fn new(hash: TransactionHash, signed: &SignedTransaction) -> Outline {
        let transaction: &Transaction = &signed.transaction;
        Outline {
            hash,
            class: transaction.class(),
            weight: transaction.weight(),
            keys: signed.signatures.iter().map(|signed| signed.key.id()).collect(),
            refusal: transaction.validate().err(),
        }
    }
}
