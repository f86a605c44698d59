//! Deposit stable into a stability pool.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{AssetId, MathError};
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::deposits::{touch, write};
use crate::{Error, Event, MODULE, WaterfallId, custody, waterfall};

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
        let amount = ctx.resolve(self.amount, self.asset)?;
        if amount < record.terms.deposit_min {
            return Err(Error::DepositTooSmall);
        }
        let mut settled = touch(draft, ctx, self.waterfall, &record, account)?;
        let (deposit, pool) = (&mut settled.deposit, &mut settled.pool);
        if deposit.pending.is_zero() {
            pool.pending_members = pool.pending_members.checked_add(1).ok_or(MathError::Overflow)?;
        }
        deposit.pending = deposit.pending.plus(amount)?;
        deposit.pending_since = ctx.height;
        pool.pending = pool.pending.plus(amount)?;
        pool.pending_since = ctx.height;
        custody::take(draft, ctx, account, record.stable, amount)?;

        // From here on nothing can fail.
        write(draft, self.waterfall, &record, account, settled);
        draft.emit(MODULE, &Event::StabilityDeposited { waterfall: self.waterfall, account, amount });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Deposit {amount} into the stability pool of waterfall {}", self.waterfall)
    }
}
