//! What always holds, one function per invariant.

use std::collections::BTreeMap;

use gage_accounts::Broken;
use gage_store::Draft;
use gage_units::{Amount, AssetId};

use crate::lots::restart_time;
use crate::state::{BIDS, CLEARING, COMMITMENTS, HELD, LOTS, LotId, PROCEEDS, RETRIES, UNIFORM, clearing_key};
use crate::{ACCOUNT, custody, plan};

const NAME: &str = "auctions";

/// What is cheap: the running totals against the ledger.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    account_holds_totals(draft)
}

/// Everything, lot by lot.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    lot_conserved(draft)?;
    raise_stops(draft)?;
    price_at_least_floor(draft)?;
    curve_never_rises(draft)?;
    payment_is_price_times_taken(draft)?;
    restart_time_exact(draft)?;
    things_are_whole(draft)?;
    totals_are_sums(draft)?;
    account_holds_totals(draft)?;
    uniform_conserved(draft)?;
    bids_are_backed(draft)?;
    book_is_counted(draft)?;
    clearings_are_due(draft)
}

/// Every uncleared uniform-price lot waits for its clearing once, and nothing else does.
fn clearings_are_due(draft: &Draft) -> Result<(), Broken> {
    let mut waiting = 0usize;
    for (id, lot) in UNIFORM.iter(draft) {
        let due = CLEARING.has(draft, &clearing_key(draft, *id, lot));
        Broken::unless(due != lot.cleared, NAME, "clearings_are_due", || format!("lot {id}: {lot:?}"))?;
        waiting = waiting.saturating_add(usize::from(due));
    }
    let retries = RETRIES.iter(draft).all(|(id, _)| UNIFORM.peek(draft, id).is_some_and(|lot| !lot.cleared));
    let holds = waiting == CLEARING.len(draft) && retries;
    Broken::unless(holds, NAME, "clearings_are_due", || "something waits that is no uncleared lot".to_owned())
}

/// Between two starts the price only falls or stands: compared at quarters of the tail.
fn curve_never_rises(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in LOTS.iter(draft) {
        let quarter = lot.tail_ms.checked_div(4).unwrap_or(0);
        let prices: Result<Vec<_>, _> =
            (0..=4u64).map(|number| lot.price_after(quarter.saturating_mul(number))).collect();
        let falls = prices.as_ref().is_ok_and(|prices| prices.is_sorted_by(|earlier, later| earlier >= later));
        Broken::unless(falls, NAME, "curve_never_rises", || format!("lot {id}: {prices:?} of {lot:?}"))?;
    }
    Ok(())
}

/// What a lot raised in its first round is at least what was taken at its floor, and at its last price or
/// above: no take pays less than its price, rounded up.
fn payment_is_price_times_taken(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in LOTS.iter(draft).filter(|(_, lot)| lot.restarts == 0) {
        // The price falls, so every take paid the last one's price or more.
        let least = plan::payment(lot.taken, lot.last_price.max(lot.floor), lot.scale);
        let holds = lot.taken.is_zero() || least.is_ok_and(|least| lot.raised >= least);
        Broken::unless(holds, NAME, "payment_is_price_times_taken", || format!("lot {id}: {lot:?}"))?;
    }
    Ok(())
}

/// Sold + remaining = lot, for every uniform-price lot.
fn uniform_conserved(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in UNIFORM.iter(draft) {
        let holds = lot.sold.plus(lot.remaining) == Ok(lot.amount);
        Broken::unless(holds, NAME, "uniform_conserved", || format!("lot {id}: {lot:?}"))?;
    }
    Ok(())
}

/// The hold of every bid is its amount at its limit, rounded up, on its bidder's account.
fn bids_are_backed(draft: &Draft) -> Result<(), Broken> {
    for ((id, number), bid) in BIDS.iter(draft) {
        let lot = UNIFORM.peek(draft, id);
        let backing = lot.and_then(|lot| plan::payment(bid.amount, bid.limit, lot.scale).ok());
        let hold = gage_ledger::hold_record(draft, bid.hold);
        let holds = lot.zip(backing).zip(hold).is_some_and(|((lot, backing), hold)| {
            (hold.owner, hold.asset, hold.amount, hold.beneficiary) == (bid.bidder, lot.want, backing, ACCOUNT)
        });
        Broken::unless(holds, NAME, "bids_are_backed", || format!("bid {number} of lot {id}: {bid:?}, hold {hold:?}"))?;
    }
    Ok(())
}

/// A lot's counts of bids and commitments are those of its records, and no record is without its lot.
fn book_is_counted(draft: &Draft) -> Result<(), Broken> {
    let mut counts: BTreeMap<LotId, (u32, u32)> = BTreeMap::new();
    for ((id, _), _) in BIDS.iter(draft) {
        let (bids, _) = counts.entry(*id).or_default();
        *bids = bids.saturating_add(1);
    }
    for ((id, _, _), _) in COMMITMENTS.iter(draft) {
        let (_, commitments) = counts.entry(*id).or_default();
        *commitments = commitments.saturating_add(1);
    }
    for (id, lot) in UNIFORM.iter(draft) {
        let found = counts.remove(id).unwrap_or_default();
        let holds = found == (lot.bids, lot.commitments);
        Broken::unless(holds, NAME, "book_is_counted", || format!("lot {id} has {found:?}: {lot:?}"))?;
    }
    Broken::unless(counts.is_empty(), NAME, "book_is_counted", || format!("bids without a lot: {counts:?}"))
}

/// Taken + remaining = lot, for every lot.
fn lot_conserved(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in LOTS.iter(draft) {
        let holds = lot.taken.plus(lot.remaining) == Ok(lot.amount);
        Broken::unless(holds, NAME, "lot_conserved", || format!("lot {id}: {lot:?}"))?;
    }
    Ok(())
}

/// A lot raises more than its `raise_max` only by less than the price of one smallest unit.
fn raise_stops(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in LOTS.iter(draft) {
        let unit = plan::payment(Amount(1), lot.last_price, lot.scale).unwrap_or_default();
        let holds = lot.excess().is_zero() || lot.excess() < unit;
        Broken::unless(holds, NAME, "raise_stops", || format!("lot {id}: {lot:?}"))?;
    }
    Ok(())
}

/// No price below the lot's floor.
fn price_at_least_floor(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in LOTS.iter(draft) {
        let last = lot.price_after(lot.tail_ms);
        let holds = last.is_ok_and(|price| price >= lot.floor && price <= lot.start && price.0 > 0);
        Broken::unless(holds, NAME, "price_at_least_floor", || format!("lot {id}: {last:?} of {lot:?}"))?;
    }
    Ok(())
}

/// A lot needs a restart from its `restart_at` on and not before.
fn restart_time_exact(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in LOTS.iter(draft) {
        let holds = restart_time(lot) == Ok(lot.restart_at);
        Broken::unless(holds, NAME, "restart_time_exact", || format!("lot {id}: {lot:?}"))?;
    }
    Ok(())
}

/// A lot of a thing is that one thing, which lies on the account until it is taken.
fn things_are_whole(draft: &Draft) -> Result<(), Broken> {
    for (id, lot) in LOTS.iter(draft) {
        let Some(item) = lot.item else { continue };
        let here = custody::lies_here(draft, lot.asset, item);
        // One that was taken may be here again, as a gift or in another lot.
        let holds = lot.amount == Amount(1) && (here || lot.remaining.is_zero());
        Broken::unless(holds, NAME, "things_are_whole", || format!("lot {id}: {lot:?}, here: {here}"))?;
    }
    Ok(())
}

/// Half of `account_holds_remainders`: the running totals are the sums of the remainders.
fn totals_are_sums(draft: &Draft) -> Result<(), Broken> {
    let mut sums: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (_, lot) in LOTS.iter(draft).filter(|(_, lot)| !lot.remaining.is_zero()) {
        let sum = sums.entry(lot.asset).or_default();
        *sum = sum.plus(lot.remaining).unwrap_or(Amount::MAX);
    }
    for (_, lot) in UNIFORM.iter(draft).filter(|(_, lot)| !lot.remaining.is_zero()) {
        let sum = sums.entry(lot.asset).or_default();
        *sum = sum.plus(lot.remaining).unwrap_or(Amount::MAX);
    }
    for ((_, asset), amount) in PROCEEDS.iter(draft) {
        let sum = sums.entry(*asset).or_default();
        *sum = sum.plus(*amount).unwrap_or(Amount::MAX);
    }
    let holds = HELD.iter(draft).eq(sums.iter());
    let found = || format!("the remainders sum to {sums:?}, the totals say {:?}", HELD.iter(draft).collect::<Vec<_>>());
    Broken::unless(holds, NAME, "account_holds_remainders", found)
}

/// The other half: the module's account holds the running totals; what somebody gave it unasked counts for nothing.
fn account_holds_totals(draft: &Draft) -> Result<(), Broken> {
    for (asset, total) in HELD.iter(draft) {
        let found = custody::on_account(draft, *asset);
        let detail = || format!("the account holds {found} of asset {asset}, the lots {total}");
        Broken::unless(found >= *total, NAME, "account_holds_remainders", detail)?;
    }
    Ok(())
}
