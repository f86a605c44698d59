//! What must hold, one function per invariant.

use std::collections::{BTreeMap, BTreeSet};

use gage_accounts::Broken;
use gage_store::Draft;
use gage_units::{Amount, AssetId, MathError};

use crate::calls::{CALLS, CALLS_DUE};
use crate::peg::{PEGS, for_cash};
use crate::pool::POOLS;
use crate::protection::band::{self, ALLOWANCES, BANDS};
use crate::protection::ladder::{LADDERS, OWN_LOTS, own_debt};
use crate::protection::watch;
use crate::ramp::RAMPS;
use crate::shutdown::{BASKETS, PARTS, SHUTDOWNS, Stage};
use crate::state::{
    BUCKETS, BucketKey, FACILITIES, Facility, FacilityId, GROUPS, GroupId, INDEX, KEPT, LOTS, MARKS, TOUCHED, VAULTS,
    beneficiary,
};
use crate::things::{KEPT_THINGS, THING_LOTS, THINGS};
use crate::{ACCOUNT, Error, book, liquidate, mark, split, things};

/// What is compared every block: the running totals of each facility and its buckets.
///
/// # Errors
/// The invariant that does not hold.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    for (id, facility) in FACILITIES.iter(draft) {
        identity(draft, id, facility)?;
        buckets_are_accrued(draft, id)?;
    }
    pegs_are_cash(draft)?;
    shutdowns_pay(draft)?;
    transactions_are_rechecked(draft)
}

/// The full audit.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    check_block(draft)?;
    buckets_are_sums(draft)?;
    pledges_match(draft)?;
    things_are_pledged(draft)?;
    lots_are_auctioned(draft)?;
    account_holds(draft)?;
    index_matches(draft)?;
    ramps_fit(draft)?;
    calls_are_due(draft)?;
    watches_match(draft)?;
    allowances_are_named(draft)?;
    unsafe_is_flagged(draft)
}

fn unless(holds: bool, invariant: &'static str, detail: impl FnOnce() -> String) -> Result<(), Broken> {
    Broken::unless(holds, "vaults", invariant, detail)
}

fn figures<T, E: std::fmt::Display>(result: Result<T, E>, invariant: &'static str) -> Result<T, Broken> {
    result.map_err(|error| Broken { module: "vaults", invariant, detail: error.to_string() })
}

/// Supply plus rounding is bucket debt plus debt at auction plus bad debt, plus what stands for cash of
/// the pegs and for the basket of a shutdown. For a pool, claims and reserves less cash are the supply.
fn identity(draft: &Draft, id: FacilityId, facility: &Facility) -> Result<(), Broken> {
    let totals = book::totals(draft, id);
    let (owed, cash) = match POOLS.peek(draft, &id) {
        None => (gage_ledger::supply(draft, facility.stable), Amount::ZERO),
        Some(pool) => (figures(pool.claims.plus(pool.reserves), "identity")?, pool.cash),
    };
    let left = figures(owed.plus(totals.rounding), "identity")?;
    let right = figures(totals.backing().and_then(|backing| backing.plus(cash)), "identity")?;
    unless(left == right, "identity", || format!("facility {id}: owed {owed}, cash {cash}, {totals:?}"))
}

/// What each peg issued is exactly what its cash stands for, and a facility's total is their sum.
fn pegs_are_cash(draft: &Draft) -> Result<(), Broken> {
    let mut sums: BTreeMap<FacilityId, Amount> = BTreeMap::new();
    for ((id, asset), peg) in PEGS.iter(draft) {
        let decimals = figures(book::facility(draft, *id), "pegs_are_cash")?.decimals;
        let at_par = figures(for_cash(peg.held, peg.decimals, decimals), "pegs_are_cash")?;
        let holds = (at_par.cash, at_par.stable) == (peg.held, peg.issued);
        unless(holds, "pegs_are_cash", || format!("facility {id}, asset {asset}: {peg:?}"))?;
        let sum = sums.entry(*id).or_default();
        *sum = figures(sum.plus(peg.issued), "pegs_are_cash")?;
    }
    for (id, _) in FACILITIES.iter(draft) {
        let (sum, total) = (sums.remove(&id).unwrap_or_default(), book::totals(draft, id).peg_issued);
        unless(sum == total, "pegs_are_cash", || format!("facility {id}: pegs {sum}, total {total}"))?;
    }
    Ok(())
}

/// A facility that pays owes nothing else, and its basket's only claim is what it issued.
fn shutdowns_pay(draft: &Draft) -> Result<(), Broken> {
    for (id, shutdown) in SHUTDOWNS.iter(draft).filter(|(_, shutdown)| shutdown.stage == Stage::Paying) {
        let facility = figures(book::facility(draft, id), "shutdowns_pay")?;
        let supply = gage_ledger::supply(draft, facility.minted());
        let debts = figures(book::totals(draft, id).debts(), "shutdowns_pay")?;
        let holds = supply == shutdown.outstanding && debts.is_zero();
        unless(holds, "shutdowns_pay", || format!("facility {id}: supply {supply}, debts {debts}, {shutdown:?}"))?;
    }
    Ok(())
}

/// Each bucket's debt is `N_j A_j` rounded up, and their sum is the facility's.
fn buckets_are_accrued(draft: &Draft, id: FacilityId) -> Result<(), Broken> {
    let mut sum = Amount::ZERO;
    for (key, bucket) in mark::buckets(draft, id, (AssetId(0), AssetId(u32::MAX))) {
        let debt = figures(split::debt_of(bucket.normalised, bucket.accumulator), "buckets_are_accrued")?;
        unless(debt == bucket.debt, "buckets_are_accrued", || format!("bucket {key:?}: {debt} is not {bucket:?}"))?;
        sum = figures(sum.plus(debt), "buckets_are_accrued")?;
    }
    let total = book::totals(draft, id).bucket_debt;
    unless(sum == total, "buckets_are_accrued", || format!("facility {id}: buckets {sum}, total {total}"))
}

/// No vault that took risk leaves its transaction unchecked.
fn transactions_are_rechecked(draft: &Draft) -> Result<(), Broken> {
    unless(TOUCHED.is_empty(draft), "transactions_are_rechecked", || "a touched vault was not rechecked".to_owned())
}

/// Per bucket, normalised debt, pledges and number of vaults are the sums over the vaults.
fn buckets_are_sums(draft: &Draft) -> Result<(), Broken> {
    let mut sums: BTreeMap<BucketKey, (u128, Amount, u32)> = BTreeMap::new();
    for (id, vault) in VAULTS.iter(draft) {
        let mut seen = BTreeSet::new();
        for position in &vault.positions {
            let twice = !seen.insert(position.asset);
            unless(!twice, "buckets_are_sums", || format!("vault {id} holds {} twice", position.asset))?;
            let sum = sums.entry((vault.facility, position.asset, position.version)).or_default();
            let normalised = sum.0.checked_add(position.normalised).ok_or(MathError::Overflow);
            let count = sum.2.checked_add(1).ok_or(MathError::Overflow);
            *sum = (
                figures(normalised, "buckets_are_sums")?,
                figures(sum.1.plus(position.amount), "buckets_are_sums")?,
                figures(count, "buckets_are_sums")?,
            );
        }
    }
    for (key, bucket) in BUCKETS.iter(draft) {
        let sum = sums.remove(key).unwrap_or_default();
        let booked = (bucket.normalised, bucket.pledged, bucket.positions);
        unless(sum == booked, "buckets_are_sums", || format!("bucket {key:?}: vaults {sum:?}, booked {booked:?}"))?;
    }
    unless(sums.is_empty(), "buckets_are_sums", || format!("vaults in buckets that do not exist: {sums:?}"))
}

/// What a vault says is pledged is what the ledger marks as pledged to it.
fn pledges_match(draft: &Draft) -> Result<(), Broken> {
    for (id, vault) in VAULTS.iter(draft) {
        for position in &vault.positions {
            let pledged = match itemised(draft, vault.facility, position.asset)? {
                true => {
                    Amount(u128::try_from(things::first_of(draft, id, position.asset, Amount::MAX).len()).unwrap_or(0))
                }
                false => gage_ledger::pledged(draft, vault.owner, position.asset, beneficiary(id)),
            };
            unless(pledged == position.amount, "pledges_match", || {
                format!("vault {id}: asset {} pledged {pledged}, booked {}", position.asset, position.amount)
            })?;
        }
    }
    Ok(())
}

fn itemised(draft: &Draft, facility: FacilityId, asset: AssetId) -> Result<bool, Broken> {
    figures(book::collateral(draft, facility, asset), "pledges_match").map(|collateral| collateral.itemised)
}

/// Every thing of a vault is pledged to it by its owner and counted in a position; kept things lie here; the
/// lots of things are those that the index of them lists.
fn things_are_pledged(draft: &Draft) -> Result<(), Broken> {
    for ((id, asset, item), ()) in THINGS.iter(draft) {
        let vault = figures(book::vault(draft, *id), "things_are_pledged")?;
        let counted = vault.positions.iter().any(|position| position.asset == *asset && !position.amount.is_zero());
        let pledged = gage_ledger::item_pledged(draft, vault.owner, *asset, *item, beneficiary(*id));
        unless(counted && pledged, "things_are_pledged", || format!("vault {id}, asset {asset}, item {item}"))?;
    }
    for ((id, asset, item), ()) in KEPT_THINGS.iter(draft) {
        let here = !gage_ledger::item_balance(draft, ACCOUNT, *asset, *item).free.is_zero();
        unless(here, "things_are_pledged", || format!("kept for vault {id}, asset {asset}, item {item}"))?;
    }
    let of_things = LOTS.iter(draft).filter(|(_, record)| record.item.is_some());
    let lots: BTreeSet<_> = of_things.map(|(lot, record)| (record.vault, *lot)).collect();
    let listed = THING_LOTS.iter(draft).map(|(key, ())| key).eq(lots.iter());
    unless(listed, "things_are_pledged", || format!("the lots of things are {lots:?}"))
}

/// Debt at auction is the sum over lots of what they have not repaid; each vault's lots are counted.
fn lots_are_auctioned(draft: &Draft) -> Result<(), Broken> {
    let mut debts: BTreeMap<FacilityId, Amount> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    let mut selling = BTreeMap::new();
    let mut own: BTreeMap<FacilityId, Amount> = BTreeMap::new();
    for (id, record) in LOTS.iter(draft) {
        let vault = figures(book::vault(draft, record.vault), "lots_are_auctioned")?;
        let open = figures(record.debt.minus(record.repaid), "lots_are_auctioned")?;
        let sum = debts.entry(vault.facility).or_default();
        *sum = figures(sum.plus(open), "lots_are_auctioned")?;
        if OWN_LOTS.has(draft, id) {
            let sum = own.entry(vault.facility).or_default();
            *sum = figures(sum.plus(open), "lots_are_auctioned")?;
        }
        let count: &mut u16 = counts.entry((record.vault, record.asset, record.version)).or_default();
        *count = count.saturating_add(1);
        let key = (vault.facility, record.asset);
        let sum: &mut Amount = selling.entry(key).or_default();
        *sum = figures(sum.plus(record.remaining), "lots_are_auctioned")?;
        let lot = gage_auctions::lot(draft, *id);
        let same = |lot: gage_auctions::Lot| (lot.asset, lot.item) == (record.asset, record.item);
        unless(lot.is_some_and(same), "lots_are_auctioned", || format!("lot {id} is gone"))?;
    }
    for (id, _) in FACILITIES.iter(draft) {
        let (lots, total) = (debts.remove(&id).unwrap_or_default(), book::totals(draft, id).auctioned);
        unless(lots == total, "lots_are_auctioned", || format!("facility {id}: lots {lots}, total {total}"))?;
        let (lots, total) = (own.remove(&id).unwrap_or_default(), own_debt(draft, id));
        unless(lots == total, "lots_are_auctioned", || format!("facility {id}: own lots {lots}, total {total}"))?;
    }
    for (id, vault) in VAULTS.iter(draft) {
        for position in &vault.positions {
            let count = counts.remove(&(id, position.asset, position.version)).unwrap_or_default();
            let holds = count == position.lots;
            unless(holds, "lots_are_auctioned", || format!("vault {id}: {count} lots, booked {}", position.lots))?;
        }
    }
    for (key, mark) in MARKS.iter(draft) {
        let sum = selling.remove(key).unwrap_or_default();
        unless(sum == mark.selling, "lots_are_auctioned", || format!("{key:?}: lots hold {sum}, booked {mark:?}"))?;
    }
    unless(counts.is_empty(), "lots_are_auctioned", || format!("lots without a position: {counts:?}"))
}

/// The module's account holds at least what is kept for owners, and of each stable what lots raised
/// and is not yet burned. What somebody sends here unasked is above that and counts for nothing.
fn account_holds(draft: &Draft) -> Result<(), Broken> {
    let mut due: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (_, facility) in FACILITIES.iter(draft) {
        due.entry(facility.stable).or_default();
    }
    for (id, pool) in POOLS.iter(draft) {
        let lent = figures(book::facility(draft, id), "account_holds")?.stable;
        let sum = due.entry(lent).or_default();
        *sum = figures(sum.plus(pool.cash), "account_holds")?;
    }
    let kept = KEPT.iter(draft).map(|((_, asset), amount)| (*asset, *amount));
    let held = PEGS.iter(draft).map(|((_, asset), peg)| (*asset, peg.held));
    let baskets = BASKETS.iter(draft).map(|((_, asset), amount)| (*asset, *amount));
    let parts = PARTS.iter(draft).map(|((_, _, asset), amount)| (*asset, *amount));
    for (asset, amount) in kept.chain(held).chain(baskets).chain(parts) {
        let sum = due.entry(asset).or_default();
        *sum = figures(sum.plus(amount), "account_holds")?;
    }
    for (id, record) in LOTS.iter(draft) {
        if let Some(lot) = gage_auctions::lot(draft, *id) {
            let unburned = figures(lot.raised.minus(record.repaid), "account_holds")?;
            let sum = due.entry(lot.want).or_default();
            *sum = figures(sum.plus(unburned), "account_holds")?;
        }
    }
    for (asset, due) in due {
        let held = gage_ledger::balance(draft, ACCOUNT, asset).free;
        unless(held >= due, "account_holds", || format!("asset {asset}: holds {held}, due {due}"))?;
    }
    Ok(())
}

/// The index holds every indebted vault once, under its key, in a group that counts it.
fn index_matches(draft: &Draft) -> Result<(), Broken> {
    let mut counts: BTreeMap<GroupId, u32> = BTreeMap::new();
    let mut indebted = 0usize;
    for (id, vault) in VAULTS.iter(draft) {
        let debt = figures(book::debt(draft, vault), "index_matches")?;
        let placed = vault.group != GroupId(0);
        unless(placed != debt.is_zero(), "index_matches", || format!("vault {id}: debt {debt}, {:?}", vault.group))?;
        if placed {
            let found = INDEX.has(draft, &(vault.group, vault.key, id));
            unless(found, "index_matches", || format!("vault {id} is not in the index"))?;
            let count = counts.entry(vault.group).or_default();
            *count = count.saturating_add(1);
            indebted = indebted.saturating_add(1);
        }
    }
    unless(INDEX.len(draft) == indebted, "index_matches", || "the index holds stale keys".to_owned())?;
    for (id, group) in GROUPS.iter(draft) {
        let count = counts.remove(id).unwrap_or_default();
        unless(count == group.vaults, "index_matches", || format!("group {id}: {count} vaults, booked {group:?}"))?;
    }
    unless(counts.is_empty(), "index_matches", || format!("vaults in groups that do not exist: {counts:?}"))
}

/// A ramp belongs to a version in use, and the version's threshold lies between its two ends.
fn ramps_fit(draft: &Draft) -> Result<(), Broken> {
    for (key, ramp) in RAMPS.iter(draft) {
        let threshold = BUCKETS.peek(draft, key).map(|bucket| bucket.terms.threshold);
        let (low, high) = (ramp.from.min(ramp.to), ramp.from.max(ramp.to));
        let fits = threshold.is_some_and(|threshold| (low..=high).contains(&threshold));
        unless(fits, "ramps_fit", || format!("version {key:?}: {ramp:?}, threshold {threshold:?}"))?;
    }
    Ok(())
}

/// Every margin call is of an indebted vault of its facility and stands in the due queue, once, until its
/// deadline has passed.
fn calls_are_due(draft: &Draft) -> Result<(), Broken> {
    for (id, call) in CALLS.iter(draft) {
        let vault = figures(book::vault(draft, *id), "calls_are_due")?;
        let indebted = vault.facility == call.facility && vault.group != GroupId(0);
        let queued = CALLS_DUE.has(draft, &(call.facility, call.deadline, *id));
        unless(indebted && queued != call.expired, "calls_are_due", || format!("vault {id}: {call:?}"))?;
    }
    let same = CALLS.iter(draft).filter(|(_, call)| !call.expired).count() == CALLS_DUE.len(draft);
    unless(same, "calls_are_due", || "the due queue holds calls that do not stand".to_owned())
}

/// A vault is watched for its ladder and band alone, and stands once in each index it waits in, or rests.
fn watches_match(draft: &Draft) -> Result<(), Broken> {
    let (mut below, mut above, mut resting) = (0usize, 0usize, 0usize);
    for (id, watch) in watch::WATCHES.sorted(draft) {
        let found = watch::standing(draft, id, &watch);
        let fits = found.is_some_and(|found| found == watch::expected(draft, id, &watch));
        unless(fits, "watches_match", || format!("vault {id}: {watch:?}, stands {found:?}"))?;
        let (one, two, three) = found.unwrap_or_default();
        below = below.saturating_add(usize::from(one));
        above = above.saturating_add(usize::from(two));
        resting = resting.saturating_add(usize::from(three));
    }
    let booked = (watch::BELOW.len(draft), watch::ABOVE.len(draft), watch::RESTING.len(draft));
    let same = booked == (below, above, resting);
    unless(same, "watches_match", || format!("the indexes hold {booked:?}, watches {:?}", (below, above, resting)))?;
    let arranged = LADDERS.iter(draft).map(|(id, _)| *id).chain(BANDS.iter(draft).map(|(id, _)| *id));
    for id in arranged {
        unless(watch::WATCHES.has(draft, &id), "watches_match", || format!("vault {id} is not watched"))?;
    }
    Ok(())
}

/// What an account allows is allowed to a band that names the account.
fn allowances_are_named(draft: &Draft) -> Result<(), Broken> {
    for ((id, account), allowance) in ALLOWANCES.iter(draft) {
        let named = band::names(draft, *id, *account, allowance.asset);
        unless(named, "allowances_are_named", || format!("vault {id}, account {account}: {allowance:?}"))?;
    }
    Ok(())
}

/// No vault with health below one is outside the candidates: full scan against the index.
fn unsafe_is_flagged(draft: &Draft) -> Result<(), Broken> {
    let mut flagged = BTreeSet::new();
    for (id, _) in FACILITIES.iter(draft) {
        flagged.extend(liquidate::candidates(draft, id));
    }
    for (id, vault) in VAULTS.iter(draft) {
        let health = figures::<_, Error>(book::health(draft, vault), "unsafe_is_flagged")?;
        let holds = !health.is_unsafe() || flagged.contains(&id);
        unless(holds, "unsafe_is_flagged", || format!("vault {id} has health {} and is no candidate", health.ratio()))?;
    }
    Ok(())
}
