//! A node that orders nothing: it takes blocks that the validators made final, from whoever has them, and believes
//! their signatures alone. It executes every block itself, so that what it answers is its own work.

use gage_chain::PreparedBlock;
use gage_crypto::{Hash, PublicKey};
use gage_node::{Node, NodeConfig, NodeError, NodeHandle, Sealing, StopReason};
use gage_units::Height;
use gage_verify::{Authority, Certificate, CertifiedBlocks, VerifyError, keys_of};
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
    /// Where the state chooses none.
    validators: Vec<PublicKey>,
    /// Who certifies, as long as the state itself is not confirmed.
    doubt: Option<Authority>,
    /// The last block that was taken.
    last: (Height, Hash),
    /// Of the blocks taken since the start, the newest that has a certificate of its own.
    floor: Option<(Height, Certificate)>,
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
        Ok(Follower {
            node,
            validators: committee.public_keys(),
            doubt: None,
            last: (head.height, head.block),
            floor: None,
        })
    }

    /// The state comes from somebody else's snapshot: who certifies is what the reader knows, until
    /// [`Follower::confirm`].
    pub fn doubt(&mut self, authority: Authority) {
        self.doubt = Some(authority);
    }

    /// The network has published the root of a state from the snapshot on, and it is this node's.
    pub fn confirm(&mut self) {
        self.doubt = None;
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
        let validators = self.validators().map_err(FollowError::Stopped)?;
        let blocks = certified.verify(&node.genesis(), &validators, (self.last.0.0, self.last.1))?;
        let certificate = &certified.finality.certificate;
        // Its positions are those of its own epoch's validators: blocks of two epochs are two answers.
        let epoch = node.validator_rules().map_or(0, |rules| rules.epoch_of(self.next()));
        if certificate.epoch != epoch {
            let what = format!("is of epoch {}, the next block of epoch {epoch}", certificate.epoch);
            return Err(VerifyError::Certificate(what).into());
        }
        node.note_certificate(certificate.clone());
        let feed = self.node.feed();
        for block in blocks {
            self.last = (block.block().header.height, block.block().header.hash(&node.genesis()));
            feed.deliver(std::sync::Arc::<PreparedBlock>::new(block), Box::new(|| {}));
        }
        if certificate.block == self.last.1 {
            self.floor = Some((self.last.0, certificate.clone()));
        }
        let behind = Height(self.last.0.0.saturating_sub(AHEAD_MAX));
        node.wait_executed(behind).map_err(FollowError::Stopped)
    }

    /// The newest block taken since the start that has a certificate of its own, once it is executed here: a validator
    /// may begin with it.
    ///
    /// # Errors
    /// Why this node has stopped.
    pub fn floor(&self) -> Result<Option<&Certificate>, StopReason> {
        let Some((height, certificate)) = &self.floor else { return Ok(None) };
        self.node.handle().wait_executed(*height)?;
        Ok(Some(certificate))
    }

    /// Who certifies the next block: told from outside, or chosen by the state once the epoch before is executed.
    fn validators(&self) -> Result<Vec<PublicKey>, StopReason> {
        if let Some(authority) = &self.doubt {
            return Ok(authority.at(self.next()).to_vec());
        }
        let node = self.node.handle();
        let Some(rules) = node.validator_rules() else { return Ok(self.validators.clone()) };
        let epoch = rules.epoch_of(self.next());
        node.wait_executed(Height(rules.first_of(epoch).0.saturating_sub(1)))?;
        if rules.first_of(epoch) == self.next() && epoch > 0 {
            // Where the disk fails the node itself stops; its sources have the same proof.
            drop(node.keep_handover(epoch - 1));
        }
        let set = node.validators_of(epoch).expect("the epoch before is executed");
        Ok(keys_of(&set.members))
    }

    /// Stops cleanly.
    ///
    /// # Errors
    /// [`NodeError`] if the node had stopped by itself before.
    pub fn stop(self) -> Result<(), NodeError> {
        self.node.stop()
    }
}
