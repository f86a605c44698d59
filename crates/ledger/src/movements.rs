//! The plain movements, each one journal.

use gage_accounts::Context;
use gage_compliance::Force;
use gage_store::{Column, Draft};
use gage_units::{AccountNumber, Amount, AssetId, ItemId, Timestamp};

use crate::{AssetKind, BalanceKey, Error, Journal, Leg, Part, Purpose, Side, SupplyChange, post};

/// Moves a free amount as its owner wills: both sides must be eligible.
///
/// # Errors
/// As [`post`].
pub fn transfer(
    draft: &mut Draft,
    ctx: &Context,
    from: AccountNumber,
    to: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<(), Error> {
    free_to_free(draft, ctx, from, to, asset, amount, Force::Holder, Purpose::Transfer)
}

/// Moves a free amount by rule: only the receiver must be eligible.
///
/// # Errors
/// As [`post`].
pub fn move_by_rule(
    draft: &mut Draft,
    ctx: &Context,
    from: AccountNumber,
    to: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<(), Error> {
    free_to_free(draft, ctx, from, to, asset, amount, Force::Protocol, Purpose::Rule)
}

/// Moves one free thing of an itemised asset by rule: only the receiver must be eligible.
///
/// # Errors
/// As [`post`].
pub fn move_item_by_rule(
    draft: &mut Draft,
    ctx: &Context,
    from: AccountNumber,
    to: AccountNumber,
    asset: AssetId,
    item: ItemId,
) -> Result<(), Error> {
    if from == to {
        return Err(Error::SameAccount);
    }
    let (item, part, amount) = (Some(item), Part::Free, Amount(1));
    let legs = [
        Leg { account: from, asset, item, part, side: Side::Debit, amount },
        Leg { account: to, asset, item, part, side: Side::Credit, amount },
    ];
    post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Protocol, purpose: Purpose::Rule })
}

pub(crate) fn free_to_free(
    draft: &mut Draft,
    ctx: &Context,
    from: AccountNumber,
    to: AccountNumber,
    asset: AssetId,
    amount: Amount,
    force: Force,
    purpose: Purpose,
) -> Result<(), Error> {
    if from == to {
        return Err(Error::SameAccount);
    }
    let legs = [Leg::debit(from, asset, Part::Free, amount), Leg::credit(to, asset, Part::Free, amount)];
    post(draft, ctx, &Journal { legs: &legs, supply: None, force, purpose })
}

/// Mints `amount` to the free part of `to`, on the authority of `module`, which must own the asset's kind.
///
/// # Errors
/// [`Error::NotMinter`], and as [`post`].
pub fn mint(
    draft: &mut Draft,
    ctx: &Context,
    module: u8,
    asset: AssetId,
    to: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    change_supply(draft, ctx, AssetKind::Module(module), Side::Credit, asset, to, amount)
}

/// Burns `amount` from the free part of `from`, on the authority of `module`, which must own the asset's kind.
///
/// # Errors
/// [`Error::NotMinter`], and as [`post`].
pub fn burn(
    draft: &mut Draft,
    ctx: &Context,
    module: u8,
    asset: AssetId,
    from: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    change_supply(draft, ctx, AssetKind::Module(module), Side::Debit, asset, from, amount)
}

/// Until when nothing more of an asset is minted.
pub(crate) const CLOSED: Column<AssetId, Timestamp> = Column::authenticated(0x0313, "ledger/closed");

/// Mints no more of an asset before `until`: what exists of it is being repaid, and more of it would take from what
/// was brought for that. A later time than one that stands replaces it. Who may ask is the caller's business.
pub fn close_issuance(draft: &mut Draft, asset: AssetId, until: Timestamp) {
    if CLOSED.get(draft, &asset).is_none_or(|stands| stands < until) {
        CLOSED.put(draft, asset, until);
    }
}

/// Burns what was given back for good, whoever issues the asset: from the free part of `from`, the account of the
/// module that asks.
///
/// # Errors
/// [`Error::UnknownAsset`], and as [`post`].
pub fn extinguish(
    draft: &mut Draft,
    ctx: &Context,
    asset: AssetId,
    from: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    let kind = crate::asset(draft, asset)?.kind;
    change_supply(draft, ctx, kind, Side::Debit, asset, from, amount)
}

pub(crate) fn change_supply(
    draft: &mut Draft,
    ctx: &Context,
    by: AssetKind,
    side: Side,
    asset: AssetId,
    holder: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    if side == Side::Credit
        && let Some(until) = CLOSED.get(draft, &asset).filter(|until| ctx.time < *until)
    {
        return Err(Error::IssuanceClosed(until));
    }
    let legs = [Leg { account: holder, asset, item: None, part: Part::Free, side, amount }];
    let supply = Some(SupplyChange { asset, by, side, amount });
    let (force, purpose) = match side {
        Side::Credit => (Force::Holder, Purpose::Mint),
        // What is burned reaches nobody, and a debt may be repaid by whoever may no longer send.
        Side::Debit => (Force::Protocol, Purpose::Burn),
    };
    post(draft, ctx, &Journal { legs: &legs, supply, force, purpose })
}

/// Moves an amount between two parts of one holding; nothing leaves the account, so nobody's
/// eligibility changes.
pub(crate) fn change_part_of(
    draft: &mut Draft,
    ctx: &Context,
    holding: BalanceKey,
    from: Part,
    to: Part,
    amount: Amount,
    purpose: Purpose,
) -> Result<(), Error> {
    let BalanceKey { account, asset, item } = holding;
    let legs = [
        Leg { account, asset, item, part: from, side: Side::Debit, amount },
        Leg { account, asset, item, part: to, side: Side::Credit, amount },
    ];
    post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Holder, purpose })
}
