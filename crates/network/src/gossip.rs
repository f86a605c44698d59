//! Transactions on their way to the other validators. Each node passes on what its own clients brought, once, to
//! all; what does not arrive is ordered when its own node leads. What peers bring passes the same door as what
//! clients bring.

use commonware_cryptography::ed25519::PublicKey;
use commonware_macros::select;
use commonware_p2p::{Blocker, Receiver, Recipients, Sender};
use commonware_runtime::{Handle, Metrics, Spawner};
use gage_chain::TRANSACTION_BYTES_MAX;
use gage_node::NodeHandle;

/// The most bytes of transactions in one message; a single longer one goes alone.
const BATCH_BYTES: usize = 256 * 1024;
/// The most transactions of one message.
const BATCH_MAX: usize = 4_096;
/// The longest message: a full batch with a length of four bytes before each transaction, or the longest one.
pub(crate) const MESSAGE_BYTES_MAX: usize = BATCH_BYTES + TRANSACTION_BYTES_MAX + 4 * BATCH_MAX;

/// Runs until the network ends.
pub(crate) fn start<E, B, S, R>(context: E, node: NodeHandle, mut blocker: B, network: (S, R)) -> Handle<()>
where
    E: Spawner + Metrics,
    B: Blocker<PublicKey = PublicKey>,
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    context.spawn(move |context| async move {
        let (mut sender, mut receiver) = network;
        let mut last = None;
        loop {
            let seen = node.progress_now();
            last = pass_on(&node, &mut sender, last);
            select! {
                _ = node.change(&seen) => {},
                received = receiver.recv() => {
                    let Ok((peer, message)) = received else { return };
                    let Some(batch) = read(message.as_ref()) else {
                        // Only a program that is not ours sends what does not read.
                        blocker.block(peer);
                        continue;
                    };
                    let node = node.clone();
                    let checking = context.child("check").shared(true);
                    let taken = checking.spawn(move |_| async move {
                        // A refusal says nothing of the peer: it may have executed more, or less, and may know
                        // operations of a later version that this program cannot read.
                        drop(node.submit_from_peer(batch));
                    });
                    // One message at a time: what a peer sends faster waits in its own quota. It fails only where the
                    // runtime stops.
                    drop(taken.await);
                },
            }
        }
    })
}

/// Sends what clients brought since the last call.
fn pass_on<S: Sender<PublicKey = PublicKey>>(node: &NodeHandle, sender: &mut S, mut last: Option<u64>) -> Option<u64> {
    loop {
        let (batch, seen) = node.brought(last, BATCH_BYTES);
        last = seen;
        if batch.is_empty() {
            return last;
        }
        for part in batch.chunks(BATCH_MAX) {
            // A peer that is away learns of it from the block.
            drop(sender.send(Recipients::All, write(part), false));
        }
    }
}

pub(crate) fn write(batch: &[Vec<u8>]) -> Vec<u8> {
    let mut message = Vec::with_capacity(batch.iter().map(|bytes| bytes.len() + 4).sum());
    for bytes in batch {
        let length = u32::try_from(bytes.len()).expect("a transaction is far below 4 GiB");
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(bytes);
    }
    message
}

/// The transactions of a message; `None` if it is not one.
pub(crate) fn read(mut message: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut batch = Vec::new();
    while let Some((length, rest)) = message.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        if length == 0 || length > TRANSACTION_BYTES_MAX || batch.len() == BATCH_MAX {
            return None;
        }
        let (bytes, rest) = rest.split_at_checked(length)?;
        batch.push(bytes.to_vec());
        message = rest;
    }
    (message.is_empty() && !batch.is_empty()).then_some(batch)
}

#[cfg(test)]
mod tests {
    use super::{BATCH_MAX, read, write};

    #[test]
    fn what_is_written_is_read() {
        let batch = vec![vec![1], vec![2; 300], vec![3; 5]];
        assert_eq!(read(&write(&batch)), Some(batch));
    }

    #[test]
    fn hostile_messages_are_no_batches() {
        for message in [&[][..], &[0, 0, 0], &[0, 0, 0, 0], &[0, 0, 0, 2, 1], &[0, 0, 0, 1, 1, 9], &[255; 64]] {
            assert_eq!(read(message), None, "{message:?}");
        }
        assert_eq!(read(&write(&vec![vec![7]; BATCH_MAX + 1])), None);
    }
}
