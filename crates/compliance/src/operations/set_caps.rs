use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_asset, rules_to_change};
use crate::counted::{Caps, Counted};
use crate::state::{IDENTITIES, RULES, Rules};
use crate::{Error, Event, MODULE};

/// Sets the caps on the holders of a counted asset, in place of those before. Whoever is beyond a cap
/// keeps what he has and may sell. Needs the asset's agent or governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCaps {
    /// Which asset.
    pub asset: AssetId,
    /// All of them.
    pub caps: Caps,
}

impl SetCaps {
    /// # Errors
    /// [`Error::BadCaps`].
    pub fn validate(&self) -> Result<(), Error> {
        self.caps.validate()
    }

    /// # Errors
    /// [`Error::UnknownAsset`], [`Error::NotAgent`], [`Error::NotCounted`], [`Error::TopicNotCounted`],
    /// [`Error::UnknownIdentity`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = rules_to_change(draft, ctx, self.asset)?;
        let counted = rules.counted.as_ref().ok_or(Error::NotCounted)?;
        if self.caps.by_claim.iter().any(|cap| !counted.topics.contains(&cap.topic)) {
            return Err(Error::TopicNotCounted);
        }
        if self.caps.exempt.iter().any(|identity| !IDENTITIES.has(draft, identity)) {
            return Err(Error::UnknownIdentity);
        }

        // From here on nothing can fail. Verdicts do not depend on caps, which are asked every time.
        let counted = Counted { topics: counted.topics.clone(), caps: self.caps.clone() };
        RULES.put(draft, self.asset, Arc::new(Rules { counted: Some(counted), ..rules }));
        draft.emit(MODULE, &Event::CapsSet { asset: self.asset, caps: self.caps.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("set caps of {} to {}", describe_asset(names, self.asset), self.caps.describe(names, self.asset))
    }
}
