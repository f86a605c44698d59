//! Evidence: records and receipts with everything that `gage-verify` needs.

use gage_chain::{BlockResult, ReceiptProof, TransactionHash, head_key_bytes, network_key_bytes};
use gage_store::certified::Certified;
use gage_units::Height;
use gage_verify::{Evidence, ProvedRecord, RECEIPT_FORMAT, RECORD_FORMAT, ReceiptEvidence};

use crate::locks::{lock, read};
use crate::{NodeHandle, ProveError};

impl NodeHandle {
    /// The record at a key, or its absence, with proofs, at a checkpoint: the newest unless given.
    /// The evidence carries the header that publishes the root once there is one, two blocks later.
    ///
    /// # Errors
    /// [`ProveError::UnknownTable`], [`ProveError::NotRetained`].
    pub fn prove(&self, key: &[u8], at: Option<Height>) -> Result<Evidence, ProveError> {
        let shared = self.shared();
        let number = key.split_first_chunk::<2>().map(|(number, _)| u16::from_be_bytes(*number));
        let table = number.and_then(|number| shared.tables.get(&number)).ok_or(ProveError::UnknownTable)?;
        let certified = read(&shared.certified);
        let (oldest, newest) = span(&certified);
        let height = at.unwrap_or(newest);
        let gone = || ProveError::NotRetained { asked: height, oldest, newest };
        let found = certified.read_at(height.0, key).map_err(|_| gone())?;
        let supporting = |key: &[u8]| {
            let found = certified.read_at(height.0, key).map_err(|_| gone())?;
            // Genesis writes both records, and nothing removes them.
            let value = found.value.ok_or(ProveError::UnknownTable)?;
            Ok(ProvedRecord { value, proof: found.proof })
        };
        let (network_record, head_record) = (supporting(&network_key_bytes())?, supporting(&head_key_bytes())?);
        drop(certified);
        let header = shared.publishing_header(height);
        Ok(Evidence {
            format: RECORD_FORMAT.to_owned(),
            network: shared.network.clone(),
            genesis: shared.genesis,
            table: (*table).to_owned(),
            key: key.to_vec(),
            value: found.value,
            proof: found.proof,
            network_record,
            head_record,
            height,
            state_root: found.root,
            finality: header.as_ref().and_then(|header| self.finality_of(header)),
            header,
        })
    }

    /// The receipt of a transaction with the path to its block's events root, and the header that
    /// publishes that root once there is one. Only checkpoints are published.
    ///
    /// # Errors
    /// [`ProveError::NoReceipt`].
    pub fn receipt_proof(&self, hash: &TransactionHash) -> Result<ReceiptEvidence, ProveError> {
        let (result, index) = lock(&self.shared().index).receipt(hash).ok_or(ProveError::NoReceipt)?;
        self.prove_receipt(&result, index)
    }

    /// The same for a result that the caller has kept longer than the node.
    ///
    /// # Errors
    /// [`ProveError::NoReceipt`].
    pub fn prove_receipt(&self, result: &BlockResult, index: usize) -> Result<ReceiptEvidence, ProveError> {
        let receipt = result.receipts.get(index).ok_or(ProveError::NoReceipt)?;
        let proof = ReceiptProof::make(result.height, &result.receipts, &result.due, index);
        let header = self.shared().publishing_header(result.height);
        Ok(ReceiptEvidence {
            format: RECEIPT_FORMAT.to_owned(),
            genesis: self.shared().genesis,
            transaction: receipt.transaction,
            receipt: receipt.to_bytes(),
            proof: proof.ok_or(ProveError::NoReceipt)?,
            height: result.height,
            events_root: result.events_root,
            finality: header.as_ref().and_then(|header| self.finality_of(header)),
            header,
            accumulated: None,
        })
    }
}

/// The oldest and the newest checkpoint kept.
pub(crate) fn span(certified: &Certified) -> (Height, Height) {
    let mut kept = certified.checkpoints();
    let oldest = kept.next().unwrap_or(0);
    (Height(oldest), Height(kept.next_back().unwrap_or(oldest)))
}
