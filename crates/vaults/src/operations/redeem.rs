//! Redeem a stable asset at its face value.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps};
use serde::{Deserialize, Serialize};

use super::quantity_above_zero;
use crate::redemption::fee::{fee, raised_by};
use crate::redemption::{REDEMPTIONS, Redemption, VAULTS_MAX, redeem, standing_supply};
use crate::{Error, Event, FacilityId, MODULE, book, shutdown};

/// Burns stable of the signer's against the debt of the riskiest vaults, for their collateral at its
/// price less the fee. What the vaults do not take is not burned.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends.
    pub asset: AssetId,
    /// How much, at most.
    pub amount: Quantity,
    /// The least of it that must be redeemed.
    pub least: Amount,
    /// The highest fee that is acceptable.
    pub fee_max: Bps,
    /// How many vaults may be taken from; 1 to [`VAULTS_MAX`].
    pub vaults_max: u8,
}

impl Redeem {
    /// # Errors
    /// `ZeroAmount`, [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)?;
        let bounded = (1..=VAULTS_MAX).contains(&self.vaults_max);
        if bounded { Ok(()) } else { Err(Error::ParamOutOfBounds { param: "vaults_max" }) }
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownFacility`], [`Error::WrongAsset`],
    /// [`Error::NotRedeemable`], [`Error::FacilityShutDown`], [`Error::UnfinishedLiquidations`], those
    /// of the quantity, [`Error::BelowRedemptionMin`], [`Error::RedemptionFeeTooHigh`]; if no vault
    /// pays, the oracle's for a price that is not usable, `Ineligible` and the like of the first that
    /// was passed over, or [`Error::NothingToRedeem`]; the ledger's; `OutputBelowMinimum` if less was
    /// redeemed than asked.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let redeemer = ctx.account()?;
        let facility = book::facility(draft, self.facility)?;
        if facility.stable != self.asset {
            return Err(Error::WrongAsset);
        }
        let redemption = REDEMPTIONS.get(draft, &self.facility).ok_or(Error::NotRedeemable)?;
        shutdown::require_running(draft, self.facility)?;
        if book::totals(draft, self.facility).unfinished {
            return Err(Error::UnfinishedLiquidations);
        }
        let wanted = ctx.resolve(self.amount, self.asset)?;
        if wanted < redemption.terms.amount_min {
            return Err(Error::BelowRedemptionMin);
        }
        // The fee is that of all that is offered, so that a large redemption pays for its size.
        let supply = standing_supply(draft, self.facility, self.asset, &redemption)?;
        let base_rate = redemption.base_rate_at(ctx.time)?;
        let fee = fee(base_rate, raised_by(base_rate, wanted, supply)?, &redemption.terms)?;
        if fee > self.fee_max.ratio() {
            return Err(Error::RedemptionFeeTooHigh);
        }
        let redeemed = redeem(draft, ctx, self.facility, &facility, redeemer, wanted, fee, self.vaults_max)?;
        if redeemed < self.least {
            return Err(gage_accounts::Error::OutputBelowMinimum.into());
        }
        let base_rate = raised_by(base_rate, redeemed, supply)?;

        // From here on nothing can fail.
        let decayed_at = ctx.time;
        REDEMPTIONS.put(draft, self.facility, Redemption { base_rate, decayed_at, ..redemption });
        draft.emit(MODULE, &Event::Redeemed { facility: self.facility, redeemer, amount: redeemed, fee, base_rate });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!(
            "Redeem up to {} in facility {}, at least {} units, at a fee of at most {}, against at most {} vaults",
            describe_quantity(names, self.amount, self.asset),
            self.facility,
            self.least,
            self.fee_max,
            self.vaults_max,
        )
    }
}
