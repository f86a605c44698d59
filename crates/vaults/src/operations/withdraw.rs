//! Free collateral of a vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{SHIFTED, WITHDREW, above_zero, owned, settle_totals, takes_risk, touch};
use crate::state::beneficiary;
use crate::{Error, Event, MODULE, VaultId, book};

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

    /// Yields the collateral. Its price and the vault's health are asked by [`crate::recheck()`].
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`], and for an
    /// indebted vault [`Error::FacilityClosed`], [`Error::UnfinishedLiquidations`],
    /// [`Error::InLiquidation`]; then [`Error::ExceedsPledge`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
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
        position.amount = position.amount.minus(self.amount).map_err(|_| Error::ExceedsPledge)?;
        if indebted {
            book::take_newest_versions(draft, &mut vault)?;
        }
        gage_ledger::unpledge(draft, ctx, owner, self.asset, beneficiary(self.vault), self.amount)?;
        book::write(draft, self.vault, vault, &facility, &mut totals, debt)?;
        settle_totals(draft, id, before, totals)?;

        // From here on nothing can fail.
        if indebted {
            // What a deposit moved under another collateral is asked for here: deposits themselves never are.
            touch(draft, self.vault, WITHDREW | SHIFTED);
        }
        draft.emit(MODULE, &Event::Withdrawn { vault: self.vault, asset: self.asset, amount: self.amount });
        Ok(Some(Output { asset: self.asset, amount: self.amount }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Withdraw {} from vault {}", describe_amount(names, self.amount, self.asset), self.vault)
    }
}
