//! What slashes took, until a loss waterfall collects it.

use std::ops::Bound::Included;

use gage_accounts::Context;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};

use crate::state::PROCEEDS;
use crate::{ACCOUNT, Error, Event, MODULE};

/// The most assets of one collection; the rest follows with the next.
pub const COLLECT_MAX: usize = 16;

/// What waits: waterfall, asset and amount, in this order; at most `limit`.
pub fn proceeds(draft: &Draft, limit: usize) -> Vec<(u32, AssetId, Amount)> {
    PROCEEDS.iter(draft).map(|(key, amount)| (key.0, key.1, *amount)).take(limit).collect()
}

/// Moves what waits for a waterfall to the account of whoever keeps it, and says what that was: at most
/// [`COLLECT_MAX`] assets. The caller books it.
///
/// # Errors
/// Those of the ledger.
pub fn hand_over(
    draft: &mut Draft,
    ctx: &Context,
    waterfall: u32,
    to: AccountNumber,
) -> Result<Vec<(AssetId, Amount)>, Error> {
    let bounds = (Included((waterfall, AssetId(0))), Included((waterfall, AssetId(u32::MAX))));
    let range = PROCEEDS.range(draft, bounds).take(COLLECT_MAX);
    let waiting: Vec<(AssetId, Amount)> = range.map(|(key, amount)| (key.1, *amount)).collect();
    for (asset, amount) in &waiting {
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, to, *asset, *amount)?;
    }

    // From here on nothing can fail.
    for (asset, amount) in &waiting {
        PROCEEDS.remove(draft, &(waterfall, *asset));
        draft.emit(MODULE, &Event::HandedOver { waterfall, to, asset: *asset, amount: *amount });
    }
    Ok(waiting)
}
