//! One unsafe vault goes to auction: in part to its target health, or whole.

use std::collections::BTreeSet;

use gage_accounts::Context;
use gage_auctions::{LotId, NewLot, OwnerRef};
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps, ItemId, Price, Rounding, allocate};

use crate::health::Health;
use crate::sizing::Sale;
use crate::state::{
    Collateral, Facility, FacilityId, LOTS, MARKS, Mark, TOTALS, Totals, Vault, VaultId, VaultLot, beneficiary,
};
use crate::things::{self, THING_LOTS};
use crate::wide::{Worth, amount_of, worth};
use crate::{ACCOUNT, Error, Event, MODULE, book};

/// What became of an unsafe vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Lots are open for all it needs.
    Sold,
    /// Lots are open, but less than it needs: throughput, or a price that is not usable.
    SoldInPart,
    /// Nothing is left to sell but what is at auction already.
    AtAuction,
    /// No throughput is left for any of its collaterals.
    NoRoom,
    /// No price is usable for any of its collaterals.
    NoPrice,
    /// It has no collateral at all: its debt is a loss.
    OnlyDebt,
}

/// A collateral of the vault that can be sold now.
struct Candidate {
    asset: AssetId,
    amount: Amount,
    sale: Sale,
    collateral: Collateral,
    mark: Mark,
}

/// One lot to open.
pub(crate) struct Part {
    pub(crate) asset: AssetId,
    pub(crate) amount: Amount,
    pub(crate) debt: Amount,
    pub(crate) floor: Price,
    /// Whether the vault needs no further lot beside this one.
    pub(crate) suffices: bool,
}

/// Sends an unsafe vault's collateral to auction. `full` collects the collaterals whose throughput
/// is used up, so that no healthier vault is served before a worse one.
pub(crate) fn liquidate_vault(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    full: &mut BTreeSet<AssetId>,
) -> Result<Outcome, Error> {
    let vault = book::vault(draft, id)?;
    if vault.positions.iter().all(|position| position.amount.is_zero()) {
        return Ok(if vault.in_liquidation() { Outcome::AtAuction } else { Outcome::OnlyDebt });
    }
    let all_sold = {
        let facility = book::facility(draft, vault.facility)?;
        let candidates = candidates(draft, ctx, &vault)?;
        if candidates.is_empty() {
            return Ok(Outcome::NoPrice);
        }
        let debt = book::debt(draft, &vault)?;
        let health = book::health_with(draft, &vault, &facility, debt)?;
        match partial(&facility, &health, debt, &candidates, full)? {
            Some((parts, enough)) if !parts.is_empty() => {
                let savepoint = draft.savepoint();
                match open_lots(draft, ctx, id, &facility, &health, &parts, false) {
                    Ok(_) => Some(enough),
                    // Roundings that would lower health leave the whole vault to be sold.
                    Err(Error::DoesNotImprove) => {
                        draft.undo_to(savepoint);
                        sell_whole(draft, ctx, id, &facility, &health, debt, &candidates, full)?
                    }
                    Err(error) => return Err(error),
                }
            }
            Some(_) => None,
            None => sell_whole(draft, ctx, id, &facility, &health, debt, &candidates, full)?,
        }
    };
    Ok(match all_sold {
        Some(true) => Outcome::Sold,
        Some(false) => Outcome::SoldInPart,
        None => Outcome::NoRoom,
    })
}

/// What can be sold now: pledged, with a quote usable for liquidation; the cheapest in health first.
fn candidates(draft: &Draft, ctx: &Context, vault: &Vault) -> Result<Vec<Candidate>, Error> {
    let mut found = Vec::new();
    for position in vault.positions.iter().filter(|position| !position.amount.is_zero()) {
        let mut mark = book::mark_of(draft, vault.facility, position.asset);
        let collateral = book::collateral(draft, vault.facility, position.asset)?;
        if !mark.usable || mark.price == Price(0) {
            continue;
        }
        mark.window = mark.window.at(ctx.time, collateral.liquidation.window_ms);
        let bucket = book::bucket(draft, (vault.facility, position.asset, position.version))?;
        let weight = book::registered_weight(draft, vault.facility, &bucket, position.asset)?;
        let sale = Sale { price: mark.price, weight, bonus: bucket.terms.bonus, decimals: collateral.decimals };
        let cost = sale.cost()?;
        found.push((cost, Candidate { asset: position.asset, amount: position.amount, sale, collateral, mark }));
    }
    found.sort_by_key(|(cost, candidate)| (*cost, candidate.asset));
    Ok(found.into_iter().map(|(_, candidate)| candidate).collect())
}

/// The lots that bring the vault to its target, or as far as throughput allows; `None` if selling in
/// part cannot improve it. The flag says whether they suffice.
fn partial(
    facility: &Facility,
    health: &Health,
    debt: Amount,
    candidates: &[Candidate],
    full: &mut BTreeSet<AssetId>,
) -> Result<Option<(Vec<Part>, bool)>, Error> {
    let unit = book::unit_of(facility)?;
    let (mut at, mut left) = (*health, debt);
    let mut parts = Vec::new();
    let mut throttled = false;
    for candidate in candidates {
        if !candidate.sale.improves(&at)? {
            // The candidates are in ascending cost: no later one improves either.
            break;
        }
        let Some(mut part) = size(facility, &at, left, candidate, unit)? else { continue };
        match fit(facility, left, candidate, part.debt, full) {
            Room::Enough => {}
            Room::Less(room) if candidate.collateral.itemised => {
                throttled = true;
                let each = candidate.sale.raised_by(Amount(1), unit)?;
                let unused = candidate.mark.window.used.is_zero();
                // As many whole things as there is room for; an unused window takes one of any size.
                let count = room.0.checked_div(each.0).unwrap_or(0).max(u128::from(unused));
                if count == 0 {
                    continue;
                }
                part.suffices = false;
                part.amount = part.amount.min(Amount(count));
                part.debt = candidate.sale.raised_by(part.amount, unit)?.min(part.debt);
            }
            Room::Less(debt) => {
                throttled = true;
                part.suffices = false;
                part.debt = debt;
                part.amount = candidate.sale.lot(debt, unit)?.min(candidate.amount);
            }
            Room::None => {
                throttled = true;
                continue;
            }
        }
        let weight = worth(part.amount, candidate.sale.weight, candidate.sale.decimals)?;
        at.weighted = at.weighted.saturating_sub(weight);
        left = left.minus(part.debt)?;
        at.debt = worth(left, facility.par.0, facility.decimals)?;
        let suffices = part.suffices;
        parts.push(part);
        if suffices {
            break;
        }
    }
    let safe = left.is_zero() || !at.is_unsafe();
    match (parts.is_empty(), safe, throttled) {
        (true, _, false) => Ok(None),
        // Selling in part what improves, and still unsafe with nothing left to wait for: all must go.
        (false, false, false) => Ok(None),
        _ => Ok(Some((parts, safe))),
    }
}

/// The lot of one collateral that brings the vault to its target, with the dust rule on both remainders.
fn size(
    facility: &Facility,
    health: &Health,
    left: Amount,
    candidate: &Candidate,
    unit: Worth,
) -> Result<Option<Part>, Error> {
    if candidate.collateral.itemised {
        return size_things(facility, health, left, candidate, unit);
    }
    let Candidate { asset, sale, .. } = candidate;
    let mut debt = sale.repay(health, facility.params.target_health, unit)?.min(left);
    // A debt that would stay below the floor is repaid whole.
    if left.minus(debt)? < facility.params.debt_floor {
        debt = left;
    }
    let mut amount = sale.lot(debt, unit)?;
    let mut suffices = true;
    if amount > candidate.amount {
        amount = candidate.amount;
        debt = sale.raised_by(amount, unit)?.min(debt);
        suffices = false;
    }
    // Collateral worth less than the dust limit does not stay behind.
    let rest = worth(candidate.amount.minus(amount)?, sale.price.0, sale.decimals)?;
    if rest < worth(candidate.collateral.liquidation.dust, facility.par.0, facility.decimals)? {
        amount = candidate.amount;
    }
    if debt.is_zero() || amount.is_zero() {
        return Ok(None);
    }
    Ok(Some(Part { asset: *asset, amount, debt, floor: sale.floor(health)?, suffices }))
}

/// The things that bring the vault to its target, for all the debt that they are sure to raise: a thing is
/// sold whole, and what it brings is repaid.
fn size_things(
    facility: &Facility,
    health: &Health,
    left: Amount,
    candidate: &Candidate,
    unit: Worth,
) -> Result<Option<Part>, Error> {
    let Candidate { asset, sale, .. } = candidate;
    let wanted = sale.repay(health, facility.params.target_health, unit)?.min(left);
    let mut amount = sale.lot(wanted, unit)?.min(candidate.amount);
    let mut debt = sale.raised_by(amount, unit)?.min(left);
    // A debt that would stay below the floor is repaid whole.
    if left.minus(debt)? < facility.params.debt_floor {
        amount = sale.lot(left, unit)?.min(candidate.amount);
        debt = sale.raised_by(amount, unit)?.min(left);
    }
    if debt.is_zero() || amount.is_zero() {
        return Ok(None);
    }
    Ok(Some(Part { asset: *asset, amount, debt, floor: sale.floor(health)?, suffices: debt >= wanted }))
}

enum Room {
    Enough,
    Less(Amount),
    None,
}

/// How much of `wanted` the collateral's window still takes. An unused window takes one vault of any
/// size that cannot be cut, so that nothing is too large to be liquidated.
fn fit(facility: &Facility, left: Amount, candidate: &Candidate, wanted: Amount, full: &mut BTreeSet<AssetId>) -> Room {
    if full.contains(&candidate.asset) {
        return Room::None;
    }
    let terms = &candidate.collateral.liquidation;
    let room = candidate.mark.window.room(terms.window_max);
    if wanted <= room {
        return Room::Enough;
    }
    full.insert(candidate.asset);
    let stays = left.minus(room).unwrap_or(Amount::ZERO);
    if !room.is_zero() && room >= terms.dust && stays >= facility.params.debt_floor {
        return Room::Less(room);
    }
    if candidate.mark.window.used.is_zero() { Room::Enough } else { Room::None }
}

/// Sells all that can be sold for all that is owed: where a partial sale would not improve the vault.
/// Returns whether it did; `None` if throughput does not allow it yet.
fn sell_whole(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    facility: &Facility,
    health: &Health,
    debt: Amount,
    candidates: &[Candidate],
    full: &mut BTreeSet<AssetId>,
) -> Result<Option<bool>, Error> {
    let values = candidates.iter().map(|candidate| {
        let value = worth(candidate.amount, candidate.sale.price.0, candidate.sale.decimals)?;
        Ok(amount_of(value, facility.par, facility.decimals, Rounding::Down)?.0.max(1))
    });
    let values = values.collect::<Result<Vec<u128>, Error>>()?;
    let debts = allocate(debt, &values)?;
    let mut parts = Vec::new();
    for (candidate, debt) in candidates.iter().zip(debts) {
        if debt.is_zero() {
            continue;
        }
        // All or nothing: the vault waits until each window has room, or is unused.
        let room = candidate.mark.window.room(candidate.collateral.liquidation.window_max);
        let fits = debt <= room || candidate.mark.window.used.is_zero();
        if full.contains(&candidate.asset) || !fits {
            full.insert(candidate.asset);
            return Ok(None);
        }
        let floor = candidate.sale.floor(health)?;
        parts.push(Part { asset: candidate.asset, amount: candidate.amount, debt, floor, suffices: true });
    }
    open_lots(draft, ctx, id, facility, health, &parts, false)?;
    Ok(Some(true))
}

/// A lot of a part: all of it, or one of its things.
struct Piece {
    asset: AssetId,
    item: Option<ItemId>,
    amount: Amount,
    debt: Amount,
    floor: Price,
}

/// The lots of the parts: things are sold one by one, each for an equal share of the debt.
fn pieces(draft: &Draft, id: VaultId, number: FacilityId, parts: &[Part]) -> Result<Vec<Piece>, Error> {
    let mut found = Vec::with_capacity(parts.len());
    for Part { asset, amount, debt, floor, .. } in parts {
        let (asset, floor) = (*asset, *floor);
        if !book::collateral(draft, number, asset)?.itemised {
            found.push(Piece { asset, item: None, amount: *amount, debt: *debt, floor });
            continue;
        }
        let items = things::first_of(draft, id, asset, *amount);
        let debts = allocate(*debt, &vec![1; items.len()])?;
        // A thing on which no debt falls stays.
        let shares = items.into_iter().zip(debts).filter(|(_, debt)| !debt.is_zero());
        found.extend(shares.map(|(item, debt)| Piece { asset, item: Some(item), amount: Amount(1), debt, floor }));
    }
    Ok(found)
}

/// Moves collateral and debt of the vault into lots, charges the windows of liquidation, and asserts that health
/// did not fall. `own` says that the owner arranged it.
pub(crate) fn open_lots(
    draft: &mut Draft,
    ctx: &Context,
    id: VaultId,
    facility: &Facility,
    before: &Health,
    parts: &[Part],
    own: bool,
) -> Result<Vec<LotId>, Error> {
    let mut vault = book::vault(draft, id)?;
    let number = vault.facility;
    let mut totals: Totals = book::totals(draft, number);
    let owed_before = totals.debts()?;
    let mut debt = book::debt(draft, &vault)?;
    let mut events = Vec::with_capacity(parts.len());
    for part in pieces(draft, id, number, parts)? {
        let position = vault.positions.iter_mut().find(|position| position.asset == part.asset);
        let position = position.ok_or(Error::NotCollateral(part.asset))?;
        position.amount = position.amount.minus(part.amount)?;
        position.lots = position.lots.checked_add(1).ok_or(gage_units::MathError::Overflow)?;
        debt = debt.minus(part.debt)?;
        totals.auctioned = totals.auctioned.plus(part.debt)?;
        let version = position.version;
        let (owner, to) = (vault.owner, gage_auctions::ACCOUNT);
        match part.item {
            None => gage_ledger::seize(draft, ctx, owner, part.asset, beneficiary(id), to, part.amount)?,
            Some(item) => things::seize(draft, ctx, id, owner, part.asset, item)?,
        }
        let collateral = book::collateral(draft, number, part.asset)?;
        let mut mark = book::mark_of(draft, number, part.asset);
        let terms = collateral.liquidation;
        let start = start_price(facility, mark.price, terms.start_premium)?;
        let floor = in_stable(facility, part.floor)?;
        let lot = gage_auctions::open(
            draft,
            ctx,
            NewLot {
                asset: part.asset,
                amount: part.amount,
                seller: vault.owner,
                want: facility.stable,
                raise_max: part.debt,
                proceeds_to: ACCOUNT,
                owner: OwnerRef { module: MODULE, id: u64::from(id.0) },
                start: start.max(floor),
                floor,
                curve: terms.curve,
                tail_ms: terms.tail_ms,
                cusp: terms.cusp,
                dust: terms.dust,
                item: part.item,
            },
        )?;
        // An owner's own sale has its own throughput, so that it takes nothing from liquidations.
        if !own {
            mark.window = mark.window.at(ctx.time, terms.window_ms).with(part.debt)?;
        }
        mark.selling = mark.selling.plus(part.amount)?;
        MARKS.put(draft, (number, part.asset), mark);
        let record = VaultLot {
            vault: id,
            asset: part.asset,
            version,
            debt: part.debt,
            repaid: Amount::ZERO,
            rounds: 1,
            remaining: part.amount,
            item: part.item,
        };
        LOTS.put(draft, lot, record);
        if part.item.is_some() {
            THING_LOTS.put(draft, (id, lot), ());
        }
        events.push((lot, part, floor));
    }
    let after = book::write(draft, id, vault, facility, &mut totals, debt)?;
    totals.balance(owed_before, Amount::ZERO, Amount::ZERO)?;
    TOTALS.put(draft, number, totals);
    // Only if improving: exact, after all roundings.
    if after.compare(before).is_lt() {
        return Err(Error::DoesNotImprove);
    }

    // From here on nothing can fail.
    let mut lots = Vec::with_capacity(events.len());
    for (lot, part, floor) in events {
        let Piece { asset, amount, debt, .. } = part;
        let (health, health_after) = (before.ratio(), after.ratio());
        draft.emit(
            MODULE,
            &match own {
                true => Event::Deleveraged { vault: id, lot, asset, amount, debt, floor },
                false => Event::Liquidated { vault: id, health, health_after, lot, asset, amount, debt, floor },
            },
        );
        lots.push(lot);
    }
    Ok(lots)
}

/// A price in the numeraire as one in the stable asset at its face value, rounded up.
pub(crate) fn in_stable(facility: &Facility, price: Price) -> Result<Price, Error> {
    Ok(price.mul_div(Price::ONE.0, facility.par.0, Rounding::Up)?.max(Price(1)))
}

/// The first price of a round.
pub(crate) fn start_price(facility: &Facility, price: Price, premium: Bps) -> Result<Price, Error> {
    let above = Bps(Bps::ONE.0.checked_add(premium.0).ok_or(gage_units::MathError::Overflow)?);
    in_stable(facility, Price(above.apply(price.0, Rounding::Up)?))
}
