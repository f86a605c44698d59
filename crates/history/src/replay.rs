//! Blocks with what they did, from the files of a data directory: the log is followed, and every block executed here.
//!
//! Nothing is locked or changed, so this works beside a running node, in its process or in another. What later headers
//! publish of events is compared with what execution gives.

use std::path::Path;

use gage_chain::{Chain, Genesis};
use gage_crypto::Hash;
use gage_node::disk::{LogFollower, list_snapshots};
use gage_node::load_snapshot;
use gage_units::Height;

use crate::HistoryError;
use crate::published::{Execution, SEED};
use crate::recorder::Recorded;

/// A state that follows a log.
pub struct Replay {
    execution: Execution,
    log: LogFollower,
}

impl Replay {
    /// Starts at or below `at_most`, as close as the snapshots allow; without it at the genesis, or, where the log begins
    /// later, at the oldest snapshot.
    ///
    /// # Errors
    /// [`HistoryError::NoStart`], [`HistoryError::Gap`] if every start is above `at_most`.
    pub fn start(dir: &Path, genesis: &Genesis, at_most: Option<Height>) -> Result<Replay, HistoryError> {
        let (log_dir, hash) = (dir.join("log"), genesis.hash());
        let first = LogFollower::new(&log_dir, hash.0, 1).first_height()?.unwrap_or(1);
        let found = snapshot(&dir.join("snapshots"), &hash, first, at_most)?;
        let chain = match (found, at_most) {
            (Some(chain), Some(_)) => chain,
            // From block 1 on, a history is whole.
            _ if first == 1 => Chain::from_genesis(genesis, SEED)?,
            (Some(chain), None) => chain,
            (None, Some(last)) => return Err(HistoryError::Gap { last: last.0, first }),
            (None, None) => return Err(HistoryError::NoStart { first }),
        };
        let next = chain.head().height.0.saturating_add(1);
        Ok(Replay { log: LogFollower::new(&log_dir, hash.0, next), execution: Execution::of(chain) })
    }

    /// The state after the last block.
    pub fn chain(&self) -> &Chain {
        self.execution.chain()
    }

    /// The height of the last block.
    pub fn height(&self) -> Height {
        self.chain().head().height
    }

    /// Takes the caller's word that every block up to a height is on the disk.
    pub fn trust(&mut self, height: Height) {
        self.log.trust_below(height.0.saturating_add(1));
    }

    /// The next block; `None` while there is none.
    ///
    /// # Errors
    /// [`HistoryError::Disk`], [`HistoryError::BadBlock`], [`HistoryError::Fault`], [`HistoryError::EventsRoot`].
    pub fn next_block(&mut self) -> Result<Option<Recorded>, HistoryError> {
        let Some((height, body)) = self.log.next_block()? else { return Ok(None) };
        self.execution.execute(height, &body).map(Some)
    }
}

/// The state of the newest sound snapshot at or below `at_most`, or of the oldest, from which the log goes on.
fn snapshot(dir: &Path, genesis: &Hash, first: u64, at_most: Option<Height>) -> Result<Option<Chain>, HistoryError> {
    if !dir.exists() {
        return Ok(None);
    }
    let mut files = list_snapshots(dir)?;
    files.retain(|file| file.height.saturating_add(1) >= first);
    match at_most {
        Some(most) => files.retain(|file| file.height <= most.0),
        None => files.reverse(),
    }
    // One that is not sound is as good as none: the node names it at its own start.
    Ok(files.iter().find_map(|file| load_snapshot(file, genesis, SEED, 1).ok()).map(|loaded| loaded.chain))
}
