//! The certified side: brings the changes of each checkpoint into the tree, publishes its root, and
//! writes snapshots between batches.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender};

use gage_chain::{Executed, Head};
use gage_crypto::Hash;
use gage_store::certified::Changes;

use crate::disk::{list_snapshots, remove_snapshots_below};
use crate::locks::{lock, read, write};
use crate::recovery::snapshot_dir;
use crate::shared::Shared;
use crate::snapshots::{self, SnapshotFault, SnapshotHeader};
use crate::{NodeError, StopReason};

/// What the certifier is told.
pub(crate) enum Message {
    /// The records that changed since the checkpoint before.
    Checkpoint { head: Head, events_root: Hash, changes: Changes },
    /// Write a snapshot of the newest checkpoint now.
    Snapshot { reply: SyncSender<Result<PathBuf, NodeError>> },
    /// Nothing follows.
    Stop,
}

pub(crate) struct Certifier {
    pub shared: Arc<Shared>,
    /// The newest checkpoint.
    pub head: Head,
    pub executed: Executed,
    /// The one before it.
    pub before: Option<Executed>,
    pub last_snapshot: u64,
    /// Emptied buffers go back to the executor.
    pub spares: Sender<Changes>,
}

impl Certifier {
    pub fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            if !self.handle(message) {
                return;
            }
        }
    }

    /// Does one thing; says whether more may follow.
    pub fn handle(&mut self, message: Message) -> bool {
        match message {
            Message::Stop => return false,
            Message::Snapshot { reply } => {
                // Whoever asked may have gone; the snapshot is written all the same.
                drop(reply.send(self.snapshot().map_err(NodeError::Snapshot)));
            }
            Message::Checkpoint { head, events_root, changes } => {
                if !self.checkpoint(head, events_root, changes) {
                    return false;
                }
                let every = self.shared.config.snapshot_every;
                if every > 0 && head.height.0 >= self.last_snapshot.saturating_add(every) {
                    let written = self.snapshot();
                    *lock(&self.shared.snapshot_failure) = written.err().map(|fault| fault.to_string());
                }
            }
        }
        true
    }

    /// What the snapshot of the newest checkpoint says of itself.
    pub fn snapshot_header(&self) -> SnapshotHeader {
        let (genesis, head) = (self.shared.genesis, self.head);
        SnapshotHeader { genesis, head, executed: self.executed, before: self.before }
    }

    fn checkpoint(&mut self, head: Head, events_root: Hash, mut changes: Changes) -> bool {
        let applied = write(&self.shared.certified).apply(head.height.0, &changes);
        let state_root = match applied {
            Ok(root) => root,
            Err(error) => {
                self.shared.stop(StopReason::Fault { height: head.height, sentence: error.to_string() });
                return false;
            }
        };
        changes.clear();
        // The executor may have ended already.
        drop(self.spares.send(changes));
        self.before = Some(self.executed);
        self.executed = Executed { height: head.height, state_root, events_root };
        self.head = head;
        self.shared.progress.certified(self.executed);
        true
    }

    /// Writes the snapshot of the newest checkpoint, and removes those that are not kept.
    fn snapshot(&mut self) -> Result<PathBuf, SnapshotFault> {
        let (shared, dir) = (&self.shared, snapshot_dir(&self.shared.config.dir));
        let height = self.executed.height.0;
        let header = self.snapshot_header();
        let written = snapshots::write(&dir, &header, &read(&shared.certified))?;
        self.last_snapshot = height;
        let kept: Vec<u64> = list_snapshots(&dir)?.into_iter().map(|file| file.height).collect();
        if let Some(oldest) = kept.get(shared.config.snapshots_kept.saturating_sub(1)) {
            remove_snapshots_below(&dir, *oldest)?;
            if shared.config.prune_log
                && let Some(log) = lock(&shared.log).as_mut()
            {
                log.prune_below(oldest.saturating_add(1))?;
            }
        }
        Ok(written.path)
    }
}
