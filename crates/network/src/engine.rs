//! The wiring of one validator, the same under the clock and in simulation: broadcast, backfill, archives,
//! marshal, consensus, gossip.

use std::num::{NonZeroU16, NonZeroU64, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use commonware_broadcast::buffered;
use commonware_consensus::Application;
use commonware_consensus::marshal::core::{Actor as Marshal, Processed};
use commonware_consensus::marshal::resolver::p2p as backfill;
use commonware_consensus::marshal::standard::{Inline, Standard};
use commonware_consensus::marshal::{Config as MarshalConfig, Start, max_payload_size};
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::simplex::types::{Context, Finalization};
use commonware_consensus::types::ViewDelta;
use commonware_cryptography::Digestible as _;
use commonware_cryptography::certificate::Verifier as _;
use commonware_cryptography::ed25519::PublicKey;
use commonware_cryptography::sha256::Digest;
use commonware_p2p::utils::mux::prefixed;
use commonware_p2p::{Blocker, Provider, Receiver, Sender};
use commonware_parallel::Sequential;
use commonware_runtime::buffer::paged::CacheRef;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage};
use commonware_storage::archive::{Archive as _, Identifier, prunable};
use commonware_storage::translator::EightCap;
use commonware_utils::{NZU16, NZU64, NZUsize, NonZeroDuration};
use gage_crypto::Hash;
use gage_node::NodeHandle;
use gage_verify::Certificate;
use rand_core::CryptoRng;

use crate::block::{Block, ReadConfig};
use crate::committee::VALIDATORS_MAX;
use crate::deliver::{Deliver, Sink, Watcher};
use crate::epochs::Epochs;
use crate::floor::finalization;
use crate::gossip;
use crate::ordering::{self, ConsensusChannels, Ordering, Track};

/// Where the engine's parts talk; votes and certificates go in channels of their own.
pub(crate) mod channel {
    pub const VOTES: u64 = 0;
    pub const CERTIFICATES: u64 = 1;
    pub const RESOLVER: u64 = 2;
    pub const BLOCKS: u64 = 3;
    pub const BACKFILL: u64 = 4;
    pub const TRANSACTIONS: u64 = 5;
}

/// Ready messages of each part.
pub(crate) const MAILBOX: NonZeroUsize = NZUsize!(1024);
/// Blocks of each peer that are kept until consensus needs them.
const BLOCKS_PER_PEER: usize = 16;
/// Views behind the finalized tip of which votes and blocks are kept.
pub(crate) const VIEWS_KEPT: u64 = 64;
/// Blocks per file of the archives, which are deleted whole; a file more is an open file more.
pub const ARCHIVE_SECTION: NonZeroU64 = NZU64!(4_096);
pub(crate) const REPLAY_BUFFER: NonZeroUsize = NZUsize!(1 << 20);
pub(crate) const WRITE_BUFFER: NonZeroUsize = NZUsize!(1 << 18);
/// With its checksum a page fills one of the disk's.
const PAGE_SIZE: NonZeroU16 = NZU16!(4_084);
const PAGES: NonZeroUsize = NZUsize!(2_048);
/// Missing blocks fetched at a time.
const REPAIR_MAX: NonZeroUsize = NZUsize!(32);
/// Ordered blocks on their way to the executor.
const PENDING_MAX: NonZeroUsize = NZUsize!(64);

/// Blocks of the archive on their way to the executor at the start.
const REPLAYED_MAX: u64 = 256;

/// How long the parts wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For a leader's proposal.
    pub leader: Duration,
    /// For the certification of a view, longer than for the leader.
    pub certification: Duration,
    /// Before a vote to skip a view is sent again.
    pub retry: Duration,
    /// Without a sign of life after which a leader is passed over; the longest.
    pub inactive: Duration,
    /// For an answer of a peer that was asked for something.
    pub fetch: Duration,
    /// How long a leader waits for something to order before it makes an empty block; well below `leader`.
    pub heartbeat: Duration,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            leader: Duration::from_millis(1_500),
            certification: Duration::from_millis(2_500),
            retry: Duration::from_secs(2),
            inactive: Duration::from_secs(10),
            fetch: Duration::from_secs(1),
            heartbeat: Duration::from_millis(500),
        }
    }
}

/// What one validator is made of, besides its node.
pub(crate) struct Setup<B, P, A> {
    pub epochs: Epochs,
    pub timing: Timing,
    /// Blocks per file of the archives.
    pub section: NonZeroU64,
    /// Names of the files, so that several validators may share one simulated disk.
    pub partition: String,
    pub blocker: B,
    pub peers: P,
    pub track: Track,
    pub node: NodeHandle,
    /// What proposes and judges blocks.
    pub application: A,
    pub sink: Sink,
    pub watcher: Watcher,
    /// Where the engine begins, if not with the genesis and not further already.
    pub floor: Option<Certificate>,
}

/// One channel of each kind.
pub(crate) struct Channels<S, R> {
    pub votes: (S, R),
    pub certificates: (S, R),
    pub resolver: (S, R),
    pub blocks: (S, R),
    pub backfill: (S, R),
    pub transactions: (S, R),
}

/// What asks marshal.
pub(crate) type Archive = commonware_consensus::marshal::core::Mailbox<Scheme, Standard<Block>>;

/// A running validator.
pub(crate) struct Running {
    /// Ends where any part does.
    pub handles: Vec<Handle<()>>,
    /// Asks marshal for what its archives hold.
    pub archive: Archive,
}

/// The longest message of any channel.
pub(crate) fn message_bytes_max(genesis: &Hash) -> u32 {
    let participants = u32::try_from(VALIDATORS_MAX).expect("at most 128 validators");
    let longest = max_payload_size::<Standard<Block>, Scheme>(participants, &ReadConfig::new(*genesis));
    let longest = prefixed(longest.max(gossip::MESSAGE_BYTES_MAX));
    u32::try_from(longest).expect("a block and its certificate are below 4 GiB")
}

/// Starts a validator on its storage. The node must have been started; blocks that the archive holds and the node
/// lacks are handed to it first.
pub(crate) async fn start<E, B, P, A, S, R>(context: E, setup: Setup<B, P, A>, channels: Channels<S, R>) -> Running
where
    E: Clock + CryptoRng + Spawner + Storage + Metrics,
    B: Blocker<PublicKey = PublicKey>,
    P: Provider<PublicKey = PublicKey>,
    A: Application<E, SigningScheme = Scheme, Context = Context<Digest, PublicKey>, Block = Block, Input = ()>,
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    let Setup { epochs, timing, section, partition, blocker, peers, track, node, application, sink, watcher, floor } =
        setup;
    let me = epochs.secret().key_public();
    let read = ReadConfig::new(node.genesis());
    let genesis = Block::genesis(&node.genesis());
    let genesis_digest = genesis.digest();
    let page_cache = CacheRef::new(PAGE_SIZE, PAGES);

    let resolver = backfill::init(
        context.child("backfill"),
        backfill::Config {
            public_key: me.clone(),
            peer_provider: peers.clone(),
            blocker: blocker.clone(),
            mailbox_size: MAILBOX,
            fetch_timeout: nonzero(timing.fetch),
            fetch_retry_delay: timing.fetch / 10,
            priority_requests: false,
            priority_responses: false,
        },
        channels.backfill,
    );
    let (broadcast, buffer) = buffered::Engine::new(
        context.child("broadcast"),
        buffered::Config {
            public_key: me,
            mailbox_size: MAILBOX,
            deque_size: BLOCKS_PER_PEER,
            priority: true,
            codec_config: read,
            peer_provider: peers,
            strategy: Sequential,
        },
    );

    let archive = |part: &str| format!("{partition}-{part}");
    let finalizations = prunable::Archive::<EightCap, E, Digest, Finalization<Scheme, Digest>>::init(
        context.child("finalizations"),
        archive_config(&archive("finalizations"), section, &page_cache, Scheme::certificate_codec_config_unbounded()),
    );
    let finalizations = finalizations.await.expect("the archive of certificates opens");
    let blocks = prunable::Archive::<EightCap, E, Digest, Arc<Block>>::init(
        context.child("blocks"),
        archive_config(&archive("blocks"), section, &page_cache, read),
    );
    let blocks = blocks.await.expect("the archive of blocks opens");
    // What was ordered and the node has not kept, it gets again before anything new.
    let mut height = node.progress_now().ordered.0 + 1;
    while let Some(block) = blocks.get(Identifier::Index(height)).await.expect("the archive of blocks reads") {
        if let Some(prepared) = block.prepared() {
            sink(Arc::clone(prepared), Box::new(|| {}));
        }
        height += 1;
        // Only some are on their way at a time: there may be years of them.
        let mut seen = node.progress_now();
        while height - seen.executed.0 > REPLAYED_MAX && !seen.stopped {
            node.change(&seen).await;
            seen = node.progress_now();
        }
    }

    // One of an epoch whose members are forgotten was left behind long ago.
    let floor = floor.and_then(|it| finalization(&it, epochs.signing(it.epoch)?.committee.members().len()));
    let epocher = epochs.epocher();
    let (marshal, mailbox, begins) = Marshal::init(
        context.child("marshal"),
        finalizations,
        blocks,
        MarshalConfig {
            provider: epochs.clone(),
            epocher: epocher.clone(),
            start: floor.clone().map_or_else(|| Start::Genesis(genesis.digested()), Start::Floor),
            partition_prefix: archive("marshal"),
            mailbox_size: MAILBOX,
            view_retention: ViewDelta::new(VIEWS_KEPT * 10),
            prunable_items_per_section: section,
            page_cache: page_cache.clone(),
            replay_buffer: REPLAY_BUFFER,
            key_write_buffer: WRITE_BUFFER,
            value_write_buffer: WRITE_BUFFER,
            block_codec_config: read,
            max_repair: REPAIR_MAX,
            max_pending_acks: PENDING_MAX,
            strategy: Sequential,
        },
    )
    .await;
    let processed = begins.processed().map_or(0, |processed: Processed| processed.height().get());
    assert!(
        height > processed,
        "blocks {height} to {processed} are neither in the node's log nor in the archive; start it with --follow URL of nodes that keep them"
    );
    assert!(
        floor.is_some() || processed > 0 || node.first_kept().0 <= 1,
        "the first blocks are not kept here, and nothing says where the engine begins; start it with --follow URL"
    );

    let inline = Inline::new(context.child("application"), application, mailbox.clone(), epocher);
    let ordering = Ordering {
        epochs,
        node: node.clone(),
        timing,
        partition: partition.clone(),
        blocker: blocker.clone(),
        track,
        watcher,
        archive: mailbox.clone(),
        given: height - 1,
        application: inline,
        genesis: genesis_digest,
        floor,
        page_cache,
    };
    let Channels { votes, certificates, resolver: fetches, blocks, transactions, .. } = channels;
    let consensus = ConsensusChannels { votes, certificates, resolver: fetches };

    // The receiver of reports runs before the one who reports.
    let handles = vec![
        broadcast.start(blocks),
        marshal.start(Deliver { sink }, buffer, resolver),
        ordering::start(context.child("ordering"), ordering, consensus),
        gossip::start(context.child("gossip"), node, blocker, transactions),
    ];
    Running { handles, archive: mailbox }
}

fn archive_config<C>(
    partition: &str,
    section: NonZeroU64,
    page_cache: &CacheRef,
    codec_config: C,
) -> prunable::Config<EightCap, C> {
    prunable::Config {
        translator: EightCap,
        metadata_partition: format!("{partition}-metadata"),
        key_partition: format!("{partition}-keys"),
        key_page_cache: page_cache.clone(),
        value_partition: format!("{partition}-values"),
        compression: None,
        codec_config,
        items_per_section: section,
        key_write_buffer: WRITE_BUFFER,
        value_write_buffer: WRITE_BUFFER,
        replay_buffer: REPLAY_BUFFER,
    }
}

pub(crate) fn nonzero(duration: Duration) -> NonZeroDuration {
    NonZeroDuration::new(duration.max(Duration::from_millis(1))).expect("at least a millisecond")
}
