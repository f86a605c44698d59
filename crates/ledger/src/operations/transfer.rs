use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use crate::{Error, transfer};

/// Gives a free amount of the signer to another account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Transfer {
    /// The receiver.
    pub to: AccountId,
    /// What.
    pub asset: AssetId,
    /// How much, or the output of an earlier operation.
    pub quantity: Quantity,
}

impl Transfer {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.quantity {
            Quantity::Exact(amount) if amount.is_zero() => Err(Error::ZeroAmount),
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let from = ctx.account()?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        let amount = ctx.resolve(self.quantity, self.asset)?;
        transfer(draft, ctx, from, to, self.asset, amount)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Transfer {} to {}", describe_quantity(names, self.quantity, self.asset), self.to)
    }
}
