use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_compliance::rule::Topic;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::describe_asset;
use crate::{Error, asset, supply};

/// Counts the holders of an asset from its first unit on, by the values of claims on some topics. From
/// then on it is held by identities only. Needs the asset's agent or governance, and that none of the
/// asset exists.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct CountHolders {
    /// Which asset.
    pub asset: AssetId,
    /// By claims on these, ascending, at most 4.
    pub topics: Vec<Topic>,
}

impl CountHolders {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        asset(draft, self.asset)?;
        gage_compliance::require_agent(draft, ctx, self.asset)?;
        if !supply(draft, self.asset).is_zero() {
            return Err(Error::SupplyExists);
        }
        Ok(gage_compliance::count_holders(draft, ctx, self.asset, &self.topics)?)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let topics: Vec<String> = self.topics.iter().map(Topic::to_string).collect();
        let by = if topics.is_empty() { String::new() } else { format!(" by {}", topics.join(" and ")) };
        format!("Count holders of {}{by}", describe_asset(names, self.asset))
    }
}
