//! Which vaults' own arrangements are due: found like the candidates of liquidation, without a scan.
//!
//! A watched vault with key `k = H / W` stands in two more ordered indexes of its group, under
//! `k / below` and `k / above`, rounded down. A vault with `H < below` has `k / below * W < 1`: it is in
//! the prefix of the first, and none is missed. `W` bounds health from below, so that the suffix of the
//! second may be late and is never early. Each is evaluated exactly before anything is done.

use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::{Draft, OrderedTable, Table};
use gage_units::{Ratio, Rounding, Timestamp, mul_div};
use serde::{Deserialize, Serialize};

use super::{band, ladder};
use crate::index::limit;
use crate::state::{FacilityId, GROUPS, GroupId, VAULTS, Vault, VaultId};
use crate::{Error, book, liquidate};

/// The weight of attending to one vault; 1,000 is a simple operation.
pub const ATTENTION_WEIGHT: u64 = 3_000;
/// The most vaults of a facility attended to in one block, so that liquidations keep most of its budget.
pub const ATTENTION_MAX: usize = 256;
/// How long a vault for which nothing could be done is left alone, in milliseconds.
pub const REST_MS: u64 = 300_000;

/// When a vault's arrangements are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Watch {
    /// Below this health; zero for never.
    pub below: Ratio,
    /// From this health on; the largest ratio for never.
    pub above: Ratio,
    /// Until when nothing is tried again.
    pub resting_until: Option<Timestamp>,
}

pub(crate) const WATCHES: Table<VaultId, Watch> = Table::authenticated(0x0a27, "vaults/watches");
/// Watched vaults by group and key over `below`.
pub(crate) const BELOW: OrderedTable<(GroupId, u128, VaultId), ()> = OrderedTable::derived(0x0a28, "vaults/below");
/// Watched vaults by group and key over `above`.
pub(crate) const ABOVE: OrderedTable<(GroupId, u128, VaultId), ()> = OrderedTable::derived(0x0a29, "vaults/above");
/// Resting vaults by the end of their rest.
pub(crate) const RESTING: OrderedTable<(Timestamp, VaultId), ()> = OrderedTable::derived(0x0a2a, "vaults/resting");

/// The watch of a vault, if anything is arranged for it.
pub fn watch(draft: &Draft, id: VaultId) -> Option<Watch> {
    WATCHES.get(draft, &id)
}

fn over(key: u128, ratio: Ratio) -> u128 {
    mul_div(key, Ratio::SCALE, ratio.0.max(1), Rounding::Down).unwrap_or(u128::MAX)
}

fn remove_keys(draft: &mut Draft, id: VaultId, group: GroupId, key: u128, watch: &Watch) {
    BELOW.remove(draft, &(group, over(key, watch.below), id));
    ABOVE.remove(draft, &(group, over(key, watch.above), id));
}

fn put_keys(draft: &mut Draft, id: VaultId, group: GroupId, key: u128, watch: &Watch) {
    if group == GroupId(0) || watch.resting_until.is_some() {
        return;
    }
    if watch.below > Ratio(0) {
        BELOW.put(draft, (group, over(key, watch.below), id), ());
    }
    if watch.above < Ratio::MAX {
        ABOVE.put(draft, (group, over(key, watch.above), id), ());
    }
}

/// Follows a vault's new place in the index. Costs one look at an empty table where nobody is watched.
pub(crate) fn follow(draft: &mut Draft, id: VaultId, old: (GroupId, u128), new: (GroupId, u128)) {
    if WATCHES.is_empty(draft) {
        return;
    }
    let Some(watch) = WATCHES.get(draft, &id) else { return };
    remove_keys(draft, id, old.0, old.1, &watch);
    put_keys(draft, id, new.0, new.1, &watch);
}

/// Ends a rest.
fn awake(draft: &mut Draft, id: VaultId, watch: Watch) -> Watch {
    let Some(until) = watch.resting_until else { return watch };
    RESTING.remove(draft, &(until, id));
    let watch = Watch { resting_until: None, ..watch };
    WATCHES.put(draft, id, watch);
    watch
}

/// What a vault's arrangements wait for: its next step of the ladder, the ends of its band.
fn wanted(draft: &Draft, id: VaultId) -> Option<Watch> {
    let step = ladder::LADDERS.peek(draft, &id).and_then(|ladder| ladder.steps.first()).map(|step| step.health);
    let band = band::BANDS.peek(draft, &id).map(|band| band.terms);
    if step.is_none() && band.is_none() {
        return None;
    }
    let below = step.unwrap_or(Ratio(0)).max(band.map_or(Ratio(0), |band| band.lower));
    // From a reserve debt is repaid; nothing is released.
    let above = band.filter(|band| band.releases()).map_or(Ratio::MAX, |band| band.upper);
    Some(Watch { below, above, resting_until: None })
}

/// Writes the watch that a vault's arrangements ask for, awake.
pub(crate) fn set(draft: &mut Draft, id: VaultId) -> Result<(), Error> {
    let vault = book::vault(draft, id)?;
    if let Some(old) = WATCHES.get(draft, &id) {
        remove_keys(draft, id, vault.group, vault.key, &old);
        awake(draft, id, old);
    }
    match wanted(draft, id) {
        Some(watch) => {
            WATCHES.put(draft, id, watch);
            put_keys(draft, id, vault.group, vault.key, &watch);
        }
        None => WATCHES.remove(draft, &id),
    }
    Ok(())
}

/// Leaves a vault alone for a while.
fn rest(draft: &mut Draft, ctx: &Context, id: VaultId, vault: &Vault) {
    let Some(watch) = WATCHES.get(draft, &id).filter(|watch| watch.resting_until.is_none()) else { return };
    remove_keys(draft, id, vault.group, vault.key, &watch);
    let until = Timestamp(ctx.time.0.saturating_add(REST_MS));
    WATCHES.put(draft, id, Watch { resting_until: Some(until), ..watch });
    RESTING.put(draft, (until, id), ());
}

/// Wakes the vaults whose rest is over.
fn wake(draft: &mut Draft, ctx: &Context) {
    let range = (Bound::Unbounded, Bound::Included((ctx.time, VaultId(u32::MAX))));
    let due: Vec<VaultId> = RESTING.range(draft, range).map(|((_, id), ())| *id).take(ATTENTION_MAX).collect();
    for id in due {
        if let (Some(watch), Some(vault)) = (WATCHES.get(draft, &id), VAULTS.get(draft, &id)) {
            let watch = awake(draft, id, watch);
            put_keys(draft, id, vault.group, vault.key, &watch);
        }
    }
}

/// The watched vaults of a group that are due by its index, at most `most`.
fn due(draft: &Draft, group: GroupId, most: usize) -> Vec<VaultId> {
    let Some(index) = GROUPS.peek(draft, &group).map(|group| group.index) else { return Vec::new() };
    let (first, last) = ((group, 0, VaultId(0)), (group, u128::MAX, VaultId(u32::MAX)));
    let prefix = match limit(index) {
        Some(limit) => (Bound::Included(first), Bound::Excluded((group, limit, VaultId(0)))),
        // A retired group has no order: all are due, and find their place in a live one.
        None => (Bound::Included(first), Bound::Included(last)),
    };
    let mut found: Vec<VaultId> = BELOW.range(draft, prefix).map(|((_, _, id), ())| *id).take(most).collect();
    if let Some(limit) = limit(index) {
        let suffix = (Bound::Included((group, limit, VaultId(0))), Bound::Included(last));
        let left = most.saturating_sub(found.len());
        found.extend(ABOVE.range(draft, suffix).rev().map(|((_, _, id), ())| *id).take(left));
    }
    found
}

/// Does what owners arranged for their vaults of a facility, within the budget, before liquidation.
pub(crate) fn attend(draft: &mut Draft, ctx: &Context, id: FacilityId, budget: &mut u64) -> Result<(), Error> {
    if WATCHES.is_empty(draft) {
        return Ok(());
    }
    wake(draft, ctx);
    let mut left = ATTENTION_MAX;
    for group in liquidate::groups_of(draft, id) {
        for vault in due(draft, group, left) {
            if *budget < ATTENTION_WEIGHT {
                return Ok(());
            }
            *budget = budget.saturating_sub(ATTENTION_WEIGHT);
            left = left.saturating_sub(1);
            attend_to(draft, ctx, vault)?;
        }
    }
    Ok(())
}

fn attend_to(draft: &mut Draft, ctx: &Context, id: VaultId) -> Result<(), Error> {
    let Some(watch) = WATCHES.get(draft, &id) else { return Ok(()) };
    let vault = book::vault(draft, id)?;
    let health = book::health(draft, &vault)?.ratio();
    if health >= watch.below && health < watch.above {
        // The index said less than the truth: a fresh key.
        return liquidate::rekey(draft, id);
    }
    let stepped = ladder::descend(draft, ctx, id, false)?;
    let balanced = band::rebalance(draft, ctx, id)?;
    if !stepped && !balanced {
        rest(draft, ctx, id, &book::vault(draft, id)?);
    }
    Ok(())
}

/// Fills the derived tables.
pub(crate) fn rebuild(draft: &mut Draft) {
    let watches = WATCHES.sorted(draft);
    for (id, watch) in watches {
        if let Some(until) = watch.resting_until {
            RESTING.put(draft, (until, id), ());
        }
        if let Some((group, key)) = VAULTS.peek(draft, &id).map(|vault| (vault.group, vault.key)) {
            put_keys(draft, id, group, key, &watch);
        }
    }
}

/// Where a watched vault stands: below, above, resting. `None` if it is watched for something else than
/// its arrangements ask.
pub(crate) fn standing(draft: &Draft, id: VaultId, watch: &Watch) -> Option<(bool, bool, bool)> {
    let asked = wanted(draft, id)?;
    let vault = VAULTS.peek(draft, &id).filter(|_| (asked.below, asked.above) == (watch.below, watch.above))?;
    Some((
        BELOW.has(draft, &(vault.group, over(vault.key, watch.below), id)),
        ABOVE.has(draft, &(vault.group, over(vault.key, watch.above), id)),
        watch.resting_until.is_some_and(|until| RESTING.has(draft, &(until, id))),
    ))
}

/// Where a watched vault must stand.
pub(crate) fn expected(draft: &Draft, id: VaultId, watch: &Watch) -> (bool, bool, bool) {
    let indebted = VAULTS.peek(draft, &id).is_some_and(|vault| vault.group != GroupId(0));
    let waits = indebted && watch.resting_until.is_none();
    (waits && watch.below > Ratio(0), waits && watch.above < Ratio::MAX, watch.resting_until.is_some())
}
