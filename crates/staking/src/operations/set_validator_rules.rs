use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use gage_units::Bps;
use serde::{Deserialize, Serialize};

use crate::validators::{VALIDATOR_RULES, ValidatorRules, rules};
use crate::{Destination, Error, Event, MODULE};

/// Sets how many validators there are, from the next set that is fixed, and what a contradiction costs, whenever it
/// happened, from now on. The length of epochs stays what the genesis fixed.
///
/// Precedence: governance; validators; bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetValidatorRules {
    /// With fewer candidates the set stays what it is.
    pub members_min: u16,
    /// Of more candidates those with the largest bonds are chosen; at most 128.
    pub members_max: u16,
    /// Which part of his bond a validator loses for a contradiction.
    pub slash: Bps,
    /// Who gets it.
    pub destination: Destination,
}

impl SetValidatorRules {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let before = rules(draft).ok_or(Error::NoValidators)?;
        let Self { members_min, members_max, slash, destination } = *self;
        let rules = ValidatorRules { members_min, members_max, slash, destination, ..before };
        rules.check()?;

        // From here on nothing can fail.
        VALIDATOR_RULES.put(draft, (), rules);
        draft.emit(MODULE, &Event::ValidatorRulesSet { rules });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let Self { members_min, members_max, slash, destination } = self;
        let part = slash.0;
        format!(
            "Let {members_min} to {members_max} validators order; a contradiction costs {part} basis points of the bond, to waterfall {}",
            destination.waterfall
        )
    }
}
