//! Ask to withdraw from a pool, or, as curator, first-loss capital.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::is_stable;
use crate::deposits::request;
use crate::members::ask_to_leave;
use crate::state::{FIRST_LOSS, INSURANCE};
use crate::{Error, Event, FirstLoss, MODULE, PoolId, WaterfallId, waterfall};

/// Which capital.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tranche {
    /// The signer's deposit in the stability pool.
    Stability,
    /// The curator's capital.
    FirstLoss,
    /// The signer's deposit in an insurance tier.
    Insurance {
        /// Which.
        tier: u8,
    },
}

/// Starts the cooldown of a withdrawal of at most what is deposited now. Until it is made, the capital bears losses and earns as
/// before. A new request takes the place of an earlier one and starts the cooldown anew.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestWithdrawal {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// Its stable asset.
    pub asset: AssetId,
    /// Which capital.
    pub tranche: Tranche,
    /// The most that may be withdrawn.
    pub amount: Amount,
}

impl RequestWithdrawal {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(gage_accounts::Error::ZeroAmount.into()) } else { Ok(()) }
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`], then
    /// [`Error::UnknownTier`], [`Error::NotCurator`], [`Error::NoDeposit`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let record = waterfall(draft, self.waterfall)?;
        is_stable(&record, self.asset)?;
        let cooldown_ms = record.terms.cooldown_ms;
        let (request, first_loss) = match self.tranche {
            Tranche::Stability => {
                let id = PoolId::stability(self.waterfall);
                (ask_to_leave(draft, ctx, id, &record, account, cooldown_ms, self.amount)?, false)
            }
            Tranche::Insurance { tier } => {
                let id = PoolId::insurance(self.waterfall, tier);
                let terms = INSURANCE.get(draft, &id).ok_or(Error::UnknownTier)?;
                let request = ask_to_leave(draft, ctx, id, &record, account, terms.cooldown_ms, self.amount)?;
                let event = Event::InsuranceRequested { waterfall: self.waterfall, tier, account, request };
                draft.emit(MODULE, &event);
                return Ok(());
            }
            Tranche::FirstLoss => {
                if record.curator != Some(account) {
                    return Err(Error::NotCurator);
                }
                let capital = FIRST_LOSS.get(draft, &self.waterfall).unwrap_or_default();
                if capital.amount.is_zero() {
                    return Err(Error::NoDeposit);
                }
                let request = request(&record, cooldown_ms, ctx.time, self.amount.min(capital.amount))?;
                FIRST_LOSS.put(draft, self.waterfall, FirstLoss { request: Some(request), ..capital });
                (request, true)
            }
        };
        draft.emit(MODULE, &Event::WithdrawalRequested { waterfall: self.waterfall, account, first_loss, request });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        let tranche = match self.tranche {
            Tranche::Stability => "stability pool".to_owned(),
            Tranche::FirstLoss => "first-loss capital".to_owned(),
            Tranche::Insurance { tier } => format!("insurance tier {tier}"),
        };
        format!("Request withdrawal of up to {amount} from the {tranche} of waterfall {}", self.waterfall)
    }
}
