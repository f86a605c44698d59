use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_asset, rules_to_change};
use crate::state::{Pause, RULES, Rules};
use crate::text::Reason;
use crate::{Error, Event, MODULE};

/// Stops an asset: holders neither send nor receive it. Rules still seize what was pledged; nobody but
/// a module receives it. Needs the asset's agent or governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseAsset {
    /// Which asset.
    pub asset: AssetId,
    /// Why.
    pub reason: Reason,
}

impl PauseAsset {
    /// # Errors
    /// [`Error::UnknownAsset`], [`Error::NotAgent`], [`Error::AlreadyPaused`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = rules_to_change(draft, ctx, self.asset)?;
        if rules.paused.is_some() {
            return Err(Error::AlreadyPaused);
        }

        // From here on nothing can fail.
        let paused = Some(Pause { reason: self.reason.clone(), since: ctx.time });
        RULES.put(draft, self.asset, Arc::new(Rules { paused, ..rules }));
        draft.emit(MODULE, &Event::AssetPaused { asset: self.asset, reason: self.reason.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("pause {} because: {}", describe_asset(names, self.asset), self.reason.quoted())
    }
}
