//! After the block's prices: accrue interest, register quotes, move the group indexes.

use std::ops::Bound;

use gage_accounts::Context;
use gage_oracle::Action;
use gage_store::Draft;
use gage_units::{Accumulator, Amount, AssetId, MathError, Rounding, Timestamp};

use crate::groups::{self, Change};
use crate::health::{after_haircut, liquidation_price, weight};
use crate::state::{
    BUCKETS, Bucket, BucketKey, COLLATERALS, Collateral, FACILITIES, Facility, FacilityId, MARKS, Mark, TOTALS, Totals,
};
use crate::{
    ACCOUNT, CollateralTerms, Error, Event, MODULE, Source, book, liquidate, pool, queue_value, ramp, shutdown, source,
    split,
};

/// Brings every facility to the block's time and prices. Costs nothing per vault.
pub fn mark(draft: &mut Draft, ctx: &Context) {
    let ctx = &ctx.as_protocol();
    // Quotes and interest of a facility that was shut down stand.
    let running = FACILITIES.iter(draft).map(|(id, _)| id).filter(|id| !shutdown::is_frozen(draft, *id));
    let facilities: Vec<FacilityId> = running.collect();
    for id in facilities {
        let savepoint = draft.savepoint();
        if let Err(error) = mark_facility(draft, ctx, id, true) {
            // Interest stays at its last accrual; prices are followed all the same.
            draft.undo_to(savepoint);
            if mark_facility(draft, ctx, id, false).is_err() {
                draft.undo_to(savepoint);
            }
            // Its backstop lets nobody out either; `liquidate` opens both when the accrual has caught up.
            if liquidate::set_unfinished(draft, id, true).is_err() {
                let totals = Totals { unfinished: true, ..book::totals(draft, id) };
                TOTALS.put(draft, id, totals);
            }
            draft.emit(MODULE, &Event::AccrualFailed { facility: id, code: error.code() });
        }
    }
}

/// Brings one facility to the block's time, before a rate of it changes.
///
/// # Errors
/// If a figure does not fit.
pub(crate) fn accrue_now(draft: &mut Draft, ctx: &Context, id: FacilityId) -> Result<(), Error> {
    mark_facility(draft, &ctx.as_protocol(), id, true)
}

fn mark_facility(draft: &mut Draft, ctx: &Context, id: FacilityId, accrue: bool) -> Result<(), Error> {
    let mut facility = book::facility(draft, id)?;
    let (par, debt_usable) = source::fresh_par(draft, ctx, &facility)?;
    if par != facility.par {
        groups::follow_debt(draft, id, facility.par, par);
        facility.par = par;
        FACILITIES.put(draft, id, facility);
    }
    let mut totals = book::totals(draft, id);
    let passed = ctx.time.seconds().saturating_sub(totals.accrued_at.seconds());
    let seconds = if accrue { passed } else { 0 };
    let marks = fresh_marks(draft, ctx, id, debt_usable)?;
    let price_moved = marks.iter().any(|(_, old, new)| old.weighted != new.weighted);
    let ramped = ramp::moved(draft, id, ctx.time)?;
    if seconds > 0 || price_moved || !ramped.is_empty() {
        let base = source::base_rate(draft, id, &facility, &totals)?;
        let (changes, buckets) = bucket_changes(draft, id, &marks, &ramped, base, seconds)?;
        let mut grown = Amount::ZERO;
        for (key, bucket) in buckets {
            let before = BUCKETS.peek(draft, &key).map_or(Amount::ZERO, |bucket| bucket.debt);
            grown = grown.plus(bucket.debt.minus(before)?)?;
            BUCKETS.put(draft, key, bucket);
        }
        groups::follow(draft, id, &changes);
        totals.bucket_debt = totals.bucket_debt.plus(grown)?;
        totals.rounding = totals.rounding.plus(grown)?;
        if seconds > 0 {
            totals.accrued_at = Timestamp(ctx.time.0);
            pay_fees(draft, ctx, id, &facility, &mut totals, grown)?;
        }
        TOTALS.put(draft, id, totals);
    }
    if seconds > 0 {
        // A surplus that cannot be paid now waits in the reserves.
        let savepoint = draft.savepoint();
        if pool::pay_reserves(draft, ctx, id).is_err() {
            draft.undo_to(savepoint);
        }
    }
    for (asset, old, new) in marks {
        if old != new {
            MARKS.put(draft, (id, asset), new);
        }
    }
    Ok(())
}

/// The quote each collateral is liquidated at from now on. While a feed is not usable, the last
/// usable price stays, with the haircut of the moment: haircuts apply at once.
fn fresh_marks(
    draft: &Draft,
    ctx: &Context,
    id: FacilityId,
    debt_usable: bool,
) -> Result<Vec<(AssetId, Mark, Mark)>, Error> {
    let mut marks = Vec::new();
    for ((_, asset), collateral) in collaterals(draft, id) {
        let old = book::mark_of(draft, id, asset);
        let quote = gage_oracle::quote_for(draft, ctx, collateral.feed, Action::Liquidate).ok();
        let price = match &quote {
            Some(quote) => liquidation_price(quote.mid, quote.high, collateral.liquidation.quote_bound)?,
            None => old.price,
        };
        let haircut = gage_securities::asset_status(draft, ctx, asset)?.haircut;
        // Nobody is lent against more than a redemption would fetch; the price to sell at is the feed's.
        let counted = queue_value::at_most(draft, ctx, asset, price, || held(draft, id, asset))?;
        let weighted = after_haircut(counted, haircut.min(gage_units::Bps::ONE))?;
        // Without a price of the debt nothing is sold for it either.
        marks.push((asset, old, Mark { price, weighted, usable: quote.is_some() && debt_usable, ..old }));
    }
    Ok(marks)
}

/// What a facility holds of a collateral: pledges and what lies in lots.
pub(crate) fn held(draft: &Draft, id: FacilityId, asset: AssetId) -> Result<Amount, Error> {
    let mut total = book::mark_of(draft, id, asset).selling;
    for (_, bucket) in buckets(draft, id, (asset, asset)) {
        total = total.plus(bucket.pledged)?;
    }
    Ok(total)
}

pub(crate) fn collaterals(
    draft: &Draft,
    id: FacilityId,
) -> impl Iterator<Item = ((FacilityId, AssetId), Collateral)> + use<'_> {
    let bounds = (Bound::Included((id, AssetId(0))), Bound::Included((id, AssetId(u32::MAX))));
    COLLATERALS.range(draft, bounds).map(|(key, collateral)| (*key, *collateral))
}

pub(crate) fn buckets(
    draft: &Draft,
    facility: FacilityId,
    assets: (AssetId, AssetId),
) -> impl Iterator<Item = (BucketKey, Bucket)> + use<'_> {
    let bounds = (Bound::Included((facility, assets.0, 0)), Bound::Included((facility, assets.1, u16::MAX)));
    BUCKETS.range(draft, bounds).map(|(key, bucket)| (*key, *bucket))
}

type Changes = (Vec<Change>, Vec<(BucketKey, Bucket)>);

/// Every bucket `seconds` later, and how its weight and accumulator change.
fn bucket_changes(
    draft: &Draft,
    id: FacilityId,
    marks: &[(AssetId, Mark, Mark)],
    ramped: &[(BucketKey, gage_units::Bps)],
    base: gage_units::RatePerSecond,
    seconds: u64,
) -> Result<Changes, Error> {
    let (mut changes, mut grown) = (Vec::new(), Vec::new());
    for (key, bucket) in buckets(draft, id, (AssetId(0), AssetId(u32::MAX))) {
        let accumulator = accrued(&bucket, base, seconds)?;
        // Thresholds on a ramp move the index exactly as prices do.
        let threshold = ramped.iter().find(|(other, _)| *other == key).map_or(bucket.terms.threshold, |(_, to)| *to);
        let weights = match marks.iter().find(|(asset, _, _)| *asset == key.1) {
            Some((_, old, new)) => (weight(old.weighted, bucket.terms.threshold)?, weight(new.weighted, threshold)?),
            None => (0, 0),
        };
        changes.push(Change {
            asset: key.1,
            version: key.2,
            weight: weights,
            accumulator: (bucket.accumulator, accumulator),
        });
        if accumulator != bucket.accumulator || threshold != bucket.terms.threshold {
            let debt = split::debt_of(bucket.normalised, accumulator)?;
            let terms = CollateralTerms { threshold, ..bucket.terms };
            grown.push((key, Bucket { terms, accumulator, debt, ..bucket }));
        }
    }
    Ok((changes, grown))
}

/// The accumulator `seconds` later at base plus premium, rounded up: against the borrower.
fn accrued(bucket: &Bucket, base: gage_units::RatePerSecond, seconds: u64) -> Result<Accumulator, MathError> {
    let rate = base.plus(bucket.terms.premium)?;
    bucket.accumulator.grow(rate.growth(seconds, Rounding::Up)?, Rounding::Up)
}

/// What debt grew by, and what rounding took before, heals bad debt first. The rest is minted to the
/// surplus of the facility's waterfall, and if that is refused it stays as rounding until the next
/// accrual; in a pool it is shared between suppliers and reserves.
fn pay_fees(
    draft: &mut Draft,
    ctx: &Context,
    id: FacilityId,
    facility: &Facility,
    totals: &mut Totals,
    grown: Amount,
) -> Result<(), Error> {
    let due = totals.rounding;
    let healed = due.min(totals.bad_debt);
    let minted = due.minus(healed)?;
    if due.is_zero() {
        return Ok(());
    }
    let minted = match facility.source {
        Source::Mint => {
            let savepoint = draft.savepoint();
            if !minted.is_zero() && pay_surplus(draft, ctx, facility, minted).is_err() {
                draft.undo_to(savepoint);
                return Ok(());
            }
            minted
        }
        Source::Pool { .. } => pool::share_interest(draft, id, minted)?,
    };
    totals.bad_debt = totals.bad_debt.minus(healed)?;
    totals.healed = totals.healed.plus(healed)?;
    totals.fees_minted = totals.fees_minted.plus(minted)?;
    totals.rounding = Amount::ZERO;
    draft.emit(MODULE, &Event::InterestAccrued { facility: id, grown, minted, healed });
    Ok(())
}

fn pay_surplus(draft: &mut Draft, ctx: &Context, facility: &Facility, amount: Amount) -> Result<(), Error> {
    gage_ledger::mint(draft, ctx, MODULE, facility.stable, ACCOUNT, amount)?;
    Ok(gage_backstop::add_surplus(draft, ctx, facility.waterfall, ACCOUNT, amount)?)
}
