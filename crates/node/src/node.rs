//! Starting and stopping the parts of a node.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use gage_chain::Executed;
use gage_units::Height;

use crate::certifier::{Certifier, Message};
use crate::disk::{DirectoryLock, list_snapshots};
use crate::executor::Executor;
use crate::feed::Feed;
use crate::index::Index;
use crate::locks::lock;
use crate::recovery::{Recovered, RecoveryReport, recover, snapshot_dir};
use crate::sequencer::{Command, Sequencer};
use crate::shared::Shared;
use crate::{NodeConfig, NodeError, NodeHandle, StopReason};

/// How many blocks may wait for the executor, and checkpoints for the certifier.
const QUEUE_MAX: usize = 2;

/// A running node. Dropping it stops it.
pub struct Node {
    handle: NodeHandle,
    commands: Sender<Command>,
    threads: Vec<JoinHandle<()>>,
    report: RecoveryReport,
    lock: Option<DirectoryLock>,
}

impl Node {
    /// Opens the data directory, or makes it, brings the state up to the last ordered block, and starts.
    ///
    /// # Errors
    /// [`NodeError`] says what is wrong with configuration, genesis, log or snapshots, and what to do.
    pub fn start(config: NodeConfig) -> Result<Node, NodeError> {
        config.validate()?;
        let recovered = recover(&config)?;
        let (commands, inbox) = channel();
        let (to_executor, blocks) = sync_channel(QUEUE_MAX);
        let (to_certifier, messages) = sync_channel(QUEUE_MAX);
        let (give_back, spares) = channel();

        let last_snapshot = list_snapshots(&snapshot_dir(&config.dir))?.first().map_or(0, |file| file.height);
        let head = recovered.chain.head();
        let (executed, before) = newest_two(&recovered.roots)?;
        let checkpoint = recovered.checkpoint;
        let (shared, lock, report) = share(config, recovered);

        let sequencer = Sequencer {
            shared: Arc::clone(&shared),
            executor: to_executor,
            parent: head.block,
            height: head.height,
            time: head.time,
        };
        let executor = Executor { shared: Arc::clone(&shared), certifier: to_certifier.clone(), spares };
        let certifier = Certifier {
            shared: Arc::clone(&shared),
            head: checkpoint,
            executed,
            before,
            last_snapshot,
            spares: give_back,
        };
        let handle = NodeHandle::new(Arc::clone(&shared), commands.clone(), to_certifier.clone());
        let mut node = Node { handle, commands, threads: Vec::new(), report, lock: Some(lock) };
        let end = to_certifier;
        node.spawn("sequencer", move || sequencer.run(&inbox))?;
        node.spawn("executor", move || {
            let ran = catch_unwind(AssertUnwindSafe(|| executor.run(&blocks)));
            // However it ended, the certifier finishes what it was given and ends too.
            drop(end.send(Message::Stop));
            ran.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        })?;
        node.spawn("certifier", move || certifier.run(&messages))?;
        Ok(node)
    }

    /// What readers and writers hold; it may outlive the node and then only reads.
    pub fn handle(&self) -> NodeHandle {
        self.handle.clone()
    }

    /// Where consensus delivers the blocks it orders, for a node that is run with [`crate::Sealing::Consensus`].
    pub fn feed(&self) -> Feed {
        Feed::new(self.commands.clone())
    }

    /// What starting found and did.
    pub fn recovery(&self) -> &RecoveryReport {
        &self.report
    }

    /// Stops cleanly: what is ordered gets executed and certified, the log is closed. Transactions that
    /// wait are forgotten. A later start needs nothing of it.
    ///
    /// # Errors
    /// [`NodeError::Stopped`] if the node had stopped by itself before; [`NodeError::Disk`].
    pub fn stop(mut self) -> Result<(), NodeError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), NodeError> {
        let before = self.handle.shared().progress.stopped();
        // The sequencer may have ended already.
        drop(self.commands.send(Command::Stop));
        for thread in self.threads.drain(..) {
            // Panics are caught inside and kept as the reason to stop.
            drop(thread.join());
        }
        let shared = self.handle.shared();
        let during = shared.progress.stopped();
        shared.stop(StopReason::Requested);
        let log = lock(&shared.log).take();
        let closed = log.map_or(Ok(()), |log| log.close());
        drop(self.lock.take());
        match before.or(during) {
            Some(reason) if reason != StopReason::Requested => Err(NodeError::Stopped(reason)),
            _ => Ok(closed?),
        }
    }

    pub(crate) fn spawn(&mut self, part: &'static str, run: impl FnOnce() + Send + 'static) -> Result<(), NodeError> {
        let shared = Arc::clone(self.handle.shared());
        let guarded = move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
                shared.stop(StopReason::of_panic(part, panic.as_ref()));
            } else if part != "sequencer" && !shared.progress.get().stopped {
                // It ends only because the part before it did.
                shared.stop(StopReason::Requested);
            }
        };
        let thread = Builder::new().name(format!("gage-{part}")).spawn(guarded);
        self.threads.push(thread.map_err(|source| NodeError::Thread { part, source })?);
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Reported by `stop`; here nobody listens.
        drop(self.end());
    }
}

/// The newest checkpoint and the one before it.
pub(crate) fn newest_two(roots: &BTreeMap<Height, Executed>) -> Result<(Executed, Option<Executed>), NodeError> {
    let mut newest = roots.values().rev().copied();
    let (executed, before) = (newest.next(), newest.next());
    Ok((executed.ok_or_else(|| NodeError::Certified("there is no checkpoint".to_owned()))?, before))
}

fn share(config: NodeConfig, recovered: Recovered) -> (Arc<Shared>, DirectoryLock, RecoveryReport) {
    let Recovered { chain, certified, log, roots, blocks, older, report, lock, .. } = recovered;
    let mut index = Index::new(config.receipts_retained_blocks, config.receipts_retained_bytes);
    for (header, hashes) in older {
        index.ordered_before(&header, hashes);
    }
    for (header, result) in blocks {
        index.ordered(&header, []);
        index.executed(result);
    }
    (Arc::new(Shared::new(config, chain, certified, roots, index, Some(log))), lock, report)
}
