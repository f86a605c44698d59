//! From the engine's reports to the node: ordered blocks, and the certificates that prove their order.

use std::sync::Arc;

use commonware_actor::Feedback;
use commonware_codec::Encode as _;
use commonware_codec::types::lazy::Lazy;
use commonware_consensus::Reporter;
use commonware_consensus::marshal::Update;
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::simplex::types::{Activity, Finalization};
use commonware_cryptography::ed25519::Signature;
use commonware_cryptography::sha256::Digest;
use commonware_utils::{Acknowledgement as _, Participant};
use gage_chain::PreparedBlock;
use gage_crypto::{Hash, SignatureBytes};
use gage_node::{Done, NodeHandle};
use gage_verify::{Certificate, Vote};

use crate::block::Block;

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

/// What consensus saw, for whoever watches.
pub(crate) type Watcher = Arc<dyn Fn(&Activity<Scheme, Digest>) + Send + Sync>;

/// Keeps certificates in the node.
pub(crate) fn keep_certificate(node: &NodeHandle, activity: &Activity<Scheme, Digest>) {
    if let Activity::Finalization(finalization) = activity
        && let Some(certificate) = certificate(finalization)
    {
        node.note_certificate(certificate);
    }
}

/// Hands what consensus saw to a watcher.
#[derive(Clone)]
pub(crate) struct Watch {
    pub watcher: Watcher,
}

impl Reporter for Watch {
    type Activity = Activity<Scheme, Digest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        (self.watcher)(&activity);
        Feedback::Ok
    }
}
