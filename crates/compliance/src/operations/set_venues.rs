use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, MODULE_ACCOUNTS, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_asset, rules_to_change};
use crate::state::{RULES, Rules};
use crate::{Error, Event, MODULE};

/// Sets into which modules holders may put an asset. What lies there stays and can leave. Needs the
/// asset's agent or governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetVenues {
    /// Which asset.
    pub asset: AssetId,
    /// Module numbers, ascending; none given means all, an empty list none.
    #[serde(default)]
    pub venues: Option<Vec<u8>>,
}

impl SetVenues {
    /// # Errors
    /// [`Error::BadVenues`].
    pub fn validate(&self) -> Result<(), Error> {
        let venues = self.venues.as_deref().unwrap_or_default();
        let ascending = venues.is_sorted_by(|left, right| left < right);
        // Ascending numbers below 64 are at most 64.
        if ascending && venues.iter().all(|module| u32::from(*module) < MODULE_ACCOUNTS) {
            Ok(())
        } else {
            Err(Error::BadVenues)
        }
    }

    /// # Errors
    /// [`Error::UnknownAsset`], [`Error::NotAgent`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = rules_to_change(draft, ctx, self.asset)?;

        // From here on nothing can fail.
        RULES.put(draft, self.asset, Arc::new(Rules { venues: self.venues.clone(), ..rules }));
        draft.emit(MODULE, &Event::VenuesSet { asset: self.asset, venues: self.venues.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let venues = match self.venues.as_deref() {
            None => "all modules".to_owned(),
            Some([]) => "no module".to_owned(),
            Some(list) => format!("modules {}", list.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")),
        };
        format!("set venues of {} to {venues}", describe_asset(names, self.asset))
    }
}
