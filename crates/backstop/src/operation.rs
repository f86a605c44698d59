//! The operations of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{
    AddCollateral, ClaimGains, CreateWaterfall, DepositFirstLoss, DepositStability, DistributeSurplus,
    RequestWithdrawal, SetTerms, WithdrawFirstLoss, WithdrawStability,
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
            Operation::AddCollateral(_) | Operation::ClaimGains(_) => Ok(()),
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
        }
    }

    /// The class of execution inside a block: capital leaves last, so that no loss of the block is evaded.
    pub fn class(&self) -> Class {
        match self {
            Operation::WithdrawStability(_) | Operation::WithdrawFirstLoss(_) => Class::Exit,
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
            Operation::SetTerms(_) | Operation::AddCollateral(_) | Operation::DistributeSurplus(_) => 1_000,
            Operation::DepositFirstLoss(_) | Operation::WithdrawFirstLoss(_) => 1_500,
            // A deposit is brought to the point of the pool for each of its assets.
            Operation::DepositStability(_)
            | Operation::RequestWithdrawal(_)
            | Operation::WithdrawStability(_)
            | Operation::ClaimGains(_) => 3_000,
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
        }
    }
}
