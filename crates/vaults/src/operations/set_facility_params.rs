//! Set the parameters of a facility.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::describe_params;
use crate::state::FACILITIES;
use crate::{Error, Event, FacilityId, FacilityParams, MODULE, book, shutdown};

/// Replaces a facility's parameters. Interest up to the block's mark was at the old rate.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetFacilityParams {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends, so that a wallet can show the amounts.
    pub stable: gage_units::AssetId,
    /// All parameters.
    pub params: FacilityParams,
}

impl SetFacilityParams {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.params.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`], [`Error::WrongAsset`],
    /// [`Error::FacilityShutDown`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        let facility = book::facility(draft, self.facility)?;
        if facility.stable != self.stable {
            return Err(Error::WrongAsset);
        }
        shutdown::require_running(draft, self.facility)?;
        // A new rate must not reach back: what has passed is accrued at the old one.
        crate::mark::accrue_now(draft, ctx, self.facility)?;
        // Read again: the price of what a pool lends may have moved with the accrual.
        let mut facility = book::facility(draft, self.facility)?;

        // From here on nothing can fail.
        facility.params = self.params;
        FACILITIES.put(draft, self.facility, facility);
        draft.emit(MODULE, &Event::FacilityParamsSet { facility: self.facility, params: self.params });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Set facility {}: {}", self.facility, describe_params(names, self.stable, &self.params))
    }
}
