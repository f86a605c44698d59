//! The surplus buffer: fees, rewards without members to share them, collateral nobody was due.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Rounding};

use crate::absorb::tiers_of;
use crate::deposits::pool_at;
use crate::state::{BAD_DEBTS, GAINS, INSURANCE, SUMS, SURPLUS};
use crate::{Error, Event, Holding, MODULE, Pool, PoolId, Waterfall, WaterfallId, custody, waterfall};

/// What the buffer holds of `asset`.
pub fn surplus(draft: &Draft, id: WaterfallId, asset: AssetId) -> Amount {
    custody::amount(draft, &SURPLUS, id, asset)
}

/// Moves `amount` of the stable from `from` (a module's account: fees, auction excess) into the buffer, after
/// the premiums of the insurance tiers that have depositors.
///
/// # Errors
/// [`Error::UnknownWaterfall`], the ledger's.
pub fn add_surplus(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    from: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    let record = waterfall(draft, id)?;
    let asset = record.stable;
    custody::take_by_rule(draft, ctx, from, asset, amount)?;
    let amount = pay_premiums(draft, ctx, id, &record, amount)?;
    if !amount.is_zero() {
        credit(draft, id, asset, amount)?;
        draft.emit(MODULE, &Event::SurplusAdded { waterfall: id, holding: Holding { asset, amount } });
    }
    Ok(())
}

/// Shares the premiums out of fees that already lie here and says what is left of them. A premium is
/// rounded down, against the tier; all premiums together are at most the fees.
fn pay_premiums(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    record: &Waterfall,
    fees: Amount,
) -> Result<Amount, Error> {
    let mut left = fees;
    for tier in tiers_of(draft, id) {
        let premium = INSURANCE.get(draft, &tier).map_or(Bps(0), |terms| terms.premium);
        let amount = Amount(premium.apply(fees.0, Rounding::Down)?);
        let pool = pool_at(draft, tier, record, ctx.height)?;
        if amount.is_zero() || pool.members == 0 || pool.deposits.is_zero() {
            continue;
        }
        share(draft, tier, &pool, Holding { asset: record.stable, amount })?;
        left = left.minus(amount)?;
        draft.emit(MODULE, &Event::PremiumPaid { waterfall: id, tier: tier.tier, amount });
    }
    Ok(left)
}

/// Moves `amount` of the stable from `from` to the members of the stability pool, in proportion to
/// their deposits; to the buffer if there are none. What rounds down stays with the pool's gains.
///
/// # Errors
/// [`Error::UnknownWaterfall`], the ledger's.
pub fn reward(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    from: AccountNumber,
    amount: Amount,
) -> Result<(), Error> {
    let record = waterfall(draft, id)?;
    let stability = PoolId::stability(id);
    let pool = pool_at(draft, stability, &record, ctx.height)?;
    if pool.members == 0 || pool.deposits.is_zero() {
        return add_surplus(draft, ctx, id, from, amount);
    }
    custody::take_by_rule(draft, ctx, from, record.stable, amount)?;
    share(draft, stability, &pool, Holding { asset: record.stable, amount })?;
    draft.emit(MODULE, &Event::PoolRewarded { waterfall: id, amount });
    Ok(())
}

/// Pays `amount` out of the buffer to `to`: a module that covers bad debt with it or sells collateral.
/// Who may ask for it is the caller's business.
///
/// # Errors
/// [`Error::UnknownWaterfall`], [`Error::InsufficientSurplus`], the ledger's.
pub fn spend_surplus(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    asset: AssetId,
    amount: Amount,
    to: AccountNumber,
) -> Result<(), Error> {
    waterfall(draft, id)?;
    let left = surplus(draft, id, asset).minus(amount).map_err(|_| Error::InsufficientSurplus)?;
    custody::pay(draft, ctx, to, asset, amount)?;

    // From here on nothing can fail.
    custody::set(draft, &SURPLUS, id, asset, left);
    draft.emit(MODULE, &Event::SurplusSpent { waterfall: id, holding: Holding { asset, amount }, to });
    Ok(())
}

/// Says what a facility has lost that nobody bore. Who may say it is the caller's business.
pub fn set_bad_debt(draft: &mut Draft, id: WaterfallId, amount: Amount) {
    if amount.is_zero() {
        if !BAD_DEBTS.is_empty(draft) {
            BAD_DEBTS.remove(draft, &id);
        }
    } else if BAD_DEBTS.get(draft, &id) != Some(amount) {
        BAD_DEBTS.put(draft, id, amount);
    }
}

/// Passes while a facility has no bad debt: what is in its buffer is for that first.
///
/// # Errors
/// [`Error::CapitalReserved`].
pub(crate) fn check_healed(draft: &Draft, id: WaterfallId) -> Result<(), Error> {
    if BAD_DEBTS.has(draft, &id) { Err(Error::CapitalReserved) } else { Ok(()) }
}

/// What of the buffer's stable bad debt may be healed with: all above its minimum.
///
/// # Errors
/// [`Error::UnknownWaterfall`].
pub fn above_minimum(draft: &Draft, id: WaterfallId) -> Result<Amount, Error> {
    let record = waterfall(draft, id)?;
    Ok(distributable(draft, id, &record, record.stable))
}

/// What governance may distribute: collateral whole, the stable above the buffer's minimum.
pub(crate) fn distributable(draft: &Draft, id: WaterfallId, record: &Waterfall, asset: AssetId) -> Amount {
    let all = surplus(draft, id, asset);
    let kept = if asset == record.stable { record.terms.buffer_min } else { Amount::ZERO };
    Amount(all.0.saturating_sub(kept.0))
}

/// Adds to the buffer what already lies on the module's account.
pub(crate) fn credit(draft: &mut Draft, id: WaterfallId, asset: AssetId, amount: Amount) -> Result<(), Error> {
    let total = surplus(draft, id, asset).plus(amount)?;
    custody::set(draft, &SURPLUS, id, asset, total);
    Ok(())
}

/// Gives the pool's members a gain that already lies on the module's account.
pub(crate) fn share(draft: &mut Draft, id: PoolId, pool: &Pool, gain: Holding) -> Result<(), Error> {
    let product = pool.product;
    let key = (id, product.epoch, product.scale, gain.asset);
    let sum = SUMS.get(draft, &key).unwrap_or_default().plus(product.sum_of(gain.amount, pool.deposits)?)?;
    let total = custody::amount(draft, &GAINS, id, gain.asset).plus(gain.amount)?;

    // From here on nothing can fail.
    SUMS.put(draft, key, sum);
    custody::set(draft, &GAINS, id, gain.asset, total);
    Ok(())
}
