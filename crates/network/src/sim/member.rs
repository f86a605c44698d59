//! One simulated validator: a node without threads, on the engine's wiring.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use commonware_consensus::simplex::types::{Activity, Attributable as _};
use commonware_cryptography::ed25519::PublicKey;
use commonware_p2p::simulated::Oracle;
use commonware_runtime::deterministic::Context;
use commonware_runtime::{Clock as _, Handle, Quota, Spawner as _, Supervisor as _};
use commonware_utils::NZU32;
use futures::StreamExt as _;
use futures::channel::mpsc;
use gage_chain::{Genesis, Operation, PreparedBlock};
use gage_node::{Done, NodeConfig, NodeHandle, StepNode};

use super::faults::{Plan, Planted};
use super::twist::{Twist, Twisted, equivocate};
use super::world::{World, secret};
use crate::Committee;
use crate::application::ChainApplication;
use crate::deliver::keep_certificate;
use crate::engine::{Channels, Setup, Timing, channel, start};

/// Messages per second on one channel: the simulation never reaches it.
const QUOTA: Quota = Quota::per_second(NZU32!(10_000));
/// Blocks between snapshots.
const SNAPSHOT_EVERY: u64 = 40;

/// What all members share.
#[derive(Clone)]
pub(crate) struct Field {
    pub genesis: Genesis,
    pub committee: Committee,
    pub oracle: Oracle<PublicKey, Context>,
    pub world: Arc<Mutex<World>>,
    pub timing: Timing,
    pub plan: Plan,
    /// How often all machines have lost power, and the faults before.
    pub round: usize,
}

/// A running validator.
pub(crate) struct Member {
    pub node: NodeHandle,
    task: Handle<()>,
}

impl Member {
    /// Starts from the machine's snapshot and its disk.
    pub async fn start(context: &Context, field: &Field, index: usize) -> Member {
        let mut config = NodeConfig::new("none", field.genesis.clone());
        (config.hash_seed, config.signature_threads, config.retained_checkpoints) = (1, 1, 128);
        let forgets = field.plan.planted == Some(Planted::ForgetsEverything) && field.round > 0;
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
        let step = step.expect("the simulation's genesis and its own snapshots are sound");
        let node = step.handle();
        let step = Arc::new(Mutex::new(step));
        let channels = channels(field, index).await;
        let (field, parts) = (field.clone(), (node.clone(), Arc::clone(&step)));
        let task = context.child("validator").spawn(move |context| async move {
            let (node, step) = parts;
            let (queue, blocks) = mpsc::unbounded();
            let me = secret(index).key_public();
            let twist = field.plan.twists[index];
            if twist == Twist::Equivocates {
                let scheme = field.committee.signer(&secret(index)).expect("a member of the committee");
                return equivocate(scheme, channels.votes).await;
            }
            let inner = ChainApplication { node: node.clone(), heartbeat: field.timing.heartbeat };
            let setup = Setup {
                committee: field.committee.clone(),
                secret: secret(index),
                timing: field.timing,
                partition: format!("validator-{index}-{}", if forgets { field.round } else { 0 }),
                application: Twisted { inner, twist },
                blocker: field.oracle.control(me),
                peers: field.oracle.manager(),
                node: node.clone(),
                sink: Arc::new(move |block, done| drop(queue.unbounded_send((block, done)))),
                watcher: watcher(&field, index, node.clone(), &context),
            };
            let execution = context.child("executor");
            let running = start(context.child("engine"), setup, channels).await.expect("a member of the committee");
            execute(execution, field, index, step, blocks).await;
            drop(running);
        });
        Member { node, task }
    }

    /// Kills the process.
    pub async fn kill(self) {
        self.task.abort();
        drop(self.task.await);
    }
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
    step: Arc<Mutex<StepNode>>,
    mut blocks: mpsc::UnboundedReceiver<(Arc<PreparedBlock>, Done)>,
) {
    let genesis = field.genesis.hash();
    while let Some((block, done)) = blocks.next().await {
        context.sleep(Duration::from_millis(1 + block.block().header.height.0 % 3)).await;
        let at = now_ms(&context);
        locked(&field.world).delivered(at, index, &genesis, &block);
        let mut node = locked(&step);
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
        drop((node, world));
        done();
    }
}

/// Whoever signs two things in one view is seen by the others.
fn watcher(field: &Field, index: usize, node: NodeHandle, context: &Context) -> crate::deliver::Watcher {
    let (world, start, twists) = (Arc::clone(&field.world), now_ms(context), field.plan.twists.clone());
    // Certificates count the keys in ascending order.
    let mut seats: Vec<usize> = (0..twists.len()).collect();
    seats.sort_by_key(|index| secret(*index).public());
    Arc::new(move |activity| {
        keep_certificate(&node, activity);
        let (signer, what) = match activity {
            Activity::ConflictingNotarize(seen) => (seen.signer(), "two proposals in one view"),
            Activity::ConflictingFinalize(seen) => (seen.signer(), "two finalizations in one view"),
            Activity::NullifyFinalize(seen) => (seen.signer(), "a view both skipped and finalized"),
            _ => return,
        };
        let accused = seats.get(signer.get() as usize).copied().unwrap_or(usize::MAX);
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
