//! Fetch collateral that could not return by itself.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{asset_name, owned};
use crate::state::KEPT;
use crate::{ACCOUNT, Error, Event, MODULE, VaultId};

/// Moves what is kept for the signer's vault to him, now that he may hold it again.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimKept {
    /// The vault.
    pub vault: VaultId,
    /// What is kept.
    pub asset: AssetId,
}

impl ClaimKept {
    /// Yields the collateral.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`],
    /// [`Error::NothingKept`], the ledger's: above all, the owner may still not hold it.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let vault = owned(draft, ctx, self.vault)?;
        let amount = KEPT.get(draft, &(self.vault, self.asset)).ok_or(Error::NothingKept)?;
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, vault.owner, self.asset, amount)?;

        // From here on nothing can fail.
        KEPT.remove(draft, &(self.vault, self.asset));
        draft.emit(MODULE, &Event::KeptClaimed { vault: self.vault, asset: self.asset, amount });
        Ok(Some(Output { asset: self.asset, amount }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Claim the {} kept for vault {}", asset_name(names, self.asset), self.vault)
    }
}
