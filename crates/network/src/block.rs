//! The chain's block as the engine carries it.
//!
//! Its digest is the hash of its header, and the header commits to the body. Reading compares the body with the
//! header, so that nobody can pass another body off under a digest that validators signed.

use std::sync::Arc;

use bytes::BufMut;
use commonware_codec::{Buf, EncodeSize, Error, Read, Write};
use commonware_consensus::types::Height as EngineHeight;
use commonware_consensus::{Block as EngineBlock, BoundedBlock, Heightable};
use commonware_cryptography::sha256::Digest;
use commonware_cryptography::{Digested, Digestible};
use gage_chain::{BLOCK_BYTES_MAX, PreparedBlock};
use gage_crypto::Hash;
use gage_units::Height;

/// A length of four bytes stands in front of the block's canonical bytes.
const PREFIX: usize = 4;

/// What reading a block needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadConfig {
    /// The network.
    pub genesis: Hash,
    /// The most bytes of a block.
    pub bytes_max: usize,
}

impl ReadConfig {
    pub fn new(genesis: Hash) -> ReadConfig {
        ReadConfig { genesis, bytes_max: BLOCK_BYTES_MAX }
    }
}

/// A block with its hash; the genesis has no bytes.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    digest: Digest,
    prepared: Option<Arc<PreparedBlock>>,
}

impl Block {
    /// What every chain of this network begins with.
    pub fn genesis(genesis: &Hash) -> Block {
        Block { digest: Digest(genesis.0), prepared: None }
    }

    pub fn new(genesis: &Hash, prepared: Arc<PreparedBlock>) -> Block {
        Block { digest: Digest(prepared.block().header.hash(genesis).0), prepared: Some(prepared) }
    }

    /// The chain's block; none for the genesis.
    pub fn prepared(&self) -> Option<&Arc<PreparedBlock>> {
        self.prepared.as_ref()
    }

    pub fn hash(&self) -> Hash {
        Hash(self.digest.0)
    }

    pub fn chain_height(&self) -> Height {
        self.prepared.as_ref().map_or(Height::GENESIS, |prepared| prepared.block().header.height)
    }

    /// The block with the digest that it was made with.
    pub fn digested(self) -> Digested<Block> {
        let digest = self.digest;
        Digested::precomputed(self, digest)
    }
}

impl Write for Block {
    fn write(&self, buf: &mut impl BufMut) {
        let bytes = self.prepared.as_ref().map(|prepared| prepared.block().to_bytes()).unwrap_or_default();
        buf.put_u32(u32::try_from(bytes.len()).expect("a block is at most 16 MiB"));
        buf.put_slice(&bytes);
    }
}

impl EncodeSize for Block {
    fn encode_size(&self) -> usize {
        PREFIX + self.prepared.as_ref().map_or(0, |prepared| prepared.byte_len())
    }
}

impl Read for Block {
    type Cfg = ReadConfig;

    fn read_cfg(buf: &mut impl Buf, config: &ReadConfig) -> Result<Block, Error> {
        let length = u32::read_cfg(buf, &())? as usize;
        if length == 0 {
            return Ok(Block::genesis(&config.genesis));
        }
        if length > config.bytes_max {
            return Err(Error::InvalidLength(length));
        }
        if buf.remaining() < length {
            return Err(Error::EndOfBuffer);
        }
        let mut bytes = vec![0; length];
        buf.copy_to_slice(&mut bytes);
        let prepared = PreparedBlock::from_bytes(&config.genesis, &bytes)
            .map_err(|_| Error::Invalid("block", "it is not in its one encoding, or has another body"))?;
        if prepared.block().header.height == Height::GENESIS {
            return Err(Error::Invalid("block", "its height is that of the genesis"));
        }
        Ok(Block::new(&config.genesis, Arc::new(prepared)))
    }
}

impl Digestible for Block {
    type Digest = Digest;

    fn digest(&self) -> Digest {
        self.digest
    }
}

impl Heightable for Block {
    fn height(&self) -> EngineHeight {
        EngineHeight::new(self.chain_height().0)
    }
}

impl EngineBlock for Block {
    fn parent(&self) -> Digest {
        // The genesis follows nothing.
        Digest(self.prepared.as_ref().map_or([0; 32], |prepared| prepared.block().header.parent.0))
    }
}

impl BoundedBlock for Block {
    fn max_encode_size(config: &ReadConfig) -> usize {
        PREFIX + config.bytes_max
    }
}
