//! Due work at the end of a block: collect what slashes took, sell what lies in the buffer, distribute what
//! is too much in it.

use gage_accounts::Context;
use gage_auctions::LotId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, MathError, Rounding, Timestamp};

use crate::deposits::pool_at;
use crate::sales::{Recovery, SaleTerms, SurplusRule, SurplusTo};
use crate::sell::{book_takes, open_batch, open_surplus, restart};
use crate::state::{GATHERING, RECOVERIES, SALE_TERMS, SURPLUS, SURPLUS_RULES, WATERFALLS};
use crate::surplus::{check_healed, credit, share};
use crate::unclaimable::sell_unclaimable;
use crate::waterfalls::check_reserved;
use crate::{
    ACCOUNT, Error, Event, Holding, MODULE, PoolId, StepKind, WaterfallId, at_issuer, custody, spend_surplus, surplus,
    waterfall,
};

/// The weight of a step; 1,000 is a simple operation. A look costs a twentieth.
pub(crate) const STEP_WEIGHT: u64 = 3_000;
pub(crate) const LOOK_WEIGHT: u64 = 150;
/// The most waterfalls' slashing proceeds looked at in one block.
const PROCEEDS_MAX: usize = 256;

/// Pays the facility's bad debt from what sales of its surplus collateral brought: at most `bad_debt`, to
/// `pay_to`, which burns it. What the facility does not take within the block joins the buffer in the next.
///
/// # Errors
/// The ledger's.
pub fn recover(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    bad_debt: Amount,
    pay_to: gage_units::AccountNumber,
) -> Result<Amount, Error> {
    let Some(recovery) = RECOVERIES.get(draft, &id) else { return Ok(Amount::ZERO) };
    let amount = recovery.amount.min(bad_debt);
    if amount.is_zero() {
        return Ok(amount);
    }
    let left = recovery.amount.minus(amount)?;
    custody::pay(draft, ctx, pay_to, waterfall(draft, id)?.stable, amount)?;

    // From here on nothing can fail.
    if left.is_zero() {
        RECOVERIES.remove(draft, &id);
    } else {
        RECOVERIES.put(draft, id, Recovery { amount: left, ..recovery });
    }
    draft.emit(MODULE, &Event::BadDebtRecovered { waterfall: id, amount });
    Ok(amount)
}

/// Everything this module does by itself, as far as the budget reaches. Takes are booked whatever the budget,
/// because their number is bounded by the block.
///
/// # Errors
/// Only a fault of the records; a step that cannot be done now is undone and tried in the next block.
pub fn sell_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    let ctx = &ctx.as_protocol();
    join_recoveries(draft, ctx)?;
    collect_slashes(draft, ctx, budget);
    for lot in gage_auctions::take_touched(draft, MODULE) {
        *budget = budget.saturating_sub(STEP_WEIGHT);
        if !attempt(draft, |draft| book_takes(draft, ctx, lot)) {
            gage_auctions::touch_again(draft, ctx, MODULE, lot);
        }
    }
    at_issuer::collect(draft, ctx, budget);
    // Lots whose price is not usable wait without holding up those behind them.
    let looks = budget.checked_div(STEP_WEIGHT).and_then(|looks| usize::try_from(looks).ok());
    let due: Vec<LotId> = gage_auctions::due_for_restart(draft, ctx, MODULE, looks.unwrap_or(usize::MAX));
    for lot in due {
        *budget = budget.saturating_sub(STEP_WEIGHT);
        attempt(draft, |draft| restart(draft, ctx, lot));
    }
    sell_unclaimable(draft, ctx, budget);
    open_lots(draft, ctx, budget);
    distribute(draft, ctx, budget);
    Ok(())
}

/// Does one step; one that cannot be done now leaves nothing. Returns whether it was done.
pub(crate) fn attempt(draft: &mut Draft, step: impl FnOnce(&mut Draft) -> Result<(), Error>) -> bool {
    let savepoint = draft.savepoint();
    let done = step(draft).is_ok();
    if !done {
        draft.undo_to(savepoint);
    }
    done
}

/// What waited a whole block for bad debt joins the buffer.
fn join_recoveries(draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
    let waited = RECOVERIES.iter(draft).filter(|(_, recovery)| recovery.since < ctx.height);
    let waited: Vec<(WaterfallId, Recovery)> = waited.map(|(id, recovery)| (*id, *recovery)).collect();
    for (id, recovery) in waited {
        let asset = waterfall(draft, id)?.stable;
        credit(draft, id, asset, recovery.amount)?;
        RECOVERIES.remove(draft, &id);
        let holding = Holding { asset, amount: recovery.amount };
        draft.emit(MODULE, &Event::SurplusAdded { waterfall: id, holding });
    }
    Ok(())
}

/// Takes what slashes took into the buffers of the waterfalls they named. What is not the stable is sold with
/// the rest of the buffer.
fn collect_slashes(draft: &mut Draft, ctx: &Context, budget: &mut u64) {
    let mut waiting: Vec<u32> =
        gage_staking::proceeds(draft, PROCEEDS_MAX).into_iter().map(|(waterfall, ..)| waterfall).collect();
    waiting.dedup();
    for number in waiting {
        let id = WaterfallId(number);
        if !WATERFALLS.has(draft, &id) || *budget < STEP_WEIGHT {
            continue;
        }
        *budget = budget.saturating_sub(STEP_WEIGHT);
        attempt(draft, |draft| {
            for (asset, amount) in gage_staking::hand_over(draft, ctx, number, ACCOUNT)? {
                custody::count(draft, asset, amount)?;
                credit(draft, id, asset, amount)?;
                draft.emit(MODULE, &Event::SurplusAdded { waterfall: id, holding: Holding { asset, amount } });
            }
            Ok(())
        });
    }
}

/// Opens lots of surplus and of batches. Each block begins one pair further on, so that a small budget
/// serves all in turn.
fn open_lots(draft: &mut Draft, ctx: &Context, budget: &mut u64) {
    let mut pairs: Vec<((WaterfallId, AssetId), SaleTerms)> =
        SALE_TERMS.iter(draft).map(|(key, terms)| (*key, *terms)).collect();
    let turn = u64::try_from(pairs.len()).ok().and_then(|count| ctx.height.0.checked_rem(count));
    pairs.rotate_left(turn.and_then(|turn| usize::try_from(turn).ok()).unwrap_or(0));
    for ((id, asset), terms) in pairs {
        let batch = GATHERING.get(draft, &(id, asset));
        if batch.is_none() && surplus(draft, id, asset).is_zero() {
            *budget = budget.saturating_sub(LOOK_WEIGHT);
            continue;
        }
        if *budget < STEP_WEIGHT {
            break;
        }
        *budget = budget.saturating_sub(STEP_WEIGHT);
        attempt(draft, |draft| open_surplus(draft, ctx, id, asset, &terms));
        if let Some(number) = batch {
            attempt(draft, |draft| open_batch(draft, ctx, number));
        }
    }
}

/// Distributes surplus above its target where a period is over.
fn distribute(draft: &mut Draft, ctx: &Context, budget: &mut u64) {
    let due = SURPLUS_RULES.iter(draft).filter(|(_, rule)| rule.next_at <= ctx.time);
    let due: Vec<(WaterfallId, SurplusRule)> = due.map(|(id, rule)| (*id, *rule)).collect();
    for (id, rule) in due {
        if *budget < STEP_WEIGHT {
            break;
        }
        *budget = budget.saturating_sub(STEP_WEIGHT);
        attempt(draft, |draft| distribute_one(draft, ctx, id, rule));
    }
}

fn distribute_one(draft: &mut Draft, ctx: &Context, id: WaterfallId, rule: SurplusRule) -> Result<(), Error> {
    let record = waterfall(draft, id)?;
    if record.exits_closed {
        // The period stays due: nothing leaves while losses are unfinished.
        return Ok(());
    }
    check_healed(draft, id)?;
    let kept = rule.target.max(record.terms.buffer_min);
    let above = surplus(draft, id, record.stable).minus(kept).unwrap_or(Amount::ZERO);
    let amount = Amount(rule.share.apply(above.0, Rounding::Down)?);
    if !amount.is_zero() {
        check_reserved(draft, id, &record, ctx.height, StepKind::SurplusBuffer, amount)?;
        match rule.to {
            SurplusTo::Account(to) => spend_surplus(draft, ctx, id, record.stable, amount, to)?,
            SurplusTo::Pool => {
                let pool_id = PoolId::stability(id);
                let pool = pool_at(draft, pool_id, &record, ctx.height)?;
                if pool.members == 0 || pool.deposits.is_zero() {
                    return Err(MathError::DivisionByZero.into());
                }
                let left = surplus(draft, id, record.stable).minus(amount)?;
                share(draft, pool_id, &pool, Holding { asset: record.stable, amount })?;
                custody::set(draft, &SURPLUS, id, record.stable, left);
                draft.emit(MODULE, &Event::PoolRewarded { waterfall: id, amount });
            }
        }
    }
    let next_at: Timestamp = ctx.time.plus_ms(rule.period_ms)?;
    SURPLUS_RULES.put(draft, id, SurplusRule { next_at, ..rule });
    Ok(())
}
