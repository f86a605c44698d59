//! The curator adds first-loss capital.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::deposits::bounded;
use crate::state::FIRST_LOSS;
use crate::{Error, Event, FirstLoss, MODULE, WaterfallId, custody, waterfall};

/// Adds capital of the curator; it bears losses at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositFirstLoss {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// Its stable asset.
    pub asset: AssetId,
    /// How much.
    pub amount: Quantity,
}

impl DepositFirstLoss {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        not_zero(self.amount)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`],
    /// [`Error::NotCurator`], those of the quantity, the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        if record.curator != Some(account) {
            return Err(Error::NotCurator);
        }
        let amount = ctx.resolve(self.amount, self.asset)?;
        let capital = FIRST_LOSS.get(draft, &self.waterfall).unwrap_or_default();
        // A cooldown was served by what was here: what comes now does not leave on it.
        let request = bounded(capital.request, capital.amount);
        let after = FirstLoss { amount: capital.amount.plus(amount)?, request };
        custody::take(draft, ctx, account, record.stable, amount)?;

        // From here on nothing can fail.
        FIRST_LOSS.put(draft, self.waterfall, after);
        draft.emit(MODULE, &Event::FirstLossDeposited { waterfall: self.waterfall, account, amount });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Deposit {amount} as first-loss capital of waterfall {}", self.waterfall)
    }
}
