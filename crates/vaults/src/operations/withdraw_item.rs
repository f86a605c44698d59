//! Free a single thing of a vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::{AssetId, ItemId};
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::pledging::{self, What};
use crate::{Error, VaultId};

/// Frees a pledged thing. What is left must cover the debt at its loan-to-value limit and the low end of its
/// price, within the caps of all collaterals that cover debt, at the end of the transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawItem {
    /// The vault.
    pub vault: VaultId,
    /// Of what.
    pub asset: AssetId,
    /// Which thing.
    pub item: ItemId,
}

impl WithdrawItem {
    /// # Errors
    /// Those of freeing a pledge: [`pledging::withdraw`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        pledging::withdraw(draft, ctx, self.vault, self.asset, What::Thing(self.item))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Withdraw item {} of {} from vault {}", self.item, asset_name(names, self.asset), self.vault)
    }
}
