//! One function per invariant; the doc comment is its sentence.

use gage_accounts::Broken;
use gage_store::Draft;
use gage_units::AssetId;

use crate::composition::{WRAP_DEPTH_MAX, expand_all};
use crate::state::{
    ATTESTATIONS, BACKINGS, BY_ISIN, Backing, COMPOSITIONS, EXPANSIONS, Expansion, INSTRUMENTS, USED_IN, compositions,
};

/// Checks what every block must hold: the attested assets are few and are all looked at.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    for (asset, backing) in BACKINGS.iter(draft) {
        supply_is_minted_less_redeemed(draft, asset, backing)?;
        supply_was_proven(draft, asset, backing)?;
    }
    Ok(())
}

/// Checks every record.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    check_block(draft)?;
    no_cycle(draft)?;
    expansion_follows(draft)?;
    attestations_have_verifiers(draft)?;
    isin_is_unique(draft)
}

fn broken(holds: bool, invariant: &'static str, detail: impl FnOnce() -> String) -> Result<(), Broken> {
    Broken::unless(holds, "securities", invariant, detail)
}

/// The supply of an attested asset is what was minted here less what was redeemed.
fn supply_is_minted_less_redeemed(draft: &Draft, asset: AssetId, backing: &Backing) -> Result<(), Broken> {
    let supply = gage_ledger::supply(draft, asset);
    let expected = backing.minted.minus(backing.redeemed);
    broken(expected == Ok(supply), "SupplyIsMintedLessRedeemed", || {
        format!("asset {asset}: supply {supply}, minted {}, redeemed {}", backing.minted, backing.redeemed)
    })
}

/// The supply of an attested asset is at most what was proven when it was last minted: no unit was
/// ever minted above its proof. (A proof may shrink afterwards; the asset is then in quarantine.)
fn supply_was_proven(draft: &Draft, asset: AssetId, backing: &Backing) -> Result<(), Broken> {
    let supply = gage_ledger::supply(draft, asset);
    broken(supply <= backing.covered, "SupplyWasProven", || {
        format!("asset {asset}: supply {supply}, proven at the last mint {}", backing.covered)
    })
}

/// No asset is part of itself, and no composition is deeper than the cap.
fn no_cycle(draft: &Draft) -> Result<(), Broken> {
    let records = compositions(draft);
    let expanded = expand_all(&records);
    let holds = expanded.as_ref().is_ok_and(|expanded| {
        expanded.iter().all(|(asset, record)| record.depth <= WRAP_DEPTH_MAX && !record.closure.contains(asset))
    });
    broken(holds, "NoCycle", || format!("{expanded:?}"))
}

/// The expansion of every composition is what its parts make of it, and every part knows its wrappers.
fn expansion_follows(draft: &Draft) -> Result<(), Broken> {
    let expanded = expand_all(&compositions(draft)).unwrap_or_default();
    let stored: Vec<(AssetId, Expansion)> =
        EXPANSIONS.iter(draft).map(|(asset, record)| (asset, record.clone())).collect();
    let holds = expanded.into_iter().collect::<Vec<_>>() == stored;
    broken(holds, "ExpansionFollows", || format!("stored {stored:?}"))?;
    let mut used: Vec<(AssetId, AssetId)> = COMPOSITIONS
        .iter(draft)
        .flat_map(|(asset, record)| record.parts.iter().map(move |part| (part.asset, asset)))
        .collect();
    used.sort_unstable();
    let holds = used.iter().eq(USED_IN.iter(draft).map(|(key, ())| key));
    broken(holds, "ExpansionFollows", || format!("expected {used:?}"))
}

/// Every attestation is by a verifier of the terms, and none is from the future or outlasts its
/// validity at the time it was made.
fn attestations_have_verifiers(draft: &Draft) -> Result<(), Broken> {
    for ((asset, verifier), record) in ATTESTATIONS.iter(draft) {
        let named = BACKINGS.peek(draft, asset).is_some_and(|backing| backing.terms.verifiers.contains(verifier));
        let timely = record.as_of <= record.received_at && record.received_at < record.expires;
        broken(named && timely, "AttestationsHaveVerifiers", || format!("asset {asset}, {verifier}: {record:?}"))?;
    }
    for (asset, backing) in BACKINGS.iter(draft) {
        broken(backing.terms.check().is_ok(), "AttestationsHaveVerifiers", || format!("asset {asset}: {backing:?}"))?;
    }
    Ok(())
}

/// An ISIN names one asset, and the index agrees with the instruments.
fn isin_is_unique(draft: &Draft) -> Result<(), Broken> {
    let mut isins: Vec<_> = INSTRUMENTS.iter(draft).filter_map(|(asset, record)| Some((record.isin?, asset))).collect();
    isins.sort_unstable();
    let holds = isins.iter().map(|(isin, asset)| (isin, asset)).eq(BY_ISIN.iter(draft));
    broken(holds, "IsinIsUnique", || format!("instruments {isins:?}"))
}
