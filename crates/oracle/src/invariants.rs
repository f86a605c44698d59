//! One function per invariant; the doc comment is its sentence.

use gage_accounts::Broken;
use gage_store::Draft;

use crate::block::gather;
use crate::feed::check_chain;
use crate::liability::BAND_KEEP_MS;
use crate::quote::{quote_at, valid_from};
use crate::state::{
    ACTIONS_DUE, ASSET_FEEDS, CELLS, CHANGED, Cell, DEPENDENTS, FEEDS, GLOBAL, JUMPS_DUE, MARKETS, OFFENCES,
    PUBLISHERS, PYTH_FEEDS, REPORTS, SUSPECTS, SUSPECTS_DUE, foreign_key, global, jump_due, market,
};
use crate::{DEPTH_MAX, Dimension, FeedId, PriceClass, Source};

/// Checks what this block touched.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    for (feed, ()) in CHANGED.iter(draft) {
        if let Some(cell) = CELLS.get(draft, feed) {
            cell_never_goes_back(draft, *feed, &cell)?;
            aggregate_is_recomputed(draft, *feed, &cell)?;
        }
    }
    Ok(())
}

/// Checks every record.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    for (feed, cell) in CELLS.iter(draft) {
        cell_never_goes_back(draft, feed, cell)?;
        aggregate_is_recomputed(draft, feed, cell)?;
    }
    class_follows_from_records(draft)?;
    reports_have_publishers(draft)?;
    feeds_chain(draft)?;
    rules_in_bounds(draft)?;
    offences_have_slashes(draft)?;
    suspects_are_bounded(draft)?;
    due_follows_records(draft)
}

fn broken(holds: bool, invariant: &'static str, detail: impl FnOnce() -> String) -> Result<(), Broken> {
    Broken::unless(holds, "oracle", invariant, detail)
}

/// The time a cell was observed and the time it was updated never fall: at rest this shows as an
/// observation not after the update, an update not after the last block, and points in order.
fn cell_never_goes_back(draft: &Draft, feed: FeedId, cell: &Cell) -> Result<(), Broken> {
    let last_block = global(draft).last_block.unwrap_or(cell.updated_at);
    let ordered =
        cell.observed_at <= cell.updated_at && cell.updated_at <= last_block && cell.averages.at <= last_block;
    broken(ordered, "CellNeverGoesBack", || format!("feed {feed}: {cell:?}, last block {last_block}"))?;
    let Some(history) = crate::state::HISTORIES.peek(draft, &feed) else { return Ok(()) };
    let ordered = history.points.iter().zip(history.points.iter().skip(1)).all(|(a, b)| a.at < b.at);
    let bounded = history.points.last().is_none_or(|last| last.at <= cell.updated_at);
    broken(ordered && bounded, "CellNeverGoesBack", || format!("feed {feed}: {history:?}"))
}

/// A cell equals the aggregate of the reports it was made from, while they stand: no report came
/// since, and nothing changed that the aggregation depends on.
fn aggregate_is_recomputed(draft: &Draft, id: FeedId, cell: &Cell) -> Result<(), Broken> {
    let Some(feed) = FEEDS.get(draft, &id) else {
        return broken(false, "AggregateIsRecomputed", || format!("feed {id} has a cell and does not exist"));
    };
    let newer = crate::state::reports(draft, id)
        .iter()
        .any(|(_, _, report)| report.is_some_and(|report| report.received_at > cell.updated_at));
    if newer || feed.revised_at >= cell.updated_at {
        return Ok(());
    }
    match gather(draft, id, &feed, cell.updated_at) {
        Ok(Some(now)) => {
            let found = (now.price, now.confidence, now.publishers, now.observed_at);
            let stored = (cell.price, cell.confidence, cell.publishers, cell.observed_at);
            broken(found == stored, "AggregateIsRecomputed", || {
                format!("feed {id}: stored {stored:?}, recomputed {found:?}")
            })
        }
        // The chain restarted since: nothing counts that was observed before.
        Ok(None) => Ok(()),
        Err(error) => broken(false, "AggregateIsRecomputed", || format!("feed {id}: {error}")),
    }
}

/// The class of a quote depends on records and the block's time alone, and its band is bounded: said
/// here a second time, for every reported feed at the time of the last block.
fn class_follows_from_records(draft: &Draft) -> Result<(), Broken> {
    let Some(now) = global(draft).last_block else { return Ok(()) };
    for (id, cell) in CELLS.iter(draft) {
        let (Some(feed), Ok(quote)) = (FEEDS.peek(draft, &id), quote_at(draft, now, id)) else { continue };
        let from = valid_from(&global(draft), &market(draft, id), feed, now);
        let too_old = now.0.saturating_sub(cell.observed_at.0) > feed.params.max_age_ms;
        let expected = match from {
            _ if !feed.params.admits(quote.mid, feed.decimals) => quote.class == PriceClass::Invalid,
            None => quote.class == PriceClass::Closed,
            Some(from) if too_old || cell.observed_at < from => quote.class == PriceClass::Stale,
            _ if cell.belief.jump.is_some() => quote.class == PriceClass::Jumped,
            _ => quote.class <= PriceClass::Uncertain,
        };
        let ordered = quote.low <= quote.mid && quote.mid <= quote.high;
        broken(expected && ordered, "ClassFollowsFromRecords", || format!("feed {id}: {quote:?} of {cell:?}"))?;
    }
    Ok(())
}

/// Every report belongs to a publisher of a reported feed, and none is from the future.
fn reports_have_publishers(draft: &Draft) -> Result<(), Broken> {
    for (key, report) in REPORTS.iter(draft) {
        let holds = PUBLISHERS.has(draft, key) && report.observed_at <= report.received_at;
        broken(holds, "ReportsHavePublishers", || format!("{key:?}: {report:?}"))?;
    }
    for (key, publisher) in PUBLISHERS.iter(draft) {
        let reported = FEEDS.peek(draft, &key.0).is_some_and(|feed| feed.source == Source::Reported);
        broken(reported && publisher.weight > 0, "ReportsHavePublishers", || format!("{key:?}: {publisher:?}"))?;
    }
    Ok(())
}

/// The legs of a composed feed are older feeds and lead from its base to its quote; a default feed
/// prices its asset in the numeraire.
fn feeds_chain(draft: &Draft) -> Result<(), Broken> {
    for (id, feed) in FEEDS.iter(draft) {
        let Source::Composed(legs) = &feed.source else { continue };
        let mut chain = Vec::new();
        for leg in legs {
            let factor = FEEDS.peek(draft, &leg.feed).filter(|factor| leg.feed < id && factor.depth < feed.depth);
            let Some(factor) = factor else {
                return broken(false, "FeedsChain", || format!("feed {id} stands on feed {}", leg.feed));
            };
            let (from, to) = (factor.base, factor.quote);
            chain.push(if leg.inverse { (to, from) } else { (from, to) });
        }
        let holds = check_chain(feed.base, feed.quote, chain).is_ok() && feed.depth <= DEPTH_MAX;
        broken(holds, "FeedsChain", || format!("feed {id}: {feed:?}"))?;
    }
    for (asset, id) in ASSET_FEEDS.iter(draft) {
        let feed = FEEDS.peek(draft, id);
        let prices =
            feed.is_some_and(|feed| (feed.base, feed.quote) == (Dimension::Asset(asset), Dimension::Numeraire));
        broken(prices, "FeedsChain", || format!("asset {asset} is priced by feed {id}"))?;
    }
    Ok(())
}

/// Every parameter lies in the bounds fixed in code.
fn rules_in_bounds(draft: &Draft) -> Result<(), Broken> {
    let state = global(draft);
    let count = GLOBAL.len(draft) <= 1 && FEEDS.iter(draft).all(|(id, _)| id.0 < state.next_feed);
    broken(count && state.params.check().is_ok(), "RulesInBounds", || format!("{state:?}"))?;
    for (id, feed) in FEEDS.iter(draft) {
        broken(feed.params.check().is_ok(), "RulesInBounds", || format!("feed {id}: {:?}", feed.params))?;
    }
    Ok(())
}

/// Every slash an offence names is of its publisher, with this evidence.
fn offences_have_slashes(draft: &Draft) -> Result<(), Broken> {
    for ((publisher, hash), offence) in OFFENCES.iter(draft) {
        for slash in &offence.slashes {
            let record = gage_staking::state::SLASHES.get(draft, slash);
            let holds = record.is_some_and(|record| {
                let evidence = record.evidence;
                (record.owner, evidence.module, evidence.hash) == (*publisher, crate::MODULE, *hash)
                    && evidence.occurred_at == offence.observed_at
            });
            broken(holds, "OffencesHaveSlashes", || format!("{offence:?} names slash {slash}: {record:?}"))?;
        }
    }
    Ok(())
}

/// What waits for judgement is of a publisher, and is judged within the time that bands are remembered.
fn suspects_are_bounded(draft: &Draft) -> Result<(), Broken> {
    // Looked at last when bands of its time are still there, then once more after the longest window.
    let longest = BAND_KEEP_MS.saturating_add(3_600_000);
    for (key, suspect) in SUSPECTS.iter(draft) {
        let wait = suspect.judge_at.0.saturating_sub(suspect.observed_at.0);
        let holds = PUBLISHERS.has(draft, key) && wait <= longest;
        broken(holds, "SuspectsAreBounded", || format!("{key:?}: {suspect:?}"))?;
    }
    Ok(())
}

/// The derived tables are what a rebuild makes of the records.
fn due_follows_records(draft: &Draft) -> Result<(), Broken> {
    let mut jumps = Vec::new();
    let mut actions = Vec::new();
    let mut dependents = Vec::new();
    for (id, feed) in FEEDS.iter(draft) {
        jumps.extend(CELLS.peek(draft, &id).and_then(|cell| jump_due(cell, feed)).map(|due| (due, id)));
        let action = MARKETS.peek(draft, &id).and_then(|market| market.action);
        actions.extend(action.map(|action| (action.activates_at, id)));
        if let Source::Composed(legs) = &feed.source {
            dependents.extend(legs.iter().map(|leg| (leg.feed, id)));
        }
    }
    jumps.sort_unstable();
    actions.sort_unstable();
    dependents.sort_unstable();
    dependents.dedup();
    let mut judged: Vec<_> = SUSPECTS.iter(draft).map(|(key, suspect)| (suspect.judge_at, key.0, key.1)).collect();
    judged.sort_unstable();
    let mut foreign: Vec<_> = PUBLISHERS.iter(draft).filter_map(|(key, rights)| foreign_key(*key, rights)).collect();
    foreign.sort_unstable();
    let second = judged.iter().eq(SUSPECTS_DUE.iter(draft).map(|(key, ())| key))
        && foreign.iter().eq(PYTH_FEEDS.iter(draft).map(|(key, ())| key));
    broken(second, "DueFollowsRecords", || format!("expected {judged:?}, {foreign:?}"))?;
    let holds = jumps.iter().eq(JUMPS_DUE.iter(draft).map(|(key, ())| key))
        && actions.iter().eq(ACTIONS_DUE.iter(draft).map(|(key, ())| key))
        && dependents.iter().eq(DEPENDENTS.iter(draft).map(|(key, ())| key));
    broken(holds, "DueFollowsRecords", || format!("expected {jumps:?}, {actions:?}, {dependents:?}"))
}
