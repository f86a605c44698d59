//! Holds, the one escrow: hold, then settle, release or expire.

use gage_accounts::Context;
use gage_compliance::Force;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId, Timestamp};

use crate::movements::change_part_of;
use crate::state::{BalanceKey, Beneficiary, EXPIRY, HOLDS, Hold, HoldId, NEXT_HOLD, next_number};
use crate::{Error, Event, Journal, Leg, MODULE, Part, Purpose, Side, post};

/// The longest a hold may stand: ten years of 365 days.
const HOLD_MS_MAX: u64 = 10 * 365 * 86_400_000;
/// When a hold expires that a module ends by its own rules; accounts' holds among each other cannot.
pub const NEVER: Timestamp = Timestamp(u64::MAX);

/// What is set aside, for whom, until when.
#[derive(Clone, Copy, Debug)]
pub struct NewHold {
    /// Whose free balance.
    pub owner: AccountNumber,
    /// Of what.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// The record it serves.
    pub purpose: Beneficiary,
    /// Who may settle or release it.
    pub beneficiary: AccountNumber,
    /// When it releases by itself.
    pub expires: Timestamp,
}

/// Sets an amount aside.
///
/// # Errors
/// [`Error::BadExpiry`]; as [`post`].
pub fn hold(draft: &mut Draft, ctx: &Context, new: &NewHold) -> Result<HoldId, Error> {
    hold_item(draft, ctx, new, None)
}

/// Sets an amount or, of an itemised asset, one thing aside.
///
/// # Errors
/// As [`hold`]; [`Error::ItemNotWhole`] if the amount of a thing is not one.
pub fn hold_item(draft: &mut Draft, ctx: &Context, new: &NewHold, item: Option<ItemId>) -> Result<HoldId, Error> {
    let ahead = new.expires.since_ms(ctx.time).map_err(|_| Error::BadExpiry)?;
    let lasting = new.expires == NEVER && new.purpose.module != MODULE;
    if ahead == 0 || (ahead > HOLD_MS_MAX && !lasting) {
        return Err(Error::BadExpiry);
    }
    let holding = BalanceKey { account: new.owner, asset: new.asset, item };
    change_part_of(draft, ctx, holding, Part::Free, Part::Held, new.amount, Purpose::Hold)?;

    // From here on nothing can fail.
    let id = HoldId(next_number(draft, NEXT_HOLD));
    let hold = Hold {
        owner: new.owner,
        asset: new.asset,
        item,
        amount: new.amount,
        purpose: new.purpose,
        beneficiary: new.beneficiary,
        expires: new.expires,
    };
    HOLDS.put(draft, id, hold);
    EXPIRY.put(draft, (new.expires, id), ());
    draft.emit(MODULE, &Event::Held { hold: id, record: hold });
    Ok(id)
}

/// Gives `amount` of a hold to `to`; the rest stays held.
///
/// # Errors
/// [`Error::UnknownHold`], [`Error::ExceedsRecord`]; as [`post`]: both sides must be eligible now.
pub fn settle(draft: &mut Draft, ctx: &Context, id: HoldId, to: AccountNumber, amount: Amount) -> Result<(), Error> {
    settle_as(draft, ctx, id, to, amount, Force::Holder)
}

/// Gives `amount` of a hold to `to` by rule: only the receiver must be eligible.
///
/// # Errors
/// As [`settle`].
pub fn settle_by_rule(
    draft: &mut Draft,
    ctx: &Context,
    id: HoldId,
    to: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    settle_as(draft, ctx, id, to, amount, Force::Protocol)
}

fn settle_as(
    draft: &mut Draft,
    ctx: &Context,
    id: HoldId,
    to: AccountNumber,
    amount: Amount,
    force: Force,
) -> Result<(), Error> {
    let hold = HOLDS.get(draft, &id).ok_or(Error::UnknownHold)?;
    if hold.amount < amount {
        return Err(Error::ExceedsRecord);
    }
    let Hold { owner, asset, item, .. } = hold;
    let legs = [
        Leg { account: owner, asset, item, part: Part::Held, side: Side::Debit, amount },
        Leg { account: to, asset, item, part: Part::Free, side: Side::Credit, amount },
    ];
    post(draft, ctx, &Journal { legs: &legs, supply: None, force, purpose: Purpose::Settle })?;
    consume(draft, id, to, amount)
}

/// Takes `amount` off a hold's record, once it has been posted to `to`.
///
/// # Errors
/// [`Error::UnknownHold`], [`Error::ExceedsRecord`].
pub(crate) fn consume(draft: &mut Draft, id: HoldId, to: AccountNumber, amount: Amount) -> Result<(), Error> {
    let mut hold = HOLDS.get(draft, &id).ok_or(Error::UnknownHold)?;
    let left = hold.amount.minus(amount).map_err(|_| Error::ExceedsRecord)?;

    // From here on nothing can fail.
    if left.is_zero() {
        HOLDS.remove(draft, &id);
        EXPIRY.remove(draft, &(hold.expires, id));
    } else {
        hold.amount = left;
        HOLDS.put(draft, id, hold);
    }
    draft.emit(MODULE, &Event::HoldSettled { hold: id, to, amount });
    Ok(())
}

/// Gives what is left of a hold back to its owner.
///
/// # Errors
/// [`Error::UnknownHold`]; as [`post`].
pub fn release(draft: &mut Draft, ctx: &Context, id: HoldId) -> Result<(), Error> {
    let hold = HOLDS.get(draft, &id).ok_or(Error::UnknownHold)?;
    let holding = BalanceKey { account: hold.owner, asset: hold.asset, item: hold.item };
    change_part_of(draft, ctx, holding, Part::Held, Part::Free, hold.amount, Purpose::Release)?;

    // From here on nothing can fail.
    HOLDS.remove(draft, &id);
    EXPIRY.remove(draft, &(hold.expires, id));
    draft.emit(MODULE, &Event::HoldReleased { hold: id });
    Ok(())
}
