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
use commonware_p2p::utils::mux::{self, GlobalSender};
use commonware_p2p::{Receiver, Recipients, Sender};
use commonware_runtime::{Clock, Spawner};
use gage_chain::{Block as ChainBlock, PreparedBlock};
use gage_crypto::{Hash, Signature};
use gage_node::NodeHandle;
use gage_units::Timestamp;

use super::draw::Draw;
use super::member::{Field, locked};
use super::world::secret;
use crate::application::ChainApplication;
use crate::block::Block;
use crate::engine::Channels;
use crate::epochs::Epochs;

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
    /// Proposes its transactions from the last class to the first.
    ReversesClasses,
    /// Proposes blocks of a time that is an hour ahead.
    AheadOfTime,
    /// Answers every vote with a flood of noise, of changed copies and of the longest messages on every channel, and runs
    /// no node.
    Floods,
    /// The engine alone, as a mark for measurements: proposes at once, votes for whatever is proposed.
    Bare,
    /// Votes for whatever is proposed. A planted fault: honest validators never do.
    AcceptsAnything,
}

/// Every way not to follow the protocol that a network of four bears in one of them.
pub const UNRULY: [Twist; 8] = [
    Twist::Equivocates,
    Twist::Withholds,
    Twist::ProposesInvalid,
    Twist::PublishesWrongRoots,
    Twist::Censors,
    Twist::ReversesClasses,
    Twist::AheadOfTime,
    Twist::Floods,
];

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
            Twist::Honest | Twist::Bare | Twist::AcceptsAnything => return Some(honest),
            // They run no node, and are never asked.
            Twist::Equivocates | Twist::Floods => return None,
            Twist::Withholds => return std::future::pending().await,
            Twist::ProposesInvalid => break_a_rule,
            Twist::PublishesWrongRoots => |block| block.header.executed.state_root.0[0] ^= 1,
            Twist::Censors => |block| block.transactions.clear(),
            Twist::ReversesClasses => |block| block.transactions.reverse(),
            Twist::AheadOfTime => |block| block.header.time.0 += 3_600_000,
        };
        let mut block = honest.inner().prepared()?.block().clone();
        change(&mut block);
        block.header.body = ChainBlock::body_hash(&block.transactions);
        let genesis = self.inner.node.genesis();
        Some(Block::new(&genesis, Arc::new(PreparedBlock::new(&genesis, block))).digested())
    }

    async fn verify(&mut self, context: (E, Self::Context), ancestry: impl Ancestry<Block>) -> bool {
        match self.twist {
            Twist::AcceptsAnything | Twist::Bare => true,
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
pub(crate) async fn equivocate<S, R>(field: &Field, index: usize, (sender, mut receiver): (S, R))
where
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    let mut sender = GlobalSender::new(sender);
    while let Ok((_, message)) = receiver.recv().await {
        let Ok((epoch, message)) = mux::parse(message) else { continue };
        let Some(scheme) = scheme_of(field, index, epoch) else { continue };
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
            sender.send(epoch, Recipients::All, vote.encode(), true);
        }
    }
}

/// What the machine signs with in an epoch, as any node knows it, if it is a member.
fn scheme_of(field: &Field, index: usize, epoch: u64) -> Option<Scheme> {
    let nodes: Vec<NodeHandle> = locked(&field.nodes).iter().flatten().cloned().collect();
    let committees = nodes.into_iter().map(|node| Epochs::new(node, secret(index), field.committee.clone()));
    let signing = committees.filter_map(|epochs| epochs.signing(epoch)).next()?;
    signing.member.then(|| (*signing.scheme).clone())
}

/// How much comes for each vote that is heard.
const FLOOD: u64 = 4;

/// Sends what nobody should, on every channel.
pub(crate) async fn flood<S, R>(seed: u64, longest: usize, channels: Channels<S, R>)
where
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    let mut draw = Draw::new(seed, "flood");
    let Channels { votes: (votes, mut heard), certificates, resolver, blocks, backfill, transactions } = channels;
    let others = [certificates, resolver, blocks, backfill, transactions];
    // Whoever drops a receiver is sent nothing more there; what they hear is of no interest.
    let (others, _unheard): (Vec<S>, Vec<R>) = others.into_iter().unzip();
    let mut senders: Vec<S> = std::iter::once(votes).chain(others).collect();
    while let Ok((_, message)) = heard.recv().await {
        for sender in &mut senders {
            for _ in 0..FLOOD {
                let bytes = match draw.below(16) {
                    0 => vec![0; longest],
                    1..=7 => noise(&mut draw),
                    _ => changed(&mut draw, message.as_ref()),
                };
                drop(sender.send(Recipients::All, bytes, true));
            }
        }
    }
}

fn noise(draw: &mut Draw) -> Vec<u8> {
    let mut state = draw.below(u64::MAX);
    let mut next = || {
        // The constants of Knuth's generator MMIX.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..draw.below(300)).map(|_| next()).collect()
}

/// A copy with a byte changed, or cut.
fn changed(draw: &mut Draw, message: &[u8]) -> Vec<u8> {
    let mut copy = message.to_vec();
    let at = draw.below(copy.len().max(1) as u64) as usize;
    match copy.get_mut(at) {
        Some(byte) if draw.below(2) == 0 => *byte ^= 1 << draw.below(8),
        _ => copy.truncate(at),
    }
    copy
}

/// A block that nobody has.
fn opposite(digest: &Digest) -> Digest {
    Digest(Hash(digest.0).0.map(|byte| !byte))
}
