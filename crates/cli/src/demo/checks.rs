//! The checks at the end: the books recomputed by the node, and proofs of every vault, every auction
//! and every account of the run verified here, without trusting the node.

use anyhow::Context as _;
use gage_crypto::{AccountId, Hash, PublicKey};
use gage_store::proof::Root;
use gage_units::Height;
use gage_verify::{Document, Trust};
use serde::Deserialize;
use serde_json::Value;

use super::door::Door;
use super::world::{COLLATERAL, STABLE};
use crate::report::Checks;

/// Coverage is shown to a ten-thousandth.
const COVERAGE_STEP: u128 = 100_000_000_000_000;

/// What the audit says, as far as the report needs it.
#[derive(Deserialize)]
struct AuditReply {
    conservation_ok: bool,
    broken: Option<String>,
    assets: Vec<AssetLine>,
    facilities: Vec<FacilityLine>,
}

#[derive(Deserialize)]
struct AssetLine {
    symbol: String,
    decimals: u8,
    supply: gage_units::Amount,
}

#[derive(Deserialize)]
struct FacilityLine {
    identity: gage_vaults::query::IdentityView,
    coverage: Option<gage_units::Ratio>,
}

/// Whose records are proved.
pub struct Subjects {
    /// Numbers of vaults.
    pub vaults: Vec<u32>,
    /// Numbers of lots, open or over: an ended one is proved absent.
    pub lots: Vec<u64>,
    /// Accounts whose holdings are proved.
    pub holders: Vec<AccountId>,
}

/// Asks for the audit and every proof, and verifies them against the root of the checkpoint `at`.
///
/// # Errors
/// The node does not answer as it should. What does not hold is told in the result.
pub fn run(door: &Door, subjects: &Subjects, network: Hash, at: Checkpoint) -> anyhow::Result<Checks> {
    let audit: AuditReply = door.get("/v1/audit")?;
    let mut checks = Checks { conservation_ok: audit.conservation_ok, proofs_ok: true, ..Checks::default() };
    checks.conservation = words(&audit);
    let trust = Trust { genesis: Some(network), state_root: Some(at.root), ..Trust::default() };
    let mut prove = |path: String, present: Option<bool>| -> anyhow::Result<()> {
        let evidence: Value = door.get(&format!("{path}?at={}", at.certified))?;
        let verified = Document::parse(&evidence.to_string()).and_then(|document| document.verify(&trust));
        match verified {
            Ok(verified) if present.is_none_or(|present| present == verified.present) => checks.proofs_verified += 1,
            Ok(verified) => {
                let found = if verified.present { "exists" } else { "does not exist" };
                checks.proofs_failed.push(format!("{path}: proved that the record {found}, which is not expected"));
            }
            Err(error) => checks.proofs_failed.push(format!("{path}: {error}")),
        }
        Ok(())
    };
    for vault in &subjects.vaults {
        prove(format!("/v1/vaults/{vault}/proof"), Some(true))?;
    }
    for lot in &subjects.lots {
        prove(format!("/v1/auctions/{lot}/proof"), None)?;
    }
    for holder in &subjects.holders {
        for asset in [COLLATERAL, STABLE] {
            prove(format!("/v1/accounts/{holder}/holdings/{asset}/proof"), None)?;
        }
    }
    checks.proofs_ok = checks.proofs_failed.is_empty();
    Ok(checks)
}

/// In a network: every validator has the same root, and a proof holds by the validators' keys alone.
///
/// # Errors
/// A node does not answer as it should. What does not hold is told in `checks`.
pub fn agree(
    door: &Door,
    validators: &[PublicKey],
    subjects: &Subjects,
    at: Checkpoint,
    checks: &mut Checks,
) -> anyhow::Result<()> {
    if validators.is_empty() {
        return Ok(());
    }
    let same_root = Trust { genesis: Some(door.network()), state_root: Some(at.root), ..Trust::default() };
    for (other, vault) in door.others().iter().flat_map(|other| subjects.vaults.first().map(|vault| (other, vault))) {
        let path = format!("/v1/vaults/{vault}/proof?at={}", at.certified);
        let evidence: Value = other.get(&path)?;
        if let Err(error) = Document::parse(&evidence.to_string()).and_then(|document| document.verify(&same_root)) {
            checks.proofs_failed.push(format!("{}{path}: {error}", other.url()));
        }
    }
    let trust = Trust { genesis: Some(door.network()), validators: Some(validators.to_vec()), ..Trust::default() };
    for vault in subjects.vaults.iter().take(1) {
        let path = format!("/v1/vaults/{vault}/proof?at=published");
        let evidence: Value = door.get(&path)?;
        match Document::parse(&evidence.to_string()).and_then(|document| document.verify(&trust)) {
            Ok(_) => checks.proofs_verified += 1,
            Err(error) => checks.proofs_failed.push(format!("{path}: {error}")),
        }
    }
    checks.proofs_ok = checks.proofs_failed.is_empty();
    if checks.proofs_ok {
        checks.conservation.push(format!("{} validators have the same root, and sign it", validators.len()));
    }
    Ok(())
}

/// A state that is proved: blocks may go on meanwhile.
#[derive(Clone, Copy, Deserialize)]
pub struct Checkpoint {
    /// Its height.
    pub certified: Height,
    /// Its root.
    pub root: Root,
}

/// The newest checkpoint.
///
/// # Errors
/// The node does not answer as it should.
pub fn newest(door: &Door) -> anyhow::Result<Checkpoint> {
    door.get("/v1/status").context("asking for the root")
}

fn words(audit: &AuditReply) -> Vec<String> {
    let mut lines: Vec<String> = audit.broken.iter().map(|broken| format!("broken: {broken}")).collect();
    let decimal = |amount: gage_units::Amount, decimals| gage_units::format_decimal(amount.0, decimals);
    for asset in &audit.assets {
        let held = if audit.conservation_ok { ", and accounts hold exactly that" } else { "" };
        lines.push(format!("{} {} exist{held}", decimal(asset.supply, asset.decimals), asset.symbol));
    }
    for facility in &audit.facilities {
        let identity = &facility.identity;
        lines.push(format!(
            "supply {} + rounding {} = vault debt {} + at auction {} + bad debt {}: {}",
            decimal(identity.supply, 18),
            decimal(identity.rounding, 18),
            decimal(identity.bucket_debt, 18),
            decimal(identity.auctioned, 18),
            decimal(identity.bad_debt, 18),
            if identity.holds { "holds" } else { "DOES NOT HOLD" }
        ));
        if let Some(coverage) = facility.coverage {
            let short = coverage.0 / COVERAGE_STEP * COVERAGE_STEP;
            lines.push(format!("collateral is worth {} times the supply", decimal(gage_units::Amount(short), 18)));
        }
    }
    lines
}
