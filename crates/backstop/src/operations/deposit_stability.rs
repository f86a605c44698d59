//! Deposit stable into a stability pool.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::{Error, Event, MODULE, PoolId, WaterfallId, members, waterfall};

/// Deposits stable; it bears losses and earns from the next block on.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositStability {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// Its stable asset.
    pub asset: AssetId,
    /// How much.
    pub amount: Quantity,
}

impl DepositStability {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        not_zero(self.amount)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`], those of the
    /// quantity, [`Error::DepositTooSmall`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        let amount = members::deposit(draft, ctx, PoolId::stability(self.waterfall), &record, account, self.amount)?;
        draft.emit(MODULE, &Event::StabilityDeposited { waterfall: self.waterfall, account, amount });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Deposit {amount} into the stability pool of waterfall {}", self.waterfall)
    }
}
