//! Reads for the API.

use std::ops::Bound;

use gage_store::{Draft, Key};
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, MathError, Ratio, Rounding};
use serde::Serialize;

use crate::absorb::{available, tiers_of};
use crate::deposits::{Settled, pool_view, settle};
use crate::params::PAGE_MAX;
use crate::sales::Batch;
use crate::state::{BATCHES, DEPOSITS, ENTRIES, FIRST_LOSS, GAINS, INSURANCE, POOLS, RECEIPTS, SURPLUS, WATERFALLS};
use crate::{
    Error, FirstLoss, Holding, InsuranceTerms, Pool, PoolId, Receipt, ReceiptId, Request, StepKind, Waterfall,
    WaterfallId, custody, waterfall,
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
    /// The insurance tiers, the junior first.
    pub insurance: Vec<InsuranceView>,
}

/// An insurance tier, as of a height.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InsuranceView {
    /// Its number.
    pub tier: u8,
    /// The record.
    #[serde(flatten)]
    pub terms: InsuranceTerms,
    /// Its deposits.
    pub pool: Pool,
    /// Premiums that nobody has claimed yet.
    pub premiums: Amount,
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
    let stability = PoolId::stability(id);
    let record = waterfall(draft, id)?;
    let tiers = tiers_of(draft, id).into_iter();
    let insurance = tiers.map(|tier| insurance_tier(draft, tier, record.stable, height)).collect::<Result<_, _>>()?;
    Ok(WaterfallView {
        id,
        record,
        pool: pool_view(draft, stability, height)?,
        first_loss: FIRST_LOSS.get(draft, &id).unwrap_or_default(),
        surplus: holdings(draft, &SURPLUS, id),
        gains: holdings(draft, &GAINS, stability),
        insurance,
    })
}

fn insurance_tier(draft: &Draft, id: PoolId, stable: AssetId, height: Height) -> Result<InsuranceView, Error> {
    let terms = INSURANCE.get(draft, &id).ok_or(Error::UnknownTier)?;
    let (pool, premiums) = (pool_view(draft, id, height)?, custody::amount(draft, &GAINS, id, stable));
    Ok(InsuranceView { tier: id.tier, terms, pool, premiums })
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
    member_view(draft, PoolId::stability(id), account, height)
}

/// An account's deposit in an insurance tier as of `height`; null if it has none.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub fn insurance_view(
    draft: &Draft,
    id: WaterfallId,
    tier: u8,
    account: AccountNumber,
    height: Height,
) -> Result<Option<DepositView>, Error> {
    member_view(draft, PoolId::insurance(id, tier), account, height)
}

fn member_view(
    draft: &Draft,
    id: PoolId,
    account: AccountNumber,
    height: Height,
) -> Result<Option<DepositView>, Error> {
    let record = waterfall(draft, id.waterfall)?;
    let Some(deposit) = DEPOSITS.peek(draft, &(id, account)) else { return Ok(None) };
    let pool = pool_view(draft, id, height)?;
    let Settled { deposit, .. } = settle(draft, id, &record, pool, deposit, height)?;
    let gains = deposit.gains.into_iter().filter(|gain| !gain.amount.is_zero()).collect();
    let (amount, pending, request) = (deposit.amount, deposit.pending, deposit.request);
    Ok(Some(DepositView { waterfall: id.waterfall, amount, pending, gains, request }))
}

/// The account's deposits in all pools, as of `height`.
///
/// # Errors
/// None for numbers that exist.
pub fn deposits_of(draft: &Draft, account: AccountNumber, height: Height) -> Result<Vec<DepositView>, Error> {
    let views = WATERFALLS.iter(draft).map(|(id, _)| deposit_view(draft, *id, account, height));
    views.filter_map(Result::transpose).collect()
}

/// A batch of gains with what one account put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchView {
    /// Its number.
    pub id: u64,
    /// The record.
    #[serde(flatten)]
    pub batch: Batch,
    /// What the account put in and has not claimed.
    pub entry: Amount,
}

/// The batches of gains in which `account` has a part it has not claimed, by number.
pub fn batches_of(draft: &Draft, account: AccountNumber) -> Vec<BatchView> {
    let part = |(id, batch): (&u64, &Batch)| {
        ENTRIES.get(draft, &(*id, account)).map(|entry| BatchView { id: *id, batch: *batch, entry })
    };
    BATCHES.iter(draft).filter_map(part).collect()
}

/// The debt that a fall of prices would leave uncovered: for each pair of a debt and the value of what secures
/// it, both in the stable, what the value after the shock (rounded down) does not reach. Values are those after
/// the costs of a sale; the shock is the part of them that is lost.
///
/// # Errors
/// [`MathError::Overflow`]; [`MathError::Underflow`] for a shock above 100 %.
pub fn stressed_loss(debts: impl IntoIterator<Item = (Amount, Amount)>, shock: Bps) -> Result<Amount, MathError> {
    let kept = Bps(Bps::ONE.0.checked_sub(shock.0).ok_or(MathError::Underflow)?);
    debts.into_iter().try_fold(Amount::ZERO, |sum, (debt, value)| {
        let value = Amount(kept.apply(value.0, Rounding::Down)?);
        sum.plus(debt.minus(value).unwrap_or(Amount::ZERO))
    })
}

/// Coverage with the keys of every record it is reckoned from: who has the records with their proofs reckons
/// the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageProof {
    /// The figures.
    #[serde(flatten)]
    pub coverage: Coverage,
    /// The loss they are for.
    pub stressed_loss: Amount,
    /// The height they are as of: deposits of lower heights have joined.
    pub height: Height,
    /// The keys in the authenticated tree, in hexadecimal: the waterfall, its pools, the curator's capital and
    /// the surplus in the stable. A key without a record is proved absent and counts as nothing.
    pub keys: Vec<String>,
}

/// As [`coverage_at`], with the keys of the records it comes from.
///
/// # Errors
/// Those of [`coverage_at`].
pub fn coverage_proof(
    draft: &Draft,
    id: WaterfallId,
    stressed_loss: Amount,
    height: Height,
) -> Result<CoverageProof, Error> {
    let coverage = coverage_at(draft, id, stressed_loss, height)?;
    let record = waterfall(draft, id)?;
    let mut keys = vec![WATERFALLS.key_bytes(&id)];
    for step in &record.steps {
        match step.kind {
            StepKind::StabilityPool => keys.push(POOLS.key_bytes(&PoolId::stability(id))),
            StepKind::Insurance { tier } => keys.push(POOLS.key_bytes(&PoolId::insurance(id, tier))),
            StepKind::CuratorFirstLoss => keys.push(FIRST_LOSS.key_bytes(&id)),
            StepKind::SurplusBuffer => keys.push(SURPLUS.key_bytes(&(id, record.stable))),
            StepKind::ShareHaircut | StepKind::SelfDeleverage | StepKind::AuctionProceeds => {}
        }
    }
    let hex = |key: Vec<u8>| key.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(CoverageProof { coverage, stressed_loss, height, keys: keys.into_iter().map(hex).collect() })
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
    let mut steps = Vec::with_capacity(record.steps.len());
    let mut within_caps = Amount::ZERO;
    for step in &record.steps {
        // What lenders would lose is no capital.
        let capital = match step.kind {
            StepKind::ShareHaircut => Amount::ZERO,
            kind => available(draft, id, &record, height, kind),
        };
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

fn holdings<K: Key + Copy>(draft: &Draft, table: &custody::Amounts<K>, id: K) -> Vec<Holding> {
    let bounds = (Bound::Included((id, AssetId(0))), Bound::Included((id, AssetId(u32::MAX))));
    table.range(draft, bounds).map(|((_, asset), amount)| Holding { asset: *asset, amount: *amount }).collect()
}
