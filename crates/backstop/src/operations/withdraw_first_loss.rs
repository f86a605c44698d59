//! The curator takes first-loss capital back.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::deposits::{may_leave, request_after};
use crate::state::FIRST_LOSS;
use crate::waterfalls::check_reserved;
use crate::{Error, Event, FirstLoss, MODULE, StepKind, WaterfallId, custody, waterfall};

/// Withdraws at most `amount` on a request whose cooldown has passed, down to the curator's minimum.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawFirstLoss {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// Its stable asset.
    pub asset: AssetId,
    /// The most to withdraw.
    pub amount: Quantity,
}

impl WithdrawFirstLoss {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        not_zero(self.amount)
    }

    /// Yields the stable.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`],
    /// [`Error::NotCurator`], those of the quantity, [`Error::ExitsClosed`], [`Error::NotRequested`],
    /// [`Error::CoolingDown`], [`Error::RequestExpired`], [`Error::NothingLeft`],
    /// [`Error::CapitalReserved`], [`Error::BelowFirstLossMinimum`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        if record.curator != Some(account) {
            return Err(Error::NotCurator);
        }
        let wanted = ctx.resolve(self.amount, self.asset)?;
        let capital = FIRST_LOSS.get(draft, &self.waterfall).unwrap_or_default();
        let amount = may_leave(&record, ctx.time, capital.request, wanted, capital.amount)?;
        check_reserved(draft, self.waterfall, &record, ctx.height, StepKind::CuratorFirstLoss, amount)?;
        let rest = capital.amount.minus(amount)?;
        if rest < record.terms.first_loss_min {
            return Err(Error::BelowFirstLossMinimum);
        }
        custody::pay(draft, ctx, account, record.stable, amount)?;

        // From here on nothing can fail.
        let request = request_after(capital.request, amount);
        FIRST_LOSS.put(draft, self.waterfall, FirstLoss { amount: rest, request });
        draft.emit(MODULE, &Event::FirstLossWithdrawn { waterfall: self.waterfall, account, amount });
        Ok(Output { asset: record.stable, amount })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Withdraw up to {amount} of first-loss capital from waterfall {}", self.waterfall)
    }
}
