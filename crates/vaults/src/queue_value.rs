//! Collateral with a redemption queue counts at the lower of its feed and what the queue would fetch for all that
//! the facility holds of it.

use gage_accounts::Context;
use gage_securities::queue_value::{expected_wait_ms, fetches};
use gage_securities::redemption::QUEUES;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Price};

use crate::Error;

/// The lower of `price` and what the queue of an asset would fetch for a whole unit, of which the facility
/// holds `held`. Costs one look at a dense table for an asset without a queue.
///
/// # Errors
/// If a figure does not fit.
pub(crate) fn at_most(
    draft: &Draft,
    ctx: &Context,
    asset: AssetId,
    price: Price,
    held: impl FnOnce() -> Result<Amount, Error>,
) -> Result<Price, Error> {
    let Some(queue) = QUEUES.peek(draft, &asset) else { return Ok(price) };
    let wait = expected_wait_ms(draft, asset, queue, held()?)?;
    Ok(fetches(draft, ctx, queue, price, wait)?)
}
