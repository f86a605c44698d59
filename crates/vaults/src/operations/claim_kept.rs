//! Fetch collateral that could not return by itself.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use super::{asset_name, owned};
use crate::state::KEPT;
use crate::{ACCOUNT, Error, Event, MODULE, VaultId, things};

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
    /// Yields the collateral, but for a thing.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`],
    /// [`Error::NothingKept`], the ledger's: above all, the owner may still not hold it.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let vault = owned(draft, ctx, self.vault)?;
        if let Some(item) = things::first_kept(draft, self.vault, self.asset) {
            return self.fetch(draft, ctx, vault.owner, item).map(|()| None);
        }
        let amount = KEPT.get(draft, &(self.vault, self.asset)).ok_or(Error::NothingKept)?;
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, vault.owner, self.asset, amount)?;

        // From here on nothing can fail.
        KEPT.remove(draft, &(self.vault, self.asset));
        draft.emit(MODULE, &Event::KeptClaimed { vault: self.vault, asset: self.asset, amount });
        Ok(Some(Output { asset: self.asset, amount }))
    }

    /// Things are fetched one by one, the lowest number first.
    fn fetch(&self, draft: &mut Draft, ctx: &Context, owner: AccountNumber, item: ItemId) -> Result<(), Error> {
        let (vault, asset) = (self.vault, self.asset);
        gage_ledger::move_item_by_rule(draft, ctx, ACCOUNT, owner, asset, item)?;

        // From here on nothing can fail.
        things::KEPT_THINGS.remove(draft, &(vault, asset, item));
        draft.emit(MODULE, &Event::ThingClaimed { vault, asset, item });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Claim the {} kept for vault {}", asset_name(names, self.asset), self.vault)
    }
}
