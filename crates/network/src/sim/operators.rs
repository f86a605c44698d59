//! The operators of machines, where the validators change: they join, take over under a new key, resign, and report
//! who contradicted himself.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use commonware_runtime::deterministic::Context;
use commonware_runtime::{Clock as _, Handle, Spawner as _, Supervisor as _};
use gage_chain::SignedTransaction;
use gage_crypto::PublicKey;
use gage_node::NodeHandle;

use super::faults::{EpochPlan, Plan};
use super::member::{Nodes, locked, now_ms};
use super::twist::Twist;
use super::world::{Ask, World, node_key, operator_asks};

/// How often they look.
const PAUSE: Duration = Duration::from_secs(1);
/// When each asks, from the beginning of the run: the newcomer, the one with a new key, the one who leaves.
const JOINS_MS: u64 = 2_000;
const ROTATES_MS: u64 = 6_000;
const RESIGNS_MS: u64 = 10_000;

/// What the operators have asked, for as long as the run goes, through crashes of all machines.
#[derive(Default)]
pub(crate) struct Asked {
    nonces: Vec<u64>,
    joined: bool,
    rotated: bool,
    resigned: bool,
    reported: BTreeSet<PublicKey>,
    waiting: Vec<SignedTransaction>,
}

/// Asks until the task is ended.
pub(crate) fn start(
    context: &Context,
    nodes: Nodes,
    plan: &Plan,
    epochs: EpochPlan,
    asked: Arc<Mutex<Asked>>,
    world: Arc<Mutex<World>>,
) -> Handle<()> {
    let twists = plan.twists.clone();
    context.child("operators").spawn(move |context| async move {
        loop {
            context.sleep(PAUSE).await;
            let honest =
                |(node, twist): (&Option<NodeHandle>, &Twist)| node.clone().filter(|_| *twist == Twist::Honest);
            let doors: Vec<NodeHandle> = locked(&nodes).iter().zip(&twists).filter_map(honest).collect();
            let Some(door) = doors.first() else { continue };
            let mut asked = locked(&asked);
            asked.nonces.resize(twists.len(), 0);
            asked.ask(&doors, epochs.founders, now_ms(&context));
            let executed =
                |it: &SignedTransaction| locked(&world).executed.contains_key(&it.transaction.hash(&door.genesis()));
            asked.waiting.retain(|it| !executed(it));
            // A refusal is an answer too; what counts is who orders in the end.
            for (made, door) in asked.waiting.iter().zip(doors.iter().cycle()) {
                drop(door.submit(&made.to_bytes()));
            }
        }
    })
}

impl Asked {
    /// Asks what is due, once.
    fn ask(&mut self, doors: &[NodeHandle], founders: usize, now: u64) {
        let Some(genesis) = doors.first().map(NodeHandle::genesis) else { return };
        let mut send = |machine: usize, ask| {
            let nonce = self.nonces[machine];
            self.nonces[machine] += 1;
            self.waiting.push(operator_asks(&genesis, machine, nonce, ask));
        };
        if now >= JOINS_MS && !std::mem::replace(&mut self.joined, true) {
            send(founders, Ask::Join(founders));
        }
        if now >= ROTATES_MS && !std::mem::replace(&mut self.rotated, true) {
            send(1, Ask::Register(founders + 1));
        }
        if now >= RESIGNS_MS && !std::mem::replace(&mut self.resigned, true) {
            send(0, Ask::Resign);
        }
        for equivocation in doors.iter().flat_map(NodeHandle::equivocations) {
            if self.reported.insert(equivocation.validator) {
                send(founders, Ask::Report(Box::new(equivocation)));
            }
        }
    }

    /// Whose keys order in the end, ascending.
    pub fn expected(&self, plan: &Plan, founders: usize) -> Vec<PublicKey> {
        let machines = 1..founders + 2;
        let stays = |machine: &usize| *machine != 1 && plan.twists[*machine] != Twist::Equivocates;
        let mut keys: Vec<PublicKey> = machines.filter(stays).map(node_key).collect();
        keys.sort_unstable();
        keys
    }
}
