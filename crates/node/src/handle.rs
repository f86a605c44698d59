//! What the API, the demo and tests hold: submit, seal, read, prove.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use gage_chain::{
    Block, BlockResult, Chain, Header, ReceiptProof, SignedTransaction, TransactionHash, frozen_modules,
    head_key_bytes, network_key_bytes,
};
use gage_crypto::Hash;
use gage_store::certified::Certified;
use gage_store::proof::Root;
use gage_units::{Height, Timestamp};
use gage_verify::{Evidence, ProvedRecord, RECEIPT_FORMAT, RECORD_FORMAT, ReceiptEvidence};
use tokio::sync::{broadcast, watch};

use crate::certifier::Message;
use crate::disk::list_snapshots;
use crate::locks::{lock, read};
use crate::recovery::snapshot_dir;
use crate::sequencer::Command;
use crate::shared::{BlockNotice, Shared};
use crate::signatures::{in_parallel, names_for};
use crate::status::LogStatus;
use crate::{NodeError, NodeStatus, Progress, ProveError, SealError, Stage, StopReason, SubmitError, TxStatus};

/// A block that was made on command.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its height.
    pub height: Height,
    /// Its hash.
    pub block: Hash,
    /// What it did.
    pub result: Arc<BlockResult>,
    /// The newest checkpoint: this height, where every block is one.
    pub certified: Height,
    /// The root of that checkpoint.
    pub root: Root,
}

/// A hold on a node. Clones are cheap; all may be used at once from any thread.
#[derive(Clone)]
pub struct NodeHandle {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    certifier: SyncSender<Message>,
}

/// A transaction whose bytes, right to run and signatures hold.
struct Checked {
    signed: SignedTransaction,
    hash: TransactionHash,
    bytes: usize,
}

/// What became of a transaction's check.
enum Prepared {
    /// It is known already.
    Known(TransactionHash),
    New(Box<Checked>),
}

impl NodeHandle {
    pub(crate) fn new(shared: Arc<Shared>, commands: Sender<Command>, certifier: SyncSender<Message>) -> NodeHandle {
        NodeHandle { shared, commands, certifier }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Takes a signed transaction in borsh. The same transaction again gives the same hash and no
    /// error. Signatures are checked on the caller's thread.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing has changed then.
    pub fn submit(&self, bytes: &[u8]) -> Result<TransactionHash, SubmitError> {
        let prepared = self.prepare(bytes)?;
        let taken = self.take([Ok(prepared)]);
        taken.into_iter().next().unwrap_or_else(|| Err(SubmitError::Stopped(StopReason::Requested)))
    }

    /// Takes many, their signatures checked in parallel; results in the order given, as is the mempool.
    pub fn submit_many(&self, transactions: Vec<Vec<u8>>) -> Vec<Result<TransactionHash, SubmitError>> {
        let threads = self.shared.config.signature_threads;
        self.take(in_parallel(transactions, threads, |bytes| self.prepare(&bytes)))
    }

    /// Everything about a transaction that does not depend on those submitted with it. The cheap
    /// checks come first, so that signatures are verified only for those who can pay.
    fn prepare(&self, bytes: &[u8]) -> Result<Prepared, SubmitError> {
        let shared = &self.shared;
        if let Some(reason) = shared.progress.stopped() {
            return Err(SubmitError::Stopped(reason));
        }
        let signed = SignedTransaction::from_bytes(bytes)?;
        let hash = signed.transaction.hash(&shared.genesis);
        if lock(&shared.index).is_on_its_way(&hash) {
            return Ok(Prepared::Known(hash));
        }
        let names = {
            let chain = read(&shared.chain);
            let checked = lock(&shared.mempool).check(chain.draft(), self.time(&chain), &signed, bytes.len());
            match checked {
                Ok(_) => names_for(chain.draft(), &signed),
                // Somebody may have brought the same transaction in the meantime.
                Err(_) if lock(&shared.index).is_on_its_way(&hash) => return Ok(Prepared::Known(hash)),
                Err(error) => return Err(error),
            }
        };
        signed.verify_signatures(&shared.genesis, &names).map_err(SubmitError::Signature)?;
        Ok(Prepared::New(Box::new(Checked { signed, hash, bytes: bytes.len() })))
    }

    /// Puts checked transactions into the mempool, in their order.
    fn take(
        &self,
        prepared: impl IntoIterator<Item = Result<Prepared, SubmitError>>,
    ) -> Vec<Result<TransactionHash, SubmitError>> {
        let shared = &self.shared;
        let chain = read(&shared.chain);
        let time = self.time(&chain);
        let mut mempool = lock(&shared.mempool);
        let mut index = lock(&shared.index);
        let (mut taken, mut changed) = (Vec::new(), false);
        for prepared in prepared {
            taken.push(match prepared {
                Err(error) => Err(error),
                Ok(Prepared::Known(hash)) => Ok(hash),
                Ok(Prepared::New(checked)) if index.is_on_its_way(&checked.hash) => Ok(checked.hash),
                Ok(Prepared::New(checked)) => {
                    let Checked { signed, hash, bytes } = *checked;
                    let inserted = mempool.insert(chain.draft(), time, signed, hash, bytes);
                    changed |= inserted.is_ok();
                    inserted.map(|()| {
                        index.accepted(hash);
                        hash
                    })
                }
            });
        }
        drop((index, mempool, chain));
        if changed {
            shared.progress.touch();
        }
        taken
    }

    /// The time against which a transaction's end is held: the last block's.
    fn time(&self, chain: &Chain) -> Timestamp {
        chain.head().time
    }

    /// Where a transaction stands.
    pub fn status(&self, hash: &TransactionHash) -> TxStatus {
        let certified = self.shared.progress.get().certified;
        lock(&self.shared.index).status(hash, certified)
    }

    /// Waits until a transaction has reached a stage or was dropped, the node has stopped, or the time
    /// is over; returns where it stands then. Blocks the thread; asynchronous callers use
    /// [`NodeHandle::progress`].
    pub fn wait(&self, hash: &TransactionHash, at_least: Stage, timeout: Duration) -> TxStatus {
        let deadline = Instant::now() + timeout;
        loop {
            let seen = self.shared.progress.get();
            let status = self.status(hash);
            let reached = status.stage().is_some_and(|stage| stage >= at_least);
            let over = matches!(status, TxStatus::Dropped { .. }) || seen.stopped || Instant::now() >= deadline;
            if reached || over {
                return status;
            }
            self.shared.progress.wait_change(&seen, deadline);
        }
    }

    /// Makes a block of this time of everything that waits, as far as it fits; returns when it is
    /// durable, executed, and the checkpoint at or below it certified.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal(&self, time: Timestamp) -> Result<Sealed, SealError> {
        let shared = &self.shared;
        let stopped = || SealError::Stopped(shared.progress.stopped().unwrap_or(StopReason::Requested));
        let (reply, answer) = sync_channel(1);
        self.commands.send(Command::Seal { time, reply }).map_err(|_| stopped())?;
        let height = answer.recv().map_err(|_| stopped())??;
        let certified = shared.checkpoint_below(height);
        shared
            .progress
            .wait_for(|progress| progress.executed >= height && progress.certified >= certified)
            .map_err(SealError::Stopped)?;
        let result = self.result(height).ok_or_else(stopped)?;
        let root = shared.progress.root(certified).ok_or_else(stopped)?.state_root;
        Ok(Sealed { height, block: result.block, result, certified, root })
    }

    /// Reads the head, between blocks. Keep it short, the next block waits; and do not call the handle
    /// from inside, which may wait for that block.
    pub fn read<T>(&self, look: impl FnOnce(&Chain) -> T) -> T {
        look(&read(&self.shared.chain))
    }

    /// The record at a key, or its absence, with proofs, at a checkpoint: the newest unless given.
    /// The evidence carries the header that publishes the root once there is one, two blocks later.
    ///
    /// # Errors
    /// [`ProveError::UnknownTable`], [`ProveError::NotRetained`].
    pub fn prove(&self, key: &[u8], at: Option<Height>) -> Result<Evidence, ProveError> {
        let shared = &self.shared;
        let number = key.split_first_chunk::<2>().map(|(number, _)| u16::from_be_bytes(*number));
        let table = number.and_then(|number| shared.tables.get(&number)).ok_or(ProveError::UnknownTable)?;
        let certified = read(&shared.certified);
        let (oldest, newest) = span(&certified);
        let height = at.unwrap_or(newest);
        let gone = || ProveError::NotRetained { asked: height, oldest, newest };
        let found = certified.read_at(height.0, key).map_err(|_| gone())?;
        let supporting = |key: &[u8]| {
            let found = certified.read_at(height.0, key).map_err(|_| gone())?;
            // Genesis writes both records, and nothing removes them.
            let value = found.value.ok_or(ProveError::UnknownTable)?;
            Ok(ProvedRecord { value, proof: found.proof })
        };
        let (network_record, head_record) = (supporting(&network_key_bytes())?, supporting(&head_key_bytes())?);
        drop(certified);
        Ok(Evidence {
            format: RECORD_FORMAT.to_owned(),
            network: shared.network.clone(),
            genesis: shared.genesis,
            table: (*table).to_owned(),
            key: key.to_vec(),
            value: found.value,
            proof: found.proof,
            network_record,
            head_record,
            height,
            state_root: found.root,
            header: shared.publishing_header(height),
        })
    }

    /// The receipt of a transaction with the path to its block's events root, and the header that
    /// publishes that root once there is one. Only checkpoints are published.
    ///
    /// # Errors
    /// [`ProveError::NoReceipt`].
    pub fn receipt_proof(&self, hash: &TransactionHash) -> Result<ReceiptEvidence, ProveError> {
        let (result, index) = lock(&self.shared.index).receipt(hash).ok_or(ProveError::NoReceipt)?;
        let receipt = result.receipts.get(index).ok_or(ProveError::NoReceipt)?;
        let proof = ReceiptProof::make(result.height, &result.receipts, &result.due, index);
        Ok(ReceiptEvidence {
            format: RECEIPT_FORMAT.to_owned(),
            genesis: self.shared.genesis,
            transaction: *hash,
            receipt: receipt.to_bytes(),
            proof: proof.ok_or(ProveError::NoReceipt)?,
            height: result.height,
            events_root: result.events_root,
            header: self.shared.publishing_header(result.height),
        })
    }

    /// A block from the log. `None` if it is not kept, not yet made, or the node is stopped.
    pub fn block(&self, height: Height) -> Option<Block> {
        self.shared.block(height)
    }

    /// A block's header.
    pub fn header(&self, height: Height) -> Option<Header> {
        self.shared.header(height)
    }

    /// What a block did, if that is still kept.
    pub fn result(&self, height: Height) -> Option<Arc<BlockResult>> {
        lock(&self.shared.index).result(height)
    }

    /// The oldest height whose result is kept: from where a subscriber can catch up.
    pub fn oldest_result(&self) -> Option<Height> {
        lock(&self.shared.index).oldest_result()
    }

    /// Every block from now on, as it is executed. A receiver that falls too far behind is told how
    /// many it missed, and can fetch them with [`NodeHandle::result`].
    pub fn subscribe(&self) -> broadcast::Receiver<BlockNotice> {
        self.shared.notices.subscribe()
    }

    /// Follows how far the node has come; changes also when any transaction's status does.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.shared.progress.subscribe()
    }

    /// The newest checkpoint and its root.
    pub fn checkpoint(&self) -> Option<(Height, Root)> {
        read(&self.shared.certified).latest().map(|(height, root)| (Height(height), root))
    }

    /// The newest checkpoint that is still kept and whose root a header publishes.
    pub fn published(&self) -> Option<Height> {
        let ordered = self.shared.progress.get().ordered;
        let newest = self.shared.published_by(ordered);
        let kept = read(&self.shared.certified).checkpoints().any(|height| height == newest.0);
        (kept && ordered > Height::GENESIS).then_some(newest)
    }

    /// The genesis hash.
    pub fn genesis(&self) -> Hash {
        self.shared.genesis
    }

    /// The network's name.
    pub fn network(&self) -> &str {
        &self.shared.network
    }

    /// Whether blocks are made on command.
    pub fn is_manual(&self) -> bool {
        self.shared.is_manual()
    }

    /// Why no more blocks are made, if so.
    pub fn stopped(&self) -> Option<StopReason> {
        self.shared.progress.stopped()
    }

    /// What the node says of itself.
    pub fn status_summary(&self) -> NodeStatus {
        let shared = &self.shared;
        let progress = shared.progress.get();
        let (head, frozen) = self.read(|chain| (chain.head(), frozen_modules(chain.draft())));
        let (oldest, newest, root, records) = {
            let certified = read(&shared.certified);
            let (oldest, newest) = span(&certified);
            (oldest, newest, certified.root(), certified.len())
        };
        let mempool = lock(&shared.mempool).status();
        let log = lock(&shared.log).as_ref().map_or_else(LogStatus::default, |log| LogStatus {
            first_height: log.first_height(),
            next_height: log.next_height(),
        });
        let snapshots = list_snapshots(&snapshot_dir(&shared.config.dir)).unwrap_or_default();
        NodeStatus {
            network: shared.network.clone(),
            genesis: shared.genesis,
            ordered: progress.ordered,
            head,
            certified: newest,
            root,
            published: self.published(),
            oldest_checkpoint: oldest,
            records,
            mempool,
            log,
            snapshots: snapshots.into_iter().map(|file| file.height).collect(),
            snapshot_failure: lock(&shared.snapshot_failure).clone(),
            frozen_modules: frozen,
            stopped: progress.stopped.then(|| shared.progress.stopped()).flatten(),
        }
    }

    /// Writes a snapshot of the newest checkpoint and returns its file.
    ///
    /// # Errors
    /// [`NodeError::Snapshot`]; [`NodeError::Stopped`].
    pub fn snapshot_now(&self) -> Result<PathBuf, NodeError> {
        let stopped = || NodeError::Stopped(self.stopped().unwrap_or(StopReason::Requested));
        let (reply, answer) = sync_channel(1);
        self.certifier.send(Message::Snapshot { reply }).map_err(|_| stopped())?;
        answer.recv().map_err(|_| stopped())?
    }
}

/// The oldest and the newest checkpoint kept.
fn span(certified: &Certified) -> (Height, Height) {
    let mut kept = certified.checkpoints();
    let oldest = kept.next().unwrap_or(0);
    (Height(oldest), Height(kept.next_back().unwrap_or(oldest)))
}
