//! From a receipt to the header that publishes its block's events root.

use borsh::BorshDeserialize;
use gage_chain::{Outcome, Receipt, accumulator_key_bytes, block_leaf};
use gage_crypto::accumulator::Accumulator;

use crate::evidence::{Accumulated, RECEIPT_FORMAT, ReceiptEvidence};
use crate::{Trust, Verified, VerifyError, verify};

/// Checks what became of a transaction.
///
/// # Errors
/// The first check that fails, in this order: format, receipt, transaction, path, header or accumulator, then what
/// the reader trusts.
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

    match &evidence.accumulated {
        Some(_) if evidence.header.is_some() || evidence.finality.is_some() => return Err(VerifyError::TwoWays),
        Some(accumulated) => through_accumulator(&mut verified, evidence, accumulated, trust)?,
        None => verified.anchor(&evidence.genesis, evidence.header.as_ref(), evidence.finality.as_ref(), trust)?,
    }
    if let Some(trusted) = trust.events_root {
        if trusted != evidence.events_root {
            let (found, trusted) = (evidence.events_root.to_string(), trusted.to_string());
            return Err(VerifyError::EventsRootNotTrusted { found, trusted });
        }
        verified.anchored = true;
        verified.trusted.push(format!("That {trusted} is an events root of the network: you gave it."));
    }
    if evidence.header.is_none() && evidence.accumulated.is_none() {
        verified.trusted.push(format!(
            "That the events root is of height {} of that genesis: without a header nothing binds them.",
            evidence.height
        ));
    }
    Ok(verified.finish(&evidence.events_root.to_string()))
}

/// From the block to the accumulator, and from that, a record of a later state, to what the reader trusts.
fn through_accumulator(
    verified: &mut Verified,
    evidence: &ReceiptEvidence,
    accumulated: &Accumulated,
    trust: &Trust,
) -> Result<(), VerifyError> {
    let record = &accumulated.record;
    // The record's own check binds root, network and height, and compares them with what the reader trusts.
    let state = verify(record, trust)?;
    if record.genesis != evidence.genesis {
        let (found, claimed) = (record.genesis.to_string(), evidence.genesis.to_string());
        return Err(VerifyError::OtherNetwork { found, claimed });
    }
    let value = record.value.as_deref().filter(|_| record.key == accumulator_key_bytes());
    let accumulator = value.and_then(|value| Accumulator::try_from_slice(value).ok());
    let accumulator = accumulator.ok_or(VerifyError::BadRecord("record of the accumulator"))?;
    // Leaf h - 1 is of block h; the proof is for the very list whose root the state has.
    let proof = &accumulated.proof;
    let placed = evidence.height.0.checked_sub(1) == Some(proof.index) && proof.count == accumulator.count();
    let leaf = block_leaf(&accumulated.block, &evidence.events_root);
    if !placed || !proof.verify(&accumulator.root(), &leaf) {
        return Err(VerifyError::BlockPath(record.height));
    }
    verified.checked.extend(state.checked);
    verified.check(format!(
        "That record, the accumulator, has block {} of height {} with that events root among its {} blocks.",
        accumulated.block,
        evidence.height,
        accumulator.count()
    ));
    verified.trusted.extend(state.trusted);
    (verified.header, verified.anchored) = (state.header, state.anchored);
    Ok(())
}
