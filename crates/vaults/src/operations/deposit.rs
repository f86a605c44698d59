//! Pledge collateral to a vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_securities::BackingStatus;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{owned, quantity_above_zero};
use crate::state::beneficiary;
use crate::{Error, Event, MODULE, VaultId, book};

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
        let mut vault = owned(draft, ctx, self.vault)?;
        let collateral = book::collateral(draft, vault.facility, self.asset)?;
        // A pledge moves nothing, so the ledger's door is not asked whether vaults are a venue.
        if !gage_compliance::venue_allowed(draft, self.asset, MODULE) {
            return Err(Error::VenueNotAllowed(self.asset));
        }
        if gage_securities::asset_status(draft, ctx, self.asset)?.backing == BackingStatus::Quarantined {
            return Err(Error::QuarantinedCollateral(self.asset));
        }
        let amount = ctx.resolve(self.amount, self.asset)?;
        let (owner, id) = (vault.owner, vault.facility);
        let facility = book::facility(draft, id)?;
        let mut totals = book::totals(draft, id);
        let before = totals;
        let debt = book::debt(draft, &vault)?;
        book::add_pledge(&mut vault, self.asset, collateral.newest, amount)?;
        gage_ledger::pledge(draft, ctx, owner, self.asset, beneficiary(self.vault), amount)?;
        book::write(draft, self.vault, vault, &facility, &mut totals, debt)?;
        super::settle_totals(draft, id, before, totals)?;

        // From here on nothing can fail.
        draft.emit(MODULE, &Event::Deposited { vault: self.vault, asset: self.asset, amount });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Deposit {} to vault {}", describe_quantity(names, self.amount, self.asset), self.vault)
    }
}
