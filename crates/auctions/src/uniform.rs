//! The life of a uniform-price lot for the modules that own one: open, clear, close.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, MathError, Price, Rounding};

use crate::params::{DEPOSIT_SHARE, ROUNDS_MAX, WINDOW_MAX_MS, WINDOW_MIN_MS};
use crate::state::{CLEARED, CLEARING, LAST_LOT, RETRIES, UNIFORM, clearing_key};
use crate::{Bidding, Error, Event, LotId, MODULE, OwnerRef, UniformLot, Unsold, custody, plan};

/// What is put up at one price for all; `amount` has been moved to [`crate::ACCOUNT`] already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUniform {
    /// What is sold.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// Whose it was.
    pub seller: AccountNumber,
    /// What is paid.
    pub want: AssetId,
    /// Where payments go.
    pub proceeds_to: AccountNumber,
    /// For whom it is sold.
    pub owner: OwnerRef,
    /// The least price, above zero: `want` per whole unit of `asset`, in 1e-18.
    pub floor: Price,
    /// How bids are made.
    pub bidding: Bidding,
    /// How long they are made, in milliseconds.
    pub window_ms: u64,
    /// What becomes of the rest.
    pub unsold: Unsold,
    /// The least amount of a bid, above zero, unless it is for all that is left.
    pub bid_min: Amount,
}

/// What a closed lot leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniformResult {
    /// What was sold.
    pub asset: AssetId,
    /// How much of it was not sold, and has moved to where the owner module said.
    pub remainder: Amount,
    /// What was raised in all rounds.
    pub raised: Amount,
    /// What unrevealed commitments lost, beside that.
    pub forfeited: Amount,
}

/// Opens a uniform-price lot, now.
///
/// # Errors
/// In this order: a zero amount, [`Error::SameAsset`], [`Error::UniformOutOfBounds`], unknown assets,
/// [`Error::Math`] if the lot at its floor exceeds an amount, [`Error::UniformOutOfBounds`] for a deposit below
/// [`DEPOSIT_SHARE`] of it, [`Error::LotNotDelivered`].
pub fn open_uniform(draft: &mut Draft, ctx: &Context, new: NewUniform) -> Result<LotId, Error> {
    validate_terms(new.asset, new.amount, new.want, new.floor, new.bidding, new.window_ms, new.unsold, new.bid_min)?;
    let scale = plan::scale(gage_ledger::decimals(draft, new.asset)?, gage_ledger::decimals(draft, new.want)?)?;
    let least = plan::payment(new.amount, new.floor, scale)?;
    if let Bidding::Sealed { deposit, .. } = new.bidding
        && deposit < least.mul_div(1, DEPOSIT_SHARE, Rounding::Up)?
    {
        return Err(Error::UniformOutOfBounds);
    }
    let number = LAST_LOT.get(draft, &()).unwrap_or_default().checked_add(1).ok_or(MathError::Overflow)?;
    let bids_until = ctx.time.plus_ms(new.window_ms)?;
    let clears_at = bids_until.plus_ms(new.bidding.reveal_ms())?;
    custody::receive(draft, new.asset, None, new.amount)?;

    // From here on nothing can fail.
    let id = LotId(number);
    let record = UniformLot {
        asset: new.asset,
        amount: new.amount,
        remaining: new.amount,
        sold: Amount::ZERO,
        seller: new.seller,
        want: new.want,
        raised: Amount::ZERO,
        forfeited: Amount::ZERO,
        proceeds_to: new.proceeds_to,
        owner: new.owner,
        floor: new.floor,
        bidding: new.bidding,
        window_ms: new.window_ms,
        unsold: new.unsold,
        bid_min: new.bid_min,
        scale,
        opened_at: ctx.time,
        bids_until,
        clears_at,
        round: 1,
        bids: 0,
        commitments: 0,
        last_bid: 0,
        price: Price(0),
        cleared: false,
    };
    LAST_LOT.put(draft, (), number);
    CLEARING.put(draft, (clears_at, id), ());
    UNIFORM.put(draft, id, record.clone());
    draft.emit(MODULE, &Event::UniformOpened { lot: id, record: Box::new(record) });
    Ok(id)
}

/// The cleared lots of `module` since it last asked, by number; asking forgets them.
pub fn take_cleared(draft: &mut Draft, module: u8) -> Vec<LotId> {
    use std::ops::Bound::Included;
    let all = (Included((module, LotId(0))), Included((module, LotId(u64::MAX))));
    let cleared: Vec<LotId> = CLEARED.range(draft, all).map(|((_, id), _)| *id).collect();
    for id in &cleared {
        CLEARED.remove(draft, &(module, *id));
    }
    cleared
}

/// Ends a cleared lot and moves what is left to `remainder_to`.
///
/// # Errors
/// [`Error::UnknownUniformLot`], [`Error::NotCleared`]; [`Error::Ledger`] if `remainder_to` may not hold
/// the asset.
pub fn close_uniform(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    remainder_to: AccountNumber,
) -> Result<UniformResult, Error> {
    let lot = UNIFORM.get(draft, &id).ok_or(Error::UnknownUniformLot)?;
    if !lot.cleared {
        return Err(Error::NotCleared);
    }
    end(draft, ctx, id, &lot, remainder_to)
}

/// The lot, while its record stands.
pub fn uniform_lot(draft: &Draft, id: LotId) -> Option<UniformLot> {
    UNIFORM.get(draft, &id)
}

/// Moves what is left of a lot without bids to `remainder_to` and ends it.
pub(crate) fn end(
    draft: &mut Draft,
    ctx: &Context,
    id: LotId,
    lot: &UniformLot,
    remainder_to: AccountNumber,
) -> Result<UniformResult, Error> {
    if !lot.remaining.is_zero() {
        custody::deliver(draft, ctx, remainder_to, lot.asset, None, lot.remaining)?;
    }

    // From here on nothing can fail.
    let key = clearing_key(draft, id, lot);
    let UniformLot { asset, remaining: remainder, raised, forfeited, .. } = *lot;
    UNIFORM.remove(draft, &id);
    CLEARING.remove(draft, &key);
    RETRIES.remove(draft, &id);
    CLEARED.remove(draft, &(lot.owner.module, id));
    draft.emit(MODULE, &Event::UniformClosed { lot: id, remainder, remainder_to, raised });
    Ok(UniformResult { asset, remainder, raised, forfeited })
}

/// The terms that need no state.
///
/// # Errors
/// A zero amount, [`Error::SameAsset`], [`Error::UniformOutOfBounds`].
pub(crate) fn validate_terms(
    asset: AssetId,
    amount: Amount,
    want: AssetId,
    floor: Price,
    bidding: Bidding,
    window_ms: u64,
    unsold: Unsold,
    bid_min: Amount,
) -> Result<(), Error> {
    if amount.is_zero() {
        return Err(gage_accounts::Error::ZeroAmount.into());
    }
    if asset == want {
        return Err(Error::SameAsset);
    }
    let span = |ms: u64| (WINDOW_MIN_MS..=WINDOW_MAX_MS).contains(&ms);
    let bidding = match bidding {
        Bidding::Open => true,
        Bidding::Sealed { reveal_ms, deposit, forfeit } => span(reveal_ms) && !deposit.is_zero() && forfeit <= Bps::ONE,
    };
    let unsold = match unsold {
        Unsold::Return => true,
        Unsold::Roll { rounds } => (1..=ROUNDS_MAX).contains(&rounds),
    };
    let in_bounds = floor > Price(0) && span(window_ms) && bidding && unsold && !bid_min.is_zero();
    if in_bounds { Ok(()) } else { Err(Error::UniformOutOfBounds) }
}
