//! Grandfathering: how the threshold of an older parameter version approaches the newest one's.
//!
//! `LT(t) = max(LT_new, LT_old - (LT_old - LT_new) * clamp((t - t_notice) / ramp, 0, 1))`. A lower
//! threshold comes slowly, a higher one at once. Haircuts are no threshold: they are never ramped.

use std::ops::Bound;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::{Draft, OrderedTable};
use gage_units::{Bps, MathError, Rounding, Timestamp, mul_div};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::state::{BUCKETS, BucketKey, FacilityId};

/// The longest notice before a ramp begins: 90 days, in milliseconds.
pub const NOTICE_MS_MAX: u64 = 90 * 86_400_000;
/// The shortest ramp: an hour.
pub const RAMP_MS_MIN: u64 = 3_600_000;
/// The longest ramp: a year of 365 days.
pub const RAMP_MS_MAX: u64 = 365 * 86_400_000;

/// The way of one parameter version's threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Ramp {
    /// The threshold before.
    pub from: Bps,
    /// The threshold at the end.
    pub to: Bps,
    /// When it begins to fall: the end of the notice.
    pub starts: Timestamp,
    /// How long the fall takes, in milliseconds.
    pub ramp_ms: u64,
}

impl Ramp {
    /// The threshold at `now`. What is lost of it so far rounds down: no vault loses any before its time.
    ///
    /// # Errors
    /// [`MathError`] never for a ramp within its bounds.
    pub fn threshold_at(&self, now: Timestamp) -> Result<Bps, MathError> {
        let elapsed = now.since_ms(self.starts).unwrap_or(0).min(self.ramp_ms);
        let fall = u128::from(self.from.0.saturating_sub(self.to.0));
        let fallen = mul_div(fall, u128::from(elapsed), u128::from(self.ramp_ms), Rounding::Down)?;
        let fallen = u32::try_from(fallen).map_err(|_| MathError::Overflow)?;
        let kept = self.from.0.checked_sub(fallen).ok_or(MathError::Underflow)?;
        Ok(Bps(kept.max(self.to.0)))
    }
}

/// Ramps in progress; a version without one keeps its threshold.
pub(crate) const RAMPS: OrderedTable<BucketKey, Ramp> = OrderedTable::authenticated(0x0a20, "vaults/ramps");

/// The ramps of a facility.
pub(crate) fn of_facility(draft: &Draft, id: FacilityId) -> Vec<(BucketKey, Ramp)> {
    if RAMPS.is_empty(draft) {
        return Vec::new();
    }
    let first = (id, gage_units::AssetId(0), 0);
    let last = (id, gage_units::AssetId(u32::MAX), u16::MAX);
    let range = RAMPS.range(draft, (Bound::Included(first), Bound::Included(last)));
    range.map(|(key, ramp)| (*key, *ramp)).collect()
}

/// The threshold of `now` for every version of a facility that is on its way, where it has moved since
/// the last mark; ramps that have arrived end.
pub(crate) fn moved(draft: &mut Draft, id: FacilityId, now: Timestamp) -> Result<Vec<(BucketKey, Bps)>, Error> {
    let mut found = Vec::new();
    for (key, ramp) in of_facility(draft, id) {
        let threshold = ramp.threshold_at(now)?;
        if BUCKETS.peek(draft, &key).is_some_and(|bucket| bucket.terms.threshold != threshold) {
            found.push((key, threshold));
        }
        if threshold == ramp.to {
            RAMPS.remove(draft, &key);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    #[test]
    fn a_fall_over_ten_days_by_hand() -> Result<(), MathError> {
        // 80 % to 70 % over ten days after a notice that ends on day 5: 1 % a day.
        let ramp = Ramp { from: Bps(8_000), to: Bps(7_000), starts: Timestamp(5 * DAY), ramp_ms: 10 * DAY };
        assert_eq!(ramp.threshold_at(Timestamp(0))?, Bps(8_000));
        assert_eq!(ramp.threshold_at(Timestamp(5 * DAY))?, Bps(8_000));
        assert_eq!(ramp.threshold_at(Timestamp(6 * DAY))?, Bps(7_900));
        // Half a basis point lost counts as none.
        assert_eq!(ramp.threshold_at(Timestamp(6 * DAY + DAY / 200))?, Bps(7_900));
        assert_eq!(ramp.threshold_at(Timestamp(10 * DAY))?, Bps(7_500));
        assert_eq!(ramp.threshold_at(Timestamp(15 * DAY))?, Bps(7_000));
        assert_eq!(ramp.threshold_at(Timestamp(99 * DAY))?, Bps(7_000));
        Ok(())
    }

    #[test]
    fn a_rise_comes_at_once() -> Result<(), MathError> {
        let ramp = Ramp { from: Bps(7_000), to: Bps(8_000), starts: Timestamp(5 * DAY), ramp_ms: DAY };
        assert_eq!(ramp.threshold_at(Timestamp(0))?, Bps(8_000));
        Ok(())
    }
}
