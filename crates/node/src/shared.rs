//! What the parts of a node and its readers share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use gage_chain::{Block, BlockResult, Chain, Executed, Header};
use gage_crypto::Hash;
use gage_store::Kind;
use gage_store::certified::Certified;
use gage_units::{Height, Timestamp};
use tokio::sync::broadcast;

use crate::certificates::Certificates;
use crate::disk::BlockLog;
use crate::index::Index;
use crate::locks::lock;
use crate::mempool::{Bounds, Mempool};
use crate::progress::ProgressCell;
use crate::supply::OlderCertificates;
use crate::validators::Kept;
use crate::{NodeConfig, Sealing, StopReason};

/// A block was executed. Sequence numbers have no gaps: they are the heights.
#[derive(Clone, Debug)]
pub struct BlockNotice {
    /// The block's height.
    pub sequence: u64,
    /// The block's time.
    pub time: Timestamp,
    /// What it did.
    pub result: Arc<BlockResult>,
}

/// Locks are taken in the order of the fields, and released before anything waits for the disk; the
/// log's own lock is the exception.
pub(crate) struct Shared {
    pub config: NodeConfig,
    pub genesis: Hash,
    pub network: String,
    /// Blocks between checkpoints.
    pub checkpoint_every: u64,
    /// The most weight of a block.
    pub weight_max: u64,
    /// Names of the authenticated tables by number.
    pub tables: BTreeMap<u16, &'static str>,
    pub chain: RwLock<Chain>,
    pub certified: RwLock<Certified>,
    pub mempool: Mutex<Mempool>,
    pub index: Mutex<Index>,
    pub progress: ProgressCell,
    pub notices: broadcast::Sender<BlockNotice>,
    pub certificates: Mutex<Certificates>,
    pub kept: Mutex<Kept>,
    /// Where certificates are found that are not in memory any more.
    pub older_certificates: OnceLock<OlderCertificates>,
    /// Gone once the node is stopped.
    pub log: Mutex<Option<BlockLog>>,
    pub snapshot_failure: Mutex<Option<String>>,
}

impl Shared {
    pub fn new(
        config: NodeConfig,
        chain: Chain,
        certified: Certified,
        roots: BTreeMap<Height, Executed>,
        index: Index,
        log: Option<BlockLog>,
    ) -> Shared {
        let bounds = Bounds {
            count: config.mempool_max,
            bytes: config.mempool_bytes_max,
            per_account: config.mempool_per_account_max,
        };
        let (notices, _) = broadcast::channel(config.notices_max);
        Shared {
            genesis: chain.genesis(),
            network: chain.network_name(),
            checkpoint_every: chain.params().checkpoint_every,
            weight_max: chain.params().weight_max,
            tables: authenticated_tables(),
            progress: ProgressCell::new(chain.head().height, roots),
            chain: RwLock::new(chain),
            certified: RwLock::new(certified),
            mempool: Mutex::new(Mempool::new(bounds)),
            index: Mutex::new(index),
            notices,
            certificates: Mutex::new(Certificates::default()),
            kept: Mutex::new(log.as_ref().map(|_| Kept::load(&config.dir)).unwrap_or_default()),
            older_certificates: OnceLock::new(),
            log: Mutex::new(log),
            snapshot_failure: Mutex::new(None),
            config,
        }
    }

    /// The height whose roots the header of `height` publishes: the newest checkpoint at or below two
    /// heights before it.
    pub fn published_by(&self, height: Height) -> Height {
        published_by(height, self.checkpoint_every)
    }

    /// The height whose roots the header of the ordered block `height` publishes.
    pub fn published_at(&self, height: Height) -> Option<Height> {
        if self.is_network() {
            return self.header(height).map(|header| header.executed.height);
        }
        Some(self.published_by(height))
    }

    /// The newest checkpoint at or below a height.
    pub fn checkpoint_below(&self, height: Height) -> Height {
        checkpoint_below(height, self.checkpoint_every)
    }

    pub fn is_manual(&self) -> bool {
        matches!(self.config.sealing, Sealing::Manual | Sealing::Told)
    }

    /// Whether consensus orders the blocks.
    pub fn is_network(&self) -> bool {
        matches!(self.config.sealing, Sealing::Consensus | Sealing::Told)
    }

    /// Compares the roots that an ordered header publishes with what execution gives here, now or once it has come
    /// there. More than two thirds agreed on them: a node with other roots is wrong, and stops.
    pub fn agree(&self, header: &Header) -> Result<(), StopReason> {
        self.progress.claimed(header.executed)
    }

    pub fn stop(&self, reason: StopReason) {
        self.progress.stop(reason);
    }

    /// A header from memory or from the log.
    pub fn header(&self, height: Height) -> Option<Header> {
        let kept = lock(&self.index).header(height);
        kept.or_else(|| self.block(height).map(|block| block.header))
    }

    /// A block from the log. `None` if it is not kept, not yet written, or cannot be read.
    pub fn block(&self, height: Height) -> Option<Block> {
        let body = lock(&self.log).as_ref()?.read(height.0).ok()??;
        Block::from_bytes(&body).ok()
    }

    /// The header that publishes a checkpoint's roots, if it exists yet.
    pub fn publishing_header(&self, checkpoint: Height) -> Option<Header> {
        if !self.is_network() {
            let height = if checkpoint == Height::GENESIS { 1 } else { checkpoint.0.checked_add(2)? };
            return self.header(Height(height)).filter(|header| header.executed.height == checkpoint);
        }
        // A proposer publishes the newest roots it has. The heights published never go back, so that the search
        // ends at the first one above; where that skips the checkpoint, nobody publishes it.
        let ordered = self.progress.get().ordered;
        let later = (checkpoint.0.checked_add(1)?..=ordered.0).map(|height| self.header(Height(height)));
        let mut later = later.skip_while(|header| header.as_ref().is_none_or(|it| it.executed.height < checkpoint));
        later.next().flatten().filter(|header| header.executed.height == checkpoint)
    }
}

pub(crate) fn published_by(height: Height, every: u64) -> Height {
    checkpoint_below(Height(height.0.saturating_sub(2)), every)
}

pub(crate) fn checkpoint_below(height: Height, every: u64) -> Height {
    Height(height.0 - height.0 % every.max(1))
}

/// Names of the authenticated tables by number.
pub(crate) fn authenticated_tables() -> BTreeMap<u16, &'static str> {
    let tables = gage_chain::table_names().into_iter();
    tables.filter(|table| table.kind == Kind::Authenticated).map(|table| (table.number, table.name)).collect()
}
