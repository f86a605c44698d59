//! Free collateral of a vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::above_zero;
use crate::pledging::{self, What};
use crate::{Error, VaultId};

/// Frees pledged collateral. What is left must cover the debt at its loan-to-value limit and the low
/// end of its price, within the caps of all collaterals that cover it, at the end of the transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The vault.
    pub vault: VaultId,
    /// What is freed.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl Withdraw {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        above_zero(self.amount)
    }

    /// Yields the collateral.
    ///
    /// # Errors
    /// Those of freeing a pledge: [`pledging::withdraw`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        pledging::withdraw(draft, ctx, self.vault, self.asset, What::Amount(self.amount))?;
        Ok(Some(Output { asset: self.asset, amount: self.amount }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Withdraw {} from vault {}", describe_amount(names, self.amount, self.asset), self.vault)
    }
}
