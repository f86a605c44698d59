//! From a record to the header that publishes its root.

use borsh::BorshDeserialize;
use gage_chain::{Head, head_key_bytes, network_key_bytes, read_network_record, table_names};
use gage_store::Kind;
use gage_store::proof::{Root, verify_exclusion, verify_inclusion};

use crate::evidence::{Evidence, ProvedRecord, RECORD_FORMAT};
use crate::{Trust, Verified, VerifyError};

/// Checks a record or its absence.
///
/// # Errors
/// The first check that fails, in this order: format, table, the record's proof, network, height,
/// header, then what the reader trusts.
pub fn verify(evidence: &Evidence, trust: &Trust) -> Result<Verified, VerifyError> {
    if evidence.format != RECORD_FORMAT {
        return Err(VerifyError::Format { found: evidence.format.clone(), expected: RECORD_FORMAT });
    }
    let mut verified = Verified::new(evidence.height);
    check_table(evidence)?;
    verified.check(format!("The key is one of the table {}.", evidence.table));

    let root = &evidence.state_root;
    let proof = |reason| VerifyError::Proof { what: "record", reason };
    match &evidence.value {
        Some(value) => verify_inclusion(root, &evidence.key, value, &evidence.proof).map_err(proof)?,
        None => verify_exclusion(root, &evidence.key, &evidence.proof).map_err(proof)?,
    }
    verified.present = evidence.value.is_some();
    let what = if verified.present { "has exactly these bytes" } else { "does not exist" };
    verified.check(format!("Under the state root {root} the record {what}."));

    check_network(evidence)?;
    verified.check(format!("The root is of the network {} with genesis {}.", evidence.network, evidence.genesis));
    let head = check_head(evidence)?;
    verified.time = Some(head.time);
    verified.check(format!("The root is of height {}, block {}, time {}.", head.height, head.block, head.time));
    check_header(evidence)?;
    if let Some(header) = &evidence.header {
        verified.check(format!("The header of height {} publishes that root for that height.", header.height));
    }

    verified.anchor(&evidence.genesis, evidence.header.as_ref(), evidence.finality.as_ref(), trust)?;
    if let Some(trusted) = trust.state_root {
        if trusted != *root {
            return Err(VerifyError::StateRootNotTrusted { found: *root, trusted });
        }
        verified.anchored = true;
        verified.trusted.push(format!("That {trusted} is a root of the network: you gave it."));
    }
    Ok(verified.finish(&root.to_string()))
}

fn check_table(evidence: &Evidence) -> Result<(), VerifyError> {
    let (number, _) = evidence.key.split_first_chunk::<2>().ok_or(VerifyError::ShortKey)?;
    let number = u16::from_be_bytes(*number);
    let tables = table_names();
    let table = tables.iter().find(|table| table.number == number && table.kind == Kind::Authenticated);
    let table = table.ok_or(VerifyError::UnknownTable(number))?;
    if table.name != evidence.table {
        return Err(VerifyError::TableName { found: evidence.table.clone(), expected: table.name.to_owned() });
    }
    Ok(())
}

fn check_network(evidence: &Evidence) -> Result<(), VerifyError> {
    const WHAT: &str = "network's record";
    proved(&evidence.state_root, &network_key_bytes(), &evidence.network_record, WHAT)?;
    let (genesis, name) = read_network_record(&evidence.network_record.value).ok_or(VerifyError::BadRecord(WHAT))?;
    if genesis != evidence.genesis || name != evidence.network {
        let found = format!("{name} with genesis {genesis}");
        let claimed = format!("{} with genesis {}", evidence.network, evidence.genesis);
        return Err(VerifyError::OtherNetwork { found, claimed });
    }
    Ok(())
}

fn check_head(evidence: &Evidence) -> Result<Head, VerifyError> {
    const WHAT: &str = "head's record";
    proved(&evidence.state_root, &head_key_bytes(), &evidence.head_record, WHAT)?;
    let head = Head::try_from_slice(&evidence.head_record.value).map_err(|_| VerifyError::BadRecord(WHAT))?;
    if head.height != evidence.height {
        return Err(VerifyError::OtherHeight { found: head.height, claimed: evidence.height });
    }
    Ok(head)
}

fn check_header(evidence: &Evidence) -> Result<(), VerifyError> {
    let Some(header) = &evidence.header else { return Ok(()) };
    let published = header.executed.height == evidence.height && header.executed.state_root == evidence.state_root;
    if !published || header.height <= evidence.height {
        let (height, executed) = (header.height, evidence.height);
        return Err(VerifyError::NotPublished { height, what: "state root", executed });
    }
    Ok(())
}

fn proved(root: &Root, key: &[u8], record: &ProvedRecord, what: &'static str) -> Result<(), VerifyError> {
    verify_inclusion(root, key, &record.value, &record.proof).map_err(|reason| VerifyError::Proof { what, reason })
}
