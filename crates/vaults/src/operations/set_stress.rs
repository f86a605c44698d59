//! Governance states the stress a facility is held to.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::stress::{STRESSES, Stress};
use crate::{Error, Event, FacilityId, MODULE, book};

/// States the fall of prices for which a facility's coverage is told.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetStress {
    /// The facility.
    pub facility: FacilityId,
    /// The stress.
    pub stress: Stress,
}

impl SetStress {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.stress.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        book::facility(draft, self.facility)?;

        // From here on nothing can fail.
        STRESSES.put(draft, self.facility, self.stress);
        draft.emit(MODULE, &Event::StressSet { facility: self.facility, stress: self.stress });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, _names: &dyn Names) -> String {
        format!("Hold facility {} to a fall of all prices by {}", self.facility, self.stress.shock)
    }
}
