//! One run: start, faults, healing, judgement.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use commonware_p2p::simulated::{self, Link, Network};
use commonware_runtime::deterministic::{
    Checkpoint, Config, Context, FaultConfig, PartialWriteMode, Runner, WriteConfig,
};
use commonware_runtime::{Clock as _, Supervisor as _};
use commonware_utils::{NZUsize, Probability};
use gage_chain::{Chain, PreparedBlock, TransactionHash, head_key_bytes};
use gage_crypto::{PublicKey, Scheme};
use gage_ledger::AssetNames;
use gage_node::{NodeConfig, NodeHandle, StepNode};
use gage_units::Height;
use gage_verify::{Evidence, Trust, verify};

use super::client::{self, Sent};
use super::faults::{EpochPlan, Fault, Plan};
use super::member::{Field, Member, Nodes, locked, now_ms};
use super::operators::{self, Asked};
use super::twist::Twist;
use super::world::{World, genesis_of, secret};
use crate::Committee;
use crate::engine::{Timing, message_bytes_max};

/// How long the network has to go on after healing.
const HEALING: Duration = Duration::from_secs(40);
/// How many blocks every node then executes beyond the highest at healing.
const PROGRESS: u64 = 5;
/// How long a process takes to start again after its disk is whole, in milliseconds.
const RESTART_MS: u64 = 1_000;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The plan it followed.
    pub plan: Plan,
    /// What does not hold; empty where all does.
    pub violations: Vec<String>,
    /// What happened, one line each, with the virtual time.
    pub trace: Vec<String>,
    /// Blocks that were ordered.
    pub blocks: u64,
    /// Transactions that were executed.
    pub transactions: u64,
    /// The hash of everything the runtime did: equal for equal plans.
    pub auditor: String,
    /// The last root that all agree on.
    pub root: String,
    /// A proof of the last node's newest published head, with its certificate.
    pub evidence: Option<Evidence>,
    /// The proofs of later sets of validators, oldest first.
    pub handovers: Vec<Evidence>,
    /// The public keys of the validators, or of those who founded the network, ascending.
    pub keys: Vec<[u8; 32]>,
    /// From the proposal of each block to its delivery, on every node, in milliseconds of virtual time.
    pub finality_ms: Vec<u64>,
    /// From the submission of each transaction to its receipt on the next node, in milliseconds of virtual time.
    pub latency_ms: Vec<u64>,
    /// The ordered blocks in their canonical bytes, from height 1.
    pub ordered: Vec<Vec<u8>>,
}

/// Plays a plan.
pub fn run(plan: &Plan) -> Outcome {
    let genesis = genesis_of(plan);
    let founders = plan.epochs.map_or(plan.validators, |epochs| epochs.founders);
    let keys: Vec<[u8; 32]> = (0..founders).map(|index| secret(index).public()).collect();
    let committee = Committee::new(genesis.hash(), &keys).expect("the simulation's validators have keys");
    let world = Arc::new(Mutex::new(World { snapshots: vec![None; plan.validators], ..World::default() }));
    let sent = Arc::new(Mutex::new(Sent::default()));
    let stage =
        Stage { plan: plan.clone(), genesis, committee, world: Arc::clone(&world), sent, asked: Arc::default() };
    let played = catch_unwind(AssertUnwindSafe(|| stage.play()));
    let auditor = match played {
        Ok(checkpoint) => checkpoint.auditor().state(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            locked(&world).violate(0, format!("panic: {}", text.unwrap_or_default()));
            String::new()
        }
    };
    stage.judge_roots();
    let world = std::mem::take(&mut *locked(&world));
    Outcome {
        plan: plan.clone(),
        blocks: world.blocks.len() as u64,
        transactions: world.executed.len() as u64,
        root: world.roots.values().last().map(|it| it.state_root.to_string()).unwrap_or_default(),
        ordered: world.blocks.values().map(|(_, block)| block.block().to_bytes()).collect(),
        finality_ms: world.finality_ms,
        latency_ms: world.latency_ms,
        evidence: world.evidence,
        handovers: world.handovers.into_values().collect(),
        keys: stage.committee.keys(),
        violations: world.violations,
        trace: world.trace,
        auditor,
    }
}

struct Stage {
    plan: Plan,
    genesis: gage_chain::Genesis,
    committee: Committee,
    world: Arc<Mutex<World>>,
    sent: Arc<Mutex<Sent>>,
    asked: Arc<Mutex<Asked>>,
}

impl Stage {
    /// From one loss of power to the next.
    fn play(&self) -> Checkpoint {
        // A part that panics ends its process, as outside; where no disk has failed that is a violation.
        let config = Config::new().with_seed(self.plan.seed).with_catch_panics(true);
        let config = config.with_cycle(Duration::from_millis(1)).with_storage_fault_config(disks(0));
        let mut runner = Runner::new(config);
        let mut next = 0;
        loop {
            let (reached, checkpoint) = runner.start_and_recover(|context| self.act(context, next));
            match reached {
                Some(later) => next = later,
                None => return checkpoint,
            }
            runner = Runner::from(checkpoint);
        }
    }

    /// Plays the faults from number `next`; returns where to go on after a loss of power, `None` at the end.
    async fn act(&self, context: Context, next: usize) -> Option<usize> {
        let members: Vec<_> = (0..self.plan.validators).map(|index| secret(index).key_public()).collect();
        let peers = NZUsize!(128);
        let config = simulated::Config {
            max_size: message_bytes_max(&self.genesis.hash()),
            disconnect_on_block: true,
            tracked_peer_sets: NZUsize!(1),
            max_peers_per_set: peers,
        };
        let (network, oracle) = Network::new_with_peers(context.child("network"), config, members).await;
        network.start();
        *context.storage_fault_config().write() = disks(0);
        let nodes: Nodes = Arc::new(Mutex::new(vec![None; self.plan.validators]));
        let field = Field {
            genesis: self.genesis.clone(),
            committee: self.committee.clone(),
            oracle,
            world: Arc::clone(&self.world),
            timing: Timing::default(),
            plan: self.plan.clone(),
            nodes: Arc::clone(&nodes),
            round: next,
        };
        self.link(&field, |_, _| Some((self.plan.latency_ms, 0))).await;
        let start = |index| Some(Member::start(&context, &field, index));
        let mut running: Vec<Option<Member>> = (0..self.plan.validators).map(start).collect();
        let pause = Duration::from_millis(self.plan.client_pause_ms);
        let seed = self.plan.seed.wrapping_add(next as u64);
        let (sent, world) = (Arc::clone(&self.sent), Arc::clone(&self.world));
        let twists = self.plan.twists.clone();
        let operators = self.plan.epochs.map(|epochs| {
            let (asked, world) = (Arc::clone(&self.asked), Arc::clone(&self.world));
            operators::start(&context, Arc::clone(&nodes), &self.plan, epochs, asked, world)
        });
        let clients = client::start(&context, nodes, twists, sent, world, seed, pause);

        let mut restarts: Vec<(u64, usize)> = Vec::new();
        let mut faults = self.plan.faults.iter().enumerate().skip(next).peekable();
        loop {
            // Whatever comes first: a dead node's restart, the next fault, the end.
            restarts.sort_unstable();
            let end = self.plan.duration.as_millis() as u64;
            let fault_at = faults.peek().map_or(end, |(_, (at, _))| at.as_millis() as u64);
            let (at, restart) = match restarts.first() {
                Some((at, index)) if *at <= fault_at => (*at, Some(*index)),
                _ => (fault_at, None),
            };
            let now = now_ms(&context);
            context.sleep(Duration::from_millis(at.saturating_sub(now))).await;
            if let Some(index) = restart {
                restarts.remove(0);
                running[index] = start(index);
                locked(&self.world).note(at, format!("node {index} starts again"));
                continue;
            }
            let Some((number, (_, fault))) = faults.next() else { break };
            locked(&self.world).note(at.max(now), fault.to_string());
            match fault {
                Fault::PowerLoss => return Some(number + 1),
                Fault::Crash(index, down) => {
                    if let Some(member) = running[*index].take() {
                        member.kill(&field, *index).await;
                        restarts.push((now_ms(&context) + down, *index));
                    }
                }
                Fault::Cut(node) => {
                    self.link(&field, |a, b| (a != *node && b != *node).then_some((self.plan.latency_ms, 0))).await;
                }
                Fault::Split(at) => {
                    self.link(&field, |a, b| ((a < *at) == (b < *at)).then_some((self.plan.latency_ms, 0))).await;
                }
                Fault::Loss(percent) => self.link(&field, |_, _| Some((self.plan.latency_ms, *percent))).await,
                Fault::Slow(ms) => self.link(&field, |_, _| Some((*ms, 0))).await,
                Fault::Heal => self.heal(&context, &field, &mut running, &mut restarts).await,
                Fault::Disks(thousandths) => {
                    locked(&self.world).disks_fail_until = u64::MAX;
                    *context.storage_fault_config().write() = disks(*thousandths);
                }
            }
        }
        self.heal(&context, &field, &mut running, &mut restarts).await;
        for (_, index) in restarts {
            running[index] = start(index);
        }
        clients.abort();
        // Of those who do not follow the protocol nothing is asked.
        let honest =
            |index: &usize| matches!(self.plan.twists[*index], Twist::Honest | Twist::Bare | Twist::AcceptsAnything);
        let judged: Vec<usize> = (0..self.plan.validators).filter(honest).collect();
        self.judge(&context, &field, &judged).await;
        if let Some(epochs) = self.plan.epochs {
            self.judge_epochs(&context, &field, epochs).await;
        }
        if let Some(operators) = operators {
            operators.abort();
        }
        for (index, member) in running.into_iter().enumerate() {
            if let Some(member) = member {
                member.kill(&field, index).await;
            }
        }
        None
    }

    /// Links and disks are whole. Where disks failed, every process starts again: the simulated runtime catches a panic
    /// where it happens, and a process would go on without a part that nobody waits for. Outside, any panic ends it.
    async fn heal(
        &self,
        context: &Context,
        field: &Field,
        running: &mut [Option<Member>],
        restarts: &mut Vec<(u64, usize)>,
    ) {
        self.link(field, |_, _| Some((self.plan.latency_ms, 0))).await;
        *context.storage_fault_config().write() = disks(0);
        if locked(&self.world).disks_fail_until != u64::MAX {
            return;
        }
        for (index, slot) in running.iter_mut().enumerate() {
            if let Some(member) = slot.take() {
                member.kill(field, index).await;
                restarts.push((now_ms(context) + RESTART_MS, index));
            }
        }
        locked(&self.world).disks_fail_until = now_ms(context);
    }

    /// Sets every link: (latency in milliseconds, percent lost), or none.
    async fn link(&self, field: &Field, of: impl Fn(usize, usize) -> Option<(u64, u64)>) {
        for a in 0..self.plan.validators {
            for b in (0..self.plan.validators).filter(|b| *b != a) {
                let (from, to) = (secret(a).key_public(), secret(b).key_public());
                // There may be none to remove.
                drop(field.oracle.remove_link(from.clone(), to.clone()).await);
                if let Some((latency, lost)) = of(a, b) {
                    let link = Link {
                        latency: Duration::from_millis(latency),
                        jitter: Duration::from_millis(latency / 10),
                        success_rate: Probability::new(100 - lost, 100).expect("at most one"),
                    };
                    field.oracle.add_link(from, to, link).await.expect("both are peers of the network");
                }
            }
        }
    }

    /// Waits until every node has gone on; judges what is on each.
    async fn judge(&self, context: &Context, field: &Field, judged: &[usize]) {
        let node = |index: usize| locked(&field.nodes)[index].clone();
        let executed = |index: &usize| node(*index).map_or(Height(0), |node| node.progress_now().executed);
        let start = now_ms(context);
        let highest = locked(&self.world).blocks.keys().last().copied().unwrap_or_default();
        let wanted = Height(highest.0 + PROGRESS);
        locked(&self.world).note(start, format!("all is healed; the highest block is {highest}"));
        while judged.iter().any(|index| executed(index) < wanted) {
            if now_ms(context) - start > HEALING.as_millis() as u64 {
                let heights: Vec<String> = judged.iter().map(|index| executed(index).to_string()).collect();
                let heights = heights.join(", ");
                let line = format!("liveness: {wanted} blocks are not executed by all after healing, but {heights}");
                locked(&self.world).violate(now_ms(context), line);
                return;
            }
            context.sleep(Duration::from_millis(50)).await;
        }
        let at = now_ms(context);
        locked(&self.world).note(at, format!("every node has executed block {wanted}, {} ms later", at - start));
        for (index, node) in judged.iter().filter_map(|index| Some((*index, node(*index)?))) {
            self.judge_certificate(at, index, &node);
            if let Err(broken) = node.read(Chain::check_invariants) {
                locked(&self.world).violate(at, format!("conservation: node {index}: {broken}"));
            }
        }
    }

    /// A reader with the validators' keys alone believes the node's newest published head.
    fn judge_certificate(&self, at: u64, index: usize, node: &NodeHandle) {
        let evidence = node.prove(&head_key_bytes(), node.published());
        let keys = self.committee.keys();
        let keys = keys.iter().map(|key| PublicKey::new(Scheme::Ed25519, key).expect("validators have such keys"));
        let handovers: Vec<Evidence> = locked(&self.world).handovers.values().cloned().collect();
        let later = node.read(|chain| gage_staking::sets_after(chain.draft(), 0, usize::MAX).len());
        if handovers.len() < later {
            // These machines keep nothing but votes and blocks; a node keeps the proof on its disk.
            let line = format!("of {later} handovers {} outlived the crashes", handovers.len());
            return locked(&self.world).note(at, line);
        }
        let trust = Trust { validators: Some(keys.collect()), handovers, ..Trust::default() };
        let judged = match &evidence {
            Ok(evidence) => verify(evidence, &trust).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let mut world = locked(&self.world);
        match judged {
            Ok(_) => world.evidence = evidence.ok(),
            Err(error) => world.violate(at, format!("certificates: node {index}: {error}")),
        }
    }

    /// Those order in the end who should; the network goes on until then.
    async fn judge_epochs(&self, context: &Context, field: &Field, epochs: EpochPlan) {
        let start = now_ms(context);
        let expected = locked(&self.asked).expected(&self.plan, epochs.founders);
        loop {
            let node = locked(&field.nodes).iter().flatten().last().cloned();
            let members = node.and_then(|node| {
                let rules = node.validator_rules()?;
                let epoch = rules.epoch_of(node.progress_now().executed);
                Some((epoch, node.validators_of(epoch)?.members))
            });
            let keys = members.map(|(epoch, members)| (epoch, gage_verify::keys_of(&members)));
            let at = now_ms(context);
            if let Some((epoch, _)) = keys.as_ref().filter(|(_, keys)| *keys == expected) {
                let line = format!("those order who should, in epoch {epoch}, {} ms later", at - start);
                return locked(&self.world).note(at, line);
            }
            if at - start > 2 * HEALING.as_millis() as u64 {
                return locked(&self.world).violate(at, format!("epochs: {expected:?} should order, and {keys:?} do"));
            }
            context.sleep(Duration::from_millis(50)).await;
        }
    }

    /// The bare machine gives the same roots for the same blocks.
    fn judge_roots(&self) {
        let mut config = NodeConfig::new("none", self.genesis.clone());
        (config.hash_seed, config.signature_threads) = (99, 1);
        let mut alone = StepNode::from_genesis(config).expect("the simulation's genesis is sound");
        let mut world = locked(&self.world);
        let blocks: Vec<_> = world.blocks.values().map(|(_, block)| Arc::clone(block)).collect();
        for block in blocks {
            let height = block.block().header.height;
            let unsigned = unsigned(&block, &alone.handle());
            if let Some(hash) = unsigned {
                world.violate(0, format!("authority: block {height} carries {hash}, which its account did not sign"));
            }
            if let Err(reason) = alone.order(&block) {
                world.violate(0, format!("one machine: block {height} does not execute alone: {reason}"));
                return;
            }
            let (own, theirs) = (alone.handle().root(height), world.roots.get(&height).copied());
            if own.is_some() && theirs.is_some() && own != theirs {
                world.violate(0, format!("one machine: alone, block {height} gives another root"));
                return;
            }
        }
    }
}

/// Disks of which so many of 1,000 writes and syncs fail, in part. Where the power is lost, half of the bytes that were
/// not synced stay.
fn disks(thousandths: u64) -> FaultConfig {
    let rate = Probability::new(thousandths, 1_000).expect("at most one");
    let retention_rate = Probability::new(1, 2).expect("at most one");
    let write = WriteConfig { failure_rate: rate, retention_rate, mode: PartialWriteMode::Subset };
    FaultConfig::default().write(write).sync(rate)
}

/// The first transaction of a block whose signatures do not hold.
fn unsigned(block: &PreparedBlock, node: &NodeHandle) -> Option<TransactionHash> {
    let genesis = node.genesis();
    let mut all = block.hashes().zip(&block.block().transactions);
    all.find_map(|(hash, signed)| {
        let held = node.read(|chain| signed.verify_signatures_of(&hash, &genesis, &AssetNames(chain.draft())));
        held.is_err().then_some(hash)
    })
}
