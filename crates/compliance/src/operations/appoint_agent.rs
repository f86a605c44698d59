use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_asset, resolve_user, rules_to_change};
use crate::state::{RULES, Rules};
use crate::{Error, Event, MODULE};

/// Sets who sets an asset's rules beside governance. Needs the present agent or governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointAgent {
    /// Which asset.
    pub asset: AssetId,
    /// Who; none leaves it to governance.
    #[serde(default)]
    pub agent: Option<AccountId>,
}

impl AppointAgent {
    /// # Errors
    /// [`Error::UnknownAsset`], [`Error::NotAgent`]; unknown account, [`Error::ModuleAccount`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = rules_to_change(draft, ctx, self.asset)?;
        let agent = self.agent.map(|agent| resolve_user(draft, &agent)).transpose()?;

        // From here on nothing can fail.
        RULES.put(draft, self.asset, Arc::new(Rules { agent, ..rules }));
        draft.emit(MODULE, &Event::AgentAppointed { asset: self.asset, agent });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let agent = self.agent.map_or("nobody".to_owned(), |agent| agent.to_string());
        format!("appoint {agent} as agent of {}", describe_asset(names, self.asset))
    }
}
