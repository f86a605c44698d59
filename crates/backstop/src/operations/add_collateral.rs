//! Governance adds a collateral asset to a waterfall.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::{Error, WaterfallId, add_collateral};

/// Adds an asset that losses may bring along; nothing happens if it is there.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddCollateral {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// The asset.
    pub asset: AssetId,
}

impl AddCollateral {
    /// # Errors
    /// `NotGovernance`, and as [`add_collateral`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        add_collateral(draft, self.waterfall, self.asset)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Add collateral {} to waterfall {}", asset_name(names, self.asset), self.waterfall)
    }
}
