//! The module's account and the running total of what it must hold.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId};

use crate::state::HELD;
use crate::{ACCOUNT, Error};

/// The total of the remainders of `asset`.
pub(crate) fn held(draft: &Draft, asset: AssetId) -> Amount {
    HELD.get(draft, &asset).unwrap_or_default()
}

/// What lies on the module's account of `asset`: an amount, or things.
pub(crate) fn on_account(draft: &Draft, asset: AssetId) -> Amount {
    // One of the two is nothing, whatever the asset is.
    let things = gage_ledger::items_held(draft, ACCOUNT, asset);
    if things.is_zero() { gage_ledger::balance(draft, ACCOUNT, asset).free } else { things }
}

/// Counts `amount`, or one thing, which the owner module moved here beforehand, as held.
///
/// # Errors
/// [`Error::LotNotDelivered`] if the account does not hold that much beyond what it must, or not that thing.
pub(crate) fn receive(draft: &mut Draft, asset: AssetId, item: Option<ItemId>, amount: Amount) -> Result<(), Error> {
    let total = held(draft, asset).plus(amount)?;
    let here = item.is_none_or(|item| lies_here(draft, asset, item));
    if !here || on_account(draft, asset) < total {
        return Err(Error::LotNotDelivered);
    }
    HELD.put(draft, asset, total);
    Ok(())
}

/// Whether a thing lies free on the module's account.
pub(crate) fn lies_here(draft: &Draft, asset: AssetId, item: ItemId) -> bool {
    !gage_ledger::item_balance(draft, ACCOUNT, asset, item).free.is_zero()
}

/// Moves `amount`, or one thing, out of the module's account; the receiver's eligibility is asked at the
/// ledger's door.
///
/// # Errors
/// [`Error::Ledger`] if the receiver may not hold it.
pub(crate) fn deliver(
    draft: &mut Draft,
    ctx: &Context,
    to: AccountNumber,
    asset: AssetId,
    item: Option<ItemId>,
    amount: Amount,
) -> Result<(), Error> {
    let total = held(draft, asset).minus(amount)?;
    match item {
        Some(item) => gage_ledger::move_item_by_rule(draft, ctx, ACCOUNT, to, asset, item)?,
        None => gage_ledger::move_by_rule(draft, ctx, ACCOUNT, to, asset, amount)?,
    }
    if total.is_zero() {
        HELD.remove(draft, &asset);
    } else {
        HELD.put(draft, asset, total);
    }
    Ok(())
}
