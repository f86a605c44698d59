//! The one door: the only function that writes balances.

use gage_accounts::Context;
use gage_compliance::HolderChange;
use gage_store::Draft;
use gage_units::{Amount, AssetId};

use crate::state::{ASSETS, BALANCES, BalanceKey, ITEM_TOTALS, RUNNING, SUPPLY, compare_running_total};
use crate::{Balance, Error, Event, Journal, LEGS_MAX, Leg, MODULE, Side, SupplyChange};

/// The largest supply: sums over a journal's legs then fit 128 bits without further checks failing.
const SUPPLY_MAX: u128 = 1 << 127;

/// Posts a journal: checks it, asks compliance with the net change of every holder, writes balances
/// and supply, emits [`Event::Posted`].
///
/// # Errors
/// In order: leg count, zero amounts, items, unknown assets, minter, balance of the journal, parts,
/// supply bound, eligibility. Nothing is written on an error of the journal itself; writes made before
/// a later leg fails are undone with the transaction, as everywhere.
pub fn post(draft: &mut Draft, ctx: &Context, journal: &Journal) -> Result<(), Error> {
    if journal.legs.is_empty() || journal.legs.len() > LEGS_MAX {
        return Err(Error::BadLegCount);
    }
    for leg in journal.legs {
        check_leg(draft, leg)?;
    }
    check_supply_change(draft, journal.supply.as_ref())?;
    check_balanced(journal)?;

    let mut changes = Vec::with_capacity(journal.legs.len());
    for leg in journal.legs {
        let (before, after) = apply_leg(draft, leg)?;
        note_change(&mut changes, leg, before, after);
    }
    if let Some(change) = &journal.supply {
        apply_supply_change(draft, change)?;
    }
    keep_running_totals(draft, &changes)?;
    if let Some(change) = &journal.supply {
        compare_running_total(draft, change.asset);
    }
    gage_compliance::admit(draft, ctx, &changes, journal.force)?;

    // From here on nothing can fail.
    draft
        .emit(MODULE, &Event::Posted { purpose: journal.purpose, supply: journal.supply, legs: journal.legs.to_vec() });
    Ok(())
}

fn check_leg(draft: &Draft, leg: &Leg) -> Result<(), Error> {
    if leg.amount.is_zero() {
        return Err(Error::ZeroAmount);
    }
    let asset = ASSETS.peek(draft, &leg.asset).ok_or(Error::UnknownAsset)?;
    if asset.itemised != leg.item.is_some() {
        return Err(Error::ItemMismatch);
    }
    if asset.itemised && leg.amount != Amount(1) {
        return Err(Error::ItemNotWhole);
    }
    Ok(())
}

fn check_supply_change(draft: &Draft, change: Option<&SupplyChange>) -> Result<(), Error> {
    let Some(change) = change else { return Ok(()) };
    let asset = ASSETS.peek(draft, &change.asset).ok_or(Error::UnknownAsset)?;
    if asset.kind == change.by { Ok(()) } else { Err(Error::NotMinter) }
}

/// Per asset: debits plus minted are credits plus burned.
fn check_balanced(journal: &Journal) -> Result<(), Error> {
    let supply = journal.supply.map(|change| match change.side {
        // Minted units come from nowhere, like a debit of the supply; burned ones go nowhere.
        Side::Credit => (change.asset, Side::Debit, change.amount),
        Side::Debit => (change.asset, Side::Credit, change.amount),
    });
    let lines = || journal.legs.iter().map(|leg| (leg.asset, leg.side, leg.amount)).chain(supply);
    for (asset, _, _) in lines() {
        let sum = |side: Side| {
            lines()
                .filter(|line| line.0 == asset && line.1 == side)
                .try_fold(Amount::ZERO, |sum, line| sum.plus(line.2))
        };
        if sum(Side::Debit)? != sum(Side::Credit)? {
            return Err(Error::Unbalanced);
        }
    }
    Ok(())
}

/// Writes one leg; returns the holder's total of the holding before and after.
fn apply_leg(draft: &mut Draft, leg: &Leg) -> Result<(Amount, Amount), Error> {
    let key = BalanceKey { account: leg.account, asset: leg.asset, item: leg.item };
    let mut balance = BALANCES.get(draft, &key).unwrap_or_default();
    let before = balance.total()?;
    let part = balance.part_mut(leg.part);
    *part = match leg.side {
        Side::Debit => part.minus(leg.amount).map_err(|_| Error::InsufficientBalance(leg.part.name()))?,
        Side::Credit => part.plus(leg.amount)?,
    };
    let after = balance.total()?;
    write_balance(draft, key, balance);
    if leg.item.is_none() {
        return Ok((before, after));
    }
    // For eligibility, what counts of an itemised asset is all the things of the holder together.
    let held = ITEM_TOTALS.get(draft, &(leg.account, leg.asset)).unwrap_or_default();
    let held_after = held.plus(after)?.minus(before)?;
    if held_after.is_zero() {
        ITEM_TOTALS.remove(draft, &(leg.account, leg.asset));
    } else {
        ITEM_TOTALS.put(draft, (leg.account, leg.asset), held_after);
    }
    Ok((held, held_after))
}

fn write_balance(draft: &mut Draft, key: BalanceKey, balance: Balance) {
    if balance.is_empty() {
        BALANCES.remove(draft, &key);
    } else {
        BALANCES.put(draft, key, balance);
    }
}

/// Joins the legs of one holder and asset into one net change.
fn note_change(changes: &mut Vec<HolderChange>, leg: &Leg, before: Amount, after: Amount) {
    let same = |change: &&mut HolderChange| change.account == leg.account && change.asset == leg.asset;
    match changes.iter_mut().find(same) {
        Some(change) => change.after = after,
        None => changes.push(HolderChange { account: leg.account, asset: leg.asset, before, after }),
    }
}

fn apply_supply_change(draft: &mut Draft, change: &SupplyChange) -> Result<(), Error> {
    let supply = SUPPLY.get(draft, &change.asset).unwrap_or_default();
    let supply = match change.side {
        Side::Credit => supply.plus(change.amount)?,
        Side::Debit => supply.minus(change.amount)?,
    };
    if supply.0 > SUPPLY_MAX {
        return Err(Error::SupplyTooLarge);
    }
    SUPPLY.put(draft, change.asset, supply);
    Ok(())
}

/// Adds what the balances really changed by to the running totals that `check_block` compares with
/// the supply. A plain transfer changes nothing and writes nothing.
fn keep_running_totals(draft: &mut Draft, changes: &[HolderChange]) -> Result<(), Error> {
    let mut done: Vec<AssetId> = Vec::new();
    for change in changes {
        if done.contains(&change.asset) {
            continue;
        }
        done.push(change.asset);
        let of_asset = || changes.iter().filter(|other| other.asset == change.asset);
        let before = of_asset().try_fold(Amount::ZERO, |sum, change| sum.plus(change.before))?;
        let after = of_asset().try_fold(Amount::ZERO, |sum, change| sum.plus(change.after))?;
        if before != after {
            let running = RUNNING.get(draft, &change.asset).unwrap_or_default();
            RUNNING.put(draft, change.asset, running.plus(after)?.minus(before)?);
            compare_running_total(draft, change.asset);
        }
    }
    Ok(())
}
