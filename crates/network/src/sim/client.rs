//! Clients: each user sends transfers to one node after the other, and sends again what did not arrive.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use commonware_runtime::deterministic::Context;
use commonware_runtime::{Clock as _, Handle, Spawner as _, Supervisor as _};
use gage_chain::SignedTransaction;
use gage_node::NodeHandle;

use super::draw::Draw;
use super::member::{Nodes, locked, now_ms};
use super::twist::Twist;
use super::world::{USERS, World, user_transfer, user_withdrawal};

/// Among so many transactions one is of another class than the others.
const WITHDRAWS: u64 = 4;

/// What the users have sent, for as long as the run goes, through crashes of all machines.
#[derive(Default)]
pub(crate) struct Sent {
    nonces: [u64; USERS as usize],
    waiting: Vec<(SignedTransaction, u32)>,
}

/// After so many rounds without an answer a transaction is sent again.
const PATIENCE: u32 = 12;

/// Sends until the task is ended.
pub(crate) fn start(
    context: &Context,
    nodes: Nodes,
    twists: Vec<Twist>,
    sent: Arc<Mutex<Sent>>,
    world: Arc<Mutex<World>>,
    seed: u64,
    pause: Duration,
) -> Handle<()> {
    context.child("clients").spawn(move |context| async move {
        let mut draw = Draw::new(seed, "clients");
        loop {
            context.sleep(pause / 2 + pause.mul_f64(0.001 * draw.below(1_000) as f64)).await;
            // Clients know who is honest; whom they ask in vain they would leave.
            let honest = |(index, (node, twist)): (usize, (&Option<NodeHandle>, &Twist))| {
                Some((index, node.clone().filter(|_| *twist == Twist::Honest)?))
            };
            let doors: Vec<_> = locked(&nodes).iter().zip(&twists).enumerate().filter_map(honest).collect();
            let Some((index, node)) = doors.get(draw.below(doors.len().max(1) as u64) as usize) else { continue };
            let user = draw.below(u64::from(USERS)) as u8;
            let to = (user + 1 + draw.below(u64::from(USERS) - 1) as u8) % USERS;
            let mut sent = locked(&sent);
            let nonce = sent.nonces[usize::from(user)];
            sent.nonces[usize::from(user)] += 1;
            let (genesis, amount) = (node.genesis(), 1 + u128::from(draw.below(500)));
            let made = match draw.below(WITHDRAWS) {
                0 => user_withdrawal(&genesis, user, nonce, amount),
                _ => user_transfer(&genesis, user, nonce, to, amount),
            };
            let next = (index + 1) % twists.len();
            locked(&world).submitted.insert(made.transaction.hash(&genesis), (next, now_ms(&context)));
            // A refusal is an answer too; what counts is what is executed.
            drop(node.submit(&made.to_bytes()));
            sent.waiting.push((made, 0));
            let executed =
                |it: &SignedTransaction| locked(&world).executed.contains_key(&it.transaction.hash(&node.genesis()));
            sent.waiting.retain(|(it, _)| !executed(it));
            for (it, rounds) in &mut sent.waiting {
                *rounds += 1;
                if rounds.is_multiple_of(PATIENCE) {
                    drop(node.submit(&it.to_bytes()));
                }
            }
        }
    })
}
