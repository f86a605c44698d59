//! Reads for the API.

use std::ops::Bound;

use gage_store::Draft;
use gage_units::{Amount, AssetId, Price, Timestamp};
use serde::Serialize;

use crate::operations::check_price;
use crate::params::LOTS_PAGE_MAX;
use crate::state::{HELD, LOTS, UNIFORM};
use crate::{Bid, Error, Lot, LotId, Plan, UniformLot, bids, plan};

/// A lot as of a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotView {
    /// Its number.
    pub id: LotId,
    /// The record.
    #[serde(flatten)]
    pub lot: Lot,
    /// The price at that time.
    pub price: Price,
    /// What is still to raise; null if all is to be sold.
    pub outstanding: Option<Amount>,
    /// Whether nothing is left to sell or to raise.
    pub finished: bool,
    /// Whether it waits for its restart.
    pub needs_restart: bool,
}

/// What the account holds for lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldView {
    /// The asset.
    pub asset: AssetId,
    /// The sum of the remainders.
    pub amount: Amount,
}

/// A bid in the book of a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BidView {
    /// Its number.
    pub bid: u32,
    /// The record.
    #[serde(flatten)]
    pub record: Bid,
}

/// A uniform-price lot with its book, the best bid first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UniformView {
    /// Its number.
    pub id: LotId,
    /// The record.
    #[serde(flatten)]
    pub lot: UniformLot,
    /// The bids.
    pub book: Vec<BidView>,
}

/// One uniform-price lot.
///
/// # Errors
/// [`Error::UnknownUniformLot`].
pub fn uniform_view(draft: &Draft, id: LotId) -> Result<UniformView, Error> {
    let lot = UNIFORM.get(draft, &id).ok_or(Error::UnknownUniformLot)?;
    let book = bids::book(draft, id).into_iter().map(|(bid, record)| BidView { bid, record }).collect();
    Ok(UniformView { id, lot, book })
}

/// At most `limit` (and [`LOTS_PAGE_MAX`]) uniform-price lots after `after`, by number, without their books.
pub fn uniform_lots(draft: &Draft, after: Option<LotId>, limit: usize) -> Vec<(LotId, UniformLot)> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = UNIFORM.range(draft, (from, Bound::Unbounded)).take(limit.min(LOTS_PAGE_MAX));
    page.map(|(id, lot)| (*id, lot.clone())).collect()
}

/// One lot.
///
/// # Errors
/// [`Error::UnknownLot`].
pub fn lot_view(draft: &Draft, id: LotId, time: Timestamp) -> Result<LotView, Error> {
    view(id, LOTS.peek(draft, &id).ok_or(Error::UnknownLot)?, time)
}

/// At most `limit` (and [`LOTS_PAGE_MAX`]) lots after `after`, by number.
///
/// # Errors
/// [`Error::Math`] for a time before a lot's start.
pub fn lots(draft: &Draft, after: Option<LotId>, limit: usize, time: Timestamp) -> Result<Vec<LotView>, Error> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = LOTS.range(draft, (from, Bound::Unbounded)).take(limit.min(LOTS_PAGE_MAX));
    page.map(|(id, lot)| view(*id, lot, time)).collect()
}

/// What a take of `amount` would move at `time`: the same checks and arithmetic as the operation,
/// without the eligibility and funds of the taker.
///
/// # Errors
/// As [`crate::operations::Take::apply`].
pub fn preview_take(
    draft: &Draft,
    id: LotId,
    amount: Amount,
    price_max: Price,
    time: Timestamp,
) -> Result<Plan, Error> {
    let lot = LOTS.peek(draft, &id).ok_or(Error::UnknownLot)?;
    let price = check_price(lot, time, price_max)?;
    plan::plan(lot.remaining, lot.outstanding(), lot.dust, amount, price, lot.scale)
}

/// What the module's account holds, per asset.
pub fn held(draft: &Draft) -> Vec<HeldView> {
    HELD.iter(draft).map(|(asset, amount)| HeldView { asset: *asset, amount: *amount }).collect()
}

fn view(id: LotId, lot: &Lot, time: Timestamp) -> Result<LotView, Error> {
    let finished = lot.finished();
    Ok(LotView {
        id,
        price: lot.price_at(time)?,
        outstanding: (lot.raise_max != Amount::MAX).then(|| lot.outstanding()),
        finished,
        needs_restart: !finished && time >= lot.restart_at,
        lot: lot.clone(),
    })
}
