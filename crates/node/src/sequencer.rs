//! Makes blocks of what waits and writes them to the log. A block that is on the disk is ordered.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gage_chain::{Executed, Header, PreparedBlock, active_version};
use gage_crypto::Hash;
use gage_units::{Height, Timestamp};

use crate::executor::Durable;
use crate::locks::{lock, read};
use crate::mempool::Picked;
use crate::shared::Shared;
use crate::{SealError, Sealing, StopReason};

/// What the sequencer is told.
pub(crate) enum Command {
    /// Make a block of this time.
    Seal { time: Timestamp, reply: SyncSender<Result<Height, SealError>> },
    /// Record and execute a block that consensus has ordered.
    Order(Durable),
    /// Make no more.
    Stop,
}

/// The most blocks that one sync makes durable: a header waits for the roots of two heights before
/// it, so that more could not be made without executing the first.
const GROUP_MAX: usize = 2;

/// The most ordered blocks that one sync makes durable.
const RECORDED_MAX: usize = 64;

pub(crate) struct Sequencer {
    pub shared: Arc<Shared>,
    pub executor: SyncSender<Durable>,
    /// The last block that was made.
    pub parent: Hash,
    pub height: Height,
    pub time: Timestamp,
}

impl Sequencer {
    pub fn run(mut self, commands: &Receiver<Command>) {
        let ended = match self.shared.config.sealing {
            Sealing::Manual => self.run_manual(commands),
            Sealing::Every(interval) => self.run_clock(commands, interval),
            Sealing::Consensus | Sealing::Told => self.run_ordered(commands),
        };
        if let Err(reason) = ended {
            self.shared.stop(reason);
        }
    }

    fn run_manual(&mut self, commands: &Receiver<Command>) -> Result<(), StopReason> {
        while let Ok(Command::Seal { time, reply }) = commands.recv() {
            // Everything before is executed, so that the block follows from the commands alone.
            let height = self.height;
            self.shared.progress.wait_for(|progress| progress.executed >= height)?;
            let sealed = self.seal(time, 1);
            let stopped = match &sealed {
                Err(SealError::Stopped(reason)) => Some(reason.clone()),
                _ => None,
            };
            // Whoever asked may have gone; the block stands.
            drop(reply.send(sealed.map(|_| self.height)));
            if let Some(reason) = stopped {
                return Err(reason);
            }
        }
        Ok(())
    }

    fn run_clock(&mut self, commands: &Receiver<Command>, interval: Duration) -> Result<(), StopReason> {
        let (mut next, mut idle) = (Instant::now() + interval, 0u32);
        loop {
            match commands.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(Command::Seal { reply, .. }) => {
                    drop(reply.send(Err(SealError::NotManual)));
                    continue;
                }
                // Only a node that seals itself runs here; nobody else orders for it.
                Ok(Command::Order(_)) => continue,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.shared.progress.get().stopped {
                return Ok(());
            }
            next = Instant::now() + interval;
            idle += 1;
            let waits = !lock(&self.shared.mempool).is_empty();
            if waits || idle >= self.shared.config.heartbeat_intervals {
                idle = 0;
                let time = Timestamp(now_ms().max(self.time.0 + 1));
                match self.seal(time, GROUP_MAX) {
                    // What is left waits already: no pause.
                    Ok(true) => next = Instant::now(),
                    Ok(false) => {}
                    Err(SealError::Stopped(reason)) => return Err(reason),
                    // The time was made later than the parent's two lines above.
                    Err(other) => return Err(StopReason::Fault { height: self.height, sentence: other.to_string() }),
                }
            }
        }
    }

    /// Blocks come ordered: all that wait are recorded with one sync and executed.
    fn run_ordered(&mut self, commands: &Receiver<Command>) -> Result<(), StopReason> {
        while let Ok(first) = commands.recv() {
            let (mut group, mut stop, mut next) = (Vec::new(), false, Some(first));
            while let Some(command) = next {
                match command {
                    Command::Stop => stop = true,
                    Command::Seal { reply, .. } => drop(reply.send(Err(SealError::NotManual))),
                    Command::Order(ordered) => group.push(ordered),
                }
                let more = !stop && group.len() < RECORDED_MAX;
                next = if more { commands.try_recv().ok() } else { None };
            }
            self.record(group)?;
            if stop {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Writes ordered blocks to the log and hands them to the executor. A block that is there already is done.
    fn record(&mut self, delivered: Vec<Durable>) -> Result<(), StopReason> {
        let (mut group, mut hand_on) = (Vec::new(), Vec::new());
        for Durable { block, done } in delivered {
            let (height, expected) = (block.block().header.height, Height(self.height.0 + 1));
            if height < expected {
                hand_on.push((None, done));
                continue;
            }
            if height > expected {
                let sentence = format!("consensus delivered block {height} where {expected} follows");
                return Err(self.stop(StopReason::Fault { height: expected, sentence }));
            }
            self.shared.agree(&block.block().header).map_err(|reason| self.stop(reason))?;
            self.height = height;
            group.push(Arc::clone(&block));
            hand_on.push((Some(block), done));
        }
        if let Some(first) = group.first() {
            self.write(first.block().header.height, &group).map_err(|error| match error {
                SealError::Stopped(reason) => reason,
                other => StopReason::Disk { sentence: other.to_string() },
            })?;
        }
        for (block, done) in hand_on {
            match (block, done) {
                (Some(block), done) => {
                    // The executor ends only when the node stops.
                    self.executor.send(Durable { block, done }).map_err(|_| self.stop_reason())?;
                }
                (None, Some(done)) => done(),
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Makes one block, or up to `most` if more waits than one holds and their roots are there; writes
    /// them with one sync and hands them to the executor. Says whether something was left waiting.
    fn seal(&mut self, time: Timestamp, most: usize) -> Result<bool, SealError> {
        if time <= self.time {
            return Err(SealError::TimeNotLater { given: time, parent: self.time });
        }
        let shared = Arc::clone(&self.shared);
        if let Some(reason) = shared.progress.stopped() {
            return Err(SealError::Stopped(reason));
        }
        let first = Height(self.height.0 + 1);
        let roots = shared.progress.wait_root(shared.published_by(first)).map_err(SealError::Stopped)?;
        let (first_block, mut full) = self.make(time, roots);
        let mut group = vec![first_block];
        while full && group.len() < most {
            let Some(roots) = shared.progress.root(shared.published_by(Height(self.height.0 + 1))) else { break };
            let (block, more) = self.make(Timestamp(self.time.0 + 1), roots);
            group.push(block);
            full = more;
        }
        self.write(first, &group)?;
        for made in group {
            // The executor ends only when the node stops.
            self.executor
                .send(Durable { block: made, done: None })
                .map_err(|_| SealError::Stopped(self.stop_reason()))?;
        }
        Ok(full)
    }

    /// Makes the next block of what waits.
    fn make(&mut self, time: Timestamp, executed: Executed) -> (Arc<PreparedBlock>, bool) {
        let shared = &self.shared;
        let height = Height(self.height.0 + 1);
        let picked = {
            let chain = read(&shared.chain);
            lock(&shared.mempool).pick(chain.draft(), height, time, shared.weight_max)
        };
        let Picked { mut transactions, dropped, full } = picked;
        if !dropped.is_empty() {
            let mut index = lock(&shared.index);
            for (hash, reason) in dropped {
                index.dropped(hash, reason);
            }
            drop(index);
            shared.progress.dropped();
        }
        // By class, else in the order of arrival.
        transactions.sort_by_key(|signed| signed.transaction.class());
        let parent = self.parent;
        let made = PreparedBlock::make(&shared.genesis, transactions, |body| Header {
            parent,
            height,
            time,
            version: active_version(height),
            body,
            executed,
        });
        self.parent = made.block().header.hash(&shared.genesis);
        self.height = height;
        self.time = time;
        (Arc::new(made), full)
    }

    fn write(&self, first: Height, group: &[Arc<PreparedBlock>]) -> Result<(), SealError> {
        let bodies: Vec<Vec<u8>> = group.iter().map(|made| made.block().to_bytes()).collect();
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        let appended = match lock(&self.shared.log).as_mut() {
            Some(log) => log.append(first.0, &bodies).map_err(|error| error.to_string()),
            None => Err("the log is closed".to_owned()),
        };
        appended.map_err(|sentence| SealError::Stopped(self.stop(StopReason::Disk { sentence })))?;
        let mut index = lock(&self.shared.index);
        for made in group {
            index.ordered(&made.block().header, made.hashes());
        }
        drop(index);
        self.shared.progress.ordered(self.height);
        Ok(())
    }

    /// Stops the node before anything that waits is dropped, so that whoever waited then reads the reason.
    fn stop(&self, reason: StopReason) -> StopReason {
        self.shared.stop(reason.clone());
        reason
    }

    fn stop_reason(&self) -> StopReason {
        self.shared.progress.stopped().unwrap_or(StopReason::Requested)
    }
}

/// The wall clock, in milliseconds since 1970; zero on a clock before that.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
