//! From the files of a data directory to a state: the newest sound snapshot or the genesis, then
//! every block of the log after it, each published root compared with what execution gives.
//!
//! Signatures are not checked again: the log holds what this node ordered, under its checksums.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use gage_chain::{Block, BlockResult, Chain, Executed, Genesis, Head, Header, TransactionHash};
use gage_crypto::Hash;
use gage_store::certified::{Certified, Changes};
use gage_units::Height;

use crate::disk::{self, BlockLog, DirectoryLock, Options, list_snapshots, remove_leftovers, write_atomic};
use crate::shared::{checkpoint_below, published_by};
use crate::snapshots::{LoadedSnapshot, load_snapshot};
use crate::{NodeConfig, NodeError, Sealing, genesis_path, write_genesis};

/// The most bytes of blocks before a snapshot that are read for the names of their transactions.
const OLDER_BYTES_MAX: usize = 64 << 20;

/// What starting found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryReport {
    /// What the log found and did.
    pub log: disk::Recovered,
    /// The height of the snapshot that was used, if one was.
    pub snapshot: Option<Height>,
    /// Newer snapshots that were passed over, and why: worth a warning each.
    pub refused: Vec<String>,
    /// How many blocks were executed again.
    pub replayed: u64,
}

/// A state with its tree, on a log that is ready for the next block.
pub(crate) struct Recovered {
    pub chain: Chain,
    pub certified: Certified,
    pub log: BlockLog,
    /// Roots of the checkpoints since the start.
    pub roots: BTreeMap<Height, Executed>,
    /// The block of the newest checkpoint.
    pub checkpoint: Head,
    /// Blocks executed again, oldest first.
    pub blocks: Vec<(Header, Arc<BlockResult>)>,
    /// Blocks before the snapshot, newest first, with their transactions.
    pub older: Vec<(Header, Vec<TransactionHash>)>,
    pub report: RecoveryReport,
    pub lock: DirectoryLock,
}

/// Where blocks are executed from.
pub(crate) struct Start {
    pub chain: Chain,
    pub certified: Certified,
    pub roots: BTreeMap<Height, Executed>,
    pub snapshot: Option<Height>,
}

impl Start {
    /// The state of a snapshot that was checked.
    pub fn from_snapshot(loaded: LoadedSnapshot) -> Start {
        let roots = loaded.header.before.into_iter().chain([loaded.header.executed]);
        let roots = roots.map(|executed| (executed.height, executed)).collect();
        let snapshot = Some(loaded.header.executed.height);
        Start { chain: loaded.chain, certified: loaded.certified, roots, snapshot }
    }
}

pub(crate) fn snapshot_dir(dir: &Path) -> std::path::PathBuf {
    dir.join("snapshots")
}

/// Opens the directory, or makes it, and brings the state up to the last ordered block.
pub(crate) fn recover(config: &NodeConfig) -> Result<Recovered, NodeError> {
    let genesis = config.genesis.hash();
    let known = config.dir.join(NETWORK).exists();
    // A genesis that is refused leaves no directory behind. One that was taken before is not built again
    // where a snapshot spares it.
    let fresh = if known { None } else { Some(from_genesis(config)?) };
    let log_dir = config.dir.join("log");
    std::fs::create_dir_all(&config.dir).map_err(|source| {
        let action = "create the data directory";
        NodeError::Disk(disk::DiskError::Io { action, path: config.dir.clone(), source })
    })?;
    let lock = DirectoryLock::take(&config.dir)?;
    remove_leftovers(&config.dir)?;
    claim(&config.dir, &config.genesis, &genesis)?;
    let snapshots = snapshot_dir(&config.dir);
    if snapshots.exists() {
        remove_leftovers(&snapshots)?;
    }
    let mut refused = Vec::new();
    let mut begin = None;
    // A node that follows may begin where somebody's snapshot ends; for all others a log that is gone is a loss.
    if config.follows && !log_dir.join("manifest").exists() {
        begin = newest_snapshot(config, &genesis, &mut refused)?;
    }
    let first_height = begin.as_ref().map_or(1, |start| start.chain.head().height.0 + 1);
    let options = Options {
        first_height,
        segment_bytes: config.log_segment_bytes,
        accept_short_segment: config.accept_short_segment,
        ..Options::new(genesis.0)
    };
    let (log, log_report) = BlockLog::open(&log_dir, options)?;

    let begin = match begin {
        Some(start) => Some(start),
        None => newest_snapshot(config, &genesis, &mut refused)?,
    };
    let start = match begin {
        Some(start) => start,
        None if log.first_height() == 1 => fresh.map_or_else(|| from_genesis(config), Ok)?,
        None => return Err(NodeError::NoStart { first: log.first_height(), refused }),
    };
    let height = start.chain.head().height.0;
    if log.next_height() <= height {
        return Err(NodeError::LogTooShort { snapshot: height, next: log.next_height() });
    }
    if log.first_height() > height + 1 {
        return Err(NodeError::NoStart { first: log.first_height(), refused });
    }
    let report = RecoveryReport { log: log_report, snapshot: start.snapshot, refused, replayed: 0 };
    replay(config, start, log, report, lock)
}

/// The file that says whose data a directory holds: the genesis hash and the network's name.
const NETWORK: &str = "network";

/// The first start writes the genesis file and says whose directory it is; every other one compares.
fn claim(dir: &Path, genesis: &Genesis, hash: &Hash) -> Result<(), NodeError> {
    let path = dir.join(NETWORK);
    if !path.exists() {
        write_genesis(&genesis_path(dir), genesis)?;
        let line = format!("{hash} {}\n", genesis.network);
        return Ok(write_atomic(&path, |file| file.write_all(line.as_bytes()))?);
    }
    let line = std::fs::read_to_string(&path).map_err(|source| {
        let action = "read whose data it holds";
        NodeError::Disk(disk::DiskError::Io { action, path: path.clone(), source })
    })?;
    let (found_hash, found) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
    if found_hash != hash.to_string() {
        return Err(NodeError::OtherNetwork {
            dir: dir.display().to_string(),
            found: found.to_owned(),
            found_hash: found_hash.to_owned(),
            expected_hash: hash.to_string(),
        });
    }
    Ok(())
}

pub(crate) fn from_genesis(config: &NodeConfig) -> Result<Start, NodeError> {
    let mut chain = Chain::from_genesis(&config.genesis, config.hash_seed)?;
    let mut certified = Certified::new(config.retained_checkpoints);
    let state_root = checkpoint(&mut chain, &mut certified)?;
    // The genesis state has no receipts; its events root is the hash of nothing in particular.
    let executed = Executed { height: Height::GENESIS, state_root, events_root: Hash::ZERO };
    Ok(Start { chain, certified, roots: BTreeMap::from([(Height::GENESIS, executed)]), snapshot: None })
}

/// The newest snapshot that is sound from file to root; the others are named.
fn newest_snapshot(config: &NodeConfig, genesis: &Hash, refused: &mut Vec<String>) -> Result<Option<Start>, NodeError> {
    for file in list_snapshots(&snapshot_dir(&config.dir))? {
        match load_snapshot(&file, genesis, config.hash_seed, config.retained_checkpoints) {
            Ok(loaded) => {
                return Ok(Some(Start::from_snapshot(loaded)));
            }
            Err(fault) => refused.push(fault.to_string()),
        }
    }
    Ok(None)
}

fn replay(
    config: &NodeConfig,
    start: Start,
    log: BlockLog,
    mut report: RecoveryReport,
    lock: DirectoryLock,
) -> Result<Recovered, NodeError> {
    let every = config.genesis.params.checkpoint_every;
    let Start { mut chain, mut certified, mut roots, .. } = start;
    if let Some(before_operation) = config.before_operation {
        chain = chain.with_fault(before_operation);
    }
    let start_height = chain.head().height;
    let mut checkpoint_head = chain.head();
    let mut blocks = std::collections::VecDeque::new();
    for stored in log.iter_from(checkpoint_head.height.0 + 1) {
        let (height, body) = stored?;
        let block =
            Block::from_bytes(&body).map_err(|error| NodeError::BadBlock { height, reason: error.to_string() })?;
        match config.sealing {
            Sealing::Consensus | Sealing::Told => check_agreed(&roots, &block.header)?,
            _ => check_published(&roots, &block.header, every)?,
        }
        let result = chain.execute(&block).map_err(|fault| NodeError::Fault { height, fault })?;
        if checkpoint_below(result.height, every) == result.height {
            let state_root = checkpoint(&mut chain, &mut certified)?;
            let executed = Executed { height: result.height, state_root, events_root: result.events_root };
            roots.insert(result.height, executed);
            checkpoint_head = chain.head();
        }
        report.replayed += 1;
        blocks.push_back((block.header, Arc::new(result)));
        if blocks.len() as u64 > config.receipts_retained_blocks {
            blocks.pop_front();
        }
    }
    let older = older_blocks(config, &log, start_height, &chain.genesis())?;
    let blocks = blocks.into();
    Ok(Recovered { chain, certified, log, roots, checkpoint: checkpoint_head, blocks, older, report, lock })
}

/// The transactions of the last blocks up to `height`, as far as receipts would be kept.
fn older_blocks(
    config: &NodeConfig,
    log: &BlockLog,
    height: Height,
    genesis: &Hash,
) -> Result<Vec<(Header, Vec<TransactionHash>)>, NodeError> {
    let (mut blocks, mut bytes) = (Vec::new(), 0);
    for height in (log.first_height()..=height.0).rev() {
        let Some(body) = log.read(height)? else { break };
        bytes += body.len();
        if bytes > OLDER_BYTES_MAX || blocks.len() as u64 >= config.receipts_retained_blocks {
            break;
        }
        let block =
            Block::from_bytes(&body).map_err(|error| NodeError::BadBlock { height, reason: error.to_string() })?;
        let hashes = block.transactions.iter().map(|signed| signed.transaction.hash(genesis)).collect();
        blocks.push((block.header, hashes));
    }
    Ok(blocks)
}

/// The roots in a header are those that execution gave.
fn check_published(roots: &BTreeMap<Height, Executed>, header: &Header, every: u64) -> Result<(), NodeError> {
    let expected = published_by(header.height, every);
    let found = roots.get(&expected);
    if found == Some(&header.executed) {
        return Ok(());
    }
    Err(NodeError::RootMismatch {
        height: header.height,
        executed: header.executed.height,
        published: header.executed.state_root,
        found: match found {
            Some(found) if found.height == header.executed.height => found.state_root.to_string(),
            _ => format!("no such checkpoint; {expected} is the one to publish"),
        },
    })
}

/// In a network the proposer chose whose roots to publish, and two thirds compared them with their own. What this
/// node executed again must agree; roots from before its snapshot it does not have.
fn check_agreed(roots: &BTreeMap<Height, Executed>, header: &Header) -> Result<(), NodeError> {
    let published = &header.executed;
    let Some(found) = roots.get(&published.height).filter(|found| *found != published) else { return Ok(()) };
    Err(NodeError::RootMismatch {
        height: header.height,
        executed: published.height,
        published: published.state_root,
        found: found.state_root.to_string(),
    })
}

/// Brings the chain's changes into the tree, as the checkpoint of its head.
fn checkpoint(chain: &mut Chain, certified: &mut Certified) -> Result<gage_store::proof::Root, NodeError> {
    let failed = |error: &dyn std::error::Error| NodeError::Certified(error.to_string());
    let changes = drain(chain, Changes::new()).map_err(|error| failed(&error))?;
    certified.apply(chain.head().height.0, &changes).map_err(|error| failed(&error))
}

/// The records written since the last drain.
pub(crate) fn drain(chain: &mut Chain, mut changes: Changes) -> Result<Changes, gage_store::certified::ChangesError> {
    let mut failure = None;
    chain.drain_changes(|key, value| {
        if let Err(error) = changes.push(key, value) {
            failure.get_or_insert(error);
        }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(changes),
    }
}
