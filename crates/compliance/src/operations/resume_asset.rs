use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_asset, rules_to_change};
use crate::state::{RULES, Rules};
use crate::text::Reason;
use crate::{Error, Event, MODULE};

/// Ends the pause of an asset. Needs the asset's agent or governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeAsset {
    /// Which asset.
    pub asset: AssetId,
    /// Why.
    pub reason: Reason,
}

impl ResumeAsset {
    /// # Errors
    /// [`Error::UnknownAsset`], [`Error::NotAgent`], [`Error::NotPaused`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = rules_to_change(draft, ctx, self.asset)?;
        if rules.paused.is_none() {
            return Err(Error::NotPaused);
        }

        // From here on nothing can fail.
        RULES.put(draft, self.asset, Arc::new(Rules { paused: None, ..rules }));
        draft.emit(MODULE, &Event::AssetResumed { asset: self.asset, reason: self.reason.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("resume {} because: {}", describe_asset(names, self.asset), self.reason.quoted())
    }
}
