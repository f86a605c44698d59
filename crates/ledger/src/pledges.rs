//! Pledged collateral: marked for a beneficiary, still on its owner's account.

use gage_accounts::Context;
use gage_compliance::Force;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};

use crate::movements::change_part;
use crate::state::{BalanceKey, Beneficiary, PLEDGES, PledgeKey};
use crate::{Error, Journal, Leg, Part, Purpose, post};

fn key(owner: AccountNumber, asset: AssetId, of: Beneficiary) -> PledgeKey {
    PledgeKey { holding: BalanceKey { account: owner, asset, item: None }, of }
}

/// How much of `asset` the owner has pledged to `of`.
pub fn pledged(draft: &Draft, owner: AccountNumber, asset: AssetId, of: Beneficiary) -> Amount {
    PLEDGES.get(draft, &key(owner, asset, of)).unwrap_or_default()
}

/// Marks a free amount as pledged to `of`.
///
/// # Errors
/// As [`post`].
pub fn pledge(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    of: Beneficiary,
    amount: Amount,
) -> Result<(), Error> {
    let total = pledged(draft, owner, asset, of).plus(amount)?;
    change_part(draft, ctx, owner, asset, Part::Free, Part::Pledged, amount, Purpose::Pledge)?;

    // From here on nothing can fail.
    PLEDGES.put(draft, key(owner, asset, of), total);
    Ok(())
}

/// Frees a pledged amount.
///
/// # Errors
/// [`Error::ExceedsRecord`] if less is pledged to `of`; as [`post`].
pub fn unpledge(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    of: Beneficiary,
    amount: Amount,
) -> Result<(), Error> {
    let left = pledged(draft, owner, asset, of).minus(amount).map_err(|_| Error::ExceedsRecord)?;
    change_part(draft, ctx, owner, asset, Part::Pledged, Part::Free, amount, Purpose::Unpledge)?;

    // From here on nothing can fail.
    write(draft, key(owner, asset, of), left);
    Ok(())
}

/// Takes a pledged amount by the beneficiary's rule, to the free part of `to`.
///
/// # Errors
/// [`Error::ExceedsRecord`] if less is pledged to `of`; as [`post`].
pub fn seize(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    of: Beneficiary,
    to: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    let left = pledged(draft, owner, asset, of).minus(amount).map_err(|_| Error::ExceedsRecord)?;
    let legs = [Leg::debit(owner, asset, Part::Pledged, amount), Leg::credit(to, asset, Part::Free, amount)];
    post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Protocol, purpose: Purpose::Seize })?;

    // From here on nothing can fail.
    write(draft, key(owner, asset, of), left);
    Ok(())
}

fn write(draft: &mut Draft, key: PledgeKey, left: Amount) {
    if left.is_zero() {
        PLEDGES.remove(draft, &key);
    } else {
        PLEDGES.put(draft, key, left);
    }
}
