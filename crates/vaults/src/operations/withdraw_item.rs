//! Free a single thing of a vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::{Amount, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use super::{SHIFTED, WITHDREW, asset_name, owned, settle_totals, takes_risk, touch};
use crate::{Error, Event, MODULE, VaultId, book, things};

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
    /// Prices and the vault's health are asked by [`crate::recheck()`].
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`], and for an
    /// indebted vault [`Error::FacilityClosed`], [`Error::UnfinishedLiquidations`],
    /// [`Error::InLiquidation`]; then [`Error::ExceedsPledge`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let mut vault = owned(draft, ctx, self.vault)?;
        let (owner, id) = (vault.owner, vault.facility);
        let facility = book::facility(draft, id)?;
        let mut totals = book::totals(draft, id);
        let before = totals;
        let debt = book::debt(draft, &vault)?;
        // A vault without debt, and without a lot that may bring debt back, is free to go.
        let indebted = !debt.is_zero() || vault.in_liquidation();
        if indebted {
            takes_risk(&facility, &totals, &vault)?;
        }
        let position = vault.positions.iter_mut().find(|position| position.asset == self.asset);
        let position = position.ok_or(Error::ExceedsPledge)?;
        position.amount = position.amount.minus(Amount(1)).map_err(|_| Error::ExceedsPledge)?;
        if indebted {
            book::take_newest_versions(draft, &mut vault)?;
        }
        things::unpledge(draft, ctx, self.vault, owner, self.asset, self.item)?;
        book::write(draft, self.vault, vault, &facility, &mut totals, debt)?;
        settle_totals(draft, id, before, totals)?;

        // From here on nothing can fail.
        if indebted {
            touch(draft, self.vault, WITHDREW | SHIFTED);
        }
        let (vault, asset, item) = (self.vault, self.asset, self.item);
        draft.emit(MODULE, &Event::ThingWithdrawn { vault, asset, item });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Withdraw item {} of {} from vault {}", self.item, asset_name(names, self.asset), self.vault)
    }
}
