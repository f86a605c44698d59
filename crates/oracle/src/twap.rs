//! The time-weighted average price.

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{Price, Timestamp};

use crate::state::{CELLS, HISTORIES};
use crate::{Error, FeedId};

/// The average of the price in use over the last `window_ms`, or a little longer: from the latest
/// point of the feed's history that lies at least that far back, until now. Rounded down.
///
/// # Errors
/// [`Error::NeverPriced`] for a feed without a cell, [`Error::NoAverageYet`] if no point is that old.
pub fn twap(draft: &Draft, ctx: &Context, feed: FeedId, window_ms: u64) -> Result<Price, Error> {
    let cell = CELLS.peek(draft, &feed).ok_or(Error::NeverPriced(feed))?;
    let latest = Timestamp(ctx.time.0.checked_sub(window_ms).ok_or(Error::NoAverageYet)?);
    let history = HISTORIES.peek(draft, &feed).ok_or(Error::NoAverageYet)?;
    let start = history.points.iter().rfind(|point| point.at <= latest).ok_or(Error::NoAverageYet)?;
    let elapsed = u128::from(ctx.time.since_ms(start.at)?);
    let sum = cell.averages.cumulative_at(ctx.time).wrapping_sub(start.cumulative);
    sum.checked_div(elapsed).map(Price).ok_or(Error::NoAverageYet)
}
