//! Deposit stable into an insurance tier.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{is_stable, not_zero};
use crate::state::INSURANCE;
use crate::{Error, Event, MODULE, PoolId, WaterfallId, members, waterfall};

/// Deposits stable as insurance; it bears losses at its tier's place and earns its premium from the next
/// block on.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositInsurance {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// The tier.
    pub tier: u8,
    /// The waterfall's stable asset.
    pub asset: AssetId,
    /// How much.
    pub amount: Quantity,
}

impl DepositInsurance {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        not_zero(self.amount)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`],
    /// [`Error::UnknownTier`], those of the quantity, [`Error::DepositTooSmall`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        let id = PoolId::insurance(self.waterfall, self.tier);
        if !INSURANCE.has(draft, &id) {
            return Err(Error::UnknownTier);
        }
        let amount = members::deposit(draft, ctx, id, &record, account, self.amount)?;
        let (waterfall, tier) = (self.waterfall, self.tier);
        draft.emit(MODULE, &Event::InsuranceDeposited { waterfall, tier, account, amount });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Deposit {amount} into insurance tier {} of waterfall {}", self.tier, self.waterfall)
    }
}
