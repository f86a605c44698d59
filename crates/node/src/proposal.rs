//! What consensus asks of a node: the next block, and whether one may follow. Neither executes anything.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use gage_chain::{Claims, Executed, Header, Invalid, PreparedBlock, TransactionHash, active_version};
use gage_crypto::Hash;
use gage_units::{Height, Timestamp};
use thiserror::Error;

use crate::locks::{lock, read};
use crate::mempool::Picked;
use crate::signatures::{in_parallel, names_for};
use crate::{NodeHandle, Progress};

/// A block in front of the one in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Its hash.
    pub hash: Hash,
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// The roots it publishes.
    pub executed: Executed,
}

/// Why a block may not follow.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotValid {
    /// It never may.
    #[error("the block is invalid: {0}")]
    Never(String),
    /// Not with what is executed here; it may be once more is.
    #[error("what is executed here does not say yet whether the block is valid: {0}")]
    NotYet(String),
}

impl NodeHandle {
    /// Makes the block that follows `parent`, from what waits here. `ahead` are the blocks up to the parent, oldest
    /// first, that may not be executed yet. `None` where the parent is not the end of what is executed and ahead.
    pub fn propose(&self, parent: &Parent, ahead: &[Arc<PreparedBlock>], time: Timestamp) -> Option<PreparedBlock> {
        let shared = self.shared();
        let height = Height(parent.height.0 + 1);
        let newest = shared.progress.newest_root()?;
        // A proposer behind its parent's roots repeats them; the block then says nothing new.
        let executed = if newest.height > parent.executed.height { newest } else { parent.executed };
        let time = Timestamp(time.0.max(parent.time.0 + 1));
        let far = height.0 - executed.height.0.min(height.0) > read(&shared.chain).params().lag_max;
        let Picked { mut transactions, dropped, .. } = {
            let chain = read(&shared.chain);
            let head = chain.head();
            let rest: Vec<&PreparedBlock> =
                ahead.iter().map(Arc::as_ref).filter(|block| block.block().header.height > head.height).collect();
            let end = rest.last().map_or(head.block, |last| last.block().header.hash(&shared.genesis));
            if end != parent.hash {
                return None;
            }
            let claims = Claims::of_blocks(chain.draft(), rest);
            if far {
                // Execution is too far behind: an empty block lets it catch up.
                Picked::default()
            } else {
                lock(&shared.mempool).propose(chain.draft(), time, shared.weight_max, &claims)
            }
        };
        self.note_dropped(dropped);
        // By class, else in the order of arrival.
        transactions.sort_by_key(|signed| signed.transaction.class());
        let header =
            |body| Header { parent: parent.hash, height, time, version: active_version(height), body, executed };
        Some(PreparedBlock::make(&shared.genesis, transactions, header))
    }

    /// Whether a block may follow its parent: by its bytes, the blocks ahead of it and what is executed here. What
    /// is valid after fewer executed blocks is valid after more, so that all nodes come to the same answer.
    ///
    /// # Errors
    /// [`NotValid`].
    pub fn check_proposal(
        &self,
        parent: &Parent,
        ahead: &[Arc<PreparedBlock>],
        block: &PreparedBlock,
    ) -> Result<(), NotValid> {
        let never = |sentence: String| NotValid::Never(sentence);
        let header = &block.block().header;
        if header.parent != parent.hash {
            return Err(never(Invalid::Parent.to_string()));
        }
        self.check_roots(parent, header)?;
        let unknown = {
            let chain = read(&self.shared().chain);
            let head = chain.head();
            let rest: Vec<Arc<PreparedBlock>> =
                ahead.iter().filter(|block| block.block().header.height > head.height).cloned().collect();
            let all_executed = rest.is_empty();
            match chain.check_ahead(&rest, block) {
                Ok(()) => {}
                Err(invalid @ Invalid::Transaction { .. }) if !all_executed => {
                    return Err(NotValid::NotYet(invalid.to_string()));
                }
                Err(invalid) => return Err(never(invalid.to_string())),
            }
            let mempool = lock(&self.shared().mempool);
            let hashes = block.hashes().zip(&block.block().transactions);
            let unknown = hashes.filter(|(_, signed)| !mempool.holds(chain.draft(), signed));
            let unknown = unknown.map(|(hash, signed)| (hash, signed, names_for(chain.draft(), signed)));
            (unknown.collect::<Vec<_>>(), all_executed)
        };
        let (unknown, all_executed) = unknown;
        let genesis = self.genesis();
        let checked = in_parallel(unknown, self.config().signature_threads, |(hash, signed, names)| {
            signed.verify_signatures_of(&hash, &genesis, &names).map_err(|refusal| format!("{hash}: {refusal}"))
        });
        match checked.into_iter().find_map(Result::err) {
            // The text that a wallet signs may name an asset which a block ahead creates.
            Some(sentence) if !all_executed => Err(NotValid::NotYet(sentence)),
            Some(sentence) => Err(never(sentence)),
            None => Ok(()),
        }
    }

    /// The published roots: those of the parent, or newer ones that equal what execution gave here.
    fn check_roots(&self, parent: &Parent, header: &Header) -> Result<(), NotValid> {
        let (published, shared) = (header.executed, self.shared());
        if published == parent.executed {
            return Ok(());
        }
        let height = published.height;
        if height <= parent.executed.height || height > parent.height || shared.checkpoint_below(height) != height {
            return Err(NotValid::Never(Invalid::Executed(height).to_string()));
        }
        match shared.progress.root(height) {
            Some(own) if own == published => Ok(()),
            Some(own) => Err(NotValid::Never(format!(
                "it publishes the root {} for height {height}, execution gives {}",
                published.state_root, own.state_root
            ))),
            None => Err(NotValid::NotYet(format!("height {height} is not certified here"))),
        }
    }

    /// The newest roots that a header may publish.
    pub fn newest_root(&self) -> Option<Executed> {
        self.shared().progress.newest_root()
    }

    /// The roots of a checkpoint, while they are kept.
    pub fn root(&self, height: Height) -> Option<Executed> {
        self.shared().progress.root(height)
    }

    /// Whether anything waits that is in none of these blocks.
    pub fn has_waiting(&self, ahead: &[Arc<PreparedBlock>]) -> bool {
        let in_blocks: BTreeSet<TransactionHash> = ahead.iter().flat_map(|block| block.hashes()).collect();
        lock(&self.shared().mempool).hashes().any(|hash| !in_blocks.contains(hash))
    }

    /// How far the node has come now.
    pub fn progress_now(&self) -> Progress {
        self.shared().progress.get()
    }

    /// Waits until anything has changed since `seen`: a height, a transaction that came or was dropped, the stop.
    /// Waiters wake in the order in which they began, so that a simulation sees the same order every time.
    pub fn change(&self, seen: &Progress) -> Change {
        Change { node: self.clone(), seen: seen.changes, number: None }
    }

    /// Transactions that clients brought here after number `after`, as far as `bytes_max` goes, and the number to
    /// go on from.
    pub fn brought(&self, after: Option<u64>, bytes_max: usize) -> (Vec<Vec<u8>>, Option<u64>) {
        lock(&self.shared().mempool).brought(after, bytes_max)
    }

    fn note_dropped(&self, dropped: Vec<(TransactionHash, gage_chain::Rejection)>) {
        if dropped.is_empty() {
            return;
        }
        let mut index = lock(&self.shared().index);
        for (hash, reason) in dropped {
            index.dropped(hash, reason);
        }
        drop(index);
        self.shared().progress.dropped();
    }
}

/// See [`NodeHandle::change`].
pub struct Change {
    node: NodeHandle,
    seen: u64,
    number: Option<u64>,
}

impl Future for Change {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<()> {
        if let Some(number) = self.number.take() {
            self.node.shared().progress.deregister(number);
        }
        self.number = self.node.shared().progress.register(self.seen, task.waker());
        if self.number.is_some() { Poll::Pending } else { Poll::Ready(()) }
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.node.shared().progress.deregister(number);
        }
    }
}
