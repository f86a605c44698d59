//! From a receipt to the header that publishes its block's events root.

use borsh::BorshDeserialize;
use gage_chain::{Outcome, Receipt};

use crate::evidence::{RECEIPT_FORMAT, ReceiptEvidence};
use crate::{Trust, Verified, VerifyError};

/// Checks what became of a transaction.
///
/// # Errors
/// The first check that fails, in this order: format, receipt, transaction, path, header, then what the
/// reader trusts.
pub fn verify_receipt(evidence: &ReceiptEvidence, trust: &Trust) -> Result<Verified, VerifyError> {
    if evidence.format != RECEIPT_FORMAT {
        return Err(VerifyError::Format { found: evidence.format.clone(), expected: RECEIPT_FORMAT });
    }
    let mut verified = Verified::new(evidence.height);
    let receipt = Receipt::try_from_slice(&evidence.receipt).map_err(|_| VerifyError::BadReceipt)?;
    if receipt.transaction != evidence.transaction {
        return Err(VerifyError::OtherTransaction);
    }
    let outcome = match &receipt.outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Rejected { reason, .. } => format!("rejected as {} ({})", reason.name, reason.code),
        Outcome::Internal => "undone after a fault of the program".to_owned(),
    };
    let path = &evidence.proof;
    if path.height != evidence.height {
        return Err(VerifyError::OtherHeight { found: path.height, claimed: evidence.height });
    }
    if !path.verify(&evidence.events_root, &evidence.receipt) {
        return Err(VerifyError::ReceiptPath);
    }
    verified.check(format!(
        "Under the events root {} transaction {} was {outcome}, for a fee of {} smallest units.",
        evidence.events_root, receipt.transaction, receipt.fee
    ));
    if let Some(header) = &evidence.header {
        let executed = &header.executed;
        let published = executed.height == evidence.height && executed.events_root == evidence.events_root;
        if !published || header.height <= evidence.height {
            let (height, executed) = (header.height, evidence.height);
            return Err(VerifyError::NotPublished { height, what: "events root", executed });
        }
        verified.check(format!("The header of height {} publishes that root for that height.", header.height));
    }

    verified.anchor(&evidence.genesis, evidence.header.as_ref(), evidence.finality.as_ref(), trust)?;
    if let Some(trusted) = trust.events_root {
        if trusted != evidence.events_root {
            let (found, trusted) = (evidence.events_root.to_string(), trusted.to_string());
            return Err(VerifyError::EventsRootNotTrusted { found, trusted });
        }
        verified.anchored = true;
        verified.trusted.push(format!("That {trusted} is an events root of the network: you gave it."));
    }
    if evidence.header.is_none() {
        verified.trusted.push(format!(
            "That the events root is of height {} of that genesis: without a header nothing binds them.",
            evidence.height
        ));
    }
    Ok(verified.finish(&evidence.events_root.to_string()))
}
