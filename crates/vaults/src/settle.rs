//! What auctions brought: debt repaid, remainders returned, rounds restarted, losses passed on.

use gage_accounts::Context;
use gage_auctions::{LotId, Remainder};
use gage_backstop::{Holding, Loss, Recovered, Reference, StepKind};
use gage_store::Draft;
use gage_units::{Amount, AssetId, ItemId, MathError, Price, Rounding};

use crate::protection::ladder::{self, OWN_LOTS};
use crate::sale::{in_stable, start_price};
use crate::sizing::Sale;
use crate::state::{
    FACILITIES, Facility, FacilityId, GIVEN_UP, KEPT, LOTS, MARKS, TOTALS, Vault, VaultId, VaultLot, beneficiary,
};
use crate::things::{self, KEPT_THINGS, THING_LOTS};
use crate::wide::{Worth, amount_of, worth};
use crate::{
    ACCOUNT, EVALUATION_WEIGHT, Error, Event, MODULE, Source, book, calls, liquidate, mark, pool, recovered,
    redemption, shutdown, source,
};

/// The weight of a step on one lot; 1,000 is a simple operation.
pub const SETTLEMENT_WEIGHT: u64 = 3_000;
/// The most lots that are restarted or given up in one block.
pub const RESTARTS_MAX: usize = 1_000;

/// Burns what lots raised, ends those that are finished, restarts those that are due with the quote
/// of the block, and passes what nobody bought at the floor to the backstop. Takes are settled
/// whatever the budget, because their number is bounded by the block; the rest waits for budget.
///
/// # Errors
/// Only a fault of the records; a lot that cannot be settled is reported and tried again.
pub fn settle_auctions(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    let ctx = &ctx.as_protocol();
    for lot in gage_auctions::take_touched(draft, MODULE) {
        *budget = budget.saturating_sub(SETTLEMENT_WEIGHT);
        if !attempt(draft, lot, |draft| settle_takes(draft, ctx, lot)) {
            gage_auctions::touch_again(draft, ctx, MODULE, lot);
        }
    }
    let looks = budget.checked_div(EVALUATION_WEIGHT).and_then(|looks| usize::try_from(looks).ok());
    let mut restarts = 0usize;
    for lot in gage_auctions::due_for_restart(draft, ctx, MODULE, looks.unwrap_or(RESTARTS_MAX)) {
        if *budget < SETTLEMENT_WEIGHT || restarts >= RESTARTS_MAX {
            break;
        }
        // Lots of a feed that is not usable wait without holding up those behind them.
        if waits_for_quote(draft, lot) {
            *budget = budget.saturating_sub(EVALUATION_WEIGHT);
            continue;
        }
        restarts = restarts.saturating_add(1);
        *budget = budget.saturating_sub(SETTLEMENT_WEIGHT);
        // A round that fails stays due.
        let _done = attempt(draft, lot, |draft| next_round(draft, ctx, lot));
    }
    shutdown::advance(draft, ctx, budget);
    pool::count_missing(draft, budget)?;
    let facilities: Vec<FacilityId> = FACILITIES.iter(draft).map(|(id, _)| id).collect();
    for id in facilities {
        report_backing(draft, ctx, id)?;
        redemption::follow_supply(draft, ctx, id, &book::facility(draft, id)?);
        // Before the exits of this block: what lots may not raise stays in the backstop.
        // What an owner's own lots sell was safe when they opened, and is looked at again when they return.
        let lots = book::totals(draft, id).auctioned.minus(ladder::own_debt(draft, id))?;
        let at_stake = lots.plus(calls::waiting(draft, id))?;
        gage_backstop::reserve(draft, book::facility(draft, id)?.waterfall, at_stake)?;
        let savepoint = draft.savepoint();
        if heal(draft, ctx, id).is_err() {
            // What cannot be burned now (a paused stable asset) joins the buffer.
            draft.undo_to(savepoint);
        }
        gage_backstop::set_bad_debt(draft, book::facility(draft, id)?.waterfall, book::totals(draft, id).bad_debt);
    }
    Ok(())
}

/// Burns against bad debt what the backstop's sales of the facility's surplus collateral brought, and then what
/// its buffer holds above the minimum: fees and slashes that came after the loss.
fn heal(draft: &mut Draft, ctx: &Context, id: FacilityId) -> Result<(), Error> {
    let totals = book::totals(draft, id);
    if totals.bad_debt.is_zero() {
        return Ok(());
    }
    let facility = book::facility(draft, id)?;
    let recovered = gage_backstop::recover(draft, ctx, facility.waterfall, totals.bad_debt, ACCOUNT)?;
    let surplus = gage_backstop::above_minimum(draft, facility.waterfall)?.min(totals.bad_debt.minus(recovered)?);
    if !surplus.is_zero() {
        gage_backstop::spend_surplus(draft, ctx, facility.waterfall, facility.stable, surplus, ACCOUNT)?;
    }
    let healed = recovered.plus(surplus)?;
    if healed.is_zero() {
        return Ok(());
    }
    source::collect(draft, ctx, id, &facility, ACCOUNT, healed)?;
    let mut totals = book::totals(draft, id);
    totals.bad_debt = totals.bad_debt.minus(healed)?;
    totals.healed = totals.healed.plus(healed)?;

    // From here on nothing can fail.
    TOTALS.put(draft, id, totals);
    draft.emit(MODULE, &Event::BadDebtHealed { facility: id, amount: healed, left: totals.bad_debt });
    Ok(())
}

/// Tells `securities` what backs the stable asset: pledges and collateral in lots at the marked
/// prices after haircuts, in smallest units of the stable asset, rounded down.
fn report_backing(draft: &mut Draft, ctx: &Context, id: FacilityId) -> Result<(), Error> {
    let facility = book::facility(draft, id)?;
    if facility.source != Source::Mint {
        // What a pool lends is backed elsewhere, if at all.
        return Ok(());
    }
    let mut value = Worth::ZERO;
    for ((_, asset), collateral) in mark::collaterals(draft, id) {
        let mark = book::mark_of(draft, id, asset);
        let mut amount = mark.selling;
        for (_, bucket) in mark::buckets(draft, id, (asset, asset)) {
            amount = amount.plus(bucket.pledged)?;
        }
        // A value beyond the type is as good as the largest.
        let backing = worth(amount, mark.weighted.0, collateral.decimals).unwrap_or(Worth::MAX);
        value = value.saturating_add(backing);
    }
    value = value.saturating_add(shutdown::basket_value(draft, id, &facility)?);
    // Cash of the pegs stands for what it issued.
    let cash = worth(book::totals(draft, id).peg_issued, facility.par.0, facility.decimals)?;
    value = value.saturating_add(cash);
    // A value beyond the type is as good as the largest amount.
    let amount = amount_of(value, facility.par, facility.decimals, Rounding::Down).unwrap_or(Amount::MAX);
    Ok(gage_securities::set_backing_by_module(draft, ctx, MODULE, facility.stable, amount)?)
}

/// Does one step; a failure is undone and told. Returns whether it was done.
fn attempt(draft: &mut Draft, lot: LotId, step: impl FnOnce(&mut Draft) -> Result<(), Error>) -> bool {
    let savepoint = draft.savepoint();
    let done = step(draft);
    if let Err(error) = &done {
        draft.undo_to(savepoint);
        draft.emit(MODULE, &Event::SettlementFailed { lot, code: error.code() });
    }
    done.is_ok()
}

fn record(draft: &Draft, id: LotId) -> Result<VaultLot, Error> {
    LOTS.get(draft, &id).ok_or(Error::Auctions(gage_auctions::Error::UnknownLot))
}

fn settle_takes(draft: &mut Draft, ctx: &Context, id: LotId) -> Result<(), Error> {
    let lot = gage_auctions::lot(draft, id).ok_or(gage_auctions::Error::UnknownLot)?;
    burn_raised(draft, ctx, id, lot.raised)?;
    count_sold(draft, id, lot.remaining)?;
    if lot.finished() { finish(draft, ctx, id) } else { Ok(()) }
}

/// Burns what a lot raised since the last time against the debt at auction.
fn burn_raised(draft: &mut Draft, ctx: &Context, id: LotId, raised: Amount) -> Result<(), Error> {
    let mut record = record(draft, id)?;
    let repaid = raised.min(record.debt);
    let burned = repaid.minus(record.repaid)?;
    if burned.is_zero() {
        return Ok(());
    }
    let number = book::vault(draft, record.vault)?.facility;
    let facility = book::facility(draft, number)?;
    source::collect(draft, ctx, number, &facility, ACCOUNT, burned)?;
    let mut totals = book::totals(draft, number);
    totals.auctioned = totals.auctioned.minus(burned)?;
    ladder::own_repaid(draft, number, id, burned)?;

    // From here on nothing can fail.
    TOTALS.put(draft, number, totals);
    record.repaid = repaid;
    LOTS.put(draft, id, record);
    recovered::by_lot(draft, record.vault, id, burned)?;
    draft.emit(MODULE, &Event::AuctionRepaid { vault: record.vault, lot: id, amount: burned });
    Ok(())
}

/// Takes what was sold off the collateral in lots.
fn count_sold(draft: &mut Draft, id: LotId, remaining: Amount) -> Result<(), Error> {
    let mut record = record(draft, id)?;
    let number = book::vault(draft, record.vault)?.facility;
    let mut mark = book::mark_of(draft, number, record.asset);
    mark.selling = mark.selling.minus(record.remaining.minus(remaining)?)?;
    record.remaining = remaining;

    // From here on nothing can fail.
    MARKS.put(draft, (number, record.asset), mark);
    LOTS.put(draft, id, record);
    Ok(())
}

/// Ends a lot of a facility that was shut down, in the middle of its round: what it raised counts, the
/// rest goes back to its vault, to be settled with it. If the owner may not hold it, it pays here what
/// its lot has not raised, at the frozen quote, and only what is left is kept for him.
pub(crate) fn end_now(draft: &mut Draft, ctx: &Context, id: LotId) -> Result<(), Error> {
    let lot = gage_auctions::lot(draft, id).ok_or(gage_auctions::Error::UnknownLot)?;
    burn_raised(draft, ctx, id, lot.raised)?;
    count_sold(draft, id, lot.remaining)?;
    let record = record(draft, id)?;
    let savepoint = draft.savepoint();
    let denied = match return_remainder(draft, ctx, id, &record) {
        Ok(_) => false,
        Err(error) if is_denial(&error) => true,
        Err(error) => return Err(error),
    };
    draft.undo_to(savepoint);
    if !denied {
        return finish(draft, ctx, id);
    }
    let remainder = gage_auctions::close(draft, ctx, id, ACCOUNT)?;
    give_change(draft, ctx, record.vault, remainder.excess)?;
    let shortfall = record.debt.minus(record.repaid)?;
    let number = book::vault(draft, record.vault)?.facility;
    let (taken, covered) = shutdown::settle_lot(draft, number, record.asset, remainder.amount, shortfall)?;
    let left = remainder.amount.minus(taken)?;
    if !left.is_zero() {
        keep(draft, record.vault, record.asset, None, left)?;
    }
    take_back(draft, id, &record, Amount::ZERO, shortfall.minus(covered)?)
}

/// Ends a lot: its remainder and the debt it did not raise go back to the vault, and with an owner's own
/// lot the interest of its time.
pub(crate) fn finish(draft: &mut Draft, ctx: &Context, id: LotId) -> Result<(), Error> {
    let record = record(draft, id)?;
    let savepoint = draft.savepoint();
    let (remainder, returned) = match return_remainder(draft, ctx, id, &record) {
        Ok(remainder) => (remainder, remainder.amount),
        // The owner may have lost the right to hold or to pledge the asset; then it is kept for him.
        Err(error) if is_denial(&error) => {
            draft.undo_to(savepoint);
            let remainder = gage_auctions::close(draft, ctx, id, ACCOUNT)?;
            if !remainder.amount.is_zero() {
                keep(draft, record.vault, remainder.asset, record.item, remainder.amount)?;
            }
            (remainder, Amount::ZERO)
        }
        Err(error) => return Err(error),
    };
    let excess = match record.item {
        None => remainder.excess,
        Some(_) => things::pay_first(draft, ctx, id, record.vault, remainder.raised.minus(record.repaid)?)?,
    };
    give_change(draft, ctx, record.vault, excess)?;
    let shortfall = record.debt.minus(record.repaid)?;
    take_back(draft, id, &record, returned, shortfall)?;
    draft.emit(MODULE, &Event::AuctionEnded { vault: record.vault, lot: id, returned, shortfall });
    Ok(())
}

/// Closes a lot to its vault's owner and pledges again what is left of it.
fn return_remainder(draft: &mut Draft, ctx: &Context, id: LotId, record: &VaultLot) -> Result<Remainder, Error> {
    let owner = book::vault(draft, record.vault)?.owner;
    let remainder = gage_auctions::close(draft, ctx, id, owner)?;
    match record.item {
        _ if remainder.amount.is_zero() => {}
        Some(item) => things::pledge(draft, ctx, record.vault, owner, record.asset, item)?,
        None => gage_ledger::pledge(draft, ctx, owner, record.asset, beneficiary(record.vault), remainder.amount)?,
    }
    Ok(remainder)
}

/// Whether somebody may not hold, or not pledge, what he was to get: no reason to try again in every block.
fn is_denial(error: &Error) -> bool {
    use gage_ledger::Error::Ineligible;
    matches!(error, Error::Ledger(Ineligible(_)) | Error::Auctions(gage_auctions::Error::Ledger(Ineligible(_))))
}

fn keep(draft: &mut Draft, vault: VaultId, asset: AssetId, item: Option<ItemId>, amount: Amount) -> Result<(), Error> {
    if let Some(item) = item {
        KEPT_THINGS.put(draft, (vault, asset, item), ());
        draft.emit(MODULE, &Event::ThingKept { vault, asset, item });
        return Ok(());
    }
    let kept = KEPT.get(draft, &(vault, asset)).unwrap_or_default().plus(amount)?;
    KEPT.put(draft, (vault, asset), kept);
    draft.emit(MODULE, &Event::CollateralKept { vault, asset, amount });
    Ok(())
}

/// What the last take paid beyond the debt, less than the price of one smallest unit (or what a thing brought
/// beyond all that is owed), is the owner's; if he may not hold it, it joins the facility's rounding.
fn give_change(draft: &mut Draft, ctx: &Context, id: VaultId, excess: Amount) -> Result<(), Error> {
    if excess.is_zero() {
        return Ok(());
    }
    let vault = book::vault(draft, id)?;
    let facility = book::facility(draft, vault.facility)?;
    let savepoint = draft.savepoint();
    if gage_ledger::move_by_rule(draft, ctx, ACCOUNT, vault.owner, facility.stable, excess).is_err() {
        draft.undo_to(savepoint);
        source::collect(draft, ctx, vault.facility, &facility, ACCOUNT, excess)?;
        let mut totals = book::totals(draft, vault.facility);
        totals.rounding = totals.rounding.plus(excess)?;
        TOTALS.put(draft, vault.facility, totals);
    }
    Ok(())
}

/// The vault takes back `amount` of collateral, which is pledged to it again, and `debt` that was at auction;
/// the lot's record ends.
fn take_back(draft: &mut Draft, id: LotId, record: &VaultLot, amount: Amount, debt: Amount) -> Result<(), Error> {
    let mut vault = book::vault(draft, record.vault)?;
    let number = vault.facility;
    let facility = book::facility(draft, number)?;
    let mut totals = book::totals(draft, number);
    let before = totals.debts()?;
    let interest = ladder::end_own(draft, number, id, record)?;
    let position = vault.positions.iter_mut().find(|at| (at.asset, at.version) == (record.asset, record.version));
    let position = position.ok_or(Error::NotCollateral(record.asset))?;
    position.amount = position.amount.plus(amount)?;
    position.lots = position.lots.checked_sub(1).ok_or(MathError::Underflow)?;
    // Debt needs a position to stand on: the last one stays, empty, until the debt is written off.
    let owed = book::debt(draft, &vault)?.plus(debt)?.plus(interest)?;
    totals.auctioned = totals.auctioned.minus(debt)?;
    let health = book::write(draft, record.vault, vault, &facility, &mut totals, owed)?;
    totals.balance(before, Amount::ZERO, Amount::ZERO)?;
    TOTALS.put(draft, number, totals);
    count_sold(draft, id, Amount::ZERO)?;
    LOTS.remove(draft, &id);
    THING_LOTS.remove(draft, &(record.vault, id));
    if health.is_unsafe() {
        liquidate::set_unfinished(draft, number, true)?;
    }
    Ok(())
}

/// Whether a lot has rounds left and its feed no usable quote: never at a price older than the restart.
fn waits_for_quote(draft: &Draft, id: LotId) -> bool {
    let Some(record) = LOTS.peek(draft, &id) else { return false };
    let Ok(vault) = book::vault(draft, record.vault) else { return false };
    let mark = book::mark_of(draft, vault.facility, record.asset);
    let collateral = book::collateral(draft, vault.facility, record.asset);
    let rounds_left = collateral.is_ok_and(|collateral| record.rounds < collateral.liquidation.rounds_max);
    // A thing stands until it is sold, after a shutdown at the frozen quote.
    let at_quote = match record.item {
        None => rounds_left,
        Some(_) => !shutdown::is_frozen(draft, vault.facility),
    };
    at_quote && !OWN_LOTS.has(draft, &id) && (!mark.usable || mark.price == Price(0))
}

/// The next round of a lot nobody bought out: at the fresh quote while rounds are left, else the end of it.
/// The caller has passed over lots that wait for a quote.
fn next_round(draft: &mut Draft, ctx: &Context, id: LotId) -> Result<(), Error> {
    // An owner's own lot has one round: what is not sold returns, without penalty.
    if OWN_LOTS.has(draft, &id) {
        return finish(draft, ctx, id);
    }
    let mut record = record(draft, id)?;
    let vault = book::vault(draft, record.vault)?;
    let facility = book::facility(draft, vault.facility)?;
    let collateral = book::collateral(draft, vault.facility, record.asset)?;
    let terms = collateral.liquidation;
    let last = record.rounds >= terms.rounds_max;
    if last && record.item.is_none() {
        return give_up(draft, ctx, id, &record, &facility);
    }
    let mark = book::mark_of(draft, vault.facility, record.asset);
    let bucket = book::bucket(draft, (vault.facility, record.asset, record.version))?;
    let sale = Sale { price: mark.price, weight: 0, bonus: bucket.terms.bonus, decimals: collateral.decimals };
    // A thing nobody wants at the floor is sold for what it brings, at every fresh quote anew.
    let last = last || shutdown::is_frozen(draft, vault.facility);
    let floor = if last && record.item.is_some() { Price(1) } else { in_stable(&facility, sale.last_floor()?)? };
    let start = start_price(&facility, mark.price, terms.start_premium)?;
    gage_auctions::restart(draft, ctx, id, start.max(floor), floor)?;
    // Counted up to the highest number: a thing may stand for longer.
    record.rounds = record.rounds.saturating_add(1);
    LOTS.put(draft, id, record);
    Ok(())
}

/// Nobody bought at the floor, round after round. While the vault has other collateral, the stability pool
/// takes what it can for its part of the lot and the rest goes back to the vault, once; the next time the lot
/// goes down the whole loss waterfall for what it is worth at its floor. Without other collateral the lot and
/// all of its debt do, and what nobody bears is bad debt.
fn give_up(draft: &mut Draft, ctx: &Context, id: LotId, record: &VaultLot, facility: &Facility) -> Result<(), Error> {
    let vault = book::vault(draft, record.vault)?;
    let remainder = gage_auctions::close(draft, ctx, id, gage_backstop::ACCOUNT)?;
    let shortfall = record.debt.minus(record.repaid)?;
    let (debt, amount) = match has_others(draft, &vault, facility)? {
        false => (shortfall, remainder.amount),
        true => part_given_up(draft, ctx, &vault, record, facility, remainder.amount, shortfall)?,
    };
    GIVEN_UP.put(draft, record.vault, ());
    let back = remainder.amount.minus(amount)?;
    let mut pledge = Amount::ZERO;
    if !back.is_zero() {
        let savepoint = draft.savepoint();
        let (from, to) = (gage_backstop::ACCOUNT, vault.owner);
        let returned = gage_ledger::move_by_rule(draft, ctx, from, to, record.asset, back)
            .and_then(|()| gage_ledger::pledge(draft, ctx, to, record.asset, beneficiary(record.vault), back));
        if returned.is_ok() {
            pledge = back;
        } else {
            draft.undo_to(savepoint);
            gage_ledger::move_by_rule(draft, ctx, from, ACCOUNT, record.asset, back)?;
            keep(draft, record.vault, record.asset, None, back)?;
        }
    }
    if !debt.is_zero() {
        let collateral = vec![Holding { asset: record.asset, amount }];
        // What came in before is the first row of the receipt.
        let recovered = recovered::take(draft, record.vault);
        lose(draft, ctx, vault.facility, record.vault, debt, collateral, recovered)?;
    }
    take_back(draft, id, record, pledge, shortfall.minus(debt)?)?;
    let event = Event::AuctionEnded { vault: record.vault, lot: id, returned: pledge, shortfall };
    draft.emit(MODULE, &event);
    Ok(())
}

/// Whether a vault has pledges left that are worth selling: what lies in lots answers for their debts, and
/// what is worth less than the dust limit for nothing.
fn has_others(draft: &Draft, vault: &Vault, facility: &Facility) -> Result<bool, Error> {
    let mut value = Worth::ZERO;
    let mut dust = Worth::ZERO;
    for position in vault.positions.iter().filter(|position| !position.amount.is_zero()) {
        let collateral = book::collateral(draft, vault.facility, position.asset)?;
        let price = book::mark_of(draft, vault.facility, position.asset).price;
        if price == Price(0) {
            // Nobody knows what it is worth.
            return Ok(true);
        }
        value = value.saturating_add(worth(position.amount, price.0, collateral.decimals)?);
        dust = dust.max(worth(collateral.liquidation.dust, facility.par.0, facility.decimals)?);
    }
    Ok(!value.is_zero() && value >= dust)
}

/// What of a lot that nobody bought leaves its vault, which has other collateral, and for how much debt.
fn part_given_up(
    draft: &Draft,
    ctx: &Context,
    vault: &Vault,
    record: &VaultLot,
    facility: &Facility,
    remainder: Amount,
    shortfall: Amount,
) -> Result<(Amount, Amount), Error> {
    let by_pool = shortfall.min(pool_capital(draft, ctx, facility)?);
    if by_pool == shortfall || !GIVEN_UP.has(draft, &record.vault) {
        // Rounded up, against the vault: the pool's part of the debt brings at least its part of the lot.
        return Ok((by_pool, remainder.mul_div(by_pool.0, shortfall.0.max(1), Rounding::Up)?));
    }
    let bucket = book::bucket(draft, (vault.facility, record.asset, record.version))?;
    let decimals = book::collateral(draft, vault.facility, record.asset)?.decimals;
    let price = book::mark_of(draft, vault.facility, record.asset).price;
    let sale = Sale { price, weight: 0, bonus: bucket.terms.bonus, decimals };
    // Rounded down: no more is lost than the collateral stands for, the rest stands on what the vault has left.
    let debt = shortfall.min(sale.raised_by(remainder, book::unit_of(facility)?)?).max(by_pool);
    Ok(if debt.is_zero() { (Amount::ZERO, Amount::ZERO) } else { (debt, remainder) })
}

/// What the stability pool could take of one loss now, if it bears first.
fn pool_capital(draft: &Draft, ctx: &Context, facility: &Facility) -> Result<Amount, Error> {
    // As of this height: deposits of earlier blocks have joined.
    let view = gage_backstop::query::waterfall_view(draft, facility.waterfall, ctx.height)?;
    let first = view.record.steps.first().filter(|step| step.kind == StepKind::StabilityPool && view.pool.members > 0);
    let kept = view.record.terms.remaining_min;
    Ok(first.map_or(Amount::ZERO, |step| view.pool.deposits.minus(kept).unwrap_or(Amount::ZERO).min(step.cap)))
}

/// Debt without any collateral left: a loss.
pub(crate) fn write_off(draft: &mut Draft, ctx: &Context, id: VaultId) -> Result<(), Error> {
    let vault = book::vault(draft, id)?;
    let number = vault.facility;
    let facility = book::facility(draft, number)?;
    let mut totals = book::totals(draft, number);
    let before = totals.debts()?;
    let debt = book::debt(draft, &vault)?;
    totals.auctioned = totals.auctioned.plus(debt)?;
    let recovered = recovered::take(draft, id);
    book::write(draft, id, vault, &facility, &mut totals, Amount::ZERO)?;
    totals.balance(before, Amount::ZERO, Amount::ZERO)?;
    TOTALS.put(draft, number, totals);
    lose(draft, ctx, number, id, debt, Vec::new(), recovered)
}

/// Passes debt at auction down the loss waterfall: what is covered is burned, the rest is bad debt.
/// The collateral lies on the backstop's account already.
pub(crate) fn lose(
    draft: &mut Draft,
    ctx: &Context,
    number: FacilityId,
    vault: VaultId,
    debt: Amount,
    collateral: Vec<Holding>,
    recovered: Recovered,
) -> Result<(), Error> {
    let facility = book::facility(draft, number)?;
    let reference = Reference { module: MODULE, id: u64::from(vault.0) };
    let loss = Loss { debt, collateral, reference, pay_to: ACCOUNT };
    let absorbed = gage_backstop::absorb_rest(draft, ctx, facility.waterfall, loss, recovered)?;
    if !absorbed.covered.is_zero() {
        source::collect(draft, ctx, number, &facility, ACCOUNT, absorbed.covered)?;
    }
    let mut totals = book::totals(draft, number);
    totals.auctioned = totals.auctioned.minus(debt)?;
    // What the steps leave to lenders is theirs like what nobody bore; without lenders it is bad debt.
    let uncovered = absorbed.uncovered.plus(absorbed.socialised)?;
    totals.bad_debt = totals.bad_debt.plus(uncovered)?;
    pool::bear(draft, number, &mut totals)?;

    // From here on nothing can fail.
    let (covered, total) = (absorbed.covered, totals.bad_debt);
    TOTALS.put(draft, number, totals);
    draft.emit(MODULE, &Event::LossAbsorbed { vault, debt, covered, uncovered });
    if !uncovered.is_zero() {
        draft.emit(MODULE, &Event::BadDebtBooked { facility: number, vault, amount: uncovered, total });
    }
    Ok(())
}
