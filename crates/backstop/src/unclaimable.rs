//! Gains that their depositor may not hold: after a month they are sold for him, whether he asks or not.
//!
//! Once a day the depositors of each stability pool with gains in collateral are gone through, a few in each
//! block. What a depositor is denied is noted with the time; what he has been denied for [`UNCLAIMED_MS`] joins
//! the batch of gains on sale, and its proceeds in the stable wait for him. Who may hold it again is forgotten.

use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_compliance::Side;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, MathError, Timestamp};
use serde::{Deserialize, Serialize};

use crate::deposits::{Settled, pool_view, settle};
use crate::members::take_gain;
use crate::sales::{Batch, BatchState};
use crate::state::{BATCHES, DEPOSITS, ENTRIES, GAINS, GATHERING, LAST_BATCH, SALE_TERMS, WATERFALLS};
use crate::{Error, Event, Holding, MODULE, PoolId, Waterfall, WaterfallId, waterfall};

/// How long a gain must have been denied to its depositor before it is sold for him: thirty days.
pub const UNCLAIMED_MS: u64 = 30 * 86_400_000;
/// How often the depositors of a pool are gone through: daily.
pub const SWEEP_MS: u64 = 86_400_000;
/// The most depositors of all pools looked at in one block.
pub const VISITS_MAX: usize = 32;
/// The weight of one look; 1,000 is a simple operation.
const VISIT_WEIGHT: u64 = 3_000;

/// How far a round through the depositors of a pool has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Sweep {
    /// The last one looked at in this round.
    pub after: Option<AccountNumber>,
    /// When the next round begins, once this one is over.
    pub next_at: Timestamp,
}

/// The depositors of the stability pools.
pub const DEPOSITORS: OrderedTable<(WaterfallId, AccountNumber), ()> =
    OrderedTable::derived(0x0915, "backstop/depositors");
/// The rounds through them.
pub const SWEEPS: OrderedTable<WaterfallId, Sweep> = OrderedTable::authenticated(0x0916, "backstop/sweeps");
/// Since when a depositor is denied what he has gained.
pub const UNCLAIMABLE: OrderedTable<(WaterfallId, AccountNumber, AssetId), Timestamp> =
    OrderedTable::authenticated(0x0917, "backstop/unclaimable");

pub(crate) fn create_tables(draft: &mut Draft) {
    DEPOSITORS.create(draft);
    SWEEPS.create(draft);
    UNCLAIMABLE.create(draft);
}

/// Fills the derived table.
pub(crate) fn rebuild(draft: &mut Draft) {
    for ((id, account), _) in DEPOSITS.sorted(draft) {
        if id.is_stability() {
            DEPOSITORS.put(draft, (id.waterfall, account), ());
        }
    }
}

/// Follows a deposit that was written or, without anything left, removed.
pub(crate) fn follow(draft: &mut Draft, id: PoolId, account: AccountNumber, stands: bool) {
    if !id.is_stability() {
        return;
    }
    let key = (id.waterfall, account);
    if stands {
        if !DEPOSITORS.has(draft, &key) {
            DEPOSITORS.put(draft, key, ());
        }
        return;
    }
    DEPOSITORS.remove(draft, &key);
    for asset in denied(draft, id.waterfall, account) {
        UNCLAIMABLE.remove(draft, &(id.waterfall, account, asset));
    }
}

/// What a depositor is noted to be denied.
fn denied(draft: &Draft, id: WaterfallId, account: AccountNumber) -> Vec<AssetId> {
    let bounds = ((id, account, AssetId(0)), (id, account, AssetId(u32::MAX)));
    let bounds = (Bound::Included(bounds.0), Bound::Included(bounds.1));
    UNCLAIMABLE.range(draft, bounds).map(|((.., asset), _)| *asset).collect()
}

/// Puts all gains of a depositor in one collateral into the batch that gathers. Returns the batch.
///
/// # Errors
/// [`Error::NothingLeft`].
pub(crate) fn gather(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    record: &Waterfall,
    account: AccountNumber,
    asset: AssetId,
) -> Result<u64, Error> {
    let key = (id, asset);
    let amount = take_gain(draft, ctx, PoolId::stability(id), record, account, asset)?;
    let last = LAST_BATCH.get(draft, &()).unwrap_or_default();
    let gathering = GATHERING.get(draft, &key).and_then(|number| Some((number, BATCHES.get(draft, &number)?)));
    let (number, batch) = match gathering {
        Some(found) => found,
        None => {
            let batch = Batch {
                waterfall: id,
                asset,
                amount: Amount::ZERO,
                raised: Amount::ZERO,
                left: Amount::ZERO,
                members: 0,
                state: BatchState::Gathering,
            };
            (last.checked_add(1).ok_or(MathError::Overflow)?, batch)
        }
    };
    let entry = ENTRIES.get(draft, &(number, account));
    let members = batch.members.checked_add(u64::from(entry.is_none())).ok_or(MathError::Overflow)?;
    let (total, own) = (batch.amount.plus(amount)?, entry.unwrap_or_default().plus(amount)?);

    // From here on nothing can fail.
    LAST_BATCH.put(draft, (), last.max(number));
    BATCHES.put(draft, number, Batch { amount: total, members, ..batch });
    GATHERING.put(draft, key, number);
    ENTRIES.put(draft, (number, account), own);
    let gain = Holding { asset, amount };
    draft.emit(MODULE, &Event::GainsConverted { waterfall: id, account, gain, batch: number });
    Ok(number)
}

/// Due work: goes on with the rounds that are due, as far as the budget reaches.
pub(crate) fn sell_unclaimable(draft: &mut Draft, ctx: &Context, budget: &mut u64) {
    // Nothing is sold without terms, and most waterfalls have none.
    if SALE_TERMS.is_empty(draft) {
        return;
    }
    let due = WATERFALLS.iter(draft).map(|(id, _)| *id).filter(|id| is_due(draft, ctx, *id));
    let due: Vec<WaterfallId> = due.collect();
    let mut left = VISITS_MAX;
    for id in due {
        let Ok(record) = waterfall(draft, id) else { continue };
        let sweep = SWEEPS.get(draft, &id).unwrap_or_default();
        let from = sweep.after.map_or(Bound::Included((id, AccountNumber(0))), |after| Bound::Excluded((id, after)));
        let range = DEPOSITORS.range(draft, (from, Bound::Included((id, AccountNumber(u32::MAX)))));
        let affordable = budget.checked_div(VISIT_WEIGHT).and_then(|looks| usize::try_from(looks).ok());
        let most = left.min(affordable.unwrap_or(left));
        if most == 0 {
            break;
        }
        let next: Vec<AccountNumber> = range.map(|((_, account), ())| *account).take(most).collect();
        for account in &next {
            *budget = budget.saturating_sub(VISIT_WEIGHT);
            left = left.saturating_sub(1);
            let savepoint = draft.savepoint();
            if visit(draft, ctx, id, &record, *account).is_err() {
                draft.undo_to(savepoint);
            }
        }
        if next.len() == most {
            // There may be more: they follow in the next block.
            let after = next.last().copied().or(sweep.after);
            SWEEPS.put(draft, id, Sweep { after, ..sweep });
        } else {
            let next_at = Timestamp(ctx.time.0.saturating_add(SWEEP_MS));
            SWEEPS.put(draft, id, Sweep { after: None, next_at });
        }
    }
}

/// Whether a round is due, and its pool holds gains that could be sold.
fn is_due(draft: &Draft, ctx: &Context, id: WaterfallId) -> bool {
    let sweep = SWEEPS.get(draft, &id).unwrap_or_default();
    let pool = PoolId::stability(id);
    let gains = GAINS.range(draft, (Bound::Included((pool, AssetId(0))), Bound::Included((pool, AssetId(u32::MAX)))));
    sweep.next_at <= ctx.time && gains.map(|((_, asset), _)| *asset).any(|asset| SALE_TERMS.has(draft, &(id, asset)))
}

/// Looks at what one depositor has gained, and whether he may hold it.
fn visit(
    draft: &mut Draft,
    ctx: &Context,
    id: WaterfallId,
    record: &Waterfall,
    account: AccountNumber,
) -> Result<(), Error> {
    let pool_id = PoolId::stability(id);
    let deposit = DEPOSITS.get(draft, &(pool_id, account)).ok_or(Error::NoDeposit)?;
    let pool = pool_view(draft, pool_id, ctx.height)?;
    let Settled { deposit, .. } = settle(draft, pool_id, record, pool, &deposit, ctx.height)?;
    let for_sale = |gain: &&Holding| !gain.amount.is_zero() && SALE_TERMS.has(draft, &(id, gain.asset));
    let gains: Vec<Holding> = deposit.gains.iter().filter(for_sale).copied().collect();
    for asset in denied(draft, id, account) {
        if gains.iter().all(|gain| gain.asset != asset) {
            UNCLAIMABLE.remove(draft, &(id, account, asset));
        }
    }
    for Holding { asset, .. } in gains {
        let key = (id, account, asset);
        let since = UNCLAIMABLE.get(draft, &key);
        if gage_compliance::eligible(draft, ctx, account, asset, Side::Receiver).is_ok() {
            if since.is_some() {
                UNCLAIMABLE.remove(draft, &key);
            }
            continue;
        }
        match since {
            None => UNCLAIMABLE.put(draft, key, ctx.time),
            Some(since) if ctx.time.0.saturating_sub(since.0) >= UNCLAIMED_MS => {
                UNCLAIMABLE.remove(draft, &key);
                gather(draft, ctx, id, record, account, asset)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}
