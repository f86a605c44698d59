//! Close a vault without debt.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use gage_units::Amount;
use serde::{Deserialize, Serialize};

use super::{owned, settle_totals};
use crate::state::{KEPT, beneficiary};
use crate::{Error, Event, MODULE, VaultId, book, protection, things};

/// Frees all collateral of the signer's vault and removes it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseVault {
    /// The vault.
    pub vault: VaultId,
}

impl CloseVault {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`],
    /// [`Error::InLiquidation`] (also while something is kept for the vault), [`Error::StillOwes`],
    /// the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let mut vault = owned(draft, ctx, self.vault)?;
        let bounds = ((self.vault, gage_units::AssetId(0)), (self.vault, gage_units::AssetId(u32::MAX)));
        let bounds = (std::ops::Bound::Included(bounds.0), std::ops::Bound::Included(bounds.1));
        let kept = KEPT.range(draft, bounds).next().is_some() || things::any_kept(draft, self.vault);
        if vault.in_liquidation() || kept {
            return Err(Error::InLiquidation);
        }
        if !book::debt(draft, &vault)?.is_zero() {
            return Err(Error::StillOwes);
        }
        protection::dissolve(draft, ctx, self.vault)?;
        let id = vault.facility;
        let facility = book::facility(draft, id)?;
        let mut totals = book::totals(draft, id);
        let before = totals;
        for position in &mut vault.positions {
            let amount = std::mem::take(&mut position.amount);
            if book::collateral(draft, id, position.asset)?.itemised {
                for item in things::first_of(draft, self.vault, position.asset, amount) {
                    things::unpledge(draft, ctx, self.vault, vault.owner, position.asset, item)?;
                }
                continue;
            }
            gage_ledger::unpledge(draft, ctx, vault.owner, position.asset, beneficiary(self.vault), amount)?;
        }
        book::write(draft, self.vault, vault.clone(), &facility, &mut totals, Amount::ZERO)?;
        settle_totals(draft, id, before, totals)?;

        // From here on nothing can fail.
        book::delete(draft, self.vault, &vault);
        draft.emit(MODULE, &Event::VaultClosed { vault: self.vault });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self) -> String {
        format!("Close vault {} and free its collateral", self.vault)
    }
}
