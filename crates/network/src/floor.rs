//! Where the engine of a validator begins that has not seen the network's first blocks: with a final block that its
//! node, fed by others, has executed.

use std::io::Write as _;
use std::path::Path;

use bytes::Bytes;
use commonware_codec::DecodeExt as _;
use commonware_codec::types::lazy::Lazy;
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_consensus::simplex::types::{Finalization, Proposal};
use commonware_consensus::types::{Epoch, Round, View};
use commonware_cryptography::certificate::Signers;
use commonware_cryptography::ed25519::Signature;
use commonware_cryptography::ed25519::certificate::Certificate as Signed;
use commonware_cryptography::sha256::Digest;
use commonware_utils::Participant;
use gage_node::NodeError;
use gage_node::disk::{DiskError, write_atomic};
use gage_verify::{Certificate, Vote};

use crate::files::{FilesError, read_toml};

/// Beside the votes.
const FLOOR: &str = "floor.toml";

/// Notes that the engine begins at a final block, unless it is further already. The node has executed that block.
///
/// # Errors
/// [`NodeError::Disk`].
pub fn begin_at(consensus_dir: &Path, certificate: &Certificate) -> Result<(), NodeError> {
    let text = toml::to_string(certificate).expect("a certificate is numbers and text");
    std::fs::create_dir_all(consensus_dir).map_err(|source| DiskError::Io {
        action: "create the directory",
        path: consensus_dir.to_path_buf(),
        source,
    })?;
    Ok(write_atomic(&consensus_dir.join(FLOOR), |file| file.write_all(text.as_bytes()))?)
}

/// What was noted.
pub(crate) fn read(consensus_dir: &Path) -> Result<Option<Certificate>, FilesError> {
    let path = consensus_dir.join(FLOOR);
    path.exists().then(|| read_toml(&path)).transpose()
}

/// A certificate of a committee of so many in the words of the engine; `None` where a signature in it does not decode,
/// or nobody of the committee gave it.
pub(crate) fn finalization(certificate: &Certificate, members: usize) -> Option<Finalization<Scheme, Digest>> {
    let round = Round::new(Epoch::new(certificate.epoch), View::new(certificate.view));
    let proposal = Proposal::new(round, View::new(certificate.parent_view), Digest(certificate.block.0));
    let signers = certificate.votes.iter().map(|vote| Participant::new(vote.validator.into()));
    let signers = Signers::new(u32::try_from(members).ok()?, signers).ok()?;
    let read = |vote: &Vote| {
        let bytes = Bytes::copy_from_slice(&vote.signature.0);
        Some(Lazy::from(Signature::decode(bytes).ok()?))
    };
    let signatures = certificate.votes.iter().map(read).collect::<Option<Vec<_>>>()?;
    Some(Finalization { proposal, certificate: Signed { signers, signatures } })
}
