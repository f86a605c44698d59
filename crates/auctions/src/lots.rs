//! The life of a lot, for the modules that own lots: open, restart, close, and what became of it.

use std::ops::Bound;

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId, MathError, Price, Ratio, Rounding, Timestamp};

use crate::params::TAIL_MAX_MS;
use crate::state::{DUE, LAST_LOT, LOTS, TOUCHED, due_key};
use crate::{Curve, Error, Event, Lot, LotId, MODULE, OwnerRef, custody, plan};

/// What an owner module puts up for sale; it has moved `amount` to [`crate::ACCOUNT`] already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLot {
    /// What is sold.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// Whose it was, for the record.
    pub seller: AccountNumber,
    /// What is paid.
    pub want: AssetId,
    /// The lot ends when this much is raised; [`Amount::MAX`] means: sell all.
    pub raise_max: Amount,
    /// Where payments go.
    pub proceeds_to: AccountNumber,
    /// For whom it is sold.
    pub owner: OwnerRef,
    /// The first price: `want` per whole unit of `asset`, in 1e-18.
    pub start: Price,
    /// The last price, above zero.
    pub floor: Price,
    /// How the price falls.
    pub curve: Curve,
    /// The lot needs a restart when older than this, in milliseconds.
    pub tail_ms: u64,
    /// The lot needs a restart when its price is below this part of `start`; zero for never.
    pub cusp: Ratio,
    /// The least that a partial take may leave to sell or to raise, in `want`.
    pub dust: Amount,
    /// The thing, for one thing of an itemised asset; then `amount` is one.
    pub item: Option<ItemId>,
}

/// What a closed lot leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// What was sold.
    pub asset: AssetId,
    /// How much of it was not sold, and has moved to where the owner module said.
    pub amount: Amount,
    /// How much was raised in all.
    pub raised: Amount,
    /// The part of `raised` beyond `raise_max`.
    pub excess: Amount,
}

/// Opens a lot at its start price, now.
///
/// # Errors
/// In this order: zero amounts, [`Error::SameAsset`], [`Error::LotOutOfBounds`], [`Error::CurveOutOfBounds`],
/// unknown assets, [`Error::Math`] if the whole lot at its start price exceeds an amount,
/// [`Error::LotNotDelivered`].
pub fn open(draft: &mut Draft, ctx: &Context, new: NewLot) -> Result<LotId, Error> {
    if new.amount.is_zero() || new.raise_max.is_zero() {
        return Err(gage_accounts::Error::ZeroAmount.into());
    }
    if new.asset == new.want {
        return Err(Error::SameAsset);
    }
    let whole = new.item.is_none() || new.amount == Amount(1);
    let in_bounds = whole && (1..=TAIL_MAX_MS).contains(&new.tail_ms) && new.cusp < Ratio::ONE;
    if !in_bounds || !prices_in_bounds(new.start, new.floor) {
        return Err(Error::LotOutOfBounds);
    }
    new.curve.validate()?;
    let scale = plan::scale(gage_ledger::decimals(draft, new.asset)?, gage_ledger::decimals(draft, new.want)?)?;
    // Every later payment is below this one, so none can fail for its size.
    plan::payment(new.amount, new.start, scale)?;
    let number = LAST_LOT.get(draft, &()).unwrap_or_default().checked_add(1).ok_or(MathError::Overflow)?;
    let mut lot = Lot {
        asset: new.asset,
        amount: new.amount,
        remaining: new.amount,
        taken: Amount::ZERO,
        seller: new.seller,
        want: new.want,
        raise_max: new.raise_max,
        raised: Amount::ZERO,
        proceeds_to: new.proceeds_to,
        owner: new.owner,
        start: new.start,
        floor: new.floor,
        curve: new.curve,
        tail_ms: new.tail_ms,
        cusp: new.cusp,
        dust: new.dust,
        scale,
        opened_at: ctx.time,
        started_at: ctx.time,
        restart_at: ctx.time,
        restarts: 0,
        last_price: Price(0),
        item: new.item,
    };
    lot.restart_at = restart_time(&lot)?;
    custody::receive(draft, new.asset, new.item, new.amount)?;

    // From here on nothing can fail.
    let id = LotId(number);
    LAST_LOT.put(draft, (), number);
    DUE.put(draft, due_key(id, &lot), ());
    let Lot { owner, asset, amount, want, raise_max, start, floor, item, .. } = lot;
    LOTS.put(draft, id, lot);
    draft.emit(MODULE, &Event::LotOpened { lot: id, owner, asset, amount, want, raise_max, start, floor });
    if let Some(item) = item {
        draft.emit(MODULE, &Event::ThingOffered { lot: id, asset, item });
    }
    Ok(id)
}

/// Starts a lot anew, now, at prices from a fresh quote. Allowed at any time; the caller decides.
///
/// # Errors
/// [`Error::UnknownLot`], [`Error::LotFinished`], [`Error::LotOutOfBounds`], [`Error::Math`].
pub fn restart(draft: &mut Draft, ctx: &Context, id: LotId, start: Price, floor: Price) -> Result<(), Error> {
    let old = LOTS.get(draft, &id).ok_or(Error::UnknownLot)?;
    if old.finished() {
        return Err(Error::LotFinished);
    }
    if !prices_in_bounds(start, floor) {
        return Err(Error::LotOutOfBounds);
    }
    plan::payment(old.remaining, start, old.scale)?;
    // The sum of all payments stays an amount even if the rest goes at the new start.
    old.raised.plus(plan::payment(old.remaining, start, old.scale)?)?;
    let restarts = old.restarts.checked_add(1).ok_or(MathError::Overflow)?;
    let mut lot = Lot { start, floor, started_at: ctx.time, restarts, ..old.clone() };
    lot.restart_at = restart_time(&lot)?;

    // From here on nothing can fail.
    DUE.remove(draft, &due_key(id, &old));
    DUE.put(draft, due_key(id, &lot), ());
    LOTS.put(draft, id, lot);
    draft.emit(MODULE, &Event::LotRestarted { lot: id, start, floor, restarts });
    Ok(())
}

/// Ends a lot, sold or not, and moves what is left to `remainder_to`.
///
/// # Errors
/// [`Error::UnknownLot`]; [`Error::Ledger`] if `remainder_to` may not hold the asset.
pub fn close(draft: &mut Draft, ctx: &Context, id: LotId, remainder_to: AccountNumber) -> Result<Remainder, Error> {
    let lot = LOTS.get(draft, &id).ok_or(Error::UnknownLot)?;
    if !lot.remaining.is_zero() {
        custody::deliver(draft, ctx, remainder_to, lot.asset, lot.item, lot.remaining)?;
    }

    // From here on nothing can fail.
    DUE.remove(draft, &due_key(id, &lot));
    TOUCHED.remove(draft, &(lot.owner.module, id));
    LOTS.remove(draft, &id);
    let Lot { asset, remaining, raised, .. } = lot;
    draft.emit(MODULE, &Event::LotClosed { lot: id, remainder: remaining, remainder_to, raised });
    Ok(Remainder { asset, amount: remaining, raised, excess: lot.excess() })
}

/// The lot, while it is open.
pub fn lot(draft: &Draft, id: LotId) -> Option<Lot> {
    LOTS.get(draft, &id)
}

/// The price of a lot at the time of the block.
///
/// # Errors
/// [`Error::UnknownLot`].
pub fn price_now(draft: &Draft, ctx: &Context, id: LotId) -> Result<Price, Error> {
    let lot = LOTS.peek(draft, &id).ok_or(Error::UnknownLot)?;
    Ok(lot.price_at(ctx.time)?)
}

/// Whether an unfinished lot is past its tail or below its cusp, so that nothing can be taken.
pub fn needs_restart(draft: &Draft, ctx: &Context, id: LotId) -> bool {
    LOTS.peek(draft, &id).is_some_and(|lot| !lot.finished() && ctx.time >= lot.restart_at)
}

/// At most `limit` lots of `module` that need a restart, the longest due first, then by number.
pub fn due_for_restart(draft: &Draft, ctx: &Context, module: u8, limit: usize) -> Vec<LotId> {
    let first = (module, Timestamp(0), LotId(0));
    let last = (module, ctx.time, LotId(u64::MAX));
    let due = DUE.range(draft, (Bound::Included(first), Bound::Included(last)));
    due.map(|((_, _, id), ())| *id).take(limit).collect()
}

/// The lots of `module` with takes since it last asked, by number; asking forgets them.
pub fn take_touched(draft: &mut Draft, module: u8) -> Vec<LotId> {
    let all = (Bound::Included((module, LotId(0))), Bound::Included((module, LotId(u64::MAX))));
    let touched: Vec<LotId> = TOUCHED.range(draft, all).map(|((_, id), _)| *id).collect();
    for id in &touched {
        TOUCHED.remove(draft, &(module, *id));
    }
    touched
}

/// Puts a lot back among those with takes: its owner could not settle them and asks again next block.
pub fn touch_again(draft: &mut Draft, ctx: &Context, module: u8, id: LotId) {
    TOUCHED.put(draft, (module, id), ctx.height);
}

/// A price above zero at which to end, not above the one at which to start.
fn prices_in_bounds(start: Price, floor: Price) -> bool {
    floor > Price(0) && start >= floor
}

/// The first instant at which the lot is past its tail or below its cusp.
///
/// # Errors
/// [`MathError`] if the time does not fit.
pub(crate) fn restart_time(lot: &Lot) -> Result<Timestamp, MathError> {
    let past_tail = lot.tail_ms.checked_add(1).ok_or(MathError::Overflow)?;
    let bar = Price(lot.cusp.apply(lot.start.0, Rounding::Down)?);
    let step_ms = lot.curve.step_ms();
    // The price never rises, so the first step below the bar is found by halving; `low` is at or above it.
    let (mut low, mut high) = (0u64, past_tail.div_ceil(step_ms));
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        let elapsed_ms = middle.checked_mul(step_ms).ok_or(MathError::Overflow)?;
        if lot.price_after(elapsed_ms)? < bar { high = middle } else { low = middle }
    }
    let below_cusp = high.checked_mul(step_ms).ok_or(MathError::Overflow)?;
    lot.started_at.plus_ms(below_cusp.min(past_tail))
}
