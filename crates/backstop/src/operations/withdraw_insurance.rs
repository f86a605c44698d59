//! Withdraw stable from an insurance tier.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::state::INSURANCE;
use crate::{Error, Event, MODULE, PoolId, WaterfallId, members, waterfall};

/// Withdraws at most `amount` on a request whose cooldown has passed; after losses there may be less.
/// Premiums stay and are claimed apart.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawInsurance {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// The tier.
    pub tier: u8,
    /// The waterfall's stable asset.
    pub asset: AssetId,
    /// The most to withdraw.
    pub amount: Quantity,
}

impl WithdrawInsurance {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        not_zero(self.amount)
    }

    /// Yields the stable.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`],
    /// [`Error::UnknownTier`], then as a withdrawal from the stability pool.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        let id = PoolId::insurance(self.waterfall, self.tier);
        if !INSURANCE.has(draft, &id) {
            return Err(Error::UnknownTier);
        }
        let amount = members::withdraw(draft, ctx, id, &record, account, self.amount)?;
        let (waterfall, tier) = (self.waterfall, self.tier);
        draft.emit(MODULE, &Event::InsuranceWithdrawn { waterfall, tier, account, amount });
        Ok(Output { asset: record.stable, amount })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Withdraw up to {amount} from insurance tier {} of waterfall {}", self.tier, self.waterfall)
    }
}
