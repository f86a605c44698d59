//! Let a vault's band take collateral from the signer's account.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::protection::band::{ALLOWANCES, Allowance, names};
use crate::{Error, Event, MODULE, VaultId, book};

/// Sets how much the band of a vault may take from the signer's account in all; zero ends it. The band names
/// the account first: nobody fills another's list, and it ends with the band.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowTopUp {
    /// The vault.
    pub vault: VaultId,
    /// Of what.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl AllowTopUp {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownVault`], [`Error::NotCollateral`], [`Error::NotInBand`] if the
    /// vault's band does not take this from the signer.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let vault = book::vault(draft, self.vault)?;
        book::collateral(draft, vault.facility, self.asset)?;
        if !self.amount.is_zero() && !names(draft, self.vault, account, self.asset) {
            return Err(Error::NotInBand);
        }

        // From here on nothing can fail.
        if self.amount.is_zero() {
            ALLOWANCES.remove(draft, &(self.vault, account));
        } else {
            ALLOWANCES.put(draft, (self.vault, account), Allowance { asset: self.asset, left: self.amount });
        }
        let AllowTopUp { vault, asset, amount } = *self;
        draft.emit(MODULE, &Event::TopUpAllowed { vault, account, asset, amount });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        format!("Let the band of vault {} take up to {amount} from this account", self.vault)
    }
}
