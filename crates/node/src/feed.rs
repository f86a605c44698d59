//! Where consensus delivers the blocks it has ordered.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use gage_chain::PreparedBlock;

use crate::executor::{Done, Durable};
use crate::sequencer::Command;

/// Takes ordered blocks, in the order of their heights and each at least once. They are written to the node's own
/// log, so that recovery, readers and audits find in a network what they find in a solo node, and executed.
#[derive(Clone)]
pub struct Feed {
    commands: Sender<Command>,
}

impl Feed {
    pub(crate) fn new(commands: Sender<Command>) -> Feed {
        Feed { commands }
    }

    /// Delivers the next block and returns at once; `done` is called when it is executed, and dropped without a
    /// call where the node stops before. How many may be on their way is for the caller to bound.
    pub fn deliver(&self, block: Arc<PreparedBlock>, done: Done) {
        // Where the node has stopped, `done` goes with the message, which tells the caller.
        drop(self.commands.send(Command::Order(Durable { block, done: Some(done) })));
    }
}
