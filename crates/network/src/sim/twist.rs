//! Validators who do not follow the protocol. They live here alone: the product's adapter has no such switch.

use std::sync::Arc;

use bytes::Bytes;
use commonware_codec::{DecodeExt as _, Encode as _};
use commonware_consensus::Application;
use commonware_consensus::marshal::ancestry::Ancestry;
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::simplex::types::{Context, Finalize, Notarize, Proposal, Vote};
use commonware_cryptography::Digested;
use commonware_cryptography::ed25519::PublicKey;
use commonware_cryptography::sha256::Digest;
use commonware_p2p::{Receiver, Recipients, Sender};
use commonware_runtime::{Clock, Spawner};
use gage_chain::{Block as ChainBlock, PreparedBlock};
use gage_crypto::{Hash, Signature};
use gage_units::Timestamp;

use crate::application::ChainApplication;
use crate::block::Block;

/// How a validator behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twist {
    /// As it should.
    Honest,
    /// Votes for two things in every view, and runs no node.
    Equivocates,
    /// Neither proposes nor votes for what others propose.
    Withholds,
    /// Proposes blocks that break the rules, another rule every time.
    ProposesInvalid,
    /// Publishes roots that execution does not give.
    PublishesWrongRoots,
    /// Proposes empty blocks only.
    Censors,
    /// Votes for whatever is proposed. A planted fault: honest validators never do.
    AcceptsAnything,
}

/// The chain's side of consensus, twisted.
#[derive(Clone)]
pub(crate) struct Twisted {
    pub inner: ChainApplication,
    pub twist: Twist,
}

impl<E: Clock + Spawner> Application<E> for Twisted {
    type SigningScheme = Scheme;
    type Context = Context<Digest, PublicKey>;
    type Block = Block;
    type Input = ();

    async fn propose(
        &mut self,
        context: (E, Self::Context),
        ancestry: impl Ancestry<Block>,
        (): (),
    ) -> Option<Digested<Block>> {
        let honest = self.inner.propose(context, ancestry, ()).await?;
        let change: fn(&mut ChainBlock) = match self.twist {
            Twist::Honest | Twist::AcceptsAnything | Twist::Equivocates => return Some(honest),
            Twist::Withholds => return std::future::pending().await,
            Twist::ProposesInvalid => break_a_rule,
            Twist::PublishesWrongRoots => |block| block.header.executed.state_root.0[0] ^= 1,
            Twist::Censors => |block| block.transactions.clear(),
        };
        let mut block = honest.inner().prepared()?.block().clone();
        change(&mut block);
        block.header.body = ChainBlock::body_hash(&block.transactions);
        let genesis = self.inner.node.genesis();
        Some(Block::new(&genesis, Arc::new(PreparedBlock::new(&genesis, block))).digested())
    }

    async fn verify(&mut self, context: (E, Self::Context), ancestry: impl Ancestry<Block>) -> bool {
        match self.twist {
            Twist::AcceptsAnything => true,
            Twist::Withholds => std::future::pending().await,
            _ => self.inner.verify(context, ancestry).await,
        }
    }
}

fn break_a_rule(block: &mut ChainBlock) {
    let height = block.header.height;
    match (height.0 % 4, block.transactions.first_mut()) {
        (0, _) => block.header.version += 1,
        (1, Some(first)) => {
            if let Some(Signature::Ed25519(bytes)) = first.signatures.first_mut().map(|it| &mut it.signature) {
                bytes.0[40] ^= 1;
            }
        }
        (1 | 2, _) => block.header.time = Timestamp(0),
        _ => block.header.executed.height = height,
    }
}

/// Answers every vote with two of its own that contradict each other.
pub(crate) async fn equivocate<S, R>(scheme: Scheme, (mut sender, mut receiver): (S, R))
where
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    while let Ok((_, message)) = receiver.recv().await {
        let bytes = Bytes::copy_from_slice(message.as_ref());
        let Ok(vote) = Vote::<Scheme, Digest>::decode(bytes) else { continue };
        let pair: Vec<Vote<Scheme, Digest>> = match vote {
            Vote::Notarize(seen) => {
                let other = Proposal::new(seen.round(), seen.proposal.parent, opposite(&seen.proposal.payload));
                let both = [other, seen.proposal].map(|it| Notarize::sign(&scheme, it).map(Vote::Notarize));
                both.into_iter().flatten().collect()
            }
            Vote::Finalize(seen) => {
                let other = Proposal::new(seen.round(), seen.proposal.parent, opposite(&seen.proposal.payload));
                let both = [other, seen.proposal].map(|it| Finalize::sign(&scheme, it).map(Vote::Finalize));
                both.into_iter().flatten().collect()
            }
            Vote::Nullify(_) => continue,
        };
        for vote in pair {
            sender.send(Recipients::All, vote.encode(), true);
        }
    }
}

/// A block that nobody has.
fn opposite(digest: &Digest) -> Digest {
    Digest(Hash(digest.0).0.map(|byte| !byte))
}
