//! Claim the part of a batch that was sold.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output};
use gage_store::Draft;
use gage_units::{AssetId, MathError, Rounding};
use serde::{Deserialize, Serialize};

use super::{asset_name, is_stable};
use crate::sales::{Batch, BatchState};
use crate::state::{BATCHES, ENTRIES};
use crate::surplus::credit;
use crate::{Error, Event, Holding, MODULE, custody, waterfall};

/// Claims the signer's part of what a batch raised. What rounding keeps joins the surplus with the last claim.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimProceeds {
    /// The batch.
    pub batch: u64,
    /// What it was sold for.
    pub asset: AssetId,
}

impl ClaimProceeds {
    /// Yields the stable.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownBatch`], [`Error::WrongAsset`],
    /// [`Error::BatchNotSold`], [`Error::NothingLeft`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let account = ctx.account()?;
        let batch = BATCHES.get(draft, &self.batch).ok_or(Error::UnknownBatch)?;
        let record = waterfall(draft, batch.waterfall)?;
        is_stable(&record, self.asset)?;
        if batch.state != BatchState::Sold {
            return Err(Error::BatchNotSold);
        }
        let entry = ENTRIES.get(draft, &(self.batch, account)).ok_or(Error::NothingLeft)?;
        // Rounded down, so that all parts together are at most what was raised.
        let amount = batch.raised.mul_div(entry.0, batch.amount.0, Rounding::Down)?;
        let left = batch.left.minus(amount)?;
        let members = batch.members.checked_sub(1).ok_or(MathError::Underflow)?;
        if !amount.is_zero() {
            custody::pay(draft, ctx, account, record.stable, amount)?;
        }
        if members == 0 && !left.is_zero() {
            credit(draft, batch.waterfall, record.stable, left)?;
        }

        // From here on nothing can fail.
        ENTRIES.remove(draft, &(self.batch, account));
        if members == 0 {
            BATCHES.remove(draft, &self.batch);
        } else {
            BATCHES.put(draft, self.batch, Batch { left, members, ..batch });
        }
        let gain = Holding { asset: record.stable, amount };
        draft.emit(MODULE, &Event::GainsClaimed { waterfall: batch.waterfall, account, gain });
        Ok(Output { asset: record.stable, amount })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Claim proceeds in {} of batch {}", asset_name(names, self.asset), self.batch)
    }
}
