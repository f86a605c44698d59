//! Let gains be sold that one may not or does not want to hold.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::{Amount, AssetId, MathError};
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::members::take_gain;
use crate::sales::{Batch, BatchState};
use crate::state::{BATCHES, ENTRIES, GATHERING, LAST_BATCH, SALE_TERMS};
use crate::{Error, Event, Holding, MODULE, PoolId, WaterfallId, waterfall};

/// Puts all gains of the signer's deposit in one collateral into the next batch of the waterfall's sales. It
/// goes to auction among those who may hold it; the signer claims his part of the proceeds in the stable.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvertGains {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// In which asset.
    pub asset: AssetId,
}

impl ConvertGains {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::NotForSale`],
    /// [`Error::NothingLeft`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        let key = (self.waterfall, self.asset);
        if !SALE_TERMS.has(draft, &key) {
            return Err(Error::NotForSale);
        }
        let amount = take_gain(draft, ctx, PoolId::stability(self.waterfall), &record, account, self.asset)?;
        let last = LAST_BATCH.get(draft, &()).unwrap_or_default();
        let gathering = GATHERING.get(draft, &key).and_then(|number| Some((number, BATCHES.get(draft, &number)?)));
        let (number, batch) = match gathering {
            Some(found) => found,
            None => {
                let batch = Batch {
                    waterfall: self.waterfall,
                    asset: self.asset,
                    amount: Amount::ZERO,
                    raised: Amount::ZERO,
                    left: Amount::ZERO,
                    members: 0,
                    state: BatchState::Gathering,
                };
                (last.checked_add(1).ok_or(MathError::Overflow)?, batch)
            }
        };
        let entry = ENTRIES.get(draft, &(number, account));
        let members = batch.members.checked_add(u64::from(entry.is_none())).ok_or(MathError::Overflow)?;
        let (total, own) = (batch.amount.plus(amount)?, entry.unwrap_or_default().plus(amount)?);

        // From here on nothing can fail.
        LAST_BATCH.put(draft, (), last.max(number));
        BATCHES.put(draft, number, Batch { amount: total, members, ..batch });
        GATHERING.put(draft, key, number);
        ENTRIES.put(draft, (number, account), own);
        let gain = Holding { asset: self.asset, amount };
        draft.emit(MODULE, &Event::GainsConverted { waterfall: self.waterfall, account, gain, batch: number });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Let all gains in {} from waterfall {} be sold", asset_name(names, self.asset), self.waterfall)
    }
}
