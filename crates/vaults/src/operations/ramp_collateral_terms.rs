//! Give a collateral new terms that existing vaults approach too.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::{AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SetCollateralTerms, asset_name, describe_terms};
use crate::params::highest_threshold;
use crate::ramp::{NOTICE_MS_MAX, RAMP_MS_MAX, RAMP_MS_MIN, RAMPS, Ramp};
use crate::{CollateralTerms, Error, Event, FacilityId, MODULE, book, mark};

/// Adds a parameter version, as [`SetCollateralTerms`] does, and has the thresholds of all older
/// versions approach its threshold: a higher one at the next mark, a lower one in a straight line
/// over `ramp_ms` after `notice_ms`. All else of an older version stays until its vaults take more risk.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampCollateralTerms {
    /// The facility.
    pub facility: FacilityId,
    /// The collateral.
    pub asset: AssetId,
    /// All terms.
    pub terms: CollateralTerms,
    /// How long nothing falls yet; at most 90 days.
    pub notice_ms: u64,
    /// How long the fall takes; an hour to a year.
    pub ramp_ms: u64,
}

impl RampCollateralTerms {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.check()?;
        if self.notice_ms > NOTICE_MS_MAX {
            return Err(Error::ParamOutOfBounds { param: "notice_ms" });
        }
        if !(RAMP_MS_MIN..=RAMP_MS_MAX).contains(&self.ramp_ms) {
            return Err(Error::ParamOutOfBounds { param: "ramp_ms" });
        }
        Ok(())
    }

    /// A ramp in progress ends where it is and the new one begins there.
    ///
    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, then as [`SetCollateralTerms::apply`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        let RampCollateralTerms { facility, asset, terms, notice_ms, ramp_ms } = *self;
        SetCollateralTerms { facility, asset, terms }.apply(draft, ctx)?;
        let newest = book::collateral(draft, facility, asset)?.newest;
        let starts = Timestamp(ctx.time.0.saturating_add(notice_ms));
        let older: Vec<_> = mark::buckets(draft, facility, (asset, asset)).filter(|(key, _)| key.2 != newest).collect();

        // From here on nothing can fail.
        for (key, bucket) in older {
            let from = bucket.terms.threshold;
            // A higher threshold goes as far as the version's own bonus lets a partial sale improve.
            let to = if terms.threshold > from {
                terms.threshold.min(highest_threshold(bucket.terms.bonus)).max(from)
            } else {
                terms.threshold
            };
            if from == to {
                RAMPS.remove(draft, &key);
            } else {
                RAMPS.put(draft, key, Ramp { from, to, starts, ramp_ms });
            }
        }
        let ends = Timestamp(starts.0.saturating_add(ramp_ms));
        draft.emit(MODULE, &Event::ThresholdsRamped { facility, asset, to: terms.threshold, starts, ends });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!(
            "Set terms of {} in facility {}: {}; older versions approach the threshold over {} ms after {} ms",
            asset_name(names, self.asset),
            self.facility,
            describe_terms(&self.terms),
            self.ramp_ms,
            self.notice_ms,
        )
    }
}
