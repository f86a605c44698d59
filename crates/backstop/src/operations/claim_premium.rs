//! Claim what an insurance deposit earned.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{asset_name, is_stable};
use crate::members::take_gain;
use crate::state::INSURANCE;
use crate::{Error, Event, MODULE, PoolId, WaterfallId, custody, waterfall};

/// Claims all premiums of the signer's deposit in an insurance tier.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimPremium {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// The tier.
    pub tier: u8,
    /// The waterfall's stable asset.
    pub asset: AssetId,
}

impl ClaimPremium {
    /// Yields the stable.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`],
    /// [`Error::UnknownTier`], [`Error::NothingLeft`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        let id = PoolId::insurance(self.waterfall, self.tier);
        if !INSURANCE.has(draft, &id) {
            return Err(Error::UnknownTier);
        }
        let amount = take_gain(draft, ctx, id, &record, account, self.asset)?;
        custody::pay(draft, ctx, account, self.asset, amount)?;
        let (waterfall, tier) = (self.waterfall, self.tier);
        draft.emit(MODULE, &Event::PremiumClaimed { waterfall, tier, account, amount });
        Ok(Output { asset: self.asset, amount })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_name(names, self.asset);
        format!("Claim premiums in {asset} from insurance tier {} of waterfall {}", self.tier, self.waterfall)
    }
}
