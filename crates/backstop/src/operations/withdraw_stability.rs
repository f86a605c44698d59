//! Withdraw stable from a stability pool.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::{Error, Event, MODULE, PoolId, WaterfallId, members, waterfall};

/// Withdraws at most `amount` on a request whose cooldown has passed; after losses there may be less.
/// Gains stay and are claimed apart.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawStability {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// Its stable asset.
    pub asset: AssetId,
    /// The most to withdraw.
    pub amount: Quantity,
}

impl WithdrawStability {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        not_zero(self.amount)
    }

    /// Yields the stable.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`], those of the
    /// quantity, [`Error::ExitsClosed`], [`Error::NotRequested`], [`Error::CoolingDown`],
    /// [`Error::RequestExpired`], [`Error::NothingLeft`], [`Error::CapitalReserved`], [`Error::LeavesDust`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        let amount = members::withdraw(draft, ctx, PoolId::stability(self.waterfall), &record, account, self.amount)?;
        draft.emit(MODULE, &Event::StabilityWithdrawn { waterfall: self.waterfall, account, amount });
        Ok(Output { asset: record.stable, amount })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Withdraw up to {amount} from the stability pool of waterfall {}", self.waterfall)
    }
}
