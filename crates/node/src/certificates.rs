//! The certificates that consensus made lately, and which of them prove a header final.

use std::collections::BTreeMap;

use gage_chain::Header;
use gage_crypto::Hash;
use gage_units::Height;
use gage_verify::{Certificate, Finality, HEADERS_MAX};

use crate::NodeHandle;
use crate::locks::lock;

/// How many are kept: far more than headers that records can be proved for.
const KEPT: usize = 4_096;

/// The last certificates, by epoch and view, and by block.
#[derive(Default)]
pub(crate) struct Certificates {
    by_round: BTreeMap<(u64, u64), Certificate>,
    rounds: BTreeMap<Hash, (u64, u64)>,
}

impl Certificates {
    fn put(&mut self, certificate: Certificate) {
        let round = (certificate.epoch, certificate.view);
        self.rounds.insert(certificate.block, round);
        self.by_round.insert(round, certificate);
        while self.by_round.len() > KEPT {
            if let Some((round, oldest)) = self.by_round.pop_first()
                && self.rounds.get(&oldest.block) == Some(&round)
            {
                self.rounds.remove(&oldest.block);
            }
        }
    }

    fn of(&self, block: &Hash) -> Option<&Certificate> {
        self.by_round.get(self.rounds.get(block)?)
    }
}

impl NodeHandle {
    /// Consensus finalized a block, which may not be ordered here yet.
    pub fn note_certificate(&self, certificate: Certificate) {
        lock(&self.shared().certificates).put(certificate);
    }

    /// The certificate of a block: from memory, else from where consensus keeps them.
    pub(crate) fn certificate_of(&self, height: Height, hash: &Hash) -> Option<Certificate> {
        let shared = self.shared();
        if let Some(certificate) = lock(&shared.certificates).of(hash) {
            return Some(certificate.clone());
        }
        let find = shared.older_certificates.get()?;
        find(height).filter(|certificate| certificate.block == *hash)
    }

    /// Why a header is final: a certificate of it or of a later one, with the headers between. `None` in a solo node,
    /// and where the certificates of its time are not kept any more.
    pub fn finality_of(&self, header: &Header) -> Option<Finality> {
        let shared = self.shared();
        if !shared.is_network() {
            return None;
        }
        let (ordered, mut headers) = (shared.progress.get().ordered, Vec::new());
        let mut hash = header.hash(&shared.genesis);
        loop {
            let height = Height(header.height.0 + headers.len() as u64);
            if let Some(certificate) = self.certificate_of(height, &hash) {
                return Some(Finality { headers, certificate });
            }
            let next = Height(height.0 + 1);
            if next > ordered || headers.len() == HEADERS_MAX {
                return None;
            }
            let header = shared.header(next)?;
            hash = header.hash(&shared.genesis);
            headers.push(header);
        }
    }
}
