//! A node that orders nothing: it takes blocks that the validators made final, from whoever has them, and believes
//! their signatures alone. It executes every block itself, so that what it answers is its own work.

use gage_chain::PreparedBlock;
use gage_crypto::{Hash, PublicKey, Scheme};
use gage_node::{Node, NodeConfig, NodeError, NodeHandle, Sealing, StopReason};
use gage_units::Height;
use gage_verify::{CertifiedBlocks, VerifyError};
use thiserror::Error;

use crate::Committee;

/// Blocks on their way to the executor.
const AHEAD_MAX: u64 = 512;

/// Why blocks were not taken.
#[derive(Debug, Error)]
pub enum FollowError {
    /// They are not final, or not those that follow. Whoever sent them is wrong; another may have the right ones.
    #[error(transparent)]
    Refused(#[from] VerifyError),
    /// This node has stopped.
    #[error("the node has stopped: {0}")]
    Stopped(StopReason),
}

/// A running follower. Dropping it stops it.
pub struct Follower {
    node: Node,
    validators: Vec<PublicKey>,
    /// The last block that was taken.
    last: (Height, Hash),
}

impl Follower {
    /// Opens the node's directory, or makes it, and brings its state up to the last block it took.
    ///
    /// # Errors
    /// [`NodeError`].
    pub fn start(config: NodeConfig, committee: &Committee) -> Result<Follower, NodeError> {
        let config = NodeConfig { sealing: Sealing::Consensus, follows: true, ..config };
        let node = Node::start(config)?;
        let head = node.handle().read(|chain| chain.head());
        let keys = committee.keys();
        let keys = keys.iter().map(|key| PublicKey::new(Scheme::Ed25519, key).expect("a committee has such keys"));
        Ok(Follower { node, validators: keys.collect(), last: (head.height, head.block) })
    }

    /// What readers hold.
    pub fn handle(&self) -> NodeHandle {
        self.node.handle()
    }

    /// The height to ask for.
    pub fn next(&self) -> Height {
        Height(self.last.0.0 + 1)
    }

    /// Takes blocks that follow the last one. Returns once they are on their way, and not far ahead of execution.
    ///
    /// # Errors
    /// [`FollowError`]; nothing was taken then.
    pub fn take(&mut self, certified: &CertifiedBlocks) -> Result<(), FollowError> {
        let node = self.node.handle();
        if let Some(reason) = node.stopped() {
            return Err(FollowError::Stopped(reason));
        }
        let blocks = certified.verify(&node.genesis(), &self.validators, (self.last.0.0, self.last.1))?;
        node.note_certificate(certified.finality.certificate.clone());
        let feed = self.node.feed();
        for block in blocks {
            self.last = (block.block().header.height, block.block().header.hash(&node.genesis()));
            feed.deliver(std::sync::Arc::<PreparedBlock>::new(block), Box::new(|| {}));
        }
        let behind = Height(self.last.0.0.saturating_sub(AHEAD_MAX));
        node.wait_executed(behind).map_err(FollowError::Stopped)
    }

    /// Stops cleanly.
    ///
    /// # Errors
    /// [`NodeError`] if the node had stopped by itself before.
    pub fn stop(self) -> Result<(), NodeError> {
        self.node.stop()
    }
}
