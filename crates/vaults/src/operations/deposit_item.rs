//! Pledge a single thing to a vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::{AssetId, ItemId};
use serde::{Deserialize, Serialize};

use super::{asset_name, owned};
use crate::pledging::What;
use crate::{Error, VaultId, book, pledging};

/// Pledges one thing of an itemised asset of the signer's to his vault, where it counts as one whole unit at
/// the price of its class. Needs no price.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositItem {
    /// The vault.
    pub vault: VaultId,
    /// Of what.
    pub asset: AssetId,
    /// Which thing.
    pub item: ItemId,
}

impl DepositItem {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`],
    /// [`Error::NotCollateral`], [`Error::VenueNotAllowed`], [`Error::QuarantinedCollateral`],
    /// [`Error::TooManyCollaterals`], [`Error::AboveCollateralCap`], [`Error::TooManyThings`], the ledger's,
    /// `ExceedsExposure` of securities.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let vault = owned(draft, ctx, self.vault)?;
        let collateral = book::collateral(draft, vault.facility, self.asset)?;
        pledging::check(draft, ctx, self.asset)?;
        pledging::pledge(draft, ctx, self.vault, vault, collateral.newest, self.asset, What::Thing(self.item))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Deposit item {} of {} to vault {}", self.item, asset_name(names, self.asset), self.vault)
    }
}
