//! The one door: the only function that writes balances.

use borsh::BorshSerialize;
use gage_accounts::Context;
use gage_compliance::HolderChange;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use smallvec::SmallVec;

use crate::register;
use crate::state::{ASSETS, BALANCES, BalanceKey, ITEM_TOTALS, RUNNING, SUPPLY, compare_running_total};
use crate::{Balance, Error, Journal, LEGS_MAX, Leg, MODULE, Purpose, Side, SupplyChange};

/// The largest supply: sums over a journal's legs then fit 128 bits without further checks failing.
const SUPPLY_MAX: u128 = 1 << 127;

/// Journals of more legs than this are joined by sorting and touch their balances beforehand.
const FEW: usize = 4;

type Changes = SmallVec<[HolderChange; FEW]>;

/// [`crate::Event::Posted`] before its legs are copied: the same bytes.
#[derive(BorshSerialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
enum Posted<'j> {
    Posted { purpose: Purpose, supply: Option<SupplyChange>, legs: &'j [Leg] } = 0,
}

/// Posts a journal: checks it, asks compliance with the net change of every holder, writes balances
/// and supply, emits [`crate::Event::Posted`].
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

    let changes = apply_legs(draft, journal.legs)?;
    if let Some(change) = &journal.supply {
        apply_supply_change(draft, change)?;
    }
    keep_running_totals(draft, &changes)?;
    register::note(draft, &changes);
    if let Some(change) = &journal.supply {
        compare_running_total(draft, change.asset);
    }
    gage_compliance::admit(draft, ctx, &changes, journal.force)?;

    // From here on nothing can fail.
    draft.emit(MODULE, &Posted::Posted { purpose: journal.purpose, supply: journal.supply, legs: journal.legs });
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
    let mut rest = journal.legs;
    // The legs of one asset mostly lie together; an asset that was summed before is passed over.
    while let Some((first, _)) = rest.split_first() {
        let asset = first.asset;
        let passed = journal.legs.len().saturating_sub(rest.len());
        if journal.legs.iter().take(passed).all(|leg| leg.asset != asset) {
            check_balanced_in(journal, asset)?;
        }
        let run = rest.iter().take_while(|leg| leg.asset == asset).count();
        rest = rest.get(run..).unwrap_or_default();
    }
    // Units that come or go need a leg of their asset.
    match &journal.supply {
        Some(change) if journal.legs.iter().all(|leg| leg.asset != change.asset) => Err(Error::Unbalanced),
        _ => Ok(()),
    }
}

fn check_balanced_in(journal: &Journal, asset: AssetId) -> Result<(), Error> {
    let (mut debits, mut credits) = (Amount::ZERO, Amount::ZERO);
    for leg in journal.legs.iter().filter(|leg| leg.asset == asset) {
        match leg.side {
            Side::Debit => debits = debits.plus(leg.amount)?,
            Side::Credit => credits = credits.plus(leg.amount)?,
        }
    }
    match journal.supply.filter(|change| change.asset == asset) {
        // Minted units come from nowhere, like a debit of the supply; burned ones go nowhere.
        Some(change) if change.side == Side::Credit => debits = debits.plus(change.amount)?,
        Some(change) => credits = credits.plus(change.amount)?,
        None => {}
    }
    if debits == credits { Ok(()) } else { Err(Error::Unbalanced) }
}

/// Writes all legs; returns the net change of every holder and asset.
fn apply_legs(draft: &mut Draft, legs: &[Leg]) -> Result<Changes, Error> {
    match legs {
        // Between two parts of one holding, which is read and written once.
        [first, second] if first.item.is_none() && key_of(first) == key_of(second) => {
            let mut balance = BALANCES.get(draft, &key_of(first)).unwrap_or_default();
            let (before, _) = change_part(&mut balance, first)?;
            let (_, after) = change_part(&mut balance, second)?;
            write_balance(draft, key_of(first), balance);
            Ok(Changes::from_slice(&[change_of(first, before, after)]))
        }
        few if few.len() <= FEW => {
            let mut changes = Changes::new();
            for leg in few {
                let (before, after) = apply_leg(draft, leg)?;
                note_change(&mut changes, change_of(leg, before, after));
            }
            Ok(changes)
        }
        many => {
            for leg in many {
                BALANCES.touch(draft, &key_of(leg));
            }
            let mut changes = Changes::new();
            for leg in many {
                let (before, after) = apply_leg(draft, leg)?;
                changes.push(change_of(leg, before, after));
            }
            join_changes(&mut changes);
            Ok(changes)
        }
    }
}

fn key_of(leg: &Leg) -> BalanceKey {
    BalanceKey { account: leg.account, asset: leg.asset, item: leg.item }
}

fn change_of(leg: &Leg, before: Amount, after: Amount) -> HolderChange {
    HolderChange { account: leg.account, asset: leg.asset, before, after }
}

/// Takes from or adds to the part of a holding that a leg names; returns the total before and after.
fn change_part(balance: &mut Balance, leg: &Leg) -> Result<(Amount, Amount), Error> {
    let before = balance.total()?;
    let part = balance.part_mut(leg.part);
    *part = match leg.side {
        Side::Debit => part.minus(leg.amount).map_err(|_| Error::InsufficientBalance(leg.part.name()))?,
        Side::Credit => part.plus(leg.amount)?,
    };
    Ok((before, balance.total()?))
}

/// Writes one leg; returns the holder's total of the holding before and after.
fn apply_leg(draft: &mut Draft, leg: &Leg) -> Result<(Amount, Amount), Error> {
    let key = key_of(leg);
    let mut balance = BALANCES.get(draft, &key).unwrap_or_default();
    let (before, after) = change_part(&mut balance, leg)?;
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

/// Joins the legs of one holder and asset into one net change: a few legs.
fn note_change(changes: &mut Changes, new: HolderChange) {
    let same = |change: &&mut HolderChange| change.account == new.account && change.asset == new.asset;
    match changes.iter_mut().find(same) {
        Some(change) => change.after = new.after,
        None => changes.push(new),
    }
}

/// The same for many legs: sorted by holder, in the order of the legs, so that each is read once.
fn join_changes(changes: &mut Changes) {
    changes.sort_by_key(|change| (change.asset, change.account));
    changes.dedup_by(|later, kept| {
        let same = later.account == kept.account && later.asset == kept.asset;
        if same {
            kept.after = later.after;
        }
        same
    });
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
    for (place, change) in changes.iter().enumerate() {
        // Once per asset; the changes of one mostly lie together.
        if changes.iter().take(place).rev().any(|earlier| earlier.asset == change.asset) {
            continue;
        }
        let of_asset = || changes.iter().filter(|other| other.asset == change.asset);
        let before = of_asset().try_fold(Amount::ZERO, |sum, change| sum.plus(change.before))?;
        let after = of_asset().try_fold(Amount::ZERO, |sum, change| sum.plus(change.after))?;
        if before != after {
            let running = RUNNING.get(draft, &change.asset).unwrap_or_default();
            match running.plus(after)?.minus(before)? {
                // No record of nothing: a rebuild makes none, and records are counted.
                Amount::ZERO => RUNNING.remove(draft, &change.asset),
                running => RUNNING.put(draft, change.asset, running),
            };
            compare_running_total(draft, change.asset);
        }
    }
    Ok(())
}
