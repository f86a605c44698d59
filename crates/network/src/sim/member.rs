//! One simulated validator: a node without threads, on the engine's wiring.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use commonware_consensus::simplex::types::Activity;
use commonware_cryptography::ed25519::PublicKey;
use commonware_p2p::simulated::Oracle;
use commonware_runtime::deterministic::Context;
use commonware_runtime::{Clock as _, Handle, Quota, Spawner as _, Supervisor as _};
use commonware_utils::NZU32;
use futures::StreamExt as _;
use futures::channel::mpsc;
use futures::future::{Either, select, select_all};
use gage_chain::{Genesis, Operation, PreparedBlock};
use gage_node::{Done, NodeConfig, NodeHandle, StepNode};

use super::faults::{Plan, Planted};
use super::twist::{Twist, Twisted, equivocate, flood};
use super::world::{World, node_key, secret};
use crate::Committee;
use crate::application::ChainApplication;
use crate::deliver::{equivocation, keep};
use crate::engine::{ARCHIVE_SECTION, Channels, Setup, Timing, channel, start};
use crate::epochs::Epochs;
use crate::gossip;

/// Messages per second on one channel: the simulation never reaches it.
const QUOTA: Quota = Quota::per_second(NZU32!(10_000));
/// Blocks between snapshots.
const SNAPSHOT_EVERY: u64 = 40;
/// A process that ended because its disk failed starts again after this.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);
/// The most transactions that wait at a node, in all and of one account.
const WAITING_MAX: usize = 150;
/// The most ordered blocks that wait for a node's executor: those of the archive at a start, and those of marshal.
const QUEUED_MAX: usize = 256 + 64 + 1;

/// The nodes that run now, by machine.
pub(crate) type Nodes = Arc<Mutex<Vec<Option<NodeHandle>>>>;

/// What all members share.
#[derive(Clone)]
pub(crate) struct Field {
    pub genesis: Genesis,
    pub committee: Committee,
    pub oracle: Oracle<PublicKey, Context>,
    pub world: Arc<Mutex<World>>,
    pub timing: Timing,
    pub plan: Plan,
    /// The nodes that run now.
    pub nodes: Nodes,
    /// How often all machines have lost power, and the faults before.
    pub round: usize,
}

/// A machine with a validator: whoever holds it can take the power away.
pub(crate) struct Member {
    task: Handle<()>,
}

impl Member {
    /// Starts the validator from the machine's snapshot and its disk, and again where its disk has failed.
    pub fn start(context: &Context, field: &Field, index: usize) -> Member {
        let field = field.clone();
        let task = context.child("machine").spawn(move |context| async move {
            loop {
                let running = context.child("validator").spawn({
                    let field = field.clone();
                    move |context| validate(context, field, index)
                });
                let ended = running.await;
                locked(&field.nodes)[index] = None;
                let at = now_ms(&context);
                let what = match ended {
                    // Reported already.
                    Ok(Ended::NoNode | Ended::Stopped) => return,
                    Ok(Ended::Part(part)) => format!("node {index} ends with {part}"),
                    Err(_) => format!("node {index} ends with a panic"),
                };
                let may = locked(&field.world).may_end(at, &what);
                if !may {
                    return;
                }
                context.sleep(AFTER_A_FAILURE).await;
            }
        });
        Member { task }
    }

    /// Kills the process.
    pub async fn kill(self, field: &Field, index: usize) {
        self.task.abort();
        drop(self.task.await);
        locked(&field.nodes)[index] = None;
    }
}

/// How a validator ended that nobody killed.
enum Ended {
    /// Its node has stopped.
    Stopped,
    /// A part of consensus is gone.
    Part(String),
    /// It never was one.
    NoNode,
}

/// One life of a validator.
async fn validate(context: Context, field: Field, index: usize) -> Ended {
    let twist = field.plan.twists[index];
    let channels = channels(&field, index).await;
    if twist == Twist::Equivocates {
        equivocate(&field, index, channels.votes).await;
        return Ended::NoNode;
    }
    if twist == Twist::Floods {
        flood(field.plan.seed, gossip::MESSAGE_BYTES_MAX, channels).await;
        return Ended::NoNode;
    }
    let forgets = field.plan.planted == Some(Planted::ForgetsEverything) && field.round > 0;
    let step = step(&field, index, forgets);
    let node = step.handle();
    locked(&field.nodes)[index] = Some(node.clone());
    let stopped = node.clone();
    let (queue, blocks) = mpsc::unbounded();
    let queued = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&queued);
    let clock_off_ms = field.plan.clocks_off_ms.get(index).copied().unwrap_or(0);
    let heartbeat = if twist == Twist::Bare { Duration::ZERO } else { field.timing.heartbeat };
    let inner = ChainApplication { node: node.clone(), heartbeat, clock_off_ms };
    let me = secret(index).key_public();
    let setup = Setup {
        epochs: Epochs::new(node.clone(), secret(index), field.committee.clone()),
        timing: field.timing,
        section: ARCHIVE_SECTION,
        partition: format!("validator-{index}-{}", if forgets { field.round } else { 0 }),
        application: Twisted { inner, twist },
        blocker: field.oracle.control(me),
        peers: field.oracle.manager(),
        // All machines know each other from the start.
        track: Arc::new(|_, _| {}),
        node: node.clone(),
        sink: Arc::new(move |block, done| {
            count.fetch_add(1, Ordering::Relaxed);
            drop(queue.unbounded_send((block, done)));
        }),
        watcher: watcher(&field, index, node, &context),
        floor: None,
    };
    // It executes what the archive holds while the engine starts.
    let executing =
        context.child("executor").spawn(move |context| execute(context, field, index, step, blocks, queued));
    let running = start(context.child("engine"), setup, channels).await;
    match select(executing, select_all(running.handles)).await {
        // The executor also ends where consensus lets go of it, whose part tells a moment later.
        Either::Left((Ok(()), _)) if stopped.stopped().is_some() => Ended::Stopped,
        Either::Left((Ok(()), _)) => Ended::Part("its delivery".to_owned()),
        Either::Left((Err(_), _)) => Ended::Part("its executor".to_owned()),
        Either::Right(((_, part, _), _)) => Ended::Part(format!("part {part} of consensus")),
    }
}

/// The node on the machine's last snapshot.
fn step(field: &Field, index: usize, forgets: bool) -> StepNode {
    let mut config = NodeConfig::new("none", field.genesis.clone());
    (config.hash_seed, config.signature_threads, config.retained_checkpoints) = (1, 1, 128);
    (config.mempool_max, config.mempool_per_account_max) = (WAITING_MAX, WAITING_MAX);
    if field.plan.planted == Some(Planted::ExecutesOtherwise(index)) {
        config.before_operation = Some(fails_on_odd_amounts);
    }
    if forgets {
        locked(&field.world).snapshots[index] = None;
    }
    let snapshot = locked(&field.world).snapshots[index].clone();
    let step = match snapshot {
        Some(bytes) => StepNode::from_snapshot(config, &bytes),
        None => StepNode::from_genesis(config),
    };
    step.expect("the simulation's genesis and its own snapshots are sound")
}

async fn channels(
    field: &Field,
    index: usize,
) -> Channels<commonware_p2p::simulated::Sender<PublicKey, Context>, commonware_p2p::simulated::Receiver<PublicKey>> {
    let control = field.oracle.control(secret(index).key_public());
    let open = async |number| control.register(number, QUOTA).await.expect("the simulated network runs");
    Channels {
        votes: open(channel::VOTES).await,
        certificates: open(channel::CERTIFICATES).await,
        resolver: open(channel::RESOLVER).await,
        blocks: open(channel::BLOCKS).await,
        backfill: open(channel::BACKFILL).await,
        transactions: open(channel::TRANSACTIONS).await,
    }
}

/// Executes what is ordered, some milliseconds a block, and lets the observer see it.
async fn execute(
    context: Context,
    field: Field,
    index: usize,
    mut node: StepNode,
    mut blocks: mpsc::UnboundedReceiver<(Arc<PreparedBlock>, Done)>,
    queued: Arc<AtomicUsize>,
) {
    let genesis = field.genesis.hash();
    while let Some((block, done)) = blocks.next().await {
        context.sleep(Duration::from_millis(1 + block.block().header.height.0 % 3)).await;
        let at = now_ms(&context);
        locked(&field.world).delivered(at, index, &genesis, &block);
        let ordered = node.order(&block);
        let mut world = locked(&field.world);
        if let Err(reason) = ordered {
            world.violate(at, format!("execution: node {index} stops: {reason}"));
            return;
        }
        let height = block.block().header.height;
        if let Some(own) = node.handle().root(height) {
            world.certified(at, index, own);
        }
        if height.0.is_multiple_of(SNAPSHOT_EVERY) {
            world.snapshots[index] = Some(node.snapshot().expect("a sound state makes a snapshot"));
        }
        world.executed_at(now_ms(&context), index, &block);
        for evidence in node.handle().handovers(0, usize::MAX) {
            let epoch = gage_verify::set_of(&evidence).expect("what is kept proves a set").epoch;
            world.handovers.entry(epoch).or_insert(evidence);
        }
        let (queued, waiting) =
            (queued.fetch_sub(1, Ordering::Relaxed), node.handle().status_summary().mempool.waiting);
        if queued > QUEUED_MAX || waiting > WAITING_MAX {
            world.violate(at, format!("memory: node {index} keeps {queued} ordered blocks and {waiting} transactions"));
        }
        drop(world);
        done();
    }
}

/// Whoever signs two things in one view is seen by the others.
fn watcher(field: &Field, index: usize, node: NodeHandle, context: &Context) -> crate::deliver::Watcher {
    let (world, start, twists) = (Arc::clone(&field.world), now_ms(context), field.plan.twists.clone());
    Arc::new(move |activity, committee| {
        keep(&node, activity, committee);
        let what = match activity {
            Activity::ConflictingNotarize(_) => "two proposals in one view",
            Activity::ConflictingFinalize(_) => "two finalizations in one view",
            Activity::NullifyFinalize(_) => "a view both skipped and finalized",
            _ => return,
        };
        let evidence = equivocation(activity, committee).expect("evidence translates");
        let accused = (0..twists.len()).find(|index| node_key(*index) == evidence.validator).unwrap_or(usize::MAX);
        let mut world = locked(&world);
        if world.accused.insert(accused) {
            let line = format!("node {index} holds evidence that node {accused} voted for {what}");
            match twists.get(accused) {
                Some(Twist::Equivocates) => world.note(start, line),
                _ => world.violate(start, format!("double vote: {line}")),
            }
        }
    })
}

pub(crate) fn now_ms(context: &Context) -> u64 {
    let since = context.current().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A panic while the lock was held is reported by itself.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The planted fault of [`Planted::ExecutesOtherwise`].
fn fails_on_odd_amounts(operation: &Operation) {
    if let Operation::Ledger(gage_ledger::Operation::Transfer(transfer)) = operation
        && let gage_accounts::Quantity::Exact(amount) = transfer.quantity
        && amount.0 % 2 == 1
    {
        panic!("planted");
    }
}
