//! Single things as collateral: deeds, loans, works, each one unit of an itemised asset.
//!
//! A thing counts as one whole unit at the price of its class, so that buckets, health and the index of
//! candidates need to know nothing of it; a thing worth more than its class is issued as a class of its own,
//! with its own feed. It is never divided: each goes to auction as a lot of its own, for as much debt as it
//! is sure to raise, and stands there until somebody buys it. What one raises beyond its debt pays what the
//! owner's other things have not raised, then what the vault owes, then is his. No depositor of the backstop
//! and no holder of a basket can be given a part of a thing, so none is ever theirs.

use std::ops::Bound;

use gage_accounts::Context;
use gage_auctions::LotId;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, ItemId};

use crate::params::THINGS_MAX;
use crate::protection::reserve::within_floor;
use crate::state::{LOTS, TOTALS, Vault, VaultId, VaultLot, beneficiary};
use crate::{ACCOUNT, Error, Event, MODULE, book, recovered, settle, source};

/// A vault, a class and a thing of it.
pub type ThingKey = (VaultId, AssetId, ItemId);

/// The things pledged to vaults.
pub(crate) const THINGS: OrderedTable<ThingKey, ()> = OrderedTable::authenticated(0x0a46, "vaults/things");
/// Things that could not return to an owner who may not hold them; they lie on the module's account.
pub(crate) const KEPT_THINGS: OrderedTable<ThingKey, ()> = OrderedTable::authenticated(0x0a47, "vaults/kept_things");
/// The lots of things, by vault.
pub(crate) const THING_LOTS: OrderedTable<(VaultId, LotId), ()> = OrderedTable::derived(0x0a48, "vaults/thing_lots");

pub(crate) fn create_tables(draft: &mut Draft) {
    THINGS.create(draft);
    KEPT_THINGS.create(draft);
    THING_LOTS.create(draft);
}

/// Fills the derived table.
pub(crate) fn rebuild(draft: &mut Draft) {
    let of_thing = |(lot, record): (&LotId, &VaultLot)| record.item.map(|_| (record.vault, *lot));
    let lots: Vec<(VaultId, LotId)> = LOTS.iter(draft).filter_map(of_thing).collect();
    for key in lots {
        THING_LOTS.put(draft, key, ());
    }
}

type Bounds = (Bound<ThingKey>, Bound<ThingKey>);

fn of_vault(id: VaultId) -> Bounds {
    (Bound::Included((id, AssetId(0), ItemId(0))), Bound::Included((id, AssetId(u32::MAX), ItemId(u64::MAX))))
}

fn of_class(id: VaultId, asset: AssetId) -> Bounds {
    (Bound::Included((id, asset, ItemId(0))), Bound::Included((id, asset, ItemId(u64::MAX))))
}

/// The things pledged to a vault, by class and number.
pub fn things(draft: &Draft, id: VaultId) -> Vec<(AssetId, ItemId)> {
    THINGS.range(draft, of_vault(id)).map(|((_, asset, item), ())| (*asset, *item)).collect()
}

/// The first `count` things of a class in a vault.
pub(crate) fn first_of(draft: &Draft, id: VaultId, asset: AssetId, count: Amount) -> Vec<ItemId> {
    let count = usize::try_from(count.0).unwrap_or(usize::MAX);
    THINGS.range(draft, of_class(id, asset)).map(|((_, _, item), ())| *item).take(count).collect()
}

/// Whether a thing is kept for a vault.
pub(crate) fn any_kept(draft: &Draft, id: VaultId) -> bool {
    !KEPT_THINGS.is_empty(draft) && KEPT_THINGS.range(draft, of_vault(id)).next().is_some()
}

/// The first thing of a class that is kept for a vault.
pub(crate) fn first_kept(draft: &Draft, id: VaultId, asset: AssetId) -> Option<ItemId> {
    KEPT_THINGS.range(draft, of_class(id, asset)).map(|((_, _, item), ())| *item).next()
}

/// Marks one free thing of the owner's as pledged to his vault.
///
/// # Errors
/// [`Error::TooManyThings`], the ledger's.
pub(crate) fn pledge(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    owner: AccountNumber,
    asset: AssetId,
    item: ItemId,
) -> Result<(), Error> {
    if THINGS.range(draft, of_vault(id)).count() >= THINGS_MAX {
        return Err(Error::TooManyThings);
    }
    gage_ledger::pledge_item(draft, ctx, owner, asset, item, beneficiary(id))?;
    THINGS.put(draft, (id, asset, item), ());
    Ok(())
}

/// Frees one pledged thing.
///
/// # Errors
/// [`Error::ExceedsPledge`] if it is not pledged to the vault, the ledger's.
pub(crate) fn unpledge(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    owner: AccountNumber,
    asset: AssetId,
    item: ItemId,
) -> Result<(), Error> {
    if !THINGS.has(draft, &(id, asset, item)) {
        return Err(Error::ExceedsPledge);
    }
    gage_ledger::unpledge_item(draft, ctx, owner, asset, item, beneficiary(id))?;
    THINGS.remove(draft, &(id, asset, item));
    Ok(())
}

/// Takes one pledged thing to be auctioned.
///
/// # Errors
/// The ledger's.
pub(crate) fn seize(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    owner: AccountNumber,
    asset: AssetId,
    item: ItemId,
) -> Result<(), Error> {
    gage_ledger::seize_item(draft, ctx, owner, asset, item, beneficiary(id), gage_auctions::ACCOUNT)?;
    THINGS.remove(draft, &(id, asset, item));
    Ok(())
}

/// What a thing's lot raised beyond its debt, on the module's account: it pays what the owner's other things
/// have not raised, then what the vault owes as far as the debt floor allows. Returns what is left, which is
/// the owner's.
///
/// # Errors
/// The ledger's.
pub(crate) fn pay_first(
    draft: &mut Draft,
    ctx: &Context,
    ended: LotId,
    id: VaultId,
    surplus: Amount,
) -> Result<Amount, Error> {
    let mut left = surplus;
    let siblings = (Bound::Included((id, LotId(0))), Bound::Included((id, LotId(u64::MAX))));
    let mut covered = Vec::new();
    let siblings: Vec<LotId> = THING_LOTS.range(draft, siblings).map(|((_, lot), ())| *lot).collect();
    for lot in siblings.into_iter().filter(|lot| *lot != ended) {
        let record = LOTS.get(draft, &lot).ok_or(gage_auctions::Error::UnknownLot)?;
        let paid = left.min(record.debt.minus(record.repaid)?);
        if paid.is_zero() {
            continue;
        }
        let number = book::vault(draft, id)?.facility;
        let facility = book::facility(draft, number)?;
        source::collect(draft, ctx, number, &facility, ACCOUNT, paid)?;
        let mut totals = book::totals(draft, number);
        totals.auctioned = totals.auctioned.minus(paid)?;
        TOTALS.put(draft, number, totals);
        let debt = record.debt.minus(paid)?;
        LOTS.put(draft, lot, VaultLot { debt, ..record });
        recovered::by_auction(draft, id, paid)?;
        if debt == record.repaid {
            covered.push(lot);
        }
        draft.emit(MODULE, &Event::AuctionRepaid { vault: id, lot, amount: paid });
        left = left.minus(paid)?;
    }
    // A thing whose debt others have paid goes back, unless it was sold in this very block.
    for lot in covered {
        if gage_auctions::lot(draft, lot).is_some_and(|lot| lot.raised.is_zero()) {
            settle::finish(draft, ctx, lot)?;
        }
    }
    repay(draft, ctx, id, left).and_then(|paid| Ok(left.minus(paid)?))
}

/// Repays up to `wanted` of a vault's debt from the module's account. Returns how much.
fn repay(draft: &mut Draft, ctx: &Context, id: VaultId, wanted: Amount) -> Result<Amount, Error> {
    let vault: Vault = book::vault(draft, id)?;
    let number = vault.facility;
    let facility = book::facility(draft, number)?;
    let owed = book::debt(draft, &vault)?;
    let paid = within_floor(owed, wanted, &facility);
    if paid.is_zero() {
        return Ok(paid);
    }
    let mut totals = book::totals(draft, number);
    let before = totals.debts()?;
    let debt = owed.minus(paid)?;
    recovered::by_auction(draft, id, paid)?;
    book::write(draft, id, vault, &facility, &mut totals, debt)?;
    totals.balance(before, Amount::ZERO, paid)?;
    source::collect(draft, ctx, number, &facility, ACCOUNT, paid)?;

    // From here on nothing can fail.
    TOTALS.put(draft, number, totals);
    draft.emit(MODULE, &Event::Repaid { vault: id, payer: ACCOUNT, amount: paid, debt });
    Ok(paid)
}
