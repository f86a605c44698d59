//! One file per verb.

mod add_collateral;
mod claim_gains;
mod claim_premium;
mod claim_proceeds;
mod convert_gains;
mod create_waterfall;
mod deposit_first_loss;
mod deposit_insurance;
mod deposit_stability;
mod distribute_surplus;
mod request_withdrawal;
mod set_insurance;
mod set_sale_terms;
mod set_surplus_rule;
mod set_terms;
mod withdraw_first_loss;
mod withdraw_insurance;
mod withdraw_stability;

pub use add_collateral::AddCollateral;
pub use claim_gains::ClaimGains;
pub use claim_premium::ClaimPremium;
pub use claim_proceeds::ClaimProceeds;
pub use convert_gains::ConvertGains;
pub use create_waterfall::CreateWaterfall;
pub use deposit_first_loss::DepositFirstLoss;
pub use deposit_insurance::DepositInsurance;
pub use deposit_stability::DepositStability;
pub use distribute_surplus::DistributeSurplus;
pub use request_withdrawal::{RequestWithdrawal, Tranche};
pub use set_insurance::SetInsurance;
pub(crate) use set_insurance::set_insurance;
pub use set_sale_terms::SetSaleTerms;
pub use set_surplus_rule::SetSurplusRule;
pub use set_terms::SetTerms;
pub use withdraw_first_loss::WithdrawFirstLoss;
pub use withdraw_insurance::WithdrawInsurance;
pub use withdraw_stability::WithdrawStability;

use gage_accounts::{Names, Quantity, describe_amount};
use gage_units::{Amount, AssetId};

use crate::{Error, Step, StepKind, Terms, Waterfall};

/// Passes a quantity that is not zero at sight.
fn not_zero(quantity: Quantity) -> Result<(), Error> {
    match quantity {
        Quantity::Exact(amount) if amount.is_zero() => Err(gage_accounts::Error::ZeroAmount.into()),
        _ => Ok(()),
    }
}

/// Passes the waterfall's stable.
fn is_stable(record: &Waterfall, asset: AssetId) -> Result<(), Error> {
    if record.stable == asset { Ok(()) } else { Err(Error::WrongAsset) }
}

/// `GUSD#2`, or `asset #2` for one without a name.
fn asset_name(names: &dyn Names, asset: AssetId) -> String {
    names.asset(asset).map_or_else(|| format!("asset #{asset}"), |(symbol, _)| format!("{symbol}#{asset}"))
}

/// The steps in order, with their caps.
fn describe_steps(names: &dyn Names, stable: AssetId, steps: &[Step]) -> String {
    let words = |step: &Step| {
        let kind = match step.kind {
            StepKind::StabilityPool => "stability pool".to_owned(),
            StepKind::CuratorFirstLoss => "curator first loss".to_owned(),
            StepKind::SurplusBuffer => "surplus buffer".to_owned(),
            StepKind::Insurance { tier } => format!("insurance tier {tier}"),
            StepKind::ShareHaircut => "the lenders' shares".to_owned(),
            StepKind::SelfDeleverage => "self-deleverage".to_owned(),
            StepKind::AuctionProceeds => "auction proceeds".to_owned(),
        };
        if step.cap == Amount::MAX {
            format!("{kind} without cap")
        } else {
            format!("{kind} up to {} per loss", describe_amount(names, step.cap, stable))
        }
    };
    steps.iter().map(words).collect::<Vec<_>>().join(", then ")
}

/// The times and least amounts.
fn describe_terms(names: &dyn Names, stable: AssetId, terms: &Terms) -> String {
    let amount = |amount| describe_amount(names, amount, stable);
    format!(
        "cooldown {} ms, window {} ms, least deposit {}, pool keeps {}, curator keeps {}, buffer keeps {}",
        terms.cooldown_ms,
        terms.window_ms,
        amount(terms.deposit_min),
        amount(terms.remaining_min),
        amount(terms.first_loss_min),
        amount(terms.buffer_min)
    )
}
