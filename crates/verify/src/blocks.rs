//! Blocks in a row with the certificate that makes all of them final: what a follower reads instead of voting.

use gage_chain::{Header, PreparedBlock};
use gage_crypto::{Hash, PublicKey};
use serde::{Deserialize, Serialize};

use crate::hex_bytes::Hex;
use crate::{Finality, VerifyError};

/// The most blocks of one answer.
pub const BLOCKS_MAX: usize = 256;

/// Blocks, oldest first, and why the last one is final; so are then all before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedBlocks {
    /// The blocks in their canonical bytes, oldest first, at least one.
    pub blocks: Vec<Hex>,
    /// Why the last of them is final.
    pub finality: Finality,
}

impl CertifiedBlocks {
    /// The blocks, if each follows the one before it, the first one `parent`, and the last is final by the
    /// signatures of more than two thirds of the validators. Whether a block may do what it does has been judged
    /// by those who signed.
    ///
    /// # Errors
    /// [`VerifyError::Block`], [`VerifyError::Certificate`].
    pub fn verify(
        &self,
        genesis: &Hash,
        validators: &[PublicKey],
        parent: (u64, Hash),
    ) -> Result<Vec<PreparedBlock>, VerifyError> {
        if self.blocks.is_empty() || self.blocks.len() > BLOCKS_MAX {
            return Err(VerifyError::Block(format!("there are {}, of 1 to {BLOCKS_MAX}", self.blocks.len())));
        }
        let (mut height, mut last) = parent;
        let mut blocks: Vec<PreparedBlock> = Vec::with_capacity(self.blocks.len());
        for Hex(bytes) in &self.blocks {
            let block = PreparedBlock::from_bytes(genesis, bytes)
                .map_err(|invalid| VerifyError::Block(format!("after height {height}: {invalid}")))?;
            let header: &Header = &block.block().header;
            if header.parent != last || Some(header.height.0) != height.checked_add(1) {
                return Err(VerifyError::Block(format!("block {} does not follow height {height}", header.height)));
            }
            (height, last) = (header.height.0, header.hash(genesis));
            blocks.push(block);
        }
        if let Some(newest) = blocks.last() {
            self.finality.verify(&newest.block().header, genesis, validators)?;
        }
        Ok(blocks)
    }
}
