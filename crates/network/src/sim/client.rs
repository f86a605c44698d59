//! Clients: each user sends transfers to one node after the other, and sends again what did not arrive.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use commonware_runtime::deterministic::Context;
use commonware_runtime::{Clock as _, Handle, Spawner as _, Supervisor as _};
use gage_chain::SignedTransaction;
use gage_node::NodeHandle;

use super::draw::Draw;
use super::member::locked;
use super::world::{USERS, World, user_transfer};

/// The nodes that run now.
pub(crate) type Doors = Arc<Mutex<Vec<Option<NodeHandle>>>>;

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
    doors: Doors,
    sent: Arc<Mutex<Sent>>,
    world: Arc<Mutex<World>>,
    seed: u64,
    pause: Duration,
) -> Handle<()> {
    context.child("clients").spawn(move |context| async move {
        let mut draw = Draw::new(seed, "clients");
        loop {
            context.sleep(pause / 2 + pause.mul_f64(0.001 * draw.below(1_000) as f64)).await;
            let nodes: Vec<NodeHandle> = locked(&doors).iter().flatten().cloned().collect();
            let Some(node) = nodes.get(draw.below(nodes.len().max(1) as u64) as usize) else { continue };
            let user = draw.below(u64::from(USERS)) as u8;
            let to = (user + 1 + draw.below(u64::from(USERS) - 1) as u8) % USERS;
            let mut sent = locked(&sent);
            let nonce = sent.nonces[usize::from(user)];
            sent.nonces[usize::from(user)] += 1;
            let made = user_transfer(node, user, nonce, to, 1 + u128::from(draw.below(500)));
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
