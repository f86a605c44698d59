//! What consensus asks: make the next block, and may this one follow? Neither executes anything; both wait where
//! the answer depends on what is not executed here yet.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use commonware_consensus::Application;
use commonware_consensus::marshal::ancestry::Ancestry;
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::simplex::types::Context;
use commonware_cryptography::Digested;
use commonware_cryptography::ed25519::PublicKey;
use commonware_cryptography::sha256::Digest;
use commonware_macros::select;
use commonware_runtime::{Clock, Spawner};
use futures::StreamExt as _;
use gage_chain::PreparedBlock;
use gage_node::{NodeHandle, NotValid, Parent};
use gage_units::{Height, Timestamp};

use crate::block::Block;

/// A node further behind than this waits before it looks at blocks: it could not say anything of them.
const AHEAD_MAX: u64 = 512;
/// How far ahead of the own clock a block's time may be.
const CLOCK_AHEAD_MS: u64 = 500;

/// The chain's side of consensus.
#[derive(Clone)]
pub(crate) struct ChainApplication {
    pub node: NodeHandle,
    /// How long a leader waits for something to order before it makes an empty block.
    pub heartbeat: Duration,
    /// How far this machine's clock is off, in milliseconds; only in simulation is it known, and not zero.
    pub clock_off_ms: i64,
}

impl ChainApplication {
    /// The machine's clock, in milliseconds since 1970.
    fn now_ms<E: Clock>(&self, clock: &E) -> u64 {
        if let Some(told) = self.node.told() {
            return told.0;
        }
        let since: Duration = clock.current().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX).saturating_add_signed(self.clock_off_ms)
    }

    /// The blocks from the last executed one up to `last`, oldest first, and what a child of `last` must follow.
    /// `None` where an ancestor cannot be had.
    async fn ahead(
        &self,
        last: &Digested<Block>,
        mut ancestry: impl Ancestry<Block>,
    ) -> Option<(Parent, Vec<Arc<PreparedBlock>>)> {
        let parent = self.parent(last.inner())?;
        let mut progress = self.node.progress_now();
        while parent.height.0.saturating_sub(progress.executed.0) > AHEAD_MAX {
            self.node.change(&progress).await;
            progress = self.node.progress_now();
        }
        let mut ahead = Vec::new();
        let mut next = last.clone();
        while next.inner().chain_height() > self.node.progress_now().executed {
            ahead.push(Arc::clone(next.inner().prepared()?));
            next = ancestry.next().await?;
        }
        ahead.reverse();
        Some((parent, ahead))
    }

    fn parent(&self, block: &Block) -> Option<Parent> {
        let Some(prepared) = block.prepared() else {
            let executed = self.node.root(Height::GENESIS)?;
            let time = self.node.config().genesis.time;
            return Some(Parent { hash: block.hash(), height: Height::GENESIS, time, executed });
        };
        let header = &prepared.block().header;
        Some(Parent { hash: block.hash(), height: header.height, time: header.time, executed: header.executed })
    }

    /// Returns when there is a reason for a block: something waits, roots of a block that did something can be
    /// published, or the heartbeat is due.
    async fn wait_for_reason<E: Clock>(&self, clock: &E, parent: &Parent, ahead: &[Arc<PreparedBlock>]) {
        let deadline = clock.current() + self.heartbeat;
        loop {
            let seen = self.node.progress_now();
            // Where the time is told, a block ahead that is not ordered yet may need another one to become so.
            let heartbeat = match self.node.told() {
                Some(told) if told > parent.time => return,
                Some(_) => parent.height > seen.ordered,
                None if self.node.has_waiting(ahead) || self.can_certify(parent, ahead) => return,
                None => true,
            };
            if !heartbeat {
                self.node.change(&seen).await;
                continue;
            }
            select! {
                _ = clock.sleep_until(deadline) => { return; },
                _ = self.node.change(&seen) => {},
            }
        }
    }

    /// Whether a block now would publish roots that somebody waits for.
    fn can_certify(&self, parent: &Parent, ahead: &[Arc<PreparedBlock>]) -> bool {
        let published = parent.executed.height;
        if self.node.newest_root().is_none_or(|newest| newest.height <= published) {
            return false;
        }
        let did_something = |height| self.node.result(Height(height)).is_some_and(|it| !it.receipts.is_empty());
        let executed = self.node.progress_now().executed.0;
        let carries = ahead.iter().any(|block| !block.block().transactions.is_empty());
        carries || (published.0 + 1..=executed.min(parent.height.0)).any(did_something)
    }

    /// Whether the block may follow; waits while what is executed here does not say.
    async fn judge<E: Clock + Spawner>(
        self,
        clock: E,
        parent: Parent,
        ahead: Arc<Vec<Arc<PreparedBlock>>>,
        block: Arc<PreparedBlock>,
    ) -> bool {
        let allowed = block.block().header.time.0.saturating_sub(CLOCK_AHEAD_MS);
        loop {
            let seen = self.node.progress_now();
            let early = allowed.saturating_sub(self.now_ms(&clock));
            if early == 0 {
                break;
            }
            if self.node.told().is_some() {
                self.node.change(&seen).await;
            } else {
                clock.sleep(Duration::from_millis(early)).await;
            }
        }
        loop {
            let seen = self.node.progress_now();
            let (node, ahead, block) = (self.node.clone(), Arc::clone(&ahead), Arc::clone(&block));
            // Signatures of a full block take long: they do not hold up the engine's own work.
            let checking = clock.child("check").shared(true);
            let checked = checking.spawn(move |_| async move { node.check_proposal(&parent, &ahead, &block) });
            match checked.await {
                Ok(Ok(())) => return true,
                Ok(Err(NotValid::Never(_))) => return false,
                Ok(Err(NotValid::NotYet(_))) => self.node.change(&seen).await,
                // The runtime stops.
                Err(_) => return never().await,
            }
        }
    }
}

impl<E: Clock + Spawner> Application<E> for ChainApplication {
    type SigningScheme = Scheme;
    type Context = Context<Digest, PublicKey>;
    type Block = Block;
    type Input = ();

    async fn propose(
        &mut self,
        (clock, _): (E, Self::Context),
        mut ancestry: impl Ancestry<Block>,
        (): (),
    ) -> Option<Digested<Block>> {
        let last = ancestry.next().await?;
        let (parent, ahead) = self.ahead(&last, ancestry).await?;
        if self.node.stopped().is_some() {
            return None;
        }
        self.wait_for_reason(&clock, &parent, &ahead).await;
        let made = self.node.propose(&parent, &ahead, Timestamp(self.now_ms(&clock)))?;
        Some(Block::new(&self.node.genesis(), Arc::new(made)).digested())
    }

    async fn verify(&mut self, (clock, _): (E, Self::Context), mut ancestry: impl Ancestry<Block>) -> bool {
        let Some(block) = ancestry.next().await else { return never().await };
        // Only the chain's beginning has no body, and nothing proposes it.
        let Some(prepared) = block.inner().prepared().cloned() else { return false };
        let Some(last) = ancestry.next().await else { return never().await };
        let Some((parent, ahead)) = self.ahead(&last, ancestry).await else { return never().await };
        self.clone().judge(clock, parent, Arc::new(ahead), prepared).await
    }
}

/// No verdict: consensus goes on without this vote.
async fn never() -> bool {
    std::future::pending().await
}
