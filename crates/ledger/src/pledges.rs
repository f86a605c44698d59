//! Pledged collateral: marked for a beneficiary, still on its owner's account.

use gage_accounts::Context;
use gage_compliance::Force;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId};

use crate::movements::change_part_of;
use crate::state::{BalanceKey, Beneficiary, PLEDGES, PledgeKey};
use crate::{Error, Journal, Leg, Part, Purpose, Side, post};

fn key(owner: AccountNumber, asset: AssetId, item: Option<ItemId>, of: Beneficiary) -> PledgeKey {
    PledgeKey { holding: BalanceKey { account: owner, asset, item }, of }
}

/// One thing is one unit.
const ONE: Amount = Amount(1);

/// How much of `asset` the owner has pledged to `of`.
pub fn pledged(draft: &Draft, owner: AccountNumber, asset: AssetId, of: Beneficiary) -> Amount {
    PLEDGES.get(draft, &key(owner, asset, None, of)).unwrap_or_default()
}

/// Whether the owner has pledged this thing to `of`.
pub fn item_pledged(draft: &Draft, owner: AccountNumber, asset: AssetId, item: ItemId, of: Beneficiary) -> bool {
    PLEDGES.has(draft, &key(owner, asset, Some(item), of))
}

/// Marks a free amount as pledged to `of`. Nothing leaves the account, but what is pledged ranks before a
/// later freeze: so who is frozen, blocked or paused pledges nothing more.
///
/// # Errors
/// [`Error::Ineligible`]; as [`post`].
pub fn pledge(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    of: Beneficiary,
    amount: Amount,
) -> Result<(), Error> {
    mark(draft, ctx, key(owner, asset, None, of), amount)
}

/// Marks one free thing of an itemised asset as pledged to `of`, as [`pledge`].
///
/// # Errors
/// [`Error::Ineligible`]; as [`post`].
pub fn pledge_item(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    item: ItemId,
    of: Beneficiary,
) -> Result<(), Error> {
    mark(draft, ctx, key(owner, asset, Some(item), of), ONE)
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
    unmark(draft, ctx, key(owner, asset, None, of), amount)
}

/// Frees a pledged thing.
///
/// # Errors
/// [`Error::ExceedsRecord`] if it is not pledged to `of`; as [`post`].
pub fn unpledge_item(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    item: ItemId,
    of: Beneficiary,
) -> Result<(), Error> {
    unmark(draft, ctx, key(owner, asset, Some(item), of), ONE)
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
    take(draft, ctx, key(owner, asset, None, of), to, amount)
}

/// Takes a pledged thing by the beneficiary's rule, to the free part of `to`.
///
/// # Errors
/// [`Error::ExceedsRecord`] if it is not pledged to `of`; as [`post`].
pub fn seize_item(
    draft: &mut Draft,
    ctx: &Context,
    owner: AccountNumber,
    asset: AssetId,
    item: ItemId,
    of: Beneficiary,
    to: AccountNumber,
) -> Result<(), Error> {
    take(draft, ctx, key(owner, asset, Some(item), of), to, ONE)
}

fn mark(draft: &mut Draft, ctx: &Context, key: PledgeKey, amount: Amount) -> Result<(), Error> {
    gage_compliance::check_pledge(draft, ctx, key.holding.account, key.holding.asset, key.of.module)?;
    let total = PLEDGES.get(draft, &key).unwrap_or_default().plus(amount)?;
    change_part_of(draft, ctx, key.holding, Part::Free, Part::Pledged, amount, Purpose::Pledge)?;

    // From here on nothing can fail.
    PLEDGES.put(draft, key, total);
    Ok(())
}

fn unmark(draft: &mut Draft, ctx: &Context, key: PledgeKey, amount: Amount) -> Result<(), Error> {
    let left = left(draft, &key, amount)?;
    change_part_of(draft, ctx, key.holding, Part::Pledged, Part::Free, amount, Purpose::Unpledge)?;

    // From here on nothing can fail.
    write(draft, key, left);
    Ok(())
}

fn take(draft: &mut Draft, ctx: &Context, key: PledgeKey, to: AccountNumber, amount: Amount) -> Result<(), Error> {
    let left = left(draft, &key, amount)?;
    let BalanceKey { account, asset, item } = key.holding;
    let legs = [
        Leg { account, asset, item, part: Part::Pledged, side: Side::Debit, amount },
        Leg { account: to, asset, item, part: Part::Free, side: Side::Credit, amount },
    ];
    post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Protocol, purpose: Purpose::Seize })?;

    // From here on nothing can fail.
    write(draft, key, left);
    Ok(())
}

fn left(draft: &Draft, key: &PledgeKey, amount: Amount) -> Result<Amount, Error> {
    PLEDGES.get(draft, key).unwrap_or_default().minus(amount).map_err(|_| Error::ExceedsRecord)
}

fn write(draft: &mut Draft, key: PledgeKey, left: Amount) {
    if left.is_zero() {
        PLEDGES.remove(draft, &key);
    } else {
        PLEDGES.put(draft, key, left);
    }
}
