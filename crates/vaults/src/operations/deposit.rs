//! Pledge collateral to a vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{owned, quantity_above_zero};
use crate::pledging::What;
use crate::{Error, VaultId, book, pledging};

/// Pledges an amount of the signer's to his vault. Needs no price, so that a vault can always be saved.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    /// The vault.
    pub vault: VaultId,
    /// What is pledged.
    pub asset: AssetId,
    /// How much.
    pub amount: Quantity,
}

impl Deposit {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`],
    /// [`Error::NotCollateral`], [`Error::VenueNotAllowed`], [`Error::QuarantinedCollateral`], those of the quantity,
    /// [`Error::TooManyCollaterals`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let vault = owned(draft, ctx, self.vault)?;
        let newest = book::collateral(draft, vault.facility, self.asset)?.newest;
        pledging::check(draft, ctx, self.asset)?;
        let amount = ctx.resolve(self.amount, self.asset)?;
        pledging::pledge(draft, ctx, self.vault, vault, newest, self.asset, What::Amount(amount))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Deposit {} to vault {}", describe_quantity(names, self.amount, self.asset), self.vault)
    }
}
