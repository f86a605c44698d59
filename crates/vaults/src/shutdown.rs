//! The end of a facility: quotes freeze, debts settle in collateral, holders share a basket.
//!
//! ```text
//! running --shut down--> winding --window passed--> settling --nothing left--> paying
//!                        quotes and interest stand  lots end, every debt is    what was lent (a pool:
//!                        owners repay, withdraw     taken in collateral at     its shares) is burned for
//!                        what is free, close        the frozen quotes          its part of the basket
//! ```
//!
//! Settling takes of each position the same part, so that the basket is a picture of the backing; what
//! is not needed stays with the owner, who withdraws it like that of any vault without debt. A vault
//! worth less than its debt loses all; single things are sold at auction for what other collateral does not
//! cover, before anybody is paid. The rest passes down the loss waterfall before it is the
//! holders'. The cash of pegs and of a pool joins the basket. Nothing else leaves the facility: the
//! exits of its waterfall are closed until it pays.

use std::collections::BTreeSet;
use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_auctions::LotId;
use gage_backstop::Holding;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, Price, Rounding, Timestamp, allocate};
use ruint::aliases::U512;
use serde::{Deserialize, Serialize};

use crate::peg::{PEGS, Peg, for_cash, pegs};
use crate::pool::{self, POOLS, Pool};
use crate::sale::{self, Part};
use crate::state::{
    Collateral, CollateralKey, FACILITIES, Facility, FacilityId, INDEX, LOTS, TOTALS, Totals, VaultId, VaultLot,
    beneficiary, table,
};
use crate::wide::{Worth, amount_of, divide, narrow, times, wide, worth};
use crate::{ACCOUNT, Error, Event, MODULE, book, calls, liquidate, mark, recovered, settle};

/// The shortest time owners have to repay: an hour.
pub const WINDOW_MS_MIN: u64 = 3_600_000;
/// The longest: 30 days.
pub const WINDOW_MS_MAX: u64 = 30 * 86_400_000;
/// The time owners have if anybody shuts a facility down for its bad debt: seven days.
pub const WINDOW_MS: u64 = 7 * 86_400_000;
/// The bad debt, over the supply, from which anybody may: 5 %, in basis points.
pub const BAD_DEBT_BPS: u128 = 500;
/// The weight of settling one lot or vault; 1,000 is a simple operation.
pub const SHUTDOWN_WEIGHT: u64 = 5_000;

/// How far a shutdown has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Owners repay and close.
    Winding,
    /// Debts are settled in collateral.
    Settling,
    /// Holders are paid.
    Paying,
}

/// The shutdown of a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Shutdown {
    /// When it began.
    pub started_at: Timestamp,
    /// When debts begin to be settled.
    pub settles_at: Timestamp,
    /// How far it has come.
    pub stage: Stage,
    /// What was not yet burned for its part of the basket, once it pays.
    pub outstanding: Amount,
}

pub(crate) const SHUTDOWNS: Column<FacilityId, Shutdown> = Column::authenticated(table(67), "vaults/shutdowns");
/// What is left of each facility's basket; it lies on the module's account.
pub(crate) const BASKETS: OrderedTable<CollateralKey, Amount> =
    OrderedTable::authenticated(table(68), "vaults/baskets");
/// Parts of a basket whose owner may not hold them yet.
pub(crate) const PARTS: OrderedTable<(AccountNumber, FacilityId, AssetId), Amount> =
    OrderedTable::authenticated(table(69), "vaults/parts");

/// The shutdown of a facility, if it has begun.
pub fn shutdown(draft: &Draft, id: FacilityId) -> Option<Shutdown> {
    SHUTDOWNS.get(draft, &id)
}

/// What is left of a facility's basket, by asset.
pub fn basket(draft: &Draft, id: FacilityId) -> Vec<Holding> {
    let bounds = (Bound::Included((id, AssetId(0))), Bound::Included((id, AssetId(u32::MAX))));
    BASKETS.range(draft, bounds).map(|((_, asset), amount)| Holding { asset: *asset, amount: *amount }).collect()
}

/// What a facility's basket is worth: collateral at its frozen quote after haircuts, cash of the pegs at par.
///
/// # Errors
/// If a figure does not fit.
pub(crate) fn basket_value(draft: &Draft, id: FacilityId, facility: &Facility) -> Result<Worth, Error> {
    let mut value = Worth::ZERO;
    for holding in basket(draft, id) {
        let part = match (book::collateral(draft, id, holding.asset), PEGS.get(draft, &(id, holding.asset))) {
            (Ok(collateral), _) => {
                worth(holding.amount, book::mark_of(draft, id, holding.asset).weighted.0, collateral.decimals)?
            }
            (Err(_), Some(peg)) => {
                let stable = for_cash(holding.amount, peg.decimals, facility.decimals)?.stable;
                worth(stable, facility.par.0, facility.decimals)?
            }
            // What a pool lent is what its shares are in.
            (Err(_), None) => worth(holding.amount, facility.par.0, facility.decimals)?,
        };
        value = value.saturating_add(part);
    }
    Ok(value)
}

/// Whether quotes and interest of a facility stand still.
pub(crate) fn is_frozen(draft: &Draft, id: FacilityId) -> bool {
    SHUTDOWNS.has(draft, &id)
}

/// Passes while a facility has not been shut down. # Errors [`Error::FacilityShutDown`].
pub(crate) fn require_running(draft: &Draft, id: FacilityId) -> Result<(), Error> {
    if is_frozen(draft, id) { Err(Error::FacilityShutDown) } else { Ok(()) }
}

/// Whether a facility's bad debt is so large that anybody may shut it down. A pool's never is: its suppliers
/// bear every loss at once, and it is shut down by governance.
pub(crate) fn is_due(draft: &Draft, id: FacilityId, facility: &Facility) -> Result<bool, Error> {
    let bad = book::totals(draft, id).bad_debt.mul_div(10_000, 1, Rounding::Down)?;
    let supply = gage_ledger::supply(draft, facility.stable).mul_div(BAD_DEBT_BPS, 1, Rounding::Down)?;
    Ok(!bad.is_zero() && bad >= supply)
}

/// Freezes quotes and interest as of this block, and all new risk for good.
pub(crate) fn start(draft: &mut Draft, ctx: &Context, id: FacilityId, window_ms: u64) -> Result<(), Error> {
    mark::accrue_now(draft, ctx, id)?;
    liquidate::set_unfinished(draft, id, true)?;
    let mut facility = book::facility(draft, id)?;
    facility.params.closed = true;
    let settles_at = ctx.time.plus_ms(window_ms)?;
    let quotes: Vec<(AssetId, Price)> =
        mark::collaterals(draft, id).map(|((_, asset), _)| (asset, book::mark_of(draft, id, asset).price)).collect();

    // From here on nothing can fail.
    FACILITIES.put(draft, id, facility);
    let (started_at, stage, outstanding) = (ctx.time, Stage::Winding, Amount::ZERO);
    SHUTDOWNS.put(draft, id, Shutdown { started_at, settles_at, stage, outstanding });
    draft.emit(MODULE, &Event::ShutdownStarted { facility: id, settles_at, quotes });
    Ok(())
}

/// Due work: moves every shutdown on, as far as `budget` reaches; a step that fails is told and tried
/// again in the next block.
pub(crate) fn advance(draft: &mut Draft, ctx: &Context, budget: &mut u64) {
    if SHUTDOWNS.is_empty(draft) {
        return;
    }
    let due = |shutdown: &Shutdown| shutdown.stage != Stage::Paying && shutdown.settles_at <= ctx.time;
    let due: Vec<FacilityId> = SHUTDOWNS.iter(draft).filter(|(_, one)| due(one)).map(|(id, _)| id).collect();
    for id in due {
        let mut lots = lots_of(draft, id, *budget);
        let mut failed = Failed::default();
        let mut finished = false;
        while !finished && *budget >= SHUTDOWN_WEIGHT {
            *budget = budget.saturating_sub(SHUTDOWN_WEIGHT);
            let lot = lots.pop();
            let vault = if lot.is_none() { first_indebted(draft, id, &failed.vaults) } else { None };
            if (lot, vault) == (None, None) && failed.any {
                // Nobody is paid before all has been settled: what failed is tried again in the next block.
                break;
            }
            let savepoint = draft.savepoint();
            match step(draft, ctx, id, lot, vault) {
                Ok(done) => finished = done,
                Err(error) => {
                    draft.undo_to(savepoint);
                    draft.emit(MODULE, &Event::ShutdownFailed { facility: id, code: error.code() });
                    failed.any = true;
                    failed.vaults.extend(vault);
                }
            }
        }
    }
}

/// What could not be settled in this block; the rest goes on without it.
#[derive(Default)]
struct Failed {
    any: bool,
    vaults: BTreeSet<VaultId>,
}

/// Ends one lot, settles one vault, or begins to pay; says whether it pays.
fn step(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    lot: Option<LotId>,
    vault: Option<VaultId>,
) -> Result<bool, Error> {
    let facility = book::facility(draft, id)?;
    if let Some(mut shutdown) = SHUTDOWNS.get(draft, &id).filter(|shutdown| shutdown.stage == Stage::Winding) {
        shutdown.stage = Stage::Settling;
        SHUTDOWNS.put(draft, id, shutdown);
    }
    if let Some(lot) = lot {
        settle::end_now(draft, ctx, lot)?;
        return Ok(false);
    }
    match vault {
        Some(vault) => settle_vault(draft, ctx, id, &facility, vault).map(|()| false),
        // Things stand at auction until they are sold; nobody is paid before.
        None if !book::totals(draft, id).auctioned.is_zero() => Ok(true),
        None => begin_to_pay(draft, ctx, id, &facility).map(|()| true),
    }
}

/// The open lots of a facility, as many as `budget` can end. None opens after the start; once a block
/// has ended the last of them, the next steps settle vaults.
fn lots_of(draft: &Draft, id: FacilityId, budget: u64) -> Vec<LotId> {
    let most = budget.checked_div(SHUTDOWN_WEIGHT).and_then(|steps| usize::try_from(steps).ok()).unwrap_or(usize::MAX);
    let of_facility = |vault: VaultId| book::vault(draft, vault).is_ok_and(|vault| vault.facility == id);
    // A thing is of use to holders only when it is sold: its lot stands.
    let ends = |record: &VaultLot| record.item.is_none() && of_facility(record.vault);
    let lots = LOTS.iter(draft).filter(|(_, record)| ends(record)).map(|(lot, _)| *lot);
    lots.take(most).collect()
}

/// A vault of the facility that owes, but those: every one is in the index of a group.
fn first_indebted(draft: &Draft, id: FacilityId, but: &BTreeSet<VaultId>) -> Option<VaultId> {
    liquidate::groups_of(draft, id).into_iter().find_map(|group| {
        let bounds = (Bound::Included((group, 0, VaultId(0))), Bound::Included((group, u128::MAX, VaultId(u32::MAX))));
        INDEX.range(draft, bounds).map(|((_, _, vault), ())| *vault).find(|vault| !but.contains(vault))
    })
}

/// Takes a vault's debt in collateral at the frozen quotes, the same part of every position, rounded up
/// against the owner. What all of it is worth less than the debt is a loss.
fn settle_vault(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    facility: &Facility,
    vault_id: VaultId,
) -> Result<(), Error> {
    calls::end(draft, vault_id, false);
    let mut vault = book::vault(draft, vault_id)?;
    let debt = book::debt(draft, &vault)?;
    let owed = worth(debt, facility.par.0, facility.decimals)?;
    let mut value = Worth::ZERO;
    let mut things = Vec::new();
    for position in &vault.positions {
        let Collateral { decimals, itemised, .. } = book::collateral(draft, id, position.asset)?;
        let part = worth(position.amount, book::mark_of(draft, id, position.asset).price.0, decimals)?;
        if itemised {
            things.push((position.asset, position.amount, part));
        } else {
            value = value.checked_add(part).ok_or(gage_units::MathError::Overflow)?;
        }
    }
    things.retain(|(_, amount, _)| !amount.is_zero());
    let covers = value >= owed;
    let mut taken = Vec::new();
    for position in vault.positions.iter_mut().filter(|position| !position.amount.is_zero()) {
        if things.iter().any(|(asset, ..)| *asset == position.asset) {
            continue;
        }
        let amount = match covers {
            true => part_of(position.amount, owed, value)?,
            false => position.amount,
        };
        position.amount = position.amount.minus(amount)?;
        gage_ledger::seize(draft, ctx, vault.owner, position.asset, beneficiary(vault_id), ACCOUNT, amount)?;
        add_to_basket(draft, id, position.asset, amount)?;
        taken.push(Holding { asset: position.asset, amount });
    }
    let covered = match covers {
        true => debt,
        // Rounded down: what is not surely covered is a loss.
        false => amount_of(value, facility.par, facility.decimals, Rounding::Down)?.min(debt),
    };
    let loss = debt.minus(covered)?;
    let mut totals = book::totals(draft, id);
    let before = totals.debts()?;
    if !loss.is_zero() && !things.is_empty() {
        book::write(draft, vault_id, vault, facility, &mut totals, loss)?;
        totals.balance(before, Amount::ZERO, covered)?;
        totals.settled = totals.settled.plus(covered)?;
        TOTALS.put(draft, id, totals);
        sell_things(draft, ctx, vault_id, facility, loss, &things)?;
        draft.emit(MODULE, &Event::VaultSettled { vault: vault_id, debt, loss: Amount::ZERO, taken });
        return Ok(());
    }
    totals.auctioned = totals.auctioned.plus(loss)?;
    let recovered = recovered::take(draft, vault_id);
    book::write(draft, vault_id, vault, facility, &mut totals, Amount::ZERO)?;
    // Debt that the basket stands for leaves the debts like debt that is repaid.
    totals.balance(before, Amount::ZERO, covered)?;
    totals.settled = totals.settled.plus(covered)?;
    TOTALS.put(draft, id, totals);
    if !loss.is_zero() {
        settle::lose(draft, ctx, id, vault_id, loss, Vec::new(), recovered)?;
    }
    draft.emit(MODULE, &Event::VaultSettled { vault: vault_id, debt, loss, taken });
    Ok(())
}

/// Puts a vault's things up for all that it still owes, without a floor: what they do not raise comes back
/// as its debt.
fn sell_things(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    facility: &Facility,
    debt: Amount,
    things: &[(AssetId, Amount, Worth)],
) -> Result<(), Error> {
    let values = things
        .iter()
        .map(|(.., value)| Ok(amount_of(*value, facility.par, facility.decimals, Rounding::Down)?.0.max(1)));
    let values = values.collect::<Result<Vec<u128>, Error>>()?;
    let parts: Vec<Part> = things
        .iter()
        .zip(allocate(debt, &values)?)
        .map(|((asset, amount, _), debt)| Part {
            asset: *asset,
            amount: *amount,
            debt,
            floor: Price(1),
            suffices: true,
        })
        .collect();
    let health = book::health(draft, &book::vault(draft, id)?)?;
    sale::open_lots(draft, ctx, id, facility, &health, &parts, false).map(|_| ())
}

/// Takes of a lot's remainder what its debt is worth at the frozen quote, rounded up, to the basket; says
/// how much, and the debt that it covers.
pub(crate) fn settle_lot(
    draft: &mut Draft,
    id: FacilityId,
    asset: AssetId,
    remainder: Amount,
    debt: Amount,
) -> Result<(Amount, Amount), Error> {
    let facility = book::facility(draft, id)?;
    let decimals = book::collateral(draft, id, asset)?.decimals;
    let value = worth(remainder, book::mark_of(draft, id, asset).price.0, decimals)?;
    let owed = worth(debt, facility.par.0, facility.decimals)?;
    let (taken, covered) = match value >= owed && !value.is_zero() {
        true => (part_of(remainder, owed, value)?, debt),
        false => (remainder, amount_of(value, facility.par, facility.decimals, Rounding::Down)?.min(debt)),
    };
    let mut totals = book::totals(draft, id);
    totals.auctioned = totals.auctioned.minus(covered)?;
    totals.settled = totals.settled.plus(covered)?;
    add_to_basket(draft, id, asset, taken)?;
    TOTALS.put(draft, id, totals);
    Ok((taken, covered))
}

/// `amount * owed / value`, rounded up; at most `amount` because `owed` is at most `value`.
fn part_of(amount: Amount, owed: Worth, value: Worth) -> Result<Amount, Error> {
    let scaled = times(U512::from(amount.0), wide(owed))?;
    Ok(Amount(narrow(divide(scaled, wide(value), Rounding::Up)?)?))
}

fn add_to_basket(draft: &mut Draft, id: FacilityId, asset: AssetId, amount: Amount) -> Result<(), Error> {
    if !amount.is_zero() {
        let total = BASKETS.get(draft, &(id, asset)).unwrap_or_default().plus(amount)?;
        BASKETS.put(draft, (id, asset), total);
    }
    Ok(())
}

/// Nothing is owed any more: cash joins the basket, and what is outstanding is its only claim.
fn begin_to_pay(draft: &mut Draft, ctx: &Context, id: FacilityId, facility: &Facility) -> Result<(), Error> {
    pool::pay_reserves(draft, ctx, id)?;
    let mut totals = book::totals(draft, id);
    match POOLS.get(draft, &id) {
        Some(pool) => {
            add_to_basket(draft, id, facility.stable, pool.cash)?;
            // The basket is the shares' and nothing else's: nothing is counted in what was lent any more.
            POOLS.put(draft, id, Pool { cash: Amount::ZERO, claims: Amount::ZERO, reserves: Amount::ZERO, ..pool });
            totals = Totals { bad_debt: Amount::ZERO, rounding: Amount::ZERO, settled: Amount::ZERO, ..totals };
        }
        None => {
            for (asset, peg) in pegs(draft, id) {
                add_to_basket(draft, id, asset, peg.held)?;
                PEGS.put(draft, (id, asset), Peg { held: Amount::ZERO, issued: Amount::ZERO, ..peg });
            }
            totals.settled = totals.settled.plus(totals.bad_debt)?.plus(totals.peg_issued)?;
            (totals.bad_debt, totals.peg_issued) = (Amount::ZERO, Amount::ZERO);
        }
    }
    TOTALS.put(draft, id, totals);
    calls::set_waiting(draft, id, Amount::ZERO);
    liquidate::set_unfinished(draft, id, false)?;
    let outstanding = gage_ledger::supply(draft, facility.minted());
    let shutdown = SHUTDOWNS.get(draft, &id).ok_or(Error::NotPaying)?;

    // From here on nothing can fail.
    SHUTDOWNS.put(draft, id, Shutdown { stage: Stage::Paying, outstanding, ..shutdown });
    let basket = basket(draft, id);
    draft.emit(MODULE, &Event::ShutdownPaying { facility: id, outstanding, basket });
    Ok(())
}

/// The part of each asset of the basket for `amount` of what is outstanding, rounded down: what is
/// left is for those who come later, and the last takes all of it.
pub fn parts(draft: &Draft, id: FacilityId, amount: Amount, outstanding: Amount) -> Result<Vec<Holding>, Error> {
    let part = |holding: Holding| -> Result<Holding, Error> {
        let amount = holding.amount.mul_div(amount.0, outstanding.0, Rounding::Down)?;
        Ok(Holding { asset: holding.asset, amount })
    };
    let parts = basket(draft, id).into_iter().map(part).collect::<Result<Vec<_>, _>>()?;
    Ok(parts.into_iter().filter(|part| !part.amount.is_zero()).collect())
}

/// Takes an amount out of the basket: to its owner, or kept for him while he may not hold it.
pub(crate) fn pay_part(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    to: AccountNumber,
    part: Holding,
) -> Result<bool, Error> {
    let left = BASKETS.get(draft, &(id, part.asset)).unwrap_or_default().minus(part.amount)?;
    if left.is_zero() {
        BASKETS.remove(draft, &(id, part.asset));
    } else {
        BASKETS.put(draft, (id, part.asset), left);
    }
    let savepoint = draft.savepoint();
    match gage_ledger::move_by_rule(draft, ctx, ACCOUNT, to, part.asset, part.amount) {
        Ok(()) => Ok(true),
        Err(gage_ledger::Error::Ineligible(_)) => {
            draft.undo_to(savepoint);
            let key = (to, id, part.asset);
            let kept = PARTS.get(draft, &key).unwrap_or_default().plus(part.amount)?;
            PARTS.put(draft, key, kept);
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
