//! Consensus, one engine after the other: each orders the blocks of one epoch, and ends when the last of them is
//! executed here, which says who orders next.

use std::collections::BTreeSet;
use std::sync::Arc;

use commonware_consensus::simplex::config::{Config as SimplexConfig, Floor, ForwardPolicy, SkipBudget, SkipPolicy};
use commonware_consensus::simplex::elector::RoundRobin;
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::simplex::types::{Activity, Context, Finalization};
use commonware_consensus::simplex::{Engine as Simplex, Plan};
use commonware_consensus::types::{Epoch, Height, ViewDelta};
use commonware_consensus::{CertifiableAutomaton, Relay, Reporter, Reporters};
use commonware_cryptography::Digestible as _;
use commonware_cryptography::ed25519::PublicKey;
use commonware_cryptography::sha256::{Digest, Sha256};
use commonware_macros::select;
use commonware_p2p::utils::mux::{Builder as _, MuxHandle, Muxer};
use commonware_p2p::{Blocker, Receiver, Sender};
use commonware_parallel::Sequential;
use commonware_runtime::buffer::paged::CacheRef;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage};
use commonware_utils::vec::NonEmptyVec;
use gage_node::NodeHandle;
use rand_core::CryptoRng;

use crate::deliver::{Watch, Watcher};
use crate::engine::{Archive, MAILBOX, REPLAY_BUFFER, Timing, VIEWS_KEPT, WRITE_BUFFER, nonzero};
use crate::epochs::{Epochs, Peer};

/// Takes the peers to reach from now on, under numbers that grow.
pub(crate) type Track = Arc<dyn Fn(u64, Vec<Peer>) + Send + Sync>;

/// What orders.
pub(crate) struct Ordering<B, W> {
    pub epochs: Epochs,
    pub node: NodeHandle,
    pub timing: Timing,
    pub partition: String,
    pub blocker: B,
    pub track: Track,
    pub watcher: Watcher,
    pub archive: Archive,
    /// The last height that the node was given at the start.
    pub given: u64,
    /// Proposes and judges, in every epoch.
    pub application: W,
    /// The digest of what every chain of this network begins with.
    pub genesis: Digest,
    /// A final block with which this validator began; votes of its epoch that are older concern nobody here.
    pub floor: Option<Finalization<Scheme, Digest>>,
    pub page_cache: CacheRef,
}

/// The three channels of consensus, shared by its epochs.
pub(crate) struct ConsensusChannels<S, R> {
    pub votes: (S, R),
    pub certificates: (S, R),
    pub resolver: (S, R),
}

/// Starts it; it ends only where a part of it does.
pub(crate) fn start<E, B, W, S, R>(
    context: E,
    ordering: Ordering<B, W>,
    channels: ConsensusChannels<S, R>,
) -> Handle<()>
where
    E: Clock + CryptoRng + Spawner + Storage + Metrics,
    B: Blocker<PublicKey = PublicKey>,
    W: CertifiableAutomaton<Context = Context<Digest, PublicKey>, Digest = Digest>
        + Relay<Digest = Digest, PublicKey = PublicKey, Plan = Plan<PublicKey>>
        + Reporter<Activity = Activity<Scheme, Digest>>,
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    context.spawn(move |context| ordering.run(context, channels))
}

/// The epochs' shares of the three channels.
struct Muxes<S: Sender> {
    votes: MuxHandle<S>,
    certificates: MuxHandle<S>,
    resolver: MuxHandle<S>,
}

impl<B, W> Ordering<B, W>
where
    B: Blocker<PublicKey = PublicKey>,
    W: CertifiableAutomaton<Context = Context<Digest, PublicKey>, Digest = Digest>
        + Relay<Digest = Digest, PublicKey = PublicKey, Plan = Plan<PublicKey>>
        + Reporter<Activity = Activity<Scheme, Digest>>,
{
    async fn run<E, S, R>(mut self, context: E, channels: ConsensusChannels<S, R>)
    where
        E: Clock + CryptoRng + Spawner + Storage + Metrics,
        S: Sender<PublicKey = PublicKey>,
        R: Receiver<PublicKey = PublicKey>,
    {
        let ConsensusChannels { votes, certificates, resolver } = channels;
        let (mux, votes, mut ahead) = Muxer::builder(context.child("votes"), votes.0, votes.1).with_backup().build();
        mux.start();
        let (mux, certificates) = Muxer::new(context.child("certificates"), certificates.0, certificates.1);
        mux.start();
        let (mux, resolver) = Muxer::new(context.child("resolver"), resolver.0, resolver.1);
        mux.start();
        let mut muxes = Muxes { votes, certificates, resolver };

        if !self.catch_up().await {
            return;
        }
        let mut epoch = self.epochs.current();
        loop {
            (self.track)(2 * epoch, self.epochs.peers(epoch));
            // What one may forget of an epoch that ended two epochs ago: its votes are about blocks that are final here.
            if let Some(old) = epoch.checked_sub(2) {
                // There may be none.
                drop(context.remove(&self.votes_partition(old), None).await);
            }
            let Some(mut engine) = self.begin(&context, epoch, &mut muxes).await else { return };
            self.forget(&context, epoch);
            let last = self.epochs.last_of(epoch);
            let (mut kept, mut tracked, mut looked) = (false, false, None);
            // What was executed at the last look whether anything goes on, and when the next is due.
            let (mut before, mut look_at) = (None, context.current() + self.timing.inactive);
            loop {
                let seen = self.node.progress_now();
                if last.is_some_and(|last| seen.executed.0 >= last.get()) {
                    break;
                }
                // Block by block, not at every transaction that comes: the state is locked while a block is executed.
                if last.is_some() && looked != Some(seen.executed) {
                    looked = Some(seen.executed);
                    if !tracked && self.node.has_successor(epoch) {
                        tracked = true;
                        (self.track)(2 * epoch + 1, self.epochs.peers(epoch));
                    }
                    // Until a header has published the next set.
                    if tracked && !kept {
                        kept = keep_handover(&context, &self.node, epoch).await;
                    }
                }
                select! {
                    _ = self.node.change(&seen) => {},
                    _ = &mut engine => { return; },
                    heard = ahead.recv() => {
                        // Peers that are an epoch ahead have the last block of this one; who lies hides nobody.
                        let Some(first) = heard else { return };
                        let waiting = std::iter::once(first).chain(std::iter::from_fn(|| ahead.try_recv().ok()));
                        let theirs = waiting.filter(|(theirs, _)| *theirs > epoch).map(|(_, (peer, _))| peer);
                        let peers: Vec<PublicKey> = theirs.collect::<BTreeSet<_>>().into_iter().collect();
                        if let (Some(last), Ok(peers)) = (last, NonEmptyVec::try_from(peers)) {
                            self.archive.hint_finalized(last, peers);
                        }
                    },
                    _ = context.sleep_until(look_at) => {
                        // Those who know that the epoch is over may have left, and say nothing.
                        if before == Some(seen.executed) {
                            self.ask_for(last, epoch);
                        }
                        (before, look_at) = (Some(seen.executed), context.current() + self.timing.inactive);
                        self.forget(&context, epoch);
                    },
                }
            }
            engine.abort();
            drop(engine.await);
            if !kept && self.node.has_successor(epoch) {
                keep_handover(&context, &self.node, epoch).await;
            }
            epoch += 1;
        }
    }

    /// Waits until what the node was given at its start is executed: only then it knows in which epoch it is. One that
    /// stops before must not vote: it would in an epoch whose votes it has forgotten.
    async fn catch_up(&mut self) -> bool {
        loop {
            let seen = self.node.progress_now();
            if seen.executed.0 >= self.given || seen.stopped {
                return seen.executed.0 >= self.given;
            }
            self.node.change(&seen).await;
        }
    }

    /// Starts the engine of an epoch on the last block of the one before, or where this validator began.
    async fn begin<E, S>(&mut self, context: &E, epoch: u64, muxes: &mut Muxes<S>) -> Option<Handle<()>>
    where
        E: Clock + CryptoRng + Spawner + Storage + Metrics,
        S: Sender<PublicKey = PublicKey>,
    {
        let began = self.floor.clone().filter(|it| it.proposal.round.epoch().get() == epoch);
        let floor = match (began, self.last_before(epoch)) {
            (Some(began), _) => Floor::Finalized(began),
            (None, None) => Floor::Genesis(self.genesis),
            (None, Some(height)) => Floor::Genesis(self.last_block(context, height, epoch).await),
        };
        let signing = self.epochs.signing(epoch)?;
        let watch = Watch { watcher: Arc::clone(&self.watcher), committee: signing.committee };
        let engine = Simplex::new(
            context.child("simplex").with_attribute("epoch", epoch),
            SimplexConfig {
                scheme: (*signing.scheme).clone(),
                elector: RoundRobin::<Sha256>::default(),
                blocker: self.blocker.clone(),
                automaton: self.application.clone(),
                relay: self.application.clone(),
                reporter: Reporters::from((self.application.clone(), watch)),
                track_historical_votes: false,
                strategy: Sequential,
                partition: self.votes_partition(epoch),
                mailbox_size: MAILBOX,
                epoch: Epoch::new(epoch),
                floor,
                replay_buffer: REPLAY_BUFFER,
                write_buffer: WRITE_BUFFER,
                page_cache: self.page_cache.clone(),
                leader_timeout: self.timing.leader,
                certification_timeout: self.timing.certification,
                timeout_retry: self.timing.retry,
                view_retention: ViewDelta::new(VIEWS_KEPT),
                skip: SkipPolicy::Enabled { timeout: self.timing.inactive, budget: SkipBudget::Participants },
                fetch_timeout: nonzero(self.timing.fetch),
                fetch_retry_delay: self.timing.fetch / 10,
                forward: ForwardPolicy::SilentLeader,
            },
        );
        let votes = muxes.votes.register(epoch).await.ok()?;
        let certificates = muxes.certificates.register(epoch).await.ok()?;
        let resolver = muxes.resolver.register(epoch).await.ok()?;
        Some(engine.start(votes, certificates, resolver))
    }

    /// The digest of the last block of the epoch before: in the archive, but where that is younger than the node's data.
    async fn last_block<E: Clock>(&mut self, context: &E, height: Height, epoch: u64) -> Digest {
        loop {
            if let Some(block) = self.archive.get_block(height).await {
                return block.digest();
            }
            self.ask_for(Some(height), epoch);
            context.sleep(self.timing.fetch).await;
        }
    }

    /// The height of the last block of the epoch before.
    fn last_before(&self, epoch: u64) -> Option<Height> {
        epoch.checked_sub(1).and_then(|before| self.epochs.last_of(before))
    }

    /// Forgets the blocks that the node's log does not keep, but that with which the epoch began.
    fn forget<E: Spawner>(&self, context: &E, epoch: u64) {
        let (node, archive) = (self.node.clone(), self.archive.clone());
        let began = self.last_before(epoch);
        // On a thread where it may wait for the log.
        context.child("forget").shared(true).spawn(move |_| async move {
            let kept = Height::new(node.first_kept().0);
            archive.prune(began.map_or(kept, |began| began.min(kept)));
        });
    }

    /// Asks all peers for the certificate of a height, which brings the blocks before it.
    fn ask_for(&mut self, height: Option<Height>, epoch: u64) {
        let Some(height) = height else { return };
        let peers: Vec<PublicKey> = self.epochs.peers(epoch).into_iter().map(|(key, _)| key).collect();
        if let Ok(peers) = NonEmptyVec::try_from(peers) {
            self.archive.hint_finalized(height, peers);
        }
    }

    /// Where the votes of an epoch are written before they are sent: a key that forgot them could contradict them.
    fn votes_partition(&self, epoch: u64) -> String {
        match epoch {
            0 => format!("{}-votes", self.partition),
            _ => format!("{}-votes-{epoch}", self.partition),
        }
    }
}

/// Keeps the way to the next validators for readers. On a thread where it may wait for the archive.
async fn keep_handover<E: Spawner>(context: &E, node: &NodeHandle, epoch: u64) -> bool {
    let node = node.clone();
    let keeping = context.child("handover").shared(true).spawn(move |_| async move { node.keep_handover(epoch) });
    // Where the disk fails the node itself stops; other nodes have the same proof.
    keeping.await.map_or(true, |kept| kept.unwrap_or(true))
}
