//! Set what a facility grants before it liquidates.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::calls::{GRACE, GraceTerms};
use crate::{Error, Event, FacilityId, MODULE, book};

/// Replaces a facility's grace. Calls that stand keep their deadline.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetGraceTerms {
    /// The facility.
    pub facility: FacilityId,
    /// The terms.
    pub terms: GraceTerms,
}

impl SetGraceTerms {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        book::facility(draft, self.facility)?;

        // From here on nothing can fail.
        GRACE.put(draft, self.facility, self.terms);
        draft.emit(MODULE, &Event::GraceTermsSet { facility: self.facility, terms: self.terms });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, _names: &dyn Names) -> String {
        let GraceTerms { grace_ms, floor, cure } = self.terms;
        format!(
            "Set grace of facility {}: {grace_ms} ms, none below health {floor}, ended at health {cure}",
            self.facility
        )
    }
}
