//! Give a collateral new terms.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::{AssetId, MathError};
use serde::{Deserialize, Serialize};

use super::add_collateral::new_bucket;
use super::{asset_name, describe_terms};
use crate::params::VERSIONS_MAX;
use crate::ramp::RAMPS;
use crate::state::{BUCKETS, COLLATERALS, Collateral};
use crate::{CollateralTerms, Error, Event, FacilityId, MODULE, book, mark};

/// Adds a parameter version. Vaults keep theirs until they take more risk, and then take this one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCollateralTerms {
    /// The facility.
    pub facility: FacilityId,
    /// The collateral.
    pub asset: AssetId,
    /// All terms.
    pub terms: CollateralTerms,
}

impl SetCollateralTerms {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`],
    /// [`Error::NotCollateral`], [`Error::TooManyVersions`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        book::facility(draft, self.facility)?;
        let key = (self.facility, self.asset);
        let collateral = book::collateral(draft, key.0, key.1)?;
        // A newest version that nobody took yet makes room; so versions in use alone count.
        let in_use = mark::buckets(draft, key.0, (key.1, key.1)).filter(|(_, bucket)| bucket.positions > 0).count();
        if in_use >= VERSIONS_MAX {
            return Err(Error::TooManyVersions);
        }
        let version = collateral.newest.checked_add(1).ok_or(MathError::Overflow)?;
        let last = (key.0, key.1, collateral.newest);
        let unused = BUCKETS.get(draft, &last).is_some_and(|bucket| bucket.positions == 0);

        // From here on nothing can fail.
        COLLATERALS.put(draft, key, Collateral { newest: version, ..collateral });
        if unused {
            BUCKETS.remove(draft, &last);
            RAMPS.remove(draft, &last);
        }
        BUCKETS.put(draft, (key.0, key.1, version), new_bucket(self.terms));
        draft.emit(MODULE, &Event::CollateralTermsSet { facility: key.0, asset: key.1, version, terms: self.terms });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_name(names, self.asset);
        format!("Set terms of {asset} in facility {}: {}", self.facility, describe_terms(&self.terms))
    }
}
