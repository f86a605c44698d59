//! Repay debt.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::quantity_above_zero;
use crate::state::TOTALS;
use crate::{Error, Event, MODULE, VaultId, book, source};

/// Takes what was lent from the signer against the debt of any vault, up to all of it: more than is
/// owed is not taken. A minted asset is burned, a pool's returns to its cash. Needs no price.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repay {
    /// The vault.
    pub vault: VaultId,
    /// What was lent.
    pub asset: AssetId,
    /// How much, at most.
    pub amount: Quantity,
}

impl Repay {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::WrongAsset`], those of the
    /// quantity, [`Error::NoDebt`], [`Error::BelowDebtFloor`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let payer = ctx.account()?;
        let vault = book::vault(draft, self.vault)?;
        let id = vault.facility;
        let facility = book::facility(draft, id)?;
        if facility.stable != self.asset {
            return Err(Error::WrongAsset);
        }
        let offered = ctx.resolve(self.amount, self.asset)?;
        let owed = book::debt(draft, &vault)?;
        if owed.is_zero() {
            return Err(Error::NoDebt);
        }
        let paid = offered.min(owed);
        let debt = owed.minus(paid)?;
        // A debt already below the floor may shrink further; one above may not sink below.
        let floor = facility.params.debt_floor;
        if !debt.is_zero() && debt < floor && owed >= floor {
            return Err(Error::BelowDebtFloor);
        }
        let mut totals = book::totals(draft, id);
        let before = totals.debts()?;
        book::write(draft, self.vault, vault, &facility, &mut totals, debt)?;
        totals.balance(before, Amount::ZERO, paid)?;
        source::collect(draft, ctx, id, &facility, payer, paid)?;

        // From here on nothing can fail.
        TOTALS.put(draft, id, totals);
        draft.emit(MODULE, &Event::Repaid { vault: self.vault, payer, amount: paid, debt });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Repay up to {} of vault {}", describe_quantity(names, self.amount, self.asset), self.vault)
    }
}
