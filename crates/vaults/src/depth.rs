//! Depth: how much of an asset can be sold at once, as somebody whom governance names says day by day.
//!
//! `securities` lets a listing serve as collateral only as far as its depth is measured. A higher figure
//! counts once it has rested for an hour, and then no more than both; a lower one counts at once; none counts
//! for longer than a day. Nobody but the named account reports, and never above what governance allows.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, Event, MODULE};

/// How long a higher figure rests before it counts: an hour, in milliseconds.
pub const REST_MS: u64 = 3_600_000;

/// Who reports the depth of an asset, and what was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DepthReporter {
    /// Who.
    pub account: AccountNumber,
    /// The most that counts, whatever is reported.
    pub max: Amount,
    /// What counts since the last report.
    pub counted: Amount,
    /// The least that was reported since `latest_at`.
    pub latest: Amount,
    /// When that rest began.
    pub latest_at: Timestamp,
}

impl DepthReporter {
    /// With a new report.
    pub fn with(self, amount: Amount, now: Timestamp) -> DepthReporter {
        let rested = now.0.saturating_sub(self.latest_at.0) >= REST_MS;
        match rested {
            true => DepthReporter { counted: self.latest.min(amount), latest: amount, latest_at: now, ..self },
            false => DepthReporter { counted: self.counted.min(amount), latest: self.latest.min(amount), ..self },
        }
    }
}

pub(crate) const REPORTERS: OrderedTable<AssetId, DepthReporter> =
    OrderedTable::authenticated(0x0a4a, "vaults/depth_reporters");

/// Who reports the depth of an asset, if anybody.
pub fn reporter(draft: &Draft, asset: AssetId) -> Option<DepthReporter> {
    REPORTERS.get(draft, &asset)
}

/// Takes note of a report and tells `securities` what counts.
///
/// # Errors
/// The ledger's for an unknown asset.
pub(crate) fn report(
    draft: &mut Draft,
    ctx: &Context,
    asset: AssetId,
    before: DepthReporter,
    amount: Amount,
) -> Result<(), Error> {
    let after = before.with(amount.min(before.max), ctx.time);
    gage_securities::set_depth(draft, ctx, MODULE, asset, after.counted)?;

    // From here on nothing can fail.
    REPORTERS.put(draft, asset, after);
    draft.emit(MODULE, &Event::DepthReported { asset, amount, counted: after.counted });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_counts_after_a_rest_and_less_at_once() {
        let (account, max) = (AccountNumber(1), Amount::MAX);
        let new = DepthReporter { account, max, counted: Amount::ZERO, latest: Amount::ZERO, latest_at: Timestamp(0) };
        let at = |hours: u64| Timestamp(hours.saturating_mul(REST_MS));
        let first = new.with(Amount(100), at(1));
        assert_eq!(first.counted, Amount(0), "nothing was reported before");
        assert_eq!(first.with(Amount(90), Timestamp(at(2).0.saturating_sub(1))).counted, Amount(0));
        let second = first.with(Amount(80), at(2));
        assert_eq!((second.counted, second.latest), (Amount(80), Amount(80)));
        // Half an hour later a hundred does not count, and thirty does.
        let soon = Timestamp(at(2).0.saturating_add(REST_MS / 2));
        assert_eq!(second.with(Amount(100), soon).counted, Amount(80));
        let fell = second.with(Amount(30), soon);
        assert_eq!((fell.counted, fell.latest), (Amount(30), Amount(30)));
        // After the rest no more than was there during it.
        assert_eq!(fell.with(Amount(500), at(3)).counted, Amount(30));
        assert_eq!(fell.with(Amount(500), at(3)).with(Amount(400), at(4)).counted, Amount(400));
    }
}
