//! Bonds as other modules see them, and the hold that stands behind each.

use std::ops::Bound::Included;

use gage_accounts::Context;
use gage_ledger::{Beneficiary, HoldId, NewHold};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};

use crate::state::{BONDS, BY_OWNER, BY_PURPOSE, PurposeKey, Role, purpose_key, terms};
use crate::{ACCOUNT, Bond, BondId, Error, Event, MODULE};

/// What `owner` has bonded in `role` for `purpose`, in the asset of the role's terms. What unbonds does
/// not count.
pub fn bonded(draft: &Draft, role: Role, owner: AccountNumber, purpose: u64) -> Amount {
    let bond = terms(draft, role).and_then(|terms| BY_PURPOSE.peek(draft, &(role, purpose, owner, terms.asset)));
    bond.and_then(|bond| BONDS.peek(draft, bond)).map_or(Amount::ZERO, |bond| bond.active)
}

/// The bonds of one role and purpose, of whatever owner and asset, in their order; at most `limit`.
pub fn bonds_for(draft: &Draft, role: Role, purpose: u64, limit: usize) -> Vec<(BondId, Bond)> {
    let bounds = |owner, asset| Included((role, purpose, AccountNumber(owner), AssetId(asset)));
    let range = BY_PURPOSE.range(draft, (bounds(0, 0), bounds(u32::MAX, u32::MAX)));
    range.filter_map(|(_, id)| Some((*id, BONDS.get(draft, id)?))).take(limit).collect()
}

/// The bonds of one owner in one role for one purpose, of whatever asset: what a slash can reach.
pub fn bonds_of(draft: &Draft, role: Role, purpose: u64, owner: AccountNumber) -> Vec<BondId> {
    let bounds = |asset| Included((role, purpose, owner, AssetId(asset)));
    BY_PURPOSE.range(draft, (bounds(0), bounds(u32::MAX))).map(|(_, id)| *id).collect()
}

/// Keeps a bond in place until a time: nothing of it unbonds before, and what is on its way out stays
/// until then. A later time replaces an earlier one, never the other way round.
///
/// # Errors
/// [`Error::UnknownBond`].
pub fn reserve(draft: &mut Draft, bond: BondId, until: Timestamp) -> Result<(), Error> {
    let mut record = BONDS.get(draft, &bond).ok_or(Error::UnknownBond(bond))?;
    if until <= record.reserved_until {
        return Ok(());
    }

    // From here on nothing can fail.
    record.reserved_until = until;
    for part in &mut record.unbonding {
        part.claimable_at = part.claimable_at.max(until);
    }
    BONDS.put(draft, bond, record);
    draft.emit(MODULE, &Event::Reserved { bond, until });
    Ok(())
}

/// Sets `amount` aside for `bond` in one hold, in place of the hold it had. Nothing leaves the account.
///
/// # Errors
/// Those of the ledger.
pub(crate) fn hold_anew(
    draft: &mut Draft,
    ctx: &Context,
    bond: BondId,
    owner: AccountNumber,
    asset: AssetId,
    before: Option<HoldId>,
    amount: Amount,
) -> Result<Option<HoldId>, Error> {
    if let Some(hold) = before {
        gage_ledger::release(draft, ctx, hold)?;
    }
    if amount.is_zero() {
        return Ok(None);
    }
    let purpose = Beneficiary { module: MODULE, id: bond.0 };
    let new = NewHold { owner, asset, amount, purpose, beneficiary: ACCOUNT, expires: gage_ledger::NEVER };
    Ok(Some(gage_ledger::hold(draft, ctx, &new)?))
}

/// Writes a bond under its number, or removes it once nothing is held for it.
pub(crate) fn put_bond(draft: &mut Draft, id: BondId, bond: Bond) {
    let key: PurposeKey = purpose_key(&bond);
    if bond.active.is_zero() && bond.unbonding.is_empty() {
        BONDS.remove(draft, &id);
        BY_PURPOSE.remove(draft, &key);
        BY_OWNER.remove(draft, &(bond.owner, id));
        return;
    }
    if !BONDS.has(draft, &id) {
        BY_PURPOSE.put(draft, key, id);
        BY_OWNER.put(draft, (bond.owner, id), ());
    }
    BONDS.put(draft, id, bond);
}
