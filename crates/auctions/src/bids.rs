//! Bids and what backs them: each is a hold on its bidder's own account.

use std::ops::Bound;

use gage_accounts::Context;
use gage_compliance::Side;
use gage_ledger::{Beneficiary, HoldId, NewHold};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, MathError, Price};

use crate::params::{BIDS_MAX, HOLD_MARGIN_MS};
use crate::state::{BIDS, BOOK, UNIFORM, book_key};
use crate::{ACCOUNT, Bid, Error, Event, LotId, MODULE, UniformLot, plan};

/// Puts a bid of `bidder` into the book, its whole payment set aside. A full book gives up its worst
/// bid for a better one.
///
/// # Errors
/// In this order: [`Error::OwnLot`], the bidder's eligibility to pay and to hold,
/// [`Error::BidOutOfBounds`], [`Error::BookFull`], the ledger's.
pub(crate) fn place(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    lot: UniformLot,
    bidder: AccountNumber,
    amount: Amount,
    limit: Price,
) -> Result<(), Error> {
    check_bidder(draft, ctx, &lot, bidder)?;
    if limit < lot.floor || amount > lot.remaining || amount < lot.bid_min.min(lot.remaining) {
        return Err(Error::BidOutOfBounds);
    }
    let backing = plan::payment(amount, limit, lot.scale)?;
    let mut lot = lot;
    if lot.bids >= BIDS_MAX {
        make_room(draft, ctx, id, &mut lot, limit)?;
    }
    let number = lot.last_bid.checked_add(1).ok_or(MathError::Overflow)?;
    let bids = lot.bids.checked_add(1).ok_or(MathError::Overflow)?;
    let hold = set_aside(draft, ctx, id, &lot, bidder, lot.want, backing)?;

    // From here on nothing can fail.
    BIDS.put(draft, (id, number), Bid { bidder, amount, limit, hold });
    BOOK.put(draft, book_key((id, number), limit), ());
    UNIFORM.put(draft, id, UniformLot { bids, last_bid: number, ..lot });
    draft.emit(MODULE, &Event::BidPlaced { lot: id, bid: number, bidder, amount, limit });
    Ok(())
}

/// Passes anybody but the seller and who is paid: both would set the price at no risk.
pub(crate) fn check_bidder(draft: &Draft, ctx: &Context, lot: &UniformLot, bidder: AccountNumber) -> Result<(), Error> {
    if bidder == lot.seller || bidder == lot.proceeds_to {
        return Err(Error::OwnLot);
    }
    may_trade(draft, ctx, lot, bidder)
}

/// Passes who may pay and hold now: asked at the bid and again at the clearing.
pub(crate) fn may_trade(draft: &Draft, ctx: &Context, lot: &UniformLot, bidder: AccountNumber) -> Result<(), Error> {
    let ask = |asset: AssetId, side: Side| {
        gage_compliance::eligible(draft, ctx, bidder, asset, side).map_err(gage_ledger::Error::Ineligible)
    };
    ask(lot.asset, Side::Receiver)?;
    Ok(ask(lot.want, Side::Sender)?)
}

/// Holds an amount of the wanted asset on the bidder's account for this lot.
pub(crate) fn set_aside(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    lot: &UniformLot,
    owner: AccountNumber,
    asset: AssetId,
    amount: Amount,
) -> Result<HoldId, Error> {
    let expires = lot.clears_at.plus_ms(HOLD_MARGIN_MS)?;
    let purpose = Beneficiary { module: MODULE, id: id.0 };
    Ok(gage_ledger::hold(draft, ctx, &NewHold { owner, asset, amount, purpose, beneficiary: ACCOUNT, expires })?)
}

/// The bids of a lot, the best first and among equals the earliest.
pub(crate) fn book(draft: &Draft, id: LotId) -> Vec<(u32, Bid)> {
    let all = (Bound::Included((id, 0, 0)), Bound::Included((id, u128::MAX, u32::MAX)));
    BOOK.range(draft, all).filter_map(|((_, _, bid), ())| Some((*bid, BIDS.get(draft, &(id, *bid))?))).collect()
}

/// Takes a bid out of the book; its hold is the caller's business.
pub(crate) fn forget(draft: &mut Draft, id: LotId, number: u32, bid: &Bid) {
    BIDS.remove(draft, &(id, number));
    BOOK.remove(draft, &book_key((id, number), bid.limit));
}

/// Gives up the worst bid of a full book if `limit` is better than its.
fn make_room(draft: &mut Draft, ctx: &Context, id: LotId, lot: &mut UniformLot, limit: Price) -> Result<(), Error> {
    let all = (Bound::Included((id, 0, 0)), Bound::Included((id, u128::MAX, u32::MAX)));
    let worst = BOOK.range(draft, all).next_back().map(|((_, _, number), ())| *number).ok_or(Error::BookFull)?;
    let bid = BIDS.get(draft, &(id, worst)).ok_or(Error::BookFull)?;
    if limit <= bid.limit {
        return Err(Error::BookFull);
    }
    gage_ledger::release(draft, ctx, bid.hold)?;
    forget(draft, id, worst, &bid);
    lot.bids = lot.bids.checked_sub(1).ok_or(MathError::Underflow)?;
    draft.emit(MODULE, &Event::BidOutbid { lot: id, bid: worst, bidder: bid.bidder });
    Ok(())
}
