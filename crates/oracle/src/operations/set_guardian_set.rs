use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::GUARDIANS;
use crate::wormhole::GuardianSet;
use crate::{Error, Event, MODULE};

/// Sets who signs Wormhole's messages under a number, and until when that counts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetGuardianSet {
    /// The number of the set.
    pub number: u32,
    /// The guardians and the end of their term.
    pub set: GuardianSet,
}

impl SetGuardianSet {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.set.check()
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;

        // From here on nothing can fail.
        GUARDIANS.put(draft, self.number, self.set.clone());
        draft.emit(MODULE, &Event::GuardianSetSet { number: self.number, set: self.set.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let guardians: Vec<String> = self.set.guardians.iter().map(ToString::to_string).collect();
        let until = self.set.expires.map_or("without end".to_owned(), |expires| format!("until {expires}"));
        format!("Take guardian set {} {until}: {}", self.number, guardians.join(" "))
    }
}
