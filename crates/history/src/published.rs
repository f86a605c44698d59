//! What headers publish of the blocks before them, against what those blocks did here.

use std::collections::BTreeMap;

use gage_chain::{Block, BlockResult, Chain, Genesis};
use gage_crypto::Hash;
use gage_units::Height;

use crate::HistoryError;
use crate::recorder::Recorded;

/// Events roots kept for headers to come: more than any header lags behind.
const ROOTS_KEPT: usize = 10_000;
/// Scatters hash tables and decides nothing.
pub(crate) const SEED: u64 = 0;

/// The events roots of the last blocks, until a header publishes them.
#[derive(Default)]
struct Roots(BTreeMap<Height, Hash>);

impl Roots {
    /// Refuses a block whose header says something else of an earlier one.
    fn compare(&self, block: &Block) -> Result<(), HistoryError> {
        let executed = block.header.executed;
        match self.0.get(&executed.height) {
            Some(found) if *found != executed.events_root => {
                let (found, published) = (found.to_string(), executed.events_root.to_string());
                Err(HistoryError::EventsRoot { height: executed.height, found, published })
            }
            _ => Ok(()),
        }
    }

    fn keep(&mut self, result: &BlockResult) {
        self.0.insert(result.height, result.events_root);
        while self.0.len() > ROOTS_KEPT {
            self.0.pop_first();
        }
    }
}

/// Blocks executed here.
pub struct Execution {
    chain: Chain,
    roots: Roots,
}

impl Execution {
    /// From the genesis on.
    ///
    /// # Errors
    /// [`HistoryError::Genesis`].
    pub fn from_genesis(genesis: &Genesis) -> Result<Execution, HistoryError> {
        Ok(Execution::of(Chain::from_genesis(genesis, SEED)?))
    }

    pub(crate) fn of(chain: Chain) -> Execution {
        Execution { chain, roots: Roots::default() }
    }

    /// The state after the last block.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Executes the next block.
    ///
    /// # Errors
    /// [`HistoryError::BadBlock`], [`HistoryError::EventsRoot`], [`HistoryError::Fault`].
    pub fn execute(&mut self, height: u64, bytes: &[u8]) -> Result<Recorded, HistoryError> {
        let block = read(height, bytes)?;
        self.roots.compare(&block)?;
        let result = self.chain.execute(&block).map_err(|fault| HistoryError::Fault { height, fault })?;
        // The changes are for a tree that nobody builds here.
        self.chain.drain_changes(|_, _| {});
        self.roots.keep(&result);
        Ok(Recorded { block, result: result.into() })
    }
}

/// Blocks that a node has executed, with what it says they did: each must follow the one before, and what later headers
/// publish must be what was said. Nothing is executed, so that a state is not needed.
pub struct Told {
    genesis: Hash,
    last: Option<Hash>,
    roots: Roots,
}

impl Told {
    /// On the network of this genesis, after the block of this hash if it is known.
    pub fn after(genesis: Hash, last: Option<Hash>) -> Told {
        Told { genesis, last, roots: Roots::default() }
    }

    /// Takes the next block with the bytes of its result.
    ///
    /// # Errors
    /// [`HistoryError::BadBlock`], [`HistoryError::EventsRoot`].
    pub fn take(&mut self, height: u64, bytes: &[u8], result: &[u8]) -> Result<Recorded, HistoryError> {
        let block = read(height, bytes)?;
        let bad = |reason: &str| HistoryError::BadBlock { height, reason: reason.to_owned() };
        if self.last.is_some_and(|last| last != block.header.parent) {
            return Err(bad("it does not follow the block before"));
        }
        if block.header.body != Block::body_hash(&block.transactions) {
            return Err(bad("its transactions are not those of its header"));
        }
        let result = BlockResult::from_bytes(&block, &self.genesis, result);
        let result = result.ok_or_else(|| bad("what came with it is not what a block does"))?;
        self.roots.compare(&block)?;
        self.roots.keep(&result);
        self.last = Some(result.block);
        Ok(Recorded { block, result: result.into() })
    }
}

fn read(height: u64, bytes: &[u8]) -> Result<Block, HistoryError> {
    let bad = |reason: String| HistoryError::BadBlock { height, reason };
    let block = Block::from_bytes(bytes).map_err(|error| bad(error.to_string()))?;
    if block.header.height != Height(height) {
        return Err(bad(format!("its header is of height {}", block.header.height)));
    }
    Ok(block)
}
