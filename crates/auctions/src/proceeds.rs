//! Where payments for a lot go. A sale that was made stands: what the seller of a lot of an account may not hold
//! now is kept for him, else he could end a sale whose bids are firm by making himself ineligible.

use gage_accounts::Context;
use gage_compliance::Side;
use gage_ledger::HoldId;
use gage_store::Draft;
use gage_units::Amount;

use crate::state::PROCEEDS;
use crate::{ACCOUNT, Error, Event, LotId, MODULE, UniformLot, custody};

/// Passes while the seller of an account's lot may hold what is paid.
///
/// # Errors
/// The seller's denial.
pub(crate) fn check_seller(draft: &Draft, ctx: &Context, lot: &UniformLot) -> Result<(), Error> {
    if !lot.of_account() {
        return Ok(());
    }
    let asked = gage_compliance::eligible(draft, ctx, lot.proceeds_to, lot.want, Side::Receiver);
    Ok(asked.map_err(gage_ledger::Error::Ineligible)?)
}

/// Settles a hold for a lot: to where its payments go, or, if an account that sells may not hold them now, to
/// this module for it.
///
/// # Errors
/// The ledger's: the bidder cannot or may not pay.
pub(crate) fn pay(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    lot: &UniformLot,
    hold: HoldId,
    amount: Amount,
) -> Result<(), Error> {
    let savepoint = draft.savepoint();
    let paid = gage_ledger::settle(draft, ctx, hold, lot.proceeds_to, amount);
    let Err(gage_ledger::Error::Ineligible(_)) = &paid else { return Ok(paid?) };
    if !lot.of_account() || check_seller(draft, ctx, lot).is_ok() {
        return Ok(paid?);
    }
    draft.undo_to(savepoint);
    gage_ledger::settle(draft, ctx, hold, ACCOUNT, amount)?;
    custody::receive(draft, lot.want, None, amount)?;
    let key = (lot.proceeds_to, lot.want);
    let kept = PROCEEDS.get(draft, &key).unwrap_or_default().plus(amount)?;
    PROCEEDS.put(draft, key, kept);
    draft.emit(MODULE, &Event::ProceedsKept { lot: id, account: lot.proceeds_to, asset: lot.want, amount });
    Ok(())
}
