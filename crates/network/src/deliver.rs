//! From the engine's reports to the node: ordered blocks, and the certificates that prove their order.

use std::sync::Arc;

use commonware_actor::Feedback;
use commonware_codec::types::lazy::Lazy;
use commonware_codec::{Encode as _, ReadExt as _};
use commonware_consensus::Reporter;
use commonware_consensus::marshal::Update;
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::simplex::types::{
    Activity, Attributable as _, Finalization, Finalize, Notarize, Nullify, Proposal,
};
use commonware_cryptography::certificate::Attestation;
use commonware_cryptography::ed25519::Signature;
use commonware_cryptography::sha256::Digest;
use commonware_utils::{Acknowledgement as _, Participant};
use gage_chain::PreparedBlock;
use gage_crypto::vote::{self, Round, VoteKind};
use gage_crypto::{Hash, PublicKey, Scheme as KeyScheme, SignatureBytes};
use gage_node::{Done, NodeHandle};
use gage_staking::{Equivocation, SignedVote};
use gage_verify::{Certificate, Vote};

use crate::block::Block;
use crate::committee::Committee;

/// Takes an ordered block; the second is called once it is executed. Returns at once.
pub(crate) type Sink = Arc<dyn Fn(Arc<PreparedBlock>, Done) + Send + Sync>;

/// Hands ordered blocks on, gap-free, each at least once, durable already.
#[derive(Clone)]
pub(crate) struct Deliver {
    pub sink: Sink,
}

impl Reporter for Deliver {
    type Activity = Update<Block>;

    fn report(&mut self, update: Update<Block>) -> Feedback {
        let Update::Block(block, acknowledgement) = update else { return Feedback::Ok };
        match block.inner().prepared() {
            Some(prepared) => {
                (self.sink)(Arc::clone(prepared), Box::new(move || acknowledgement.acknowledge()));
            }
            // Every node begins with the genesis.
            None => acknowledgement.acknowledge(),
        }
        Feedback::Ok
    }
}

/// A finalization in the words of `gage-verify`; `None` where a signature in it does not decode.
pub(crate) fn certificate(finalization: &Finalization<Scheme, Digest>) -> Option<Certificate> {
    let (proposal, signed) = (&finalization.proposal, &finalization.certificate);
    let vote = |(signer, signature): (Participant, &Lazy<Signature>)| {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(&signature.get()?.encode());
        Some(Vote { validator: u16::try_from(signer.get()).ok()?, signature: SignatureBytes(bytes) })
    };
    let votes = signed.signers.iter().zip(&signed.signatures).map(vote).collect::<Option<Vec<Vote>>>()?;
    Some(Certificate {
        epoch: proposal.round.epoch().get(),
        view: proposal.round.view().get(),
        parent_view: proposal.parent.get(),
        block: Hash(proposal.payload.0),
        votes,
    })
}

/// What consensus saw and who takes part, for whoever watches.
pub(crate) type Watcher = Arc<dyn Fn(&Activity<Scheme, Digest>, &Committee) + Send + Sync>;

/// Keeps certificates, and evidence against who contradicted himself, in the node.
pub(crate) fn keep(node: &NodeHandle, activity: &Activity<Scheme, Digest>, committee: &Committee) {
    if let Activity::Finalization(finalization) = activity
        && let Some(certificate) = certificate(finalization)
    {
        node.note_certificate(certificate);
    }
    if let Some(equivocation) = equivocation(activity, committee) {
        // Where the disk fails the node itself stops; others saw the same votes.
        drop(node.note_equivocation(equivocation));
    }
}

/// The evidence of an activity in the words of the ledger; `None` of any other activity.
pub(crate) fn equivocation(activity: &Activity<Scheme, Digest>, committee: &Committee) -> Option<Equivocation> {
    type Notarized = Notarize<Scheme, Digest>;
    type Finalized = Finalize<Scheme, Digest>;
    let (round, signer, votes) = match activity {
        Activity::ConflictingNotarize(seen) => {
            let mut bytes = seen.encode();
            let (a, b) = (Notarized::read(&mut bytes).ok()?, Notarized::read(&mut bytes).ok()?);
            let vote = |it: &Notarized| signed(VoteKind::Notarize, Some(&it.proposal), &it.attestation);
            (a.proposal.round, seen.signer(), [vote(&a)?, vote(&b)?])
        }
        Activity::ConflictingFinalize(seen) => {
            let mut bytes = seen.encode();
            let (a, b) = (Finalized::read(&mut bytes).ok()?, Finalized::read(&mut bytes).ok()?);
            let vote = |it: &Finalized| signed(VoteKind::Finalize, Some(&it.proposal), &it.attestation);
            (a.proposal.round, seen.signer(), [vote(&a)?, vote(&b)?])
        }
        Activity::NullifyFinalize(seen) => {
            let mut bytes = seen.encode();
            let (a, b) = (Nullify::<Scheme>::read(&mut bytes).ok()?, Finalized::read(&mut bytes).ok()?);
            let skipped = signed(VoteKind::Nullify, None, &a.attestation)?;
            (a.round, seen.signer(), [skipped, signed(VoteKind::Finalize, Some(&b.proposal), &b.attestation)?])
        }
        _ => return None,
    };
    let key = *committee.keys().get(usize::try_from(signer.get()).ok()?)?;
    let validator = PublicKey::new(KeyScheme::Ed25519, &key).ok()?;
    Some(Equivocation { round: Round { epoch: round.epoch().get(), view: round.view().get() }, validator, votes })
}

fn signed(
    kind: VoteKind,
    proposal: Option<&Proposal<Digest>>,
    attestation: &Attestation<Scheme>,
) -> Option<SignedVote> {
    let mut signature = [0; 64];
    signature.copy_from_slice(&attestation.signature.get()?.encode());
    let named = |it: &Proposal<Digest>| vote::Proposal { parent_view: it.parent.get(), block: Hash(it.payload.0) };
    Some(SignedVote { kind, proposal: proposal.map(named), signature: SignatureBytes(signature) })
}

/// Hands what consensus saw to a watcher.
#[derive(Clone)]
pub(crate) struct Watch {
    pub watcher: Watcher,
    /// Who takes part.
    pub committee: Arc<Committee>,
}

impl Reporter for Watch {
    type Activity = Activity<Scheme, Digest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        (self.watcher)(&activity, &self.committee);
        Feedback::Ok
    }
}
