//! Executes durable blocks, one after the other, and tells everyone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};

use gage_chain::PreparedBlock;
use gage_store::certified::Changes;

use crate::StopReason;
use crate::certifier::Message;
use crate::locks::{lock, read, write};
use crate::recovery::drain;
use crate::shared::{BlockNotice, Shared};

/// A block that nothing can take back any more.
pub(crate) struct Durable {
    pub block: Arc<PreparedBlock>,
    /// Called when it is executed, by whoever keeps it until then.
    pub done: Option<Done>,
}

/// Tells whoever delivered a block that it is executed. Dropped without a call where the node stops before.
pub type Done = Box<dyn FnOnce() + Send>;

pub(crate) struct Executor {
    pub shared: Arc<Shared>,
    pub certifier: SyncSender<Message>,
    /// Emptied buffers from the certifier.
    pub spares: Receiver<Changes>,
}

impl Executor {
    pub fn run(self, blocks: &Receiver<Durable>) {
        while let Ok(Durable { block, done }) = blocks.recv() {
            // The reason of a stop is there before `done` is dropped, which tells whoever delivered the block.
            match catch_unwind(AssertUnwindSafe(|| self.execute(&block))) {
                Ok(true) => {}
                Ok(false) => return,
                Err(panic) => return self.shared.stop(StopReason::of_panic("executor", panic.as_ref())),
            }
            if let Some(done) = done {
                done();
            }
        }
    }

    pub fn execute(&self, block: &PreparedBlock) -> bool {
        let shared = &self.shared;
        let (height, time) = (block.block().header.height, block.block().header.time);
        let (result, checkpoint) = {
            let mut chain = write(&shared.chain);
            let result = match chain.execute_prepared(block) {
                Ok(result) => Arc::new(result),
                Err(fault) => {
                    shared.stop(StopReason::Fault { height, sentence: fault.to_string() });
                    return false;
                }
            };
            let checkpoint = (shared.checkpoint_below(height) == height).then(|| {
                let spare = self.spares.try_recv().unwrap_or_default();
                (chain.head(), drain(&mut chain, spare))
            });
            (result, checkpoint)
        };
        if shared.is_network() {
            // What others proposed is in nobody's count of what is in flight.
            let chain = read(&shared.chain);
            lock(&shared.mempool).settle(chain.draft(), &block.block().transactions);
        } else {
            lock(&shared.mempool).executed(height);
        }
        lock(&shared.index).executed(Arc::clone(&result));
        shared.progress.executed(height);
        let events_root = result.events_root;
        // Nobody has to listen.
        drop(shared.notices.send(BlockNotice { sequence: height.0, time, result }));
        match checkpoint {
            None => true,
            Some((head, Ok(changes))) => {
                self.certifier.send(Message::Checkpoint { head, events_root, changes }).is_ok()
            }
            Some((_, Err(error))) => {
                shared.stop(StopReason::Fault { height, sentence: error.to_string() });
                false
            }
        }
    }
}
