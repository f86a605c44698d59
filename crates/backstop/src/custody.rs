//! The module's account and the running totals of what it must hold.

use gage_accounts::Context;
use gage_store::{Draft, Key, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId};

use crate::state::HELD;
use crate::{ACCOUNT, Error};

/// All capital in `asset`.
pub(crate) fn held(draft: &Draft, asset: AssetId) -> Amount {
    HELD.get(draft, &asset).unwrap_or_default()
}

/// Takes what an account gives of its own will.
///
/// # Errors
/// [`Error::Ledger`].
pub(crate) fn take(
    draft: &mut Draft,
    ctx: &Context,
    from: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<(), Error> {
    let total = held(draft, asset).plus(amount)?;
    gage_ledger::transfer(draft, ctx, from, ACCOUNT, asset, amount)?;
    HELD.put(draft, asset, total);
    Ok(())
}

/// Takes what a rule moves here.
///
/// # Errors
/// [`Error::Ledger`].
pub(crate) fn take_by_rule(
    draft: &mut Draft,
    ctx: &Context,
    from: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<(), Error> {
    let total = held(draft, asset).plus(amount)?;
    gage_ledger::move_by_rule(draft, ctx, from, ACCOUNT, asset, amount)?;
    HELD.put(draft, asset, total);
    Ok(())
}

/// Counts as capital what a module moved here beforehand.
///
/// # Errors
/// [`Error::CollateralNotDelivered`] if the account does not hold that much beyond what it must.
pub(crate) fn count(draft: &mut Draft, asset: AssetId, amount: Amount) -> Result<(), Error> {
    let total = held(draft, asset).plus(amount)?;
    if gage_ledger::balance(draft, ACCOUNT, asset).free < total {
        return Err(Error::CollateralNotDelivered);
    }
    HELD.put(draft, asset, total);
    Ok(())
}

/// Pays out; the receiver's eligibility is asked at the ledger's door.
///
/// # Errors
/// [`Error::Ledger`].
pub(crate) fn pay(
    draft: &mut Draft,
    ctx: &Context,
    to: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<(), Error> {
    let total = held(draft, asset).minus(amount)?;
    gage_ledger::move_by_rule(draft, ctx, ACCOUNT, to, asset, amount)?;
    if total.is_zero() {
        HELD.remove(draft, &asset);
    } else {
        HELD.put(draft, asset, total);
    }
    Ok(())
}

/// An amount of an asset, of a waterfall or a pool, in one of the tables of amounts.
pub(crate) type Amounts<K> = OrderedTable<(K, AssetId), Amount>;

/// Reads it.
pub(crate) fn amount<K: Key>(draft: &Draft, table: &Amounts<K>, of: K, asset: AssetId) -> Amount {
    table.get(draft, &(of, asset)).unwrap_or_default()
}

/// Writes it; zero is no record.
pub(crate) fn set<K: Key>(draft: &mut Draft, table: &Amounts<K>, of: K, asset: AssetId, amount: Amount) {
    if amount.is_zero() {
        table.remove(draft, &(of, asset));
    } else {
        table.put(draft, (of, asset), amount);
    }
}
