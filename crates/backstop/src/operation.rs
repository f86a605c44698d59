//! The operations of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{
    AddCollateral, ClaimGains, ClaimPremium, ClaimProceeds, ConvertGains, CreateWaterfall, DepositFirstLoss,
    DepositInsurance, DepositStability, DistributeSurplus, RequestWithdrawal, SetInsurance, SetSaleTerms,
    SetSurplusRule, SetTerms, WithdrawFirstLoss, WithdrawInsurance, WithdrawStability,
};

/// An operation of this module, one variant per verb.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Governance: create a waterfall.
    CreateWaterfall(CreateWaterfall),
    /// Governance: set steps and terms.
    SetTerms(SetTerms),
    /// Governance: add a collateral asset.
    AddCollateral(AddCollateral),
    /// Governance: pay out surplus above the buffer.
    DistributeSurplus(DistributeSurplus),
    /// Deposit stable into a pool.
    DepositStability(DepositStability),
    /// Ask to withdraw.
    RequestWithdrawal(RequestWithdrawal),
    /// Withdraw stable from a pool.
    WithdrawStability(WithdrawStability),
    /// Claim gains.
    ClaimGains(ClaimGains),
    /// Curator: add first-loss capital.
    DepositFirstLoss(DepositFirstLoss),
    /// Curator: take first-loss capital back.
    WithdrawFirstLoss(WithdrawFirstLoss),
    /// Governance: set an insurance tier up.
    SetInsurance(SetInsurance),
    /// Deposit stable into an insurance tier.
    DepositInsurance(DepositInsurance),
    /// Withdraw stable from an insurance tier.
    WithdrawInsurance(WithdrawInsurance),
    /// Claim premiums.
    ClaimPremium(ClaimPremium),
    /// Let gains be sold.
    ConvertGains(ConvertGains),
    /// Claim what sold gains brought.
    ClaimProceeds(ClaimProceeds),
    /// Governance: say how an asset is sold.
    SetSaleTerms(SetSaleTerms),
    /// Governance: say what happens with surplus above a target.
    SetSurplusRule(SetSurplusRule),
}

impl Operation {
    /// Checks what needs no state.
    ///
    /// # Errors
    /// See the operation.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::CreateWaterfall(operation) => operation.validate(),
            Operation::SetTerms(operation) => operation.validate(),
            Operation::AddCollateral(_)
            | Operation::ClaimGains(_)
            | Operation::ClaimPremium(_)
            | Operation::ConvertGains(_)
            | Operation::ClaimProceeds(_) => Ok(()),
            Operation::SetSaleTerms(operation) => operation.validate(),
            Operation::SetSurplusRule(operation) => operation.validate(),
            Operation::SetInsurance(operation) => operation.validate(),
            Operation::DepositInsurance(operation) => operation.validate(),
            Operation::WithdrawInsurance(operation) => operation.validate(),
            Operation::DistributeSurplus(operation) => operation.validate(),
            Operation::DepositStability(operation) => operation.validate(),
            Operation::RequestWithdrawal(operation) => operation.validate(),
            Operation::WithdrawStability(operation) => operation.validate(),
            Operation::DepositFirstLoss(operation) => operation.validate(),
            Operation::WithdrawFirstLoss(operation) => operation.validate(),
        }
    }

    /// Acts, or fails and leaves writes to be undone.
    ///
    /// # Errors
    /// See the operation.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::CreateWaterfall(operation) => operation.apply(draft, ctx).map(|_| None),
            Operation::SetTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::AddCollateral(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::DistributeSurplus(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::DepositStability(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::RequestWithdrawal(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::WithdrawStability(operation) => operation.apply(draft, ctx).map(Some),
            Operation::ClaimGains(operation) => operation.apply(draft, ctx).map(Some),
            Operation::DepositFirstLoss(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::WithdrawFirstLoss(operation) => operation.apply(draft, ctx).map(Some),
            Operation::SetInsurance(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::DepositInsurance(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::WithdrawInsurance(operation) => operation.apply(draft, ctx).map(Some),
            Operation::ClaimPremium(operation) => operation.apply(draft, ctx).map(Some),
            Operation::ConvertGains(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ClaimProceeds(operation) => operation.apply(draft, ctx).map(Some),
            Operation::SetSaleTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetSurplusRule(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    /// The class of execution inside a block: capital leaves last, so that no loss of the block is evaded.
    pub fn class(&self) -> Class {
        match self {
            Operation::WithdrawStability(_) | Operation::WithdrawFirstLoss(_) | Operation::WithdrawInsurance(_) => {
                Class::Exit
            }
            _ => Class::General,
        }
    }

    /// The work, in thousandths of a simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::CreateWaterfall(operation) => {
                let assets = u64::try_from(operation.collateral.len()).unwrap_or(u64::MAX);
                assets.saturating_mul(200).saturating_add(1_000)
            }
            Operation::SetInsurance(_)
            | Operation::SetSaleTerms(_)
            | Operation::SetSurplusRule(_)
            | Operation::SetTerms(_)
            | Operation::AddCollateral(_)
            | Operation::DistributeSurplus(_) => 1_000,
            Operation::DepositFirstLoss(_) | Operation::WithdrawFirstLoss(_) => 1_500,
            // A deposit is brought to the point of the pool for each of its assets.
            Operation::DepositStability(_)
            | Operation::RequestWithdrawal(_)
            | Operation::WithdrawStability(_)
            | Operation::DepositInsurance(_)
            | Operation::WithdrawInsurance(_)
            | Operation::ClaimPremium(_)
            | Operation::ConvertGains(_)
            | Operation::ClaimProceeds(_)
            | Operation::ClaimGains(_) => 3_000,
        }
    }

    /// The work that the rules of the assets it moves add to it, as they stand now. What a pool's stable asset
    /// asks is asked of deposits and withdrawals alike; sales and losses are moved by rule, as due work.
    pub fn rules_weight(&self, draft: &Draft) -> u64 {
        let of = |asset| gage_compliance::movement_weight(draft, asset);
        match self {
            Operation::DepositStability(operation) => of(operation.asset),
            Operation::WithdrawStability(operation) => of(operation.asset),
            Operation::ClaimGains(operation) => of(operation.asset),
            Operation::DepositFirstLoss(operation) => of(operation.asset),
            Operation::WithdrawFirstLoss(operation) => of(operation.asset),
            Operation::DepositInsurance(operation) => of(operation.asset),
            Operation::WithdrawInsurance(operation) => of(operation.asset),
            Operation::ClaimPremium(operation) => of(operation.asset),
            Operation::ClaimProceeds(operation) => of(operation.asset),
            Operation::CreateWaterfall(_)
            | Operation::SetTerms(_)
            | Operation::AddCollateral(_)
            | Operation::DistributeSurplus(_)
            | Operation::RequestWithdrawal(_)
            | Operation::SetInsurance(_)
            | Operation::ConvertGains(_)
            | Operation::SetSaleTerms(_)
            | Operation::SetSurplusRule(_) => 0,
        }
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::CreateWaterfall(operation) => operation.describe(names),
            Operation::SetTerms(operation) => operation.describe(names),
            Operation::AddCollateral(operation) => operation.describe(names),
            Operation::DistributeSurplus(operation) => operation.describe(names),
            Operation::DepositStability(operation) => operation.describe(names),
            Operation::RequestWithdrawal(operation) => operation.describe(names),
            Operation::WithdrawStability(operation) => operation.describe(names),
            Operation::ClaimGains(operation) => operation.describe(names),
            Operation::DepositFirstLoss(operation) => operation.describe(names),
            Operation::WithdrawFirstLoss(operation) => operation.describe(names),
            Operation::SetInsurance(operation) => operation.describe(names),
            Operation::DepositInsurance(operation) => operation.describe(names),
            Operation::WithdrawInsurance(operation) => operation.describe(names),
            Operation::ClaimPremium(operation) => operation.describe(names),
            Operation::ConvertGains(operation) => operation.describe(names),
            Operation::ClaimProceeds(operation) => operation.describe(names),
            Operation::SetSaleTerms(operation) => operation.describe(names),
            Operation::SetSurplusRule(operation) => operation.describe(names),
        }
    }
}
