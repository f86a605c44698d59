//! Which group a vault belongs to, and the ordered index of keys: candidates without a scan.

use gage_store::Draft;
use gage_units::{Accumulator, AssetId, MathError, Price};

use crate::health::Health;
use crate::index::{INDEX_START, after_growth, after_weight, is_fine, key};
use crate::params::GROUPS_MAX;
use crate::protection::watch;
use crate::state::{
    Facility, FacilityId, GROUP_OF, GROUPS, Group, GroupId, INDEX, LAST_GROUP, MEMBERS, Members, Totals, Vault,
    VaultId, Version, next_number,
};
use crate::wide::Worth;
use crate::{Error, book};

/// Gives `new` the group of its collaterals and its key there, and moves its place in the index.
pub(crate) fn place(
    draft: &mut Draft,
    id: VaultId,
    old: &Vault,
    new: &mut Vault,
    facility: &Facility,
    totals: &mut Totals,
    health: &Health,
) -> Result<(), Error> {
    if health.debt.is_zero() {
        (new.group, new.key) = (GroupId(0), 0);
    } else {
        let same = old.group != GroupId(0) && same_set(old, new);
        let live = same.then(|| GROUPS.get(draft, &old.group)).flatten().filter(|group| group.index > 0);
        let (group, index) = match live {
            Some(group) => (old.group, group.index),
            None => join(draft, new, totals)?,
        };
        // One unit of debt for each bucket, for the roundings to come.
        let buckets = Worth::from(new.positions.len());
        let slack = book::unit_of(facility)?.checked_mul(buckets).ok_or(MathError::Overflow)?;
        (new.group, new.key) = (group, key(health, slack, index));
    }
    if (old.group, old.key) == (new.group, new.key) {
        return Ok(());
    }
    watch::follow(draft, id, (old.group, old.key), (new.group, new.key));
    if old.group != GroupId(0) {
        INDEX.remove(draft, &(old.group, old.key, id));
    }
    if new.group != GroupId(0) {
        INDEX.put(draft, (new.group, new.key, id), ());
    }
    if old.group != new.group {
        count(draft, new.group, true)?;
        leave(draft, old, totals)?;
    }
    Ok(())
}

fn same_set(old: &Vault, new: &Vault) -> bool {
    let set = |at: &crate::state::Position| (at.asset, at.version);
    old.positions.len() == new.positions.len() && old.positions.iter().map(set).eq(new.positions.iter().map(set))
}

/// The live group of the vault's collaterals, made if there is none: its own while there is room,
/// else the facility's coarse group, whose index follows the worst of all collaterals.
fn join(draft: &mut Draft, vault: &Vault, totals: &mut Totals) -> Result<(GroupId, u128), Error> {
    let mut members: Members = vault.positions.iter().map(|at| (at.asset, at.version)).collect();
    members.sort_unstable();
    let find = |draft: &Draft, key: &(FacilityId, Members)| {
        let id = *GROUP_OF.peek(draft, key)?;
        GROUPS.peek(draft, &id).map(|group| (id, group.index))
    };
    let mut key = (vault.facility, members);
    if let Some(found) = find(draft, &key) {
        return Ok(found);
    }
    if totals.groups >= GROUPS_MAX {
        key.1 = Members::new();
        if let Some(found) = find(draft, &key) {
            return Ok(found);
        }
    }
    let id = GroupId(next_number(draft, LAST_GROUP).ok_or(MathError::Overflow)?);
    totals.groups = totals.groups.checked_add(1).ok_or(MathError::Overflow)?;
    GROUPS.put(draft, id, Group { index: INDEX_START, vaults: 0 });
    MEMBERS.put(draft, (vault.facility, id), key.1.clone());
    GROUP_OF.put(draft, key, id);
    Ok((id, INDEX_START))
}

fn count(draft: &mut Draft, id: GroupId, joins: bool) -> Result<u32, Error> {
    let Some(mut group) = GROUPS.get(draft, &id) else { return Ok(0) };
    let vaults = if joins { group.vaults.checked_add(1) } else { group.vaults.checked_sub(1) };
    group.vaults = vaults.ok_or(MathError::Overflow)?;
    GROUPS.put(draft, id, group);
    Ok(group.vaults)
}

/// The vault left its group; an empty group ends.
fn leave(draft: &mut Draft, old: &Vault, totals: &mut Totals) -> Result<(), Error> {
    if old.group == GroupId(0) || count(draft, old.group, false)? > 0 {
        return Ok(());
    }
    forget(draft, old.facility, old.group);
    MEMBERS.remove(draft, &(old.facility, old.group));
    GROUPS.remove(draft, &old.group);
    totals.groups = totals.groups.checked_sub(1).ok_or(MathError::Underflow)?;
    Ok(())
}

/// Its collaterals no longer lead to this group.
fn forget(draft: &mut Draft, facility: FacilityId, id: GroupId) {
    if let Some(members) = MEMBERS.get(draft, &(facility, id)) {
        let key = (facility, members);
        if GROUP_OF.get(draft, &key) == Some(id) {
            GROUP_OF.remove(draft, &key);
        }
    }
}

/// One change of weight or accumulator since the last mark.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub asset: AssetId,
    pub version: Version,
    pub weight: (u128, u128),
    pub accumulator: (Accumulator, Accumulator),
}

/// Moves the index of every group of a facility as the price of what is owed changes from `old` to
/// `new`: health, and the slack of every key, scale with it exactly.
pub(crate) fn follow_debt(draft: &mut Draft, facility: FacilityId, old: Price, new: Price) {
    let bounds =
        (std::ops::Bound::Included((facility, GroupId(0))), std::ops::Bound::Included((facility, GroupId(u32::MAX))));
    let ids: Vec<GroupId> = MEMBERS.range(draft, bounds).map(|((_, id), _)| *id).collect();
    for id in ids {
        let Some(group) = GROUPS.get(draft, &id).filter(|group| group.index > 0) else { continue };
        let index = after_weight(group.index, new.0, old.0);
        let index = if is_fine(index) { index } else { 0 };
        if index == 0 {
            forget(draft, facility, id);
        }
        GROUPS.put(draft, id, Group { index, ..group });
    }
}

/// Moves the index of every group of a facility by the worst of the changes of its members. A group
/// whose index is no longer fine retires: all its vaults are candidates until they are touched.
pub(crate) fn follow(draft: &mut Draft, facility: FacilityId, changes: &[Change]) {
    let first = (facility, GroupId(0));
    let last = (facility, GroupId(u32::MAX));
    let bounds = (std::ops::Bound::Included(first), std::ops::Bound::Included(last));
    let mut moved = Vec::new();
    for ((_, id), members) in MEMBERS.range(draft, bounds) {
        let Some(group) = GROUPS.peek(draft, id).copied().filter(|group| group.index > 0) else { continue };
        let concerned = |change: &&Change| members.is_empty() || members.contains(&(change.asset, change.version));
        let index =
            changes.iter().filter(concerned).map(|change| after_weight(group.index, change.weight.0, change.weight.1));
        let index = index.min().unwrap_or(group.index);
        let grown = changes
            .iter()
            .filter(concerned)
            .map(|change| after_growth(index, change.accumulator.0, change.accumulator.1));
        let index = grown.min().unwrap_or(index);
        if index != group.index {
            moved.push((*id, Group { index: if is_fine(index) { index } else { 0 }, ..group }));
        }
    }
    for (id, group) in moved {
        if group.index == 0 {
            forget(draft, facility, id);
        }
        GROUPS.put(draft, id, group);
    }
}
