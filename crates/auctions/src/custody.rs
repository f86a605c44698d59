//! The module's account and the running total of what it must hold.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};

use crate::state::HELD;
use crate::{ACCOUNT, Error};

/// The total of the remainders of `asset`.
pub(crate) fn held(draft: &Draft, asset: AssetId) -> Amount {
    HELD.get(draft, &asset).unwrap_or_default()
}

/// Counts `amount`, which the owner module moved here beforehand, as held.
///
/// # Errors
/// [`Error::LotNotDelivered`] if the account does not hold that much beyond what it must.
pub(crate) fn receive(draft: &mut Draft, asset: AssetId, amount: Amount) -> Result<(), Error> {
    let total = held(draft, asset).plus(amount)?;
    if gage_ledger::balance(draft, ACCOUNT, asset).free < total {
        return Err(Error::LotNotDelivered);
    }
    HELD.put(draft, asset, total);
    Ok(())
}

/// Moves `amount` out of the module's account; the receiver's eligibility is asked at the ledger's door.
///
/// # Errors
/// [`Error::Ledger`] if the receiver may not hold it.
pub(crate) fn deliver(
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
