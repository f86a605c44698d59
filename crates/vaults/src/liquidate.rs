//! Liquidation: the unsafe vaults of a facility, worst health first, then by number.
//!
//! Candidates come out of the group indexes in the order of a lower bound of their health, so that a
//! vault is acted on as soon as nothing worse can follow, and only the candidates are ever read.

use std::collections::BTreeSet;
use std::ops::Bound;

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Ratio};

use crate::index::{least_health, limit};
use crate::protection::{ladder, watch};
use crate::sale::{self, Outcome};
use crate::state::{FACILITIES, FacilityId, GROUPS, GroupId, INDEX, MEMBERS, TOTALS, VaultId};
use crate::{Error, Event, MODULE, book, calls, pool, settle, shutdown};

/// The weight of evaluating one candidate; 1,000 is a simple operation.
pub const EVALUATION_WEIGHT: u64 = 200;
/// The weight of sending one vault to auction.
pub const LIQUIDATION_WEIGHT: u64 = 5_000;

/// Liquidates what is unsafe, facility by facility in turn, within `budget` and each collateral's throughput.
/// What must wait marks its facility unfinished: it takes no new risk and its backstop no exits.
///
/// # Errors
/// Only a fault of the records; a vault that cannot be liquidated is reported by an event and waits.
pub fn liquidate(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    let ctx = &ctx.as_protocol();
    // After a shutdown debts are settled, not liquidated.
    let running = FACILITIES.iter(draft).map(|(id, _)| id).filter(|id| !shutdown::is_frozen(draft, *id));
    let mut facilities: Vec<FacilityId> = running.collect();
    // Each block begins one facility further on, so that a crowded one does not use up the budget for ever.
    let turn = u64::try_from(facilities.len()).ok().and_then(|count| ctx.height.0.checked_rem(count));
    facilities.rotate_left(turn.and_then(|turn| usize::try_from(turn).ok()).unwrap_or(0));
    for id in facilities {
        calls::end_due(draft, ctx, id, budget)?;
        watch::attend(draft, ctx, id, budget)?;
        let mut waiting = Waiting::default();
        let unfinished = work_through(draft, ctx, id, budget, &mut waiting)?;
        calls::set_waiting(draft, id, waiting.debt);
        pool::set_missing(draft, id, waiting.missing);
        // A facility whose accrual failed in this block is behind its prices: it stays restricted.
        let late = book::totals(draft, id).accrued_at.seconds() < ctx.time.seconds();
        set_unfinished(draft, id, unfinished || late)?;
    }
    Ok(())
}

/// Says whether a facility has unfinished liquidations, here and to its backstop.
pub(crate) fn set_unfinished(draft: &mut Draft, id: FacilityId, unfinished: bool) -> Result<(), Error> {
    let mut totals = book::totals(draft, id);
    if totals.unfinished != unfinished {
        totals.unfinished = unfinished;
        TOTALS.put(draft, id, totals);
        draft.emit(MODULE, &Event::UnfinishedChanged { facility: id, unfinished });
        let waterfall = book::facility(draft, id)?.waterfall;
        gage_backstop::close_exits(draft, waterfall, unfinished)?;
    }
    Ok(())
}

/// A group's next candidate: the lower bound of its health first, for the order.
type Next = (Ratio, GroupId, u128, VaultId);

/// The candidate of `group` after `last`, if its key is below the group's limit.
fn next_candidate(draft: &Draft, group: GroupId, last: Option<(u128, VaultId)>) -> Option<Next> {
    let index = GROUPS.peek(draft, &group)?.index;
    let from = match last {
        Some((key, vault)) => Bound::Excluded((group, key, vault)),
        None => Bound::Included((group, 0, VaultId(0))),
    };
    let to = match limit(index) {
        Some(limit) => Bound::Excluded((group, limit, VaultId(0))),
        None => Bound::Included((group, u128::MAX, VaultId(u32::MAX))),
    };
    let ((_, key, vault), ()) = INDEX.range(draft, (from, to)).next()?;
    Some((least_health(*key, index), group, *key, *vault))
}

/// The vaults of a facility that the index cannot call safe, with the groups' prefixes as they stand.
pub(crate) fn candidates(draft: &Draft, id: FacilityId) -> Vec<VaultId> {
    let mut found = Vec::new();
    for group in groups_of(draft, id) {
        let mut last = None;
        while let Some((_, _, key, vault)) = next_candidate(draft, group, last) {
            found.push(vault);
            last = Some((key, vault));
        }
    }
    found
}

pub(crate) fn groups_of(draft: &Draft, id: FacilityId) -> Vec<GroupId> {
    let bounds = (Bound::Included((id, GroupId(0))), Bound::Included((id, GroupId(u32::MAX))));
    MEMBERS.range(draft, bounds).map(|((_, group), _)| *group).collect()
}

/// What waits without holding up its facility: in grace, or for a price.
#[derive(Default)]
struct Waiting {
    /// The debt of such vaults.
    debt: Amount,
    /// What their pledges miss of it, in a pool.
    missing: Amount,
}

impl Waiting {
    fn add(&mut self, draft: &Draft, id: VaultId) -> Result<(), Error> {
        let vault = book::vault(draft, id)?;
        let debt = book::debt(draft, &vault)?;
        self.debt = self.debt.plus(debt)?;
        self.missing = self.missing.plus(pool::missing_of_vault(draft, &vault, debt)?)?;
        Ok(())
    }
}

/// Returns whether anything unsafe must wait and holds up the facility. What waits without holding it
/// up is added to `waiting`.
fn work_through(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    budget: &mut u64,
    waiting: &mut Waiting,
) -> Result<bool, Error> {
    let mut heads: BTreeSet<Next> = BTreeSet::new();
    for group in groups_of(draft, id) {
        heads.extend(next_candidate(draft, group, None));
    }
    let mut full: BTreeSet<AssetId> = BTreeSet::new();
    let mut unsafe_vaults: BTreeSet<(Ratio, VaultId)> = BTreeSet::new();
    let mut held_up = false;
    loop {
        // Act on the worst known vault once no candidate can be worse or equal.
        if let Some((health, vault)) = unsafe_vaults.first().copied()
            && heads.first().is_none_or(|(least, ..)| *least > health)
        {
            if *budget < LIQUIDATION_WEIGHT {
                return Ok(true);
            }
            unsafe_vaults.pop_first();
            match act(draft, ctx, id, vault, health, &mut full, budget)? {
                Turn::Done => {}
                Turn::Waits => waiting.add(draft, vault)?,
                Turn::HoldsUp => held_up = true,
            }
            continue;
        }
        let Some((_, group, key, vault)) = heads.pop_first() else { return Ok(held_up) };
        if *budget < EVALUATION_WEIGHT {
            return Ok(true);
        }
        *budget = budget.saturating_sub(EVALUATION_WEIGHT);
        heads.extend(next_candidate(draft, group, Some((key, vault))));
        match evaluate(draft, vault)? {
            Some(health) => {
                unsafe_vaults.insert((health, vault));
                // A retired group has no order: were its vaults left there, one that is larger than a
                // block's budget would be read from its start for ever.
                if GROUPS.peek(draft, &group).is_some_and(|group| group.index == 0) {
                    rekey(draft, vault)?;
                }
            }
            None => rekey(draft, vault)?,
        }
    }
}

/// The health of a vault if it is below one.
fn evaluate(draft: &Draft, id: VaultId) -> Result<Option<Ratio>, Error> {
    let health = book::health(draft, &book::vault(draft, id)?)?;
    Ok(health.is_unsafe().then(|| health.ratio()))
}

/// A candidate that is safe, or of a retired group, gets its key of now, in the live group of its collaterals.
pub(crate) fn rekey(draft: &mut Draft, id: VaultId) -> Result<(), Error> {
    let vault = book::vault(draft, id)?;
    let facility = book::facility(draft, vault.facility)?;
    let (number, debt) = (vault.facility, book::debt(draft, &vault)?);
    let mut totals = book::totals(draft, number);
    let before = totals;
    book::write(draft, id, vault, &facility, &mut totals, debt)?;
    if totals != before {
        totals.balance(before.debts()?, gage_units::Amount::ZERO, gage_units::Amount::ZERO)?;
        TOTALS.put(draft, number, totals);
    }
    Ok(())
}

/// What an unsafe vault's turn came to.
enum Turn {
    /// Nothing is left to do for it in this block.
    Done,
    /// It is in its grace, has no price to be sold at, or nothing left to sell: its debt is reserved in the backstop.
    Waits,
    /// It waits for throughput, or its liquidation failed: the facility takes no new risk meanwhile.
    HoldsUp,
}

/// Calls or liquidates one vault; a failure is undone and told.
fn act(
    draft: &mut Draft,
    ctx: &Context,
    facility: FacilityId,
    id: VaultId,
    health: Ratio,
    full: &mut BTreeSet<AssetId>,
    budget: &mut u64,
) -> Result<Turn, Error> {
    if calls::holds_off(draft, ctx, facility, id, health)? {
        return Ok(Turn::Waits);
    }
    // What the owner bonded comes before any auction.
    if ladder::LADDERS.has(draft, &id) {
        ladder::descend(draft, ctx, id, true)?;
        if evaluate(draft, id)?.is_none() {
            calls::end(draft, id, true);
            return Ok(Turn::Done);
        }
    }
    let savepoint = draft.savepoint();
    let outcome = match sale::liquidate_vault(draft, ctx, id, full) {
        Ok(Outcome::OnlyDebt) => settle::write_off(draft, ctx, id).map(|()| Outcome::Sold),
        other => other,
    };
    if let Ok(Outcome::Sold | Outcome::SoldInPart | Outcome::OnlyDebt) | Err(_) = outcome {
        *budget = budget.saturating_sub(LIQUIDATION_WEIGHT);
    }
    Ok(match outcome {
        Ok(Outcome::Sold | Outcome::OnlyDebt) => {
            calls::end(draft, id, false);
            Turn::Done
        }
        Ok(Outcome::SoldInPart) => {
            calls::end(draft, id, false);
            Turn::HoldsUp
        }
        // What its lots may not raise falls on the backstop, and so does the debt that stayed with the vault.
        Ok(Outcome::AtAuction) => Turn::Waits,
        Ok(Outcome::NoRoom) => Turn::HoldsUp,
        Ok(Outcome::NoPrice) => Turn::Waits,
        Err(error) => {
            draft.undo_to(savepoint);
            draft.emit(MODULE, &Event::LiquidationFailed { vault: id, code: error.code() });
            Turn::HoldsUp
        }
    })
}
