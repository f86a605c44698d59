//! Work at the begin of a block and after its reports.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Price, Rounding, Timestamp};

use crate::averages::Averages;
use crate::consensus::{Observation, consensus};
use crate::jump::{Belief, within};
use crate::liability::{forget, remember};
use crate::quote::valid_from;
use crate::state::{
    ACTIONS_DUE, CELLS, CHANGED, Cell, CorporateAction, GLOBAL, HISTORIES, HISTORY_MAX, JUMPS_DUE, MARKETS, Point,
    Publisher, REPORTS, Report, TOUCHED, global, market, note_changed, note_revised, put_cell, reports,
};
use crate::{Error, Event, Feed, FeedId, MODULE, feed};

/// Begins a block: forgets which prices the last one changed, notes a restart, lets corporate actions
/// act, and has the moves whose wait ended looked at again.
pub fn begin_block(draft: &mut Draft, ctx: &Context) {
    let changed: Vec<FeedId> = CHANGED.iter(draft).map(|(feed, ())| *feed).collect();
    for feed in changed {
        CHANGED.remove(draft, &feed);
    }

    let mut state = global(draft);
    if let Some(stopped_at) = state.last_block
        && ctx.time.0.saturating_sub(stopped_at.0) > state.params.halt_gap_ms
    {
        state.restarted_at = ctx.time;
        draft.emit(MODULE, &Event::Restarted { stopped_at });
    }
    state.last_block = Some(ctx.time);
    GLOBAL.put(draft, 0, state);

    let until = (ctx.time, FeedId(u32::MAX));
    let upto = || (std::ops::Bound::Unbounded, std::ops::Bound::Included(until));
    let actions: Vec<FeedId> = ACTIONS_DUE.range(draft, upto()).map(|(key, ())| key.1).collect();
    for feed in actions {
        change_units(draft, ctx, feed);
    }
    let jumps: Vec<FeedId> = JUMPS_DUE.range(draft, upto()).map(|(key, ())| key.1).collect();
    for feed in jumps {
        TOUCHED.put(draft, feed, ());
    }
}

/// A corporate action acts: the price and what it remembers are in new units, and reports in old
/// units are dropped. The price is stale until a quorum reported in new units. A price that does not
/// exist in new units (beyond what the type holds) is forgotten: the feed is as if never priced.
fn change_units(draft: &mut Draft, ctx: &Context, id: FeedId) {
    let mut state = market(draft, id);
    let (Some(action), Ok(feed)) = (state.action.take(), feed(draft, id)) else { return };
    state.valid_from = state.valid_from.max(action.activates_at);
    ACTIONS_DUE.remove(draft, &(action.activates_at, id));
    MARKETS.put(draft, id, state);
    let publishers: Vec<AccountNumber> = reports(draft, id).into_iter().map(|(publisher, ..)| publisher).collect();
    for publisher in publishers {
        REPORTS.remove(draft, &(id, publisher));
    }
    HISTORIES.remove(draft, &id);
    forget(draft, id);
    if let Some(cell) = CELLS.get(draft, &id) {
        // Written first without a move that waits, so that the due table follows.
        put_cell(draft, id, &feed, Cell { belief: Belief { jump: None, ..cell.belief }, ..cell });
        match in_new_units(cell, action) {
            Ok(cell) => CELLS.put(draft, id, cell),
            Err(_) => CELLS.remove(draft, &id),
        }
    }
    note_revised(draft, id, ctx.time);
    draft.emit(MODULE, &Event::CorporateActionApplied { feed: id, action });
}

fn in_new_units(cell: Cell, action: CorporateAction) -> Result<Cell, Error> {
    let (numerator, denominator) = (u128::from(action.numerator), u128::from(action.denominator));
    let scaled = |price: Price| price.mul_div(numerator, denominator, Rounding::Down);
    Ok(Cell {
        price: scaled(cell.price)?,
        confidence: scaled(cell.confidence)?,
        // A move that waited was seen in old units; it is judged anew.
        belief: Belief { confirmed: scaled(cell.belief.confirmed)?, jump: None },
        averages: cell.averages.rescaled(numerator, denominator)?,
        ..cell
    })
}

/// Aggregates every feed that has new reports. The chain calls it once per block, after the reports
/// and before any other operation. A feed without a quorum, or whose aggregate does not exist, keeps
/// its price, which ages.
pub fn aggregate(draft: &mut Draft, ctx: &Context) {
    let touched: Vec<FeedId> = TOUCHED.iter(draft).map(|(feed, ())| *feed).collect();
    for id in touched {
        TOUCHED.remove(draft, &id);
        // Rules that changed since the last aggregation change the price without a new aggregate.
        note_changed(draft, id);
        match recompute(draft, ctx, id) {
            Ok(Some((feed, cell))) => {
                write(draft, id, &feed, cell);
                if let Err(error) = remember(draft, id, &feed, &cell) {
                    let error = Error::Math(error);
                    draft.emit(MODULE, &Event::AggregateFailed { feed: id, code: error.code() });
                }
            }
            Ok(None) => (),
            Err(error) => draft.emit(MODULE, &Event::AggregateFailed { feed: id, code: error.code() }),
        }
    }
}

fn write(draft: &mut Draft, id: FeedId, feed: &Feed, cell: Cell) {
    let waited = CELLS.peek(draft, &id).is_some_and(|cell| cell.belief.jump.is_some());
    let confirmed = cell.belief.confirmed;
    match (waited, cell.belief.jump) {
        (false, Some(_)) => draft.emit(MODULE, &Event::JumpWaits { feed: id, confirmed, price: cell.price }),
        (true, None) => draft.emit(MODULE, &Event::JumpEnded { feed: id, confirmed }),
        _ => (),
    }
    let Cell { price, confidence, observed_at, averages, .. } = cell;
    draft.emit(MODULE, &Event::PriceUpdated { feed: id, price, confidence, used: averages.price, observed_at });
    let mut history = HISTORIES.get(draft, &id).unwrap_or_default();
    let last = history.points.last().map(|point| point.at);
    if last.is_none_or(|last| cell.updated_at.0.saturating_sub(last.0) >= feed.params.twap_step_ms) {
        history.points.push(Point { at: cell.updated_at, cumulative: averages.cumulative });
        if history.points.len() > HISTORY_MAX {
            history.points.remove(0);
        }
        HISTORIES.put(draft, id, history);
    }
    put_cell(draft, id, feed, cell);
}

/// What the reports of a feed add up to at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gathered {
    pub price: Price,
    pub confidence: Price,
    pub publishers: u8,
    pub observed_at: Timestamp,
    pub supporters: usize,
}

/// The reports of `id` that count at `now`, or `None` while the market does not trade.
pub(crate) fn counted(
    draft: &Draft,
    id: FeedId,
    feed: &Feed,
    now: Timestamp,
) -> Option<Vec<(AccountNumber, Publisher, Report)>> {
    let from = valid_from(&global(draft), &market(draft, id), feed, now)?;
    let fresh = |report: &Report| {
        report.observed_at >= from && now.0.saturating_sub(report.observed_at.0) <= feed.params.max_age_ms
    };
    let all = reports(draft, id).into_iter();
    Some(all.filter_map(|(account, rights, report)| Some((account, rights, report.filter(fresh)?))).collect())
}

/// The aggregate of the fresh reports of `id` at `now`, or `None` below the quorum or while the
/// market does not trade.
pub(crate) fn gather(draft: &Draft, id: FeedId, feed: &Feed, now: Timestamp) -> Result<Option<Gathered>, Error> {
    let Some(counted) = counted(draft, id, feed, now) else { return Ok(None) };
    let mut observations = Vec::new();
    let mut times = Vec::new();
    for (_, publisher, report) in counted {
        let Report { price, confidence, .. } = report;
        observations.push(Observation { price, confidence, weight: publisher.weight });
        times.push(report.observed_at);
    }
    // The instant a quorum had reached: the newest but `quorum - 1`.
    times.sort_unstable();
    let quorum = usize::from(feed.params.quorum);
    let Some(observed_at) = times.len().checked_sub(quorum).and_then(|place| times.get(place)).copied() else {
        return Ok(None);
    };
    let Some(agreed) = consensus(&observations)? else { return Ok(None) };
    let mut supporters = 0usize;
    for observation in &observations {
        if within(observation.price, agreed.price, feed.params.jump_bound)? {
            supporters = supporters.saturating_add(1);
        }
    }
    let publishers = u8::try_from(observations.len()).unwrap_or(u8::MAX);
    Ok(Some(Gathered { price: agreed.price, confidence: agreed.confidence, publishers, observed_at, supporters }))
}

fn recompute(draft: &Draft, ctx: &Context, id: FeedId) -> Result<Option<(Feed, Cell)>, Error> {
    let feed = feed(draft, id)?;
    let Some(gathered) = gather(draft, id, &feed, ctx.time)? else { return Ok(None) };
    let before = CELLS.get(draft, &id);
    if before.is_some_and(|before| gathered.observed_at < before.observed_at) {
        // A cell never goes back in time: the newest publishers were removed or the quorum raised.
        return Ok(None);
    }
    let Gathered { price, confidence, publishers, observed_at, supporters } = gathered;
    let params = &feed.params;
    let supported = supporters >= usize::from(params.jump_quorum);
    let (belief, averages) = match before {
        None => (Belief { confirmed: price, jump: None }, Averages::first(ctx.time, price, confidence)),
        Some(before) => {
            let belief = before.belief.after(price, supported, ctx.time, params.jump_bound, params.jump_delay_ms)?;
            let used = belief.used(params.jump_bound)?;
            let averages = before.averages.next(ctx.time, used, confidence, params.ema_ms, params.variance_ms)?;
            (belief, averages)
        }
    };
    let (updated_at, height) = (ctx.time, ctx.height);
    let cell = Cell { price, confidence, publishers, observed_at, updated_at, height, belief, averages };
    Ok(Some((feed, cell)))
}
