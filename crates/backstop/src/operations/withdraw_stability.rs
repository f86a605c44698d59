//! Withdraw stable from a stability pool.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{AssetId, MathError};
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::deposits::{may_leave, request_after, touch, write};
use crate::waterfalls::check_reserved;
use crate::{Error, Event, MODULE, StepKind, WaterfallId, custody, waterfall};

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
        let wanted = ctx.resolve(self.amount, self.asset)?;
        let mut settled = touch(draft, ctx, self.waterfall, &record, account)?;
        let (deposit, pool) = (&mut settled.deposit, &mut settled.pool);
        let amount = may_leave(&record, ctx.time, deposit.request, wanted, deposit.amount)?;
        check_reserved(draft, self.waterfall, &record, pool, StepKind::StabilityPool, amount)?;
        let rest = deposit.amount.minus(amount)?;
        if !rest.is_zero() && rest < record.terms.deposit_min {
            return Err(Error::LeavesDust);
        }
        deposit.amount = rest;
        deposit.request = request_after(deposit.request, amount);
        pool.deposits = pool.deposits.minus(amount)?;
        if rest.is_zero() {
            pool.members = pool.members.checked_sub(1).ok_or(MathError::Underflow)?;
        }
        custody::pay(draft, ctx, account, record.stable, amount)?;

        // From here on nothing can fail.
        write(draft, self.waterfall, &record, account, settled);
        draft.emit(MODULE, &Event::StabilityWithdrawn { waterfall: self.waterfall, account, amount });
        Ok(Output { asset: record.stable, amount })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Withdraw up to {amount} from the stability pool of waterfall {}", self.waterfall)
    }
}
