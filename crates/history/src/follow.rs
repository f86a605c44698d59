//! Following a node in its own process: a thread that takes what the node has executed, in its own time.
//!
//! The node never waits for it. What the node has forgotten before it was recorded is executed again here, from the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use gage_chain::Block;
use gage_node::NodeHandle;
use gage_node::disk::LogFollower;
use gage_units::Height;

use crate::HistoryError;
use crate::history::History;
use crate::recorder::{Recorded, Recorder};
use crate::replay::Replay;

/// The most blocks of one write.
const BATCH_BLOCKS_MAX: usize = 256;
/// A write is not made longer once it has so many events.
const BATCH_EVENTS: usize = 20_000;
/// How long the thread sleeps at most before it looks whether it is to end.
const NAP: Duration = Duration::from_millis(200);
/// How long it waits after a database refused.
const PAUSE: Duration = Duration::from_secs(1);

/// The thread that records a node's blocks. Dropping it ends it.
pub struct Follower {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Records everything that a node has executed and will execute.
    ///
    /// # Errors
    /// [`HistoryError::Thread`].
    pub fn start(node: NodeHandle, history: History) -> Result<Follower, HistoryError> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || follow(&node, &history, &stopped);
        let thread = std::thread::Builder::new().name("gage-history".to_owned()).spawn(run);
        Ok(Follower { stop, thread: Some(thread.map_err(HistoryError::Thread)?) })
    }

    /// Ends after the write at hand; what is missing is recorded at the next start.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported where it happened; ending is what was asked for.
            drop(thread.join());
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.end();
    }
}

/// Until it is told to stop. A database that is away is waited for; anything else ends the recording and is told.
fn follow(node: &NodeHandle, history: &History, stop: &AtomicBool) {
    loop {
        let ended = run(node, history, stop);
        let Err(error) = ended else { return };
        // Another program that records the same blocks is no harm: what it wrote is gone on from.
        let temporary = matches!(error, HistoryError::Database { .. } | HistoryError::NotNext { .. });
        history.set_fault(Some(error.to_string()));
        if !temporary {
            return;
        }
        let naps = PAUSE.as_millis() / NAP.as_millis();
        for _ in 0..naps {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            std::thread::sleep(NAP);
        }
    }
}

fn run(node: &NodeHandle, history: &History, stop: &AtomicBool) -> Result<(), HistoryError> {
    let mut recorder = history.recorder()?;
    let mut source = Source { node, log: None, replay: None };
    if recorder.height().is_none() {
        let replay = Replay::start(&node.config().dir, &node.config().genesis, None)?;
        recorder.begin(replay.chain())?;
        source.replay = Some(replay);
    }
    let mut progress = node.progress().borrow().to_owned();
    while !stop.load(Ordering::Relaxed) {
        let last = recorder.height().unwrap_or(Height::GENESIS);
        if progress.executed <= last {
            progress = node.wait_change(&progress, NAP);
            continue;
        }
        let batch = source.batch(last, progress.executed, stop)?;
        recorder.record(&batch)?;
        history.set_fault(None);
    }
    Ok(())
}

/// Records the blocks of a log that are there now, from where the history stands; how many it recorded. `told` hears of
/// every write and ends the work by answering false.
///
/// # Errors
/// [`HistoryError`]; what was recorded before stands.
pub fn catch_up(
    recorder: &mut Recorder,
    replay: &mut Replay,
    mut told: impl FnMut(Height) -> bool,
) -> Result<u64, HistoryError> {
    let mut recorded = 0u64;
    if recorder.height().is_none() {
        recorder.begin(replay.chain())?;
    }
    loop {
        let last = recorder.height().unwrap_or(Height::GENESIS);
        let (mut batch, mut events) = (Vec::new(), 0usize);
        while batch.len() < BATCH_BLOCKS_MAX && events < BATCH_EVENTS {
            let Some(block) = replay.next_block()? else { break };
            if block.result.height > last {
                events = events.saturating_add(weight(&block));
                batch.push(block);
            }
        }
        let Some(newest) = batch.last().map(|block| block.result.height) else { return Ok(recorded) };
        recorder.record(&batch)?;
        recorded = recorded.saturating_add(batch.len() as u64);
        if !told(newest) {
            return Ok(recorded);
        }
    }
}

/// About how many rows a block makes.
fn weight(recorded: &Recorded) -> usize {
    let receipts = recorded.result.receipts.iter().map(|receipt| receipt.events.len().saturating_add(1));
    receipts.fold(recorded.result.due.len(), usize::saturating_add)
}

/// Where blocks come from.
struct Source<'a> {
    node: &'a NodeHandle,
    log: Option<LogFollower>,
    /// In use while the node does not remember what its blocks did.
    replay: Option<Replay>,
}

impl Source<'_> {
    /// Blocks after `last`, at most up to `newest`, which is executed.
    fn batch(&mut self, last: Height, newest: Height, stop: &AtomicBool) -> Result<Vec<Recorded>, HistoryError> {
        let (mut batch, mut events, mut last) = (Vec::new(), 0usize, last);
        while last < newest && batch.len() < BATCH_BLOCKS_MAX && events < BATCH_EVENTS {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let Some(recorded) = self.after(last, newest)? else { break };
            last = recorded.result.height;
            events = events.saturating_add(weight(&recorded));
            batch.push(recorded);
        }
        Ok(batch)
    }

    /// The block after `last`.
    fn after(&mut self, last: Height, newest: Height) -> Result<Option<Recorded>, HistoryError> {
        let next = Height(last.0.saturating_add(1));
        let Some(result) = self.node.result(next) else { return self.executed_again(last, newest) };
        // What is remembered needs no state of one's own.
        self.replay = None;
        let log = match &mut self.log {
            Some(log) if log.next_height() == next.0 => log,
            other => other.insert(LogFollower::new(&self.node.config().dir.join("log"), self.node.genesis().0, next.0)),
        };
        log.trust_below(newest.0.saturating_add(1));
        let Some((height, body)) = log.next_block()? else { return Ok(None) };
        let block =
            Block::from_bytes(&body).map_err(|error| HistoryError::BadBlock { height, reason: error.to_string() })?;
        Ok(Some(Recorded { block, result }))
    }

    fn executed_again(&mut self, last: Height, newest: Height) -> Result<Option<Recorded>, HistoryError> {
        let behind = self.replay.as_ref().is_none_or(|replay| replay.height() > last);
        if behind {
            let config = self.node.config();
            self.replay = Some(Replay::start(&config.dir, &config.genesis, Some(last))?);
        }
        let Some(replay) = &mut self.replay else { return Ok(None) };
        replay.trust(newest);
        while let Some(recorded) = replay.next_block()? {
            if recorded.result.height > last {
                return Ok(Some(recorded));
            }
        }
        Ok(None)
    }
}
