use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::params::Slashing;
use crate::state::{GLOBAL, global};
use crate::{Error, Event, MODULE};

/// Sets what publishers answer for, all rules together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSlashing {
    /// The rules.
    pub rules: Slashing,
}

impl SetSlashing {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.rules.check()
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let mut state = global(draft);

        // From here on nothing can fail.
        state.params.slashing = self.rules;
        GLOBAL.put(draft, 0, state);
        draft.emit(MODULE, &Event::SlashingSet { rules: self.rules });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let Slashing { equivocation, deviation, deviation_bound, window_ms, waterfall } = self.rules;
        format!(
            "Slash publishers by {equivocation} for two reports of one instant, by {deviation} for a report outside \
             the price by {deviation_bound} for {window_ms} ms; to waterfall {waterfall}"
        )
    }
}
