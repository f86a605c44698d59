//! Reads for the API.

use std::ops::Bound;

use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Height, MathError, Ratio, Rounding};
use serde::Serialize;

use crate::absorb::available;
use crate::deposits::{Settled, pool_view, settle};
use crate::params::PAGE_MAX;
use crate::state::{DEPOSITS, FIRST_LOSS, GAINS, RECEIPTS, SURPLUS, WATERFALLS};
use crate::{
    Error, FirstLoss, Holding, Pool, Receipt, ReceiptId, Request, StepKind, Waterfall, WaterfallId, custody, waterfall,
};

/// A waterfall with its capital, as of a height.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaterfallView {
    /// Its number.
    pub id: WaterfallId,
    /// The record.
    #[serde(flatten)]
    pub record: Waterfall,
    /// The stability pool.
    pub pool: Pool,
    /// The curator's capital.
    pub first_loss: FirstLoss,
    /// The surplus buffer.
    pub surplus: Vec<Holding>,
    /// Gains of the pool that nobody has claimed yet.
    pub gains: Vec<Holding>,
}

/// An account's deposit, as of a height.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DepositView {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// What the deposit is worth.
    pub amount: Amount,
    /// What joins in the next block.
    pub pending: Amount,
    /// What can be claimed.
    pub gains: Vec<Holding>,
    /// The wish to leave.
    pub request: Option<Request>,
}

/// What one step could bear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepCapital {
    /// Who.
    pub kind: StepKind,
    /// The most it bears of one loss.
    pub cap: Amount,
    /// What it could give now.
    pub capital: Amount,
}

/// Whether the capital bears a stressed loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The steps in order.
    pub steps: Vec<StepCapital>,
    /// What they bear together of the stressed loss.
    pub covered: Amount,
    /// Capital within caps / stressed loss, rounded down.
    pub ratio: Ratio,
}

/// A receipt with its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptView {
    /// Its number.
    pub id: ReceiptId,
    /// The record.
    #[serde(flatten)]
    pub receipt: Receipt,
}

/// One waterfall.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub fn waterfall_view(draft: &Draft, id: WaterfallId, height: Height) -> Result<WaterfallView, Error> {
    Ok(WaterfallView {
        id,
        record: waterfall(draft, id)?,
        pool: pool_view(draft, id, height)?,
        first_loss: FIRST_LOSS.get(draft, &id).unwrap_or_default(),
        surplus: holdings(draft, &SURPLUS, id),
        gains: holdings(draft, &GAINS, id),
    })
}

/// At most `limit` (and [`PAGE_MAX`]) waterfalls after `after`, by number.
///
/// # Errors
/// None for numbers that exist.
pub fn waterfalls(
    draft: &Draft,
    after: Option<WaterfallId>,
    limit: usize,
    height: Height,
) -> Result<Vec<WaterfallView>, Error> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = WATERFALLS.range(draft, (from, Bound::Unbounded)).take(limit.min(PAGE_MAX));
    page.map(|(id, _)| waterfall_view(draft, *id, height)).collect()
}

/// An account's deposit as of `height`; null if it has none.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub fn deposit_view(
    draft: &Draft,
    id: WaterfallId,
    account: AccountNumber,
    height: Height,
) -> Result<Option<DepositView>, Error> {
    let record = waterfall(draft, id)?;
    let pool = pool_view(draft, id, height)?;
    let Some(deposit) = DEPOSITS.peek(draft, &(id, account)) else { return Ok(None) };
    let Settled { deposit, .. } = settle(draft, id, &record, pool, deposit, height)?;
    let gains = deposit.gains.into_iter().filter(|gain| !gain.amount.is_zero()).collect();
    let (amount, pending, request) = (deposit.amount, deposit.pending, deposit.request);
    Ok(Some(DepositView { waterfall: id, amount, pending, gains, request }))
}

/// The account's deposits in all pools, as of `height`.
///
/// # Errors
/// None for numbers that exist.
pub fn deposits_of(draft: &Draft, account: AccountNumber, height: Height) -> Result<Vec<DepositView>, Error> {
    let views = WATERFALLS.iter(draft).map(|(id, _)| deposit_view(draft, *id, account, height));
    views.filter_map(Result::transpose).collect()
}

/// What the steps could bear of `stressed_loss`, the pool as its last act left it: deposits that have
/// joined since are not counted yet, so it is never more than what [`crate::absorb()`] finds.
///
/// # Errors
/// [`Error::UnknownWaterfall`]; [`MathError::DivisionByZero`] for a loss of zero.
pub fn coverage(draft: &Draft, id: WaterfallId, stressed_loss: Amount) -> Result<Coverage, Error> {
    coverage_at(draft, id, stressed_loss, Height::GENESIS)
}

/// What the steps could bear of `stressed_loss` in a block of `height`, with all deposits that have joined.
///
/// # Errors
/// [`Error::UnknownWaterfall`]; [`MathError::DivisionByZero`] for a loss of zero.
pub fn coverage_at(draft: &Draft, id: WaterfallId, stressed_loss: Amount, height: Height) -> Result<Coverage, Error> {
    let record = waterfall(draft, id)?;
    let pool = pool_view(draft, id, height)?;
    let mut steps = Vec::with_capacity(record.steps.len());
    let mut within_caps = Amount::ZERO;
    for step in &record.steps {
        let capital = available(draft, id, &record, &pool, step.kind);
        within_caps = Amount(within_caps.0.saturating_add(capital.min(step.cap).0));
        steps.push(StepCapital { kind: step.kind, cap: step.cap, capital });
    }
    let ratio = match Ratio::of(within_caps.0, stressed_loss.0, Rounding::Down) {
        Err(MathError::Overflow) => Ratio::MAX,
        other => other?,
    };
    Ok(Coverage { steps, covered: within_caps.min(stressed_loss), ratio })
}

/// One receipt.
pub fn receipt(draft: &Draft, id: ReceiptId) -> Option<ReceiptView> {
    RECEIPTS.get(draft, &id).map(|receipt| ReceiptView { id, receipt })
}

/// At most `limit` (and [`PAGE_MAX`]) receipts after `after`, by number.
pub fn receipts(draft: &Draft, after: Option<ReceiptId>, limit: usize) -> Vec<ReceiptView> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = RECEIPTS.range(draft, (from, Bound::Unbounded)).take(limit.min(PAGE_MAX));
    page.map(|(id, receipt)| ReceiptView { id: *id, receipt: receipt.clone() }).collect()
}

fn holdings(draft: &Draft, table: &custody::Amounts, id: WaterfallId) -> Vec<Holding> {
    let bounds = (Bound::Included((id, AssetId(0))), Bound::Included((id, AssetId(u32::MAX))));
    table.range(draft, bounds).map(|((_, asset), amount)| Holding { asset: *asset, amount: *amount }).collect()
}
