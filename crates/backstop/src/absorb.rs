//! A loss passes down the steps of its waterfall.

use std::ops::Bound;

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Height, MathError, Rounding};

use crate::deposits::{pool_at, pool_view};
use crate::params::COLLATERAL_MAX;
use crate::state::{FIRST_LOSS, INSURANCE, POOLS, RECEIPTS, SURPLUS};
use crate::surplus::{credit, share, surplus};
use crate::{
    Bearing, Error, Event, FirstLoss, Holding, MODULE, Pool, PoolId, Receipt, ReceiptId, Reference, Step, StepKind,
    Waterfall, WaterfallId, custody, waterfall,
};

/// A debt that its collateral did not pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How much, in the waterfall's stable.
    pub debt: Amount,
    /// What is left of the collateral; it lies free on [`crate::ACCOUNT`] already.
    pub collateral: Vec<Holding>,
    /// What the loss arose from.
    pub reference: Reference,
    /// Where the stable goes that the steps give; the caller burns it against its debt.
    pub pay_to: AccountNumber,
}

/// What came in before a loss, as the reporting module says: the first rows of the receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// By steps the owner had committed to.
    pub self_deleverage: Amount,
    /// By auctions.
    pub auction_proceeds: Amount,
}

/// What became of a loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absorbed {
    /// What the steps bore; it lies free on the account the loss named.
    pub covered: Amount,
    /// What each step bore.
    pub burned_from: Vec<(StepKind, Amount)>,
    /// What the caller takes off the shares or index of those who lent: nothing has moved for it.
    pub socialised: Amount,
    /// What nobody bore: bad debt, which the caller books.
    pub uncovered: Amount,
    /// Who bore what, for ever.
    pub receipt: ReceiptId,
}

/// Passes a loss down the steps: each gives the least of its cap, what it has and what is left.
///
/// The stability pool gets collateral in proportion to the debt it takes, rounded down (against it);
/// all other collateral goes to the surplus buffer of the same waterfall.
///
/// # Errors
/// In this order: zero debt, [`Error::UnknownWaterfall`], [`Error::CollateralOutOfBounds`],
/// [`Error::NotCollateral`], [`Error::CollateralNotDelivered`], the ledger's. The caller undoes.
pub fn absorb(draft: &mut Draft, ctx: &Context, id: WaterfallId, loss: Loss) -> Result<Absorbed, Error> {
    absorb_rest(draft, ctx, id, loss, Recovered::default())
}

/// As [`absorb`], of a debt of which a part was recovered before: `loss.debt` is the rest of it. The receipt
/// is of the whole debt, with what was recovered in its first rows.
///
/// # Errors
/// Those of [`absorb`].
pub fn absorb_rest(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    loss: Loss,
    recovered: Recovered,
) -> Result<Absorbed, Error> {
    if loss.debt.is_zero() {
        return Err(gage_accounts::Error::ZeroAmount.into());
    }
    let record = waterfall(draft, id)?;
    let Loss { debt, mut collateral, reference, pay_to } = loss;
    collateral.retain(|holding| !holding.amount.is_zero());
    take_collateral(draft, &record, &collateral)?;
    // Late deposits join before the loss, those of this block do not bear it.
    pool_at(draft, PoolId::stability(id), &record, ctx.height)?;
    for tier in tiers_of(draft, id) {
        pool_at(draft, tier, &record, ctx.height)?;
    }

    let before = [
        (StepKind::SelfDeleverage, recovered.self_deleverage),
        (StepKind::AuctionProceeds, recovered.auction_proceeds),
    ];
    let rows = before.into_iter().filter(|(_, amount)| !amount.is_zero());
    let mut bearings: Vec<Bearing> = rows.map(|(kind, amount)| recovery(kind, amount)).collect();
    let rows = bearings.len();
    let whole = bearings.iter().try_fold(debt, |sum, row| sum.plus(row.amount))?;
    let mut left = debt;
    for step in &record.steps {
        if left.is_zero() {
            break;
        }
        let bearing = bear(draft, ctx, id, &record, *step, left, debt, &collateral)?;
        left = left.minus(bearing.amount)?;
        bearings.push(bearing);
    }
    let to_surplus = not_given(&collateral, &bearings)?;
    for holding in &to_surplus {
        credit(draft, id, holding.asset, holding.amount)?;
    }
    let haircut = bearings.iter().find(|bearing| bearing.kind == StepKind::ShareHaircut);
    let socialised = haircut.map_or(Amount::ZERO, |bearing| bearing.amount);
    let covered = debt.minus(left)?.minus(socialised)?;
    if !covered.is_zero() {
        custody::pay(draft, ctx, pay_to, record.stable, covered)?;
    }
    let number =
        RECEIPTS.iter(draft).next_back().map_or(0, |(id, _)| id.0).checked_add(1).ok_or(MathError::Overflow)?;

    // From here on nothing can fail.
    let receipt = ReceiptId(number);
    let burned_from = bearings.iter().skip(rows).map(|bearing| (bearing.kind, bearing.amount)).collect();
    let (height, time) = (ctx.height, ctx.time);
    let debt = whole;
    let record =
        Receipt { waterfall: id, reference, debt, collateral, bearings, to_surplus, uncovered: left, height, time };
    RECEIPTS.put(draft, receipt, record.clone());
    draft.emit(MODULE, &Event::LossAbsorbed { receipt, record });
    Ok(Absorbed { covered, burned_from, socialised, uncovered: left, receipt })
}

/// Counts the loss's collateral as capital of the module's account.
fn take_collateral(draft: &mut Draft, record: &Waterfall, collateral: &[Holding]) -> Result<(), Error> {
    if collateral.len() > COLLATERAL_MAX {
        return Err(Error::CollateralOutOfBounds);
    }
    if collateral.iter().any(|holding| !record.collateral.contains(&holding.asset)) {
        return Err(Error::NotCollateral);
    }
    for (index, holding) in collateral.iter().enumerate() {
        if collateral.iter().take(index).any(|one| one.asset == holding.asset) {
            return Err(Error::CollateralOutOfBounds);
        }
        custody::count(draft, holding.asset, holding.amount)?;
    }
    Ok(())
}

/// A row of what came in before the loss.
fn recovery(kind: StepKind, amount: Amount) -> Bearing {
    Bearing { kind, cap: Amount::MAX, available: amount, amount, collateral: Vec::new() }
}

/// One step bears what it can of `left`. `debt` and `collateral` are those of the whole loss.
fn bear(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    record: &Waterfall,
    step: Step,
    left: Amount,
    debt: Amount,
    collateral: &[Holding],
) -> Result<Bearing, Error> {
    let available = available(draft, id, record, ctx.height, step.kind);
    let amount = left.min(step.cap).min(available);
    let mut bearing = Bearing { kind: step.kind, cap: step.cap, available, amount, collateral: Vec::new() };
    if amount.is_zero() {
        return Ok(bearing);
    }
    match step.kind {
        StepKind::StabilityPool => {
            let id = PoolId::stability(id);
            let pool = POOLS.get(draft, &id).ok_or(Error::UnknownWaterfall)?;
            for holding in collateral {
                let part = holding.amount.mul_div(amount.0, debt.0, Rounding::Down)?;
                if !part.is_zero() {
                    let part = Holding { asset: holding.asset, amount: part };
                    // The sums grow by the deposits and the product before the loss: those who pay share it.
                    share(draft, id, &pool, part)?;
                    bearing.collateral.push(part);
                }
            }
            shrink(draft, id, amount)?;
        }
        StepKind::Insurance { tier } => shrink(draft, PoolId::insurance(id, tier), amount)?,
        // Nothing lies here for it: the caller lowers what it owes its lenders. What was recovered is no step.
        StepKind::ShareHaircut | StepKind::SelfDeleverage | StepKind::AuctionProceeds => {}
        StepKind::CuratorFirstLoss => {
            let first_loss = FIRST_LOSS.get(draft, &id).unwrap_or_default();
            FIRST_LOSS.put(draft, id, FirstLoss { amount: first_loss.amount.minus(amount)?, ..first_loss });
        }
        StepKind::SurplusBuffer => {
            let rest = available.minus(amount)?;
            custody::set(draft, &SURPLUS, id, record.stable, rest);
        }
    }
    Ok(bearing)
}

/// Takes an amount from all deposits of a pool in proportion; never all of it.
fn shrink(draft: &mut Draft, id: PoolId, amount: Amount) -> Result<(), Error> {
    let pool = POOLS.get(draft, &id).ok_or(Error::UnknownTier)?;
    let product = pool.product.after_loss(pool.deposits, amount)?;
    let deposits = pool.deposits.minus(amount)?;
    POOLS.put(draft, id, Pool { product, deposits, ..pool });
    Ok(())
}

/// The insurance tiers of a waterfall, the junior first.
pub(crate) fn tiers_of(draft: &Draft, id: WaterfallId) -> Vec<PoolId> {
    let bounds = (Bound::Included(PoolId::insurance(id, 0)), Bound::Included(PoolId::insurance(id, u8::MAX)));
    INSURANCE.range(draft, bounds).map(|(tier, _)| *tier).collect()
}

/// What a step could give at a height: a pool all but what is never taken from it, lenders without limit.
pub(crate) fn available(draft: &Draft, id: WaterfallId, record: &Waterfall, height: Height, kind: StepKind) -> Amount {
    let in_pool = |pool: PoolId| match pool_view(draft, pool, height) {
        // Without members the pool holds nothing but what rounding kept.
        Ok(pool) if pool.members > 0 => Amount(pool.deposits.0.saturating_sub(record.terms.remaining_min.0)),
        // A tier that governance has not set up holds nothing either.
        _ => Amount::ZERO,
    };
    match kind {
        StepKind::StabilityPool => in_pool(PoolId::stability(id)),
        StepKind::Insurance { tier } => in_pool(PoolId::insurance(id, tier)),
        StepKind::CuratorFirstLoss => FIRST_LOSS.get(draft, &id).unwrap_or_default().amount,
        StepKind::SurplusBuffer => surplus(draft, id, record.stable),
        StepKind::ShareHaircut => Amount::MAX,
        StepKind::SelfDeleverage | StepKind::AuctionProceeds => Amount::ZERO,
    }
}

/// The collateral that no step was given.
fn not_given(collateral: &[Holding], bearings: &[Bearing]) -> Result<Vec<Holding>, MathError> {
    let mut rest = Vec::new();
    for holding in collateral {
        let given = bearings.iter().flat_map(|bearing| &bearing.collateral).filter(|part| part.asset == holding.asset);
        let amount = given.clone().try_fold(holding.amount, |left, part| left.minus(part.amount))?;
        if !amount.is_zero() {
            rest.push(Holding { asset: holding.asset, amount });
        }
    }
    Ok(rest)
}
