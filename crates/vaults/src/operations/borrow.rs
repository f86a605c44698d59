//! Take on debt.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{BORROWED, above_zero, owned, takes_risk, touch};
use crate::state::TOTALS;
use crate::{Error, Event, MODULE, VaultId, book, source};

/// Lends the facility's asset to the signer against his vault: minted, or out of its pool's cash.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Borrow {
    /// The vault.
    pub vault: VaultId,
    /// What is lent.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl Borrow {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        above_zero(self.amount)
    }

    /// Yields the stable asset. Limits, prices and health are asked by [`crate::recheck()`].
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotVaultOwner`],
    /// [`Error::WrongAsset`], [`Error::FacilityClosed`], [`Error::UnfinishedLiquidations`],
    /// [`Error::InLiquidation`], [`Error::AboveLoanToValue`] without any collateral,
    /// [`Error::InsufficientCash`] of a pool, the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let mut vault = owned(draft, ctx, self.vault)?;
        let (owner, id) = (vault.owner, vault.facility);
        let facility = book::facility(draft, id)?;
        if facility.stable != self.asset {
            return Err(Error::WrongAsset);
        }
        let mut totals = book::totals(draft, id);
        takes_risk(&facility, &totals, &vault)?;
        if vault.positions.is_empty() {
            return Err(Error::AboveLoanToValue);
        }
        let before = totals.debts()?;
        let debt = book::debt(draft, &vault)?.plus(self.amount)?;
        book::take_newest_versions(draft, &mut vault)?;
        book::write(draft, self.vault, vault, &facility, &mut totals, debt)?;
        totals.balance(before, self.amount, Amount::ZERO)?;
        source::lend(draft, ctx, id, &facility, owner, self.amount)?;

        // From here on nothing can fail.
        TOTALS.put(draft, id, totals);
        touch(draft, self.vault, BORROWED);
        draft.emit(MODULE, &Event::Borrowed { vault: self.vault, amount: self.amount, debt });
        Ok(Some(Output { asset: facility.stable, amount: self.amount }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Borrow {} against vault {}", describe_amount(names, self.amount, self.asset), self.vault)
    }
}
