//! Claim what a deposit gained.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::members::take_gain;
use crate::{Error, Event, Holding, MODULE, PoolId, WaterfallId, custody, waterfall};

/// Claims all gains in one asset: collateral of losses the deposit paid, or rewards in the stable.
/// The signer must be eligible to hold the asset now; until then the gains wait.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimGains {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// In which asset.
    pub asset: AssetId,
}

impl ClaimGains {
    /// Yields the asset.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::NothingLeft`], the ledger's
    /// if the signer is not eligible.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        let amount = take_gain(draft, ctx, PoolId::stability(self.waterfall), &record, account, self.asset)?;
        custody::pay(draft, ctx, account, self.asset, amount)?;
        let gain = Holding { asset: self.asset, amount };
        draft.emit(MODULE, &Event::GainsClaimed { waterfall: self.waterfall, account, gain });
        Ok(Output { asset: self.asset, amount })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Claim all gains in {} from waterfall {}", asset_name(names, self.asset), self.waterfall)
    }
}
