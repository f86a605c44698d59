use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::{GLOBAL, global};
use crate::wormhole::Emitter;
use crate::{Error, Event, MODULE};

/// Sets whose messages carry Pyth's prices; `None` takes no such updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPythEmitter {
    /// The sender.
    pub emitter: Option<Emitter>,
}

impl SetPythEmitter {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let mut state = global(draft);

        // From here on nothing can fail.
        state.params.pyth = self.emitter;
        GLOBAL.put(draft, 0, state);
        draft.emit(MODULE, &Event::PythEmitterSet { emitter: self.emitter });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        match self.emitter {
            Some(emitter) => format!("Take Pyth's prices of {} on chain {}", emitter.address, emitter.chain),
            None => "Take no prices of Pyth".to_owned(),
        }
    }
}
