//! Bids and what backs them: each is a hold on its bidder's own account.

use std::ops::Bound;

use gage_accounts::Context;
use gage_compliance::Side;
use gage_crypto::Hash;
use gage_ledger::{Beneficiary, HoldId, NewHold};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, MathError, Price, Rounding};

use crate::params::{BIDS_MAX, HOLD_MARGIN_MS};
use crate::state::{BIDS, BOOK, COMMITMENTS, CommitmentKey, UNIFORM, book_key};
use crate::{ACCOUNT, Bid, Error, Event, LotId, MODULE, UniformLot, plan, proceeds};

/// Puts a bid of `bidder` into the book, its whole payment set aside. A full book gives up the bid that
/// would bring the least for one that brings more.
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
        make_room(draft, ctx, id, &mut lot, backing)?;
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

/// Passes anybody but the seller and who is paid: both would set the price at no risk. Nobody binds himself to
/// a seller who may not hold what is paid.
pub(crate) fn check_bidder(draft: &Draft, ctx: &Context, lot: &UniformLot, bidder: AccountNumber) -> Result<(), Error> {
    if bidder == lot.seller || bidder == lot.proceeds_to {
        return Err(Error::OwnLot);
    }
    proceeds::check_seller(draft, ctx, lot)?;
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

/// Gives up the bid of a full book that would bring the least, if the new one brings more: what counts is
/// the payment set aside, so that neither many small bids at a high limit nor large ones at a low limit keep
/// out who brings more. Among equals the latest goes.
fn make_room(draft: &mut Draft, ctx: &Context, id: LotId, lot: &mut UniformLot, backing: Amount) -> Result<(), Error> {
    let mut least: Option<(Amount, u32, Bid)> = None;
    for (number, bid) in book(draft, id) {
        let brings = plan::payment(bid.amount, bid.limit, lot.scale)?;
        let less = least
            .as_ref()
            .is_none_or(|(other, last, _)| (brings, std::cmp::Reverse(number)) < (*other, std::cmp::Reverse(*last)));
        if less {
            least = Some((brings, number, bid));
        }
    }
    let (brings, number, bid) = least.ok_or(Error::BookFull)?;
    if backing <= brings {
        return Err(Error::BookFull);
    }
    gage_ledger::release(draft, ctx, bid.hold)?;
    forget(draft, id, number, &bid);
    lot.bids = lot.bids.checked_sub(1).ok_or(MathError::Underflow)?;
    draft.emit(MODULE, &Event::BidOutbid { lot: id, bid: number, bidder: bid.bidder });
    Ok(())
}

/// Gives up the commitment with the smallest deposit of a full list for one whose deposit is a tenth higher,
/// and says what that is. Who keeps others out by commitments he will not reveal has ever more to lose.
///
/// # Errors
/// [`Error::BookFull`] if that is above `deposit_max`, the ledger's.
pub(crate) fn outbid_commitment(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    lot: &mut UniformLot,
    deposit_max: Amount,
) -> Result<Amount, Error> {
    let deposits = commitments(draft, id).into_iter().map(|(key, hold)| (deposit_of(draft, hold), key, hold));
    let (smallest, key, hold) = deposits.min().ok_or(Error::BookFull)?;
    // Rounded up, and by one unit at least: every step is one.
    let deposit = smallest.plus(smallest.mul_div(1, 10, Rounding::Up)?.max(Amount(1)))?;
    if deposit > deposit_max {
        return Err(Error::BookFull);
    }
    if gage_ledger::hold_record(draft, hold).is_some() {
        gage_ledger::release(draft, ctx, hold)?;
    }
    COMMITMENTS.remove(draft, &key);
    lot.commitments = lot.commitments.checked_sub(1).ok_or(MathError::Underflow)?;
    draft.emit(MODULE, &Event::CommitmentOutbid { lot: id, bidder: key.1, commitment: key.2 });
    Ok(deposit)
}

/// What a commitment has set aside; nothing if its hold is gone.
pub(crate) fn deposit_of(draft: &Draft, hold: HoldId) -> Amount {
    gage_ledger::hold_record(draft, hold).map_or(Amount::ZERO, |record| record.amount)
}

/// The commitments of a lot that are not revealed.
pub(crate) fn commitments(draft: &Draft, id: LotId) -> Vec<(CommitmentKey, HoldId)> {
    let first = (id, AccountNumber(0), Hash([0; 32]));
    let last = (id, AccountNumber(u32::MAX), Hash([0xff; 32]));
    COMMITMENTS.range(draft, (Bound::Included(first), Bound::Included(last))).map(|(key, hold)| (*key, *hold)).collect()
}
