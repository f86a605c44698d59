//! A validator in the world: a node, the engine on a runtime of its own, peers over encrypted connections.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use commonware_consensus::types::Height as EngineHeight;
use commonware_cryptography::ChaCha20Poly1305;
use commonware_cryptography::ed25519::{PrivateKey, PublicKey};
use commonware_p2p::authenticated::lookup::{Config as PeerConfig, Network};
use commonware_p2p::{Address, AddressableManager as _};
use commonware_runtime::tokio::{Config as RuntimeConfig, Runner};
use commonware_runtime::{Quota, Runner as _, Supervisor as _};
use commonware_stream::cups::{self, Cups};
use commonware_stream::sake::{self, Sake};
use commonware_utils::ordered::Map;
use commonware_utils::{NZU32, NZUsize};
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::{Either, select, select_all};
use gage_node::{Node, NodeConfig, NodeError, NodeHandle, Sealing};
use thiserror::Error;

use crate::application::ChainApplication;
use crate::committee::{Committee, CommitteeError, VALIDATORS_MAX, ValidatorSecret, key_bytes};
use crate::deliver::{certificate, keep};
use crate::engine::{Archive, Channels, Setup, Timing, channel, message_bytes_max, start};
use crate::epochs::{Epochs, Peer};
use crate::files::FilesError;
use crate::floor;
use crate::memory::{self, MemoryError};

/// Messages per second that each peer may send: votes and certificates are small, blocks are not.
const VOTES: Quota = Quota::per_second(NZU32!(1_024));
const BLOCKS: Quota = Quota::per_second(NZU32!(128));
const FETCHES: Quota = Quota::per_second(NZU32!(512));
const TRANSACTIONS: Quota = Quota::per_second(NZU32!(64));
/// The most who may connect: for each there is room for as many messages as its quota allows.
const PEERS_MAX: usize = VALIDATORS_MAX + 32;
/// Roots kept so that a header which lags as far as it may can still be judged.
const CHECKPOINTS_MIN: usize = 16;

/// How a validator is run.
#[derive(Clone, Debug)]
pub struct ValidatorConfig {
    /// The node. It is sealed by consensus, and [`Sealing::Told`] the time or not.
    pub node: NodeConfig,
    /// Who orders, where the genesis names no validators; else who founded the network.
    pub committee: Committee,
    /// Which of them this is, or wants to become.
    pub secret: ValidatorSecret,
    /// Where the engine keeps votes and blocks; never to be lost while the key is in use.
    pub consensus_dir: PathBuf,
    /// Where peers connect.
    pub listen: SocketAddr,
    /// Where validators can be reached, by public key; these count before what the state says.
    pub addresses: BTreeMap<[u8; 32], SocketAddr>,
    /// How long the parts wait for each other.
    pub timing: Timing,
    /// Blocks per file of the engine's archive, deleted whole where the node prunes its log; the same at every start.
    pub archive_section: NonZeroU64,
}

/// Why a validator does not start, or ended.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The node.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The committee.
    #[error(transparent)]
    Committee(#[from] CommitteeError),
    /// What is known of the key's votes does not fit.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// What says where the engine begins.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// No address.
    #[error("validator {0} has no address; add it to validators.toml")]
    NoAddress(String),
    /// The thread.
    #[error("consensus could not be started: {0}")]
    Thread(std::io::Error),
}

/// A running validator. Dropping it stops it.
pub struct Validator {
    node: Option<Node>,
    handle: NodeHandle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Validator {
    /// Opens the node's directory and the engine's, and joins the network.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn start(config: ValidatorConfig) -> Result<Validator, NetworkError> {
        let ValidatorConfig { mut node, committee, secret, consensus_dir, listen, addresses, timing, archive_section } =
            config;
        if node.genesis.staking.validators.is_none() {
            committee.signer(&secret)?;
            check_addresses(&committee, &addresses)?;
        }
        let data_dir = node.dir.clone();
        memory::check(&consensus_dir, &data_dir, &secret.public())?;
        let floor = floor::read(&consensus_dir)?;
        node.sealing = if node.sealing == Sealing::Told { Sealing::Told } else { Sealing::Consensus };
        node.retained_checkpoints = node.retained_checkpoints.max(CHECKPOINTS_MIN);
        let node = Node::start(node)?;
        memory::remember(&consensus_dir, &data_dir, &secret.public())?;

        let (handle, feed) = (node.handle(), node.feed());
        let (stop, stopped) = oneshot::channel();
        let most = peers_max(&handle, &committee, &addresses);
        let network = peer_config(&committee, &secret, listen, listen.ip().is_loopback(), most);
        let setup = move |oracle: Oracle, node: NodeHandle| Setup {
            epochs: Epochs::new(node.clone(), secret, committee),
            timing,
            section: archive_section,
            partition: "validator".to_owned(),
            blocker: oracle.clone(),
            peers: oracle.clone(),
            track: Arc::new(move |number, peers| track(oracle.clone(), number, peers, &addresses, most)),
            application: ChainApplication { node: node.clone(), heartbeat: timing.heartbeat, clock_off_ms: 0 },
            sink: Arc::new(move |block, done| feed.deliver(block, done)),
            watcher: {
                let node = node.clone();
                Arc::new(move |activity, committee| keep(&node, activity, committee))
            },
            floor,
            node,
        };
        let engine = {
            let node = handle.clone();
            move || {
                let runtime = RuntimeConfig::new().with_storage_directory(consensus_dir.join("storage"));
                Runner::new(runtime).start(|context| async move {
                    let (mut network, oracle) = Network::new(context.child("network"), network);
                    let channels = Channels {
                        votes: network.register(channel::VOTES, VOTES),
                        certificates: network.register(channel::CERTIFICATES, VOTES),
                        resolver: network.register(channel::RESOLVER, FETCHES),
                        blocks: network.register(channel::BLOCKS, BLOCKS),
                        backfill: network.register(channel::BACKFILL, FETCHES),
                        transactions: network.register(channel::TRANSACTIONS, TRANSACTIONS),
                    };
                    let peering = network.start();
                    let setup = setup(oracle, node.clone());
                    let running = start(context.child("engine"), setup, channels).await;
                    keep_older_certificates(&node, running.archive);
                    let parts = select_all(running.handles.into_iter().chain([peering]));
                    match select(stopped, parts).await {
                        // Asked to stop, or dropped.
                        Either::Left(_) => {}
                        Either::Right(((ended, part, _), _)) => {
                            let how = ended.err().map_or_else(|| "it returned".to_owned(), |error| error.to_string());
                            node.consensus_ended(format!("part {part} of consensus ended: {how}"));
                        }
                    }
                });
            }
        };
        let guarded = {
            let node = handle.clone();
            move || {
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(engine)).is_err() {
                    node.consensus_ended("consensus met a fault of the program or of its disk".to_owned());
                }
            }
        };
        let thread = Builder::new().name("gage-consensus".to_owned()).spawn(guarded).map_err(NetworkError::Thread)?;
        Ok(Validator { node: Some(node), handle, stop: Some(stop), thread: Some(thread) })
    }

    /// What readers and writers hold.
    pub fn handle(&self) -> NodeHandle {
        self.handle.clone()
    }

    /// Leaves the network, then stops the node cleanly.
    ///
    /// # Errors
    /// [`NetworkError::Node`] if the node had stopped by itself before.
    pub fn stop(mut self) -> Result<(), NetworkError> {
        self.leave();
        Ok(self.node.take().map_or(Ok(()), Node::stop)?)
    }

    fn leave(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended already.
            stop.send(()).unwrap_or_default();
        }
        if let Some(thread) = self.thread.take() {
            // Panics are caught inside and kept as the reason to stop.
            drop(thread.join());
        }
    }
}

impl Drop for Validator {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Certificates that are not in memory any more are those of the engine's archive.
fn keep_older_certificates(node: &NodeHandle, archive: Archive) {
    node.keep_older_certificates(move |height| {
        let found = block_on(archive.get_finalization(EngineHeight::new(height.0)));
        found.as_ref().and_then(certificate)
    });
}

type Oracle = commonware_p2p::authenticated::lookup::Oracle<PublicKey>;

/// Reaches out to these peers from now on, and to those whom this machine's files name: at the addresses that these give
/// before what the state says. A machine that is far behind knows of none but the files' who is there today.
pub(crate) fn track(
    mut oracle: Oracle,
    number: u64,
    peers: Vec<Peer>,
    addresses: &BTreeMap<[u8; 32], SocketAddr>,
    most: usize,
) {
    let reached = |(key, told): Peer| {
        let own = addresses.get(&key_bytes(&key)).copied();
        let address = own.or_else(|| told?.parse().ok())?;
        Some((key, Address::Symmetric(address)))
    };
    let known: BTreeSet<[u8; 32]> = peers.iter().map(|(key, _)| key_bytes(key)).collect();
    let own = addresses.keys().filter(|key| !known.contains(*key)).filter_map(Committee::read_key);
    let peers = peers.into_iter().chain(own.map(|key| (key, None))).filter_map(reached).take(most);
    let peers: Vec<(PublicKey, Address)> = peers.collect();
    oracle.track(number, Map::try_from(peers).expect("each key is registered once"));
}

/// How many peers there may be: the validators told from outside, or those of two epochs and some who want to become it.
fn peers_max(node: &NodeHandle, committee: &Committee, addresses: &BTreeMap<[u8; 32], SocketAddr>) -> usize {
    let told = committee.members().len() + addresses.len();
    let chosen = node.validator_rules().map_or(0, |rules| 2 * usize::from(rules.members_max) + 16);
    told.max(chosen).min(PEERS_MAX)
}

fn check_addresses(committee: &Committee, addresses: &BTreeMap<[u8; 32], SocketAddr>) -> Result<(), NetworkError> {
    let missing = committee.keys().into_iter().find(|key| !addresses.contains_key(key));
    missing.map_or(Ok(()), |key| Err(NetworkError::NoAddress(hex::encode(key))))
}

type Handshake = Cups<Sake<PrivateKey>, ChaCha20Poly1305>;

pub(crate) fn peer_config(
    committee: &Committee,
    secret: &ValidatorSecret,
    listen: SocketAddr,
    local: bool,
    most: usize,
) -> PeerConfig<Handshake> {
    let handshake = Cups::new(
        Sake {
            signer: secret.key().clone(),
            synchrony_bound: Duration::from_secs(5),
            max_handshake_age: Duration::from_secs(10),
            version: sake::Version::V1,
        },
        cups::Version::V1,
    );
    let namespace = committee.namespace();
    let (peers, mailbox) = (NZUsize!(most), NZUsize!(1_024));
    let bytes = message_bytes_max(committee.genesis());
    let mut config = match local {
        true => PeerConfig::local(handshake, &namespace, listen, peers, bytes, mailbox),
        false => PeerConfig::recommended(handshake, &namespace, listen, peers, bytes, mailbox),
    };
    // Validators are known by key; several may sit behind one address, and in a private network.
    config.allow_private_ips = true;
    config.allowed_handshake_rate_per_ip = Quota::per_second(NZU32!(16));
    config.peer_connection_cooldown = config.peer_connection_cooldown.min(Duration::from_secs(5));
    // The last of an epoch has those of the next, too.
    config.tracked_peer_sets = NZUsize!(1);
    config
}

/// The directory of a validator's votes.
pub fn consensus_dir(dir: &Path) -> PathBuf {
    dir.join("consensus")
}
