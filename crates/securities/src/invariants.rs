//! One function per invariant; the doc comment is its sentence.

use std::collections::BTreeMap;

use gage_accounts::Broken;
use gage_store::Draft;
use gage_units::{Amount, AssetId};

use crate::composition::is_acyclic;
use crate::contract::CONTRACTS;
use crate::distribution::{Basis, DISTRIBUTIONS, entitled};
use crate::redemption::{ACCOUNT, JOINING, QUEUES, REQUESTS, unfold};
use crate::retirement::{RETIRED, RETIREMENTS};
use crate::state::{ATTESTATIONS, BACKINGS, BY_ISIN, Backing, INSTRUMENTS, compositions};

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
    queues_are_kept(draft)?;
    requests_fit_the_books(draft)?;
    distributions_add_up(draft)?;
    retired_is_counted(draft)?;
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

/// No asset is part of itself.
fn no_cycle(draft: &Draft) -> Result<(), Broken> {
    let records = compositions(draft);
    broken(is_acyclic(&records), "NoCycle", || format!("{records:?}"))
}

/// This module's account holds at least the units that wait, the money of every queue, what is left of every
/// distribution, and the reserves of contracts.
fn queues_are_kept(draft: &Draft) -> Result<(), Broken> {
    let mut owed: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (asset, queue) in QUEUES.iter(draft) {
        let books = [
            (asset, queue.waiting),
            (asset, queue.joining),
            (queue.terms.cash, queue.funded),
            (queue.terms.cash, queue.claimable),
        ];
        for (asset, amount) in books {
            let sum = owed.entry(asset).or_default();
            let total = sum.plus(amount);
            broken(total.is_ok(), "QueuesAreKept", || format!("asset {asset}: the books exceed 2^128"))?;
            *sum = total.unwrap_or_default();
        }
    }
    let pots = DISTRIBUTIONS.iter(draft).flat_map(|(_, record)| &record.pots);
    let left = pots.map(|pot| (pot.payout.asset, pot.left().unwrap_or(Amount::MAX)));
    let reserves = CONTRACTS.iter(draft).map(|(_, record)| (record.cash, record.reserve));
    for (asset, amount) in left.chain(reserves) {
        let sum = owed.entry(asset).or_default();
        *sum = sum.plus(amount).unwrap_or(Amount::MAX);
    }
    for (asset, owed) in owed {
        let held = gage_ledger::balance(draft, ACCOUNT, asset).free;
        broken(held >= owed, "QueuesAreKept", || format!("asset {asset}: {held} is kept, {owed} is owed"))?;
    }
    Ok(())
}

/// All that requests wait for and can claim is at most what the queue's books say: no window pays out
/// more than it set aside.
fn requests_fit_the_books(draft: &Draft) -> Result<(), Broken> {
    let mut sums: BTreeMap<AssetId, (Amount, Amount)> = BTreeMap::new();
    for (id, request) in REQUESTS.iter(draft) {
        let unfolded = unfold(draft, *request, usize::MAX).ok();
        let (waiting, claimable) = sums.entry(request.asset).or_default();
        let after = unfolded
            .and_then(|request| Some((waiting.plus(request.remaining).ok()?, claimable.plus(request.claimable).ok()?)));
        broken(after.is_some(), "RequestsFitTheBooks", || format!("request {}: {request:?}", id.0))?;
        (*waiting, *claimable) = after.unwrap_or_default();
    }
    let mut joining: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for ((asset, window), amount) in JOINING.iter(draft) {
        let later = QUEUES.peek(draft, asset).is_some_and(|queue| *window >= queue.window);
        broken(later, "RequestsFitTheBooks", || format!("asset {asset}: {amount} joins the closed window {window}"))?;
        let sum = joining.entry(*asset).or_default();
        *sum = sum.plus(*amount).unwrap_or(Amount::MAX);
    }
    for (asset, queue) in QUEUES.iter(draft) {
        let (waiting, claimable) = sums.remove(&asset).unwrap_or_default();
        let joins = joining.remove(&asset).unwrap_or_default();
        let all = queue.waiting.plus(queue.joining).unwrap_or_default();
        let holds = joins == queue.joining && waiting <= all && claimable <= queue.claimable;
        broken(holds, "RequestsFitTheBooks", || {
            format!("asset {asset}: {queue:?}, requests wait for {waiting} and claim {claimable}, {joins} joins")
        })?;
    }
    broken(sums.is_empty() && joining.is_empty(), "RequestsFitTheBooks", || format!("no queue: {sums:?} {joining:?}"))
}

/// What was brought for a payout is what was paid, withheld, reclaimed and is left; and the units entitled to the
/// payouts of a register are the supply of its date but for the issuer's.
fn distributions_add_up(draft: &Draft) -> Result<(), Broken> {
    for (id, record) in DISTRIBUTIONS.iter(draft) {
        let fine = record.pots.iter().all(|pot| pot.left().is_ok());
        broken(fine, "DistributionsAddUp", || format!("distribution {}: {record:?}", id.0))?;
        let units = record.pots.iter().try_fold(Amount::ZERO, |sum, pot| sum.plus(pot.units).ok());
        let supply = match (record.basis, record.record) {
            (Basis::Register { .. }, Some(1..)) => entitled(draft, record).ok(),
            _ => units,
        };
        broken(units == supply, "DistributionsAddUp", || {
            format!("distribution {}: {units:?} units are entitled, the supply was {supply:?}", id.0)
        })?;
    }
    Ok(())
}

/// The retirements of an asset follow each other without gap up to what was retired of it.
fn retired_is_counted(draft: &Draft) -> Result<(), Broken> {
    let mut sums: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (id, record) in RETIREMENTS.iter(draft) {
        let sum = sums.entry(record.asset).or_default();
        broken(*sum == record.before, "RetiredIsCounted", || format!("retirement {}: {record:?}", id.0))?;
        *sum = sum.plus(record.amount).unwrap_or(Amount::MAX);
    }
    let counted = RETIRED.iter(draft).map(|(asset, amount)| (asset, *amount));
    broken(sums.iter().map(|(asset, amount)| (*asset, *amount)).eq(counted), "RetiredIsCounted", || format!("{sums:?}"))
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
