//! Due work: uniform-price lots whose time has come are cleared, the longest due first.

use std::collections::BTreeSet;

use gage_accounts::Context;
use gage_ledger::HoldId;
use gage_store::Draft;
use gage_units::{Amount, MathError, Price, Rounding, Timestamp};

use crate::bids::{book, commitments, deposit_of, forget, may_trade};
use crate::clearing::{Clearing, Offer, clear};
use crate::params::{ATTEMPTS_MAX, RETRY_MS, TRIES_MAX};
use crate::state::{CLEARED, CLEARING, COMMITMENTS, RETRIES, Retry, UNIFORM, clearing_key};
use crate::uniform::end;
use crate::{Bid, Bidding, Error, Event, LotId, MODULE, UniformLot, Unsold, custody, plan, proceeds};

/// The weight of one attempt to clear a lot, and of each of its bids and commitments; 1,000 is a simple
/// operation. Rounds and bids pay for [`ATTEMPTS_MAX`] of them beforehand.
pub(crate) const CLEARING_WEIGHT: u64 = 2_000;
pub(crate) const BID_WEIGHT: u64 = 4_000;

/// Clears the lots whose bids and reveals are over, while budget is left. One lot is one piece of work,
/// bounded by the sizes of its book and its list of commitments; a lot in which a bid turns out not to be
/// payable or deliverable is cleared once more without it, [`ATTEMPTS_MAX`] times in all.
///
/// # Errors
/// None that the records allow; a lot that cannot be cleared is reported and tried again later.
pub fn clear_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    let ctx = &ctx.as_protocol();
    let mut after = None;
    while let Some((at, id)) = next_due(draft, ctx, after) {
        if *budget == 0 {
            break;
        }
        for attempt in 1..=ATTEMPTS_MAX {
            let Some(lot) = UNIFORM.get(draft, &id).filter(|lot| is_due(draft, id, lot, at)) else { break };
            let entries = u64::from(lot.bids).saturating_add(u64::from(lot.commitments));
            let weight = BID_WEIGHT.saturating_mul(entries).saturating_add(CLEARING_WEIGHT);
            *budget = budget.saturating_sub(weight);
            let savepoint = draft.savepoint();
            if let Err(error) = clear_once(draft, ctx, id, lot, attempt == ATTEMPTS_MAX) {
                draft.undo_to(savepoint);
                put_off(draft, ctx, id, at, &error);
                break;
            }
        }
        after = Some((at, id));
    }
    Ok(())
}

/// Whether a lot is still to be cleared in the round that was due at `at`.
fn is_due(draft: &Draft, id: LotId, lot: &UniformLot, at: Timestamp) -> bool {
    !lot.cleared && clearing_key(draft, id, lot) == (at, id)
}

/// A lot that could not be cleared waits, each time twice as long, so that it holds up nobody; after
/// [`TRIES_MAX`] its round ends without a sale.
fn put_off(draft: &mut Draft, ctx: &Context, id: LotId, due_at: Timestamp, error: &Error) {
    let tries = RETRIES.get(draft, &id).map_or(0, |retry| retry.tries).saturating_add(1);
    draft.emit(MODULE, &Event::ClearingFailed { lot: id, code: error.code() });
    if tries >= TRIES_MAX {
        let savepoint = draft.savepoint();
        match abandon(draft, ctx, id) {
            Ok(()) => return,
            Err(_) => draft.undo_to(savepoint),
        }
    }
    let wait_ms = RETRY_MS.saturating_mul(1 << tries.saturating_sub(1).min(TRIES_MAX));
    let at = Timestamp(ctx.time.0.saturating_add(wait_ms));
    CLEARING.remove(draft, &(due_at, id));
    CLEARING.put(draft, (at, id), ());
    RETRIES.put(draft, id, Retry { tries, at });
}

/// Lets all bids of a lot go and ends its round.
fn abandon(draft: &mut Draft, ctx: &Context, id: LotId) -> Result<(), Error> {
    let mut lot = UNIFORM.get(draft, &id).ok_or(Error::UnknownUniformLot)?;
    for (number, bid) in book(draft, id) {
        let_go(draft, ctx, bid.hold);
        forget(draft, id, number, &bid);
    }
    lot.bids = 0;
    end_round(draft, ctx, id, lot, Price(0), Amount::ZERO, Amount::ZERO)
}

fn next_due(draft: &Draft, ctx: &Context, after: Option<(Timestamp, LotId)>) -> Option<(Timestamp, LotId)> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let from = after.map_or(Unbounded, Excluded);
    CLEARING.range(draft, (from, Included((ctx.time, LotId(u64::MAX))))).next().map(|(key, ())| *key)
}

/// One attempt: bids that may not trade leave the book; if all winners can be settled the round is over,
/// else the losers of the attempt leave the book and the next attempt sets the price without them. After the
/// last one, what they would have bought is left.
fn clear_once(draft: &mut Draft, ctx: &Context, id: LotId, mut lot: UniformLot, last: bool) -> Result<(), Error> {
    for (number, bid) in book(draft, id) {
        if let Err(error) = may_trade(draft, ctx, &lot, bid.bidder) {
            skip(draft, ctx, id, &mut lot, number, &bid, &error)?;
        }
    }
    let bids = book(draft, id);
    let offers: Vec<Offer> = bids.iter().map(|(_, bid)| Offer { amount: bid.amount, limit: bid.limit }).collect();
    let Some(Clearing { price, allocations }) = clear(lot.remaining, &offers)? else {
        return end_round(draft, ctx, id, lot, Price(0), Amount::ZERO, Amount::ZERO);
    };
    let savepoint = draft.savepoint();
    let (mut sold, mut raised, mut failed) = (Amount::ZERO, Amount::ZERO, Vec::new());
    for ((number, bid), amount) in bids.iter().zip(&allocations).filter(|(_, amount)| !amount.is_zero()) {
        let before = draft.savepoint();
        match fill(draft, ctx, id, &lot, *number, bid, *amount, price) {
            Ok(payment) => {
                sold = sold.plus(*amount)?;
                raised = raised.plus(payment)?;
            }
            Err(error) => {
                draft.undo_to(before);
                failed.push((*number, *bid, error));
            }
        }
    }
    let again = !failed.is_empty() && !last;
    if again {
        draft.undo_to(savepoint);
    }
    let left_out: BTreeSet<u32> = failed.iter().map(|(number, ..)| *number).collect();
    for (number, bid, error) in failed {
        skip(draft, ctx, id, &mut lot, number, &bid, &error)?;
    }
    if again {
        UNIFORM.put(draft, id, lot);
        return Ok(());
    }
    let served = bids.iter().zip(&allocations).filter(|((number, _), _)| !left_out.contains(number));
    for ((number, bid), amount) in served {
        if amount.is_zero() {
            let_go(draft, ctx, bid.hold);
        }
        forget(draft, id, *number, bid);
    }
    lot.bids = 0;
    end_round(draft, ctx, id, lot, price, sold, raised)
}

/// Gives a winner his part and takes its price, rounded up: never more than what was set aside at his limit.
fn fill(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    lot: &UniformLot,
    number: u32,
    bid: &Bid,
    amount: Amount,
    price: Price,
) -> Result<Amount, Error> {
    let payment = plan::payment(amount, price, lot.scale)?;
    proceeds::pay(draft, ctx, id, lot, bid.hold, payment)?;
    if gage_ledger::hold_record(draft, bid.hold).is_some() {
        gage_ledger::release(draft, ctx, bid.hold)?;
    }
    custody::deliver(draft, ctx, bid.bidder, lot.asset, None, amount)?;
    draft.emit(MODULE, &Event::BidFilled { lot: id, bid: number, bidder: bid.bidder, amount, payment });
    Ok(payment)
}

/// A bid that cannot be served leaves the book; the next one moves up.
fn skip(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    lot: &mut UniformLot,
    number: u32,
    bid: &Bid,
    error: &Error,
) -> Result<(), Error> {
    lot.bids = lot.bids.checked_sub(1).ok_or(MathError::Underflow)?;
    let_go(draft, ctx, bid.hold);
    forget(draft, id, number, bid);
    draft.emit(MODULE, &Event::BidSkipped { lot: id, bid: number, bidder: bid.bidder, code: error.code() });
    Ok(())
}

/// Releases a hold; one that cannot be released now, or is gone, ends by itself and holds up nobody.
fn let_go(draft: &mut Draft, ctx: &Context, hold: HoldId) {
    let savepoint = draft.savepoint();
    if gage_ledger::release(draft, ctx, hold).is_err() {
        draft.undo_to(savepoint);
    }
}

/// Books what the round sold, ends the commitments nobody revealed, and rolls, returns or hands over the rest.
fn end_round(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    mut lot: UniformLot,
    price: Price,
    sold: Amount,
    raised: Amount,
) -> Result<(), Error> {
    let (key, round) = (clearing_key(draft, id, &lot), lot.round);
    lot.forfeited = lot.forfeited.plus(end_commitments(draft, ctx, id, &lot)?)?;
    lot.commitments = 0;
    lot.remaining = lot.remaining.minus(sold)?;
    lot.sold = lot.sold.plus(sold)?;
    lot.raised = lot.raised.plus(raised)?;
    lot.price = if sold.is_zero() { lot.price } else { price };
    let rounds = match lot.unsold {
        Unsold::Return => 1,
        Unsold::Roll { rounds } => rounds,
    };
    lot.cleared = lot.remaining.is_zero() || round >= rounds;
    if !lot.cleared {
        lot.round = round.checked_add(1).ok_or(MathError::Overflow)?;
        lot.bids_until = ctx.time.plus_ms(lot.window_ms)?;
        lot.clears_at = lot.bids_until.plus_ms(lot.bidding.reveal_ms())?;
    }
    CLEARING.remove(draft, &key);
    RETRIES.remove(draft, &id);
    draft.emit(MODULE, &Event::UniformCleared { lot: id, round, price, sold, raised, remaining: lot.remaining });
    if !lot.cleared {
        CLEARING.put(draft, (lot.clears_at, id), ());
    } else if !lot.of_account() {
        CLEARED.put(draft, (lot.owner.module, id), ctx.height);
    } else {
        let savepoint = draft.savepoint();
        if end(draft, ctx, id, &lot, lot.seller).is_ok() {
            return Ok(());
        }
        // The seller may not hold it now: it waits for him.
        draft.undo_to(savepoint);
    }
    UNIFORM.put(draft, id, lot);
    Ok(())
}

/// Commitments that nobody revealed lose the stated part of their deposit and get the rest back.
fn end_commitments(draft: &mut Draft, ctx: &Context, id: LotId, lot: &UniformLot) -> Result<Amount, Error> {
    let Bidding::Sealed { forfeit, .. } = lot.bidding else { return Ok(Amount::ZERO) };
    let mut forfeited = Amount::ZERO;
    for (key, hold) in commitments(draft, id) {
        // Rounded down: nobody loses more than the terms say.
        let lost = Amount(forfeit.apply(deposit_of(draft, hold).0, Rounding::Down)?);
        let savepoint = draft.savepoint();
        if !lost.is_zero() && proceeds::pay(draft, ctx, id, lot, hold, lost).is_ok() {
            forfeited = forfeited.plus(lost)?;
            draft.emit(MODULE, &Event::DepositForfeited { lot: id, bidder: key.1, amount: lost });
        } else {
            draft.undo_to(savepoint);
        }
        let_go(draft, ctx, hold);
        COMMITMENTS.remove(draft, &key);
    }
    Ok(forfeited)
}
