//! The books of holders: one record each, and sums that follow every change.

use std::sync::Arc;

use gage_store::Draft;
use gage_units::{Amount, AssetId};

use crate::counted::{ClaimValue, Holder, Statistics, ValueStatistics};
use crate::rule::Topic;
use crate::state::{HOLDERS, IdentityId, LARGEST, STATISTICS, VALUES};

/// What one identity holds of a counted asset, all parts on all its accounts together.
pub fn held_by(draft: &Draft, asset: AssetId, identity: IdentityId) -> Amount {
    HOLDERS.peek(draft, &(asset, identity)).map_or(Amount::ZERO, |holder| holder.total)
}

/// The holders of a counted asset in the order of their numbers: for the ledger's audit.
pub fn holders(draft: &Draft, asset: AssetId) -> impl Iterator<Item = (IdentityId, Amount)> {
    let span = (asset, IdentityId(0))..=(asset, IdentityId(u32::MAX));
    let (first, last) = span.into_inner();
    let bounds = (std::ops::Bound::Included(first), std::ops::Bound::Included(last));
    HOLDERS.range(draft, bounds).map(|((_, identity), holder)| (*identity, holder.total))
}

/// The sums over the holders of a counted asset.
pub fn statistics(draft: &Draft, asset: AssetId) -> Statistics {
    STATISTICS.get(draft, &asset).unwrap_or_default()
}

/// Writes what an identity holds from now on, counted under `values`, and moves it between the sums.
pub(crate) fn record(
    draft: &mut Draft,
    asset: AssetId,
    identity: IdentityId,
    after: Amount,
    values: &Arc<[(Topic, ClaimValue)]>,
) {
    let place = (asset, identity);
    let mut statistics = STATISTICS.get(draft, &asset).unwrap_or_default();
    if let Some(old) = HOLDERS.get(draft, &place) {
        leave(draft, &mut statistics, asset, &old);
        LARGEST.remove(draft, &(asset, old.total, identity));
    }
    if after.is_zero() {
        HOLDERS.remove(draft, &place);
    } else {
        let new = Holder { total: after, values: values.to_vec() };
        enter(draft, &mut statistics, asset, &new);
        HOLDERS.put(draft, place, new);
        LARGEST.put(draft, (asset, after, identity), ());
    }
    STATISTICS.put(draft, asset, statistics);
}

/// Writes what exists of a counted asset.
pub(crate) fn record_supply(draft: &mut Draft, asset: AssetId, supply: Amount) {
    let statistics = STATISTICS.get(draft, &asset).unwrap_or_default();
    if statistics.supply != supply {
        STATISTICS.put(draft, asset, Statistics { supply, ..statistics });
    }
}

fn leave(draft: &mut Draft, statistics: &mut Statistics, asset: AssetId, old: &Holder) {
    statistics.holders = statistics.holders.checked_sub(1).expect("the holder was counted when it entered");
    statistics.owned = statistics.owned.minus(old.total).expect("the sum holds what each holder added");
    for (topic, value) in &old.values {
        let key = (asset, *topic, *value);
        let sums = VALUES.get(draft, &key).unwrap_or_default();
        let holders = sums.holders.checked_sub(1).expect("the holder was counted when it entered");
        let owned = sums.owned.minus(old.total).expect("the sum holds what each holder added");
        if holders == 0 {
            VALUES.remove(draft, &key);
        } else {
            VALUES.put(draft, key, ValueStatistics { holders, owned });
        }
    }
}

fn enter(draft: &mut Draft, statistics: &mut Statistics, asset: AssetId, new: &Holder) {
    statistics.holders = statistics.holders.checked_add(1).expect("there are below 2^32 identities");
    statistics.owned = statistics.owned.plus(new.total).expect("holdings are at most the supply");
    for (topic, value) in &new.values {
        let key = (asset, *topic, *value);
        let sums = VALUES.get(draft, &key).unwrap_or_default();
        let holders = sums.holders.checked_add(1).expect("there are below 2^32 identities");
        let owned = sums.owned.plus(new.total).expect("holdings are at most the supply");
        VALUES.put(draft, key, ValueStatistics { holders, owned });
    }
}
