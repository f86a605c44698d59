//! Let gains be sold that one may not or does not want to hold.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::state::SALE_TERMS;
use crate::unclaimable::gather;
use crate::{Error, WaterfallId, waterfall};

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
        if !SALE_TERMS.has(draft, &(self.waterfall, self.asset)) {
            return Err(Error::NotForSale);
        }
        gather(draft, ctx, self.waterfall, &record, account, self.asset)?;
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Let all gains in {} from waterfall {} be sold", asset_name(names, self.asset), self.waterfall)
    }
}
