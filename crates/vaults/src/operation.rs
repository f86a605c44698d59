//! The verbs of vaults.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::Source;
use crate::operations::{
    AddCollateral, AllowTopUp, Borrow, ClaimKept, ClaimPart, CloseVault, CreateFacility, CreatePool, Deposit,
    DepositItem, OpenVault, RampCollateralTerms, Redeem, RedeemBasket, Repay, ReportDepth, RestrictPeg, SetBand,
    SetCollateralTerms, SetDepthReporter, SetFacilityParams, SetGraceTerms, SetLadder, SetLiquidationTerms, SetPeg,
    SetPoolTerms, SetRedemption, SetStress, ShutDown, Supply, SwapIn, SwapOut, Withdraw, WithdrawItem, WithdrawSupply,
};
use crate::redemption::EVALUATIONS_MAX;
use crate::state::FACILITIES;

/// What an account or governance can ask of vaults.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Opens an empty vault.
    OpenVault(OpenVault),
    /// Pledges collateral.
    Deposit(Deposit),
    /// Frees collateral.
    Withdraw(Withdraw),
    /// Takes on debt.
    Borrow(Borrow),
    /// Repays debt, of any vault.
    Repay(Repay),
    /// Ends a vault without debt.
    CloseVault(CloseVault),
    /// Fetches what could not return to its owner by itself.
    ClaimKept(ClaimKept),
    /// Governance: creates a facility.
    CreateFacility(CreateFacility),
    /// Governance: a facility takes a collateral.
    AddCollateral(AddCollateral),
    /// Governance: new terms of a collateral.
    SetCollateralTerms(SetCollateralTerms),
    /// Governance: how a collateral is liquidated.
    SetLiquidationTerms(SetLiquidationTerms),
    /// Governance: parameters of a facility.
    SetFacilityParams(SetFacilityParams),
    /// Governance: new terms of a collateral, which existing vaults approach.
    RampCollateralTerms(RampCollateralTerms),
    /// Governance: the grace of a facility.
    SetGraceTerms(SetGraceTerms),
    /// Governance: creates a facility that lends from a pool.
    CreatePool(CreatePool),
    /// Governance: terms of a pool.
    SetPoolTerms(SetPoolTerms),
    /// Gives an amount to a pool.
    Supply(Supply),
    /// Gives shares of a pool back.
    WithdrawSupply(WithdrawSupply),
    /// Governance: what redemption costs.
    SetRedemption(SetRedemption),
    /// Gives stable for collateral of the riskiest vaults.
    Redeem(Redeem),
    /// Governance: a cash asset at par.
    SetPeg(SetPeg),
    /// The curator or governance: a peg further restricted, at once.
    RestrictPeg(RestrictPeg),
    /// Gives cash for stable.
    SwapIn(SwapIn),
    /// Gives stable for cash.
    SwapOut(SwapOut),
    /// Governance, or anybody at large bad debt: the end of a facility.
    ShutDown(ShutDown),
    /// Gives what a facility issued for its part of the basket.
    RedeemBasket(RedeemBasket),
    /// Fetches a part of a basket that could not be paid at once.
    ClaimPart(ClaimPart),
    /// Arranges what is repaid or sold as health falls.
    SetLadder(SetLadder),
    /// Asks for a band of health to be kept.
    SetBand(SetBand),
    /// Lets a vault's band take collateral from the signer.
    AllowTopUp(AllowTopUp),
    /// Pledges a single thing.
    DepositItem(DepositItem),
    /// Frees a single thing.
    WithdrawItem(WithdrawItem),
    /// Governance: who reports the depth of an asset.
    SetDepthReporter(SetDepthReporter),
    /// Reports it.
    ReportDepth(ReportDepth),
    /// Governance: the stress a facility is held to.
    SetStress(SetStress),
}

impl Operation {
    /// Checks what needs no state. # Errors The first refusal.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::OpenVault(_)
            | Operation::CloseVault(_)
            | Operation::ClaimKept(_)
            | Operation::RestrictPeg(_)
            | Operation::ClaimPart(_)
            | Operation::AllowTopUp(_)
            | Operation::DepositItem(_)
            | Operation::WithdrawItem(_)
            | Operation::SetDepthReporter(_)
            | Operation::ReportDepth(_) => Ok(()),
            Operation::SetStress(operation) => operation.validate(),
            Operation::Deposit(operation) => operation.validate(),
            Operation::Withdraw(operation) => operation.validate(),
            Operation::Borrow(operation) => operation.validate(),
            Operation::Repay(operation) => operation.validate(),
            Operation::CreateFacility(operation) => operation.validate(),
            Operation::AddCollateral(operation) => operation.validate(),
            Operation::SetCollateralTerms(operation) => operation.validate(),
            Operation::SetLiquidationTerms(operation) => operation.validate(),
            Operation::SetFacilityParams(operation) => operation.validate(),
            Operation::RampCollateralTerms(operation) => operation.validate(),
            Operation::SetGraceTerms(operation) => operation.validate(),
            Operation::CreatePool(operation) => operation.validate(),
            Operation::SetPoolTerms(operation) => operation.validate(),
            Operation::Supply(operation) => operation.validate(),
            Operation::WithdrawSupply(operation) => operation.validate(),
            Operation::SetRedemption(operation) => operation.validate(),
            Operation::Redeem(operation) => operation.validate(),
            Operation::SetPeg(operation) => operation.validate(),
            Operation::SwapIn(operation) => operation.validate(),
            Operation::SwapOut(operation) => operation.validate(),
            Operation::ShutDown(operation) => operation.validate(),
            Operation::RedeemBasket(operation) => operation.validate(),
            Operation::SetLadder(operation) => operation.validate(),
            Operation::SetBand(operation) => operation.validate(),
        }
    }

    /// Does it. Health and limits are asked by [`crate::recheck()`] at the end of the transaction.
    ///
    /// # Errors
    /// The first refusal; the caller undoes.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::OpenVault(operation) => operation.apply(draft, ctx).map(|_| None),
            Operation::Deposit(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Withdraw(operation) => operation.apply(draft, ctx),
            Operation::Borrow(operation) => operation.apply(draft, ctx),
            Operation::Repay(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::CloseVault(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ClaimKept(operation) => operation.apply(draft, ctx),
            Operation::CreateFacility(operation) => operation.apply(draft, ctx).map(|_| None),
            Operation::AddCollateral(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetCollateralTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetLiquidationTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetFacilityParams(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::RampCollateralTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetGraceTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::CreatePool(operation) => operation.apply(draft, ctx).map(|_| None),
            Operation::SetPoolTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Supply(operation) => operation.apply(draft, ctx),
            Operation::WithdrawSupply(operation) => operation.apply(draft, ctx),
            Operation::SetRedemption(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Redeem(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetPeg(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::RestrictPeg(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SwapIn(operation) => operation.apply(draft, ctx),
            Operation::SwapOut(operation) => operation.apply(draft, ctx),
            Operation::ShutDown(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::RedeemBasket(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ClaimPart(operation) => operation.apply(draft, ctx),
            Operation::SetLadder(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetBand(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::AllowTopUp(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::DepositItem(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::WithdrawItem(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetDepthReporter(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ReportDepth(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetStress(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    /// The order of execution: what saves a vault comes first.
    pub fn class(&self) -> Class {
        match self {
            Operation::Deposit(_) | Operation::DepositItem(_) | Operation::Repay(_) => Class::Reduce,
            Operation::RestrictPeg(_) => Class::Reduce,
            // Who leaves bears what the block did.
            Operation::WithdrawSupply(_)
            | Operation::Redeem(_)
            | Operation::SwapOut(_)
            | Operation::RedeemBasket(_) => Class::Exit,
            _ => Class::General,
        }
    }

    /// The work it causes; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::OpenVault(_) => 1_000,
            Operation::Deposit(_) | Operation::Repay(_) | Operation::ClaimKept(_) => 1_500,
            Operation::Withdraw(_) | Operation::Borrow(_) | Operation::Supply(_) => 2_000,
            // Looks for the order, then takes from each vault.
            Operation::Redeem(operation) => u64::from(operation.vaults_max)
                .saturating_mul(4_000)
                .saturating_add(u64::from(EVALUATIONS_MAX).saturating_mul(200)),
            Operation::SwapIn(_) | Operation::SwapOut(_) => 3_000,
            Operation::ClaimPart(_) | Operation::RestrictPeg(_) => 1_500,
            // Up to 48 assets.
            Operation::RedeemBasket(_) => 50_000,
            // Looks at every collateral while lots are open.
            Operation::WithdrawSupply(_) => 4_000,
            Operation::CloseVault(_) => 6_000,
            Operation::CreateFacility(_)
            | Operation::AddCollateral(_)
            | Operation::CreatePool(_)
            | Operation::SetRedemption(_)
            | Operation::SetPeg(_)
            | Operation::SetCollateralTerms(_)
            | Operation::SetLiquidationTerms(_)
            | Operation::RampCollateralTerms(_)
            | Operation::SetGraceTerms(_) => 5_000,
            // Includes what the protocol will do for them.
            Operation::SetLadder(_) | Operation::SetBand(_) => 10_000,
            Operation::AllowTopUp(_) => 1_500,
            Operation::DepositItem(_) | Operation::WithdrawItem(_) => 2_500,
            Operation::SetDepthReporter(_) | Operation::ReportDepth(_) | Operation::SetStress(_) => 1_500,
            // Accrues every bucket and moves every group of the facility.
            Operation::SetFacilityParams(_) | Operation::SetPoolTerms(_) | Operation::ShutDown(_) => 50_000,
        }
    }

    /// The work that the rules of the assets it moves add to it, as they stand now. Pledging moves nothing, and
    /// what a liquidation, a redemption or a basket moves is in its own weight.
    pub fn rules_weight(&self, draft: &Draft) -> u64 {
        let of = |asset| gage_compliance::movement_weight(draft, asset);
        let both = |asset, other| of(asset).saturating_add(of(other));
        let facility = |id| FACILITIES.peek(draft, &id);
        match self {
            Operation::Borrow(operation) => of(operation.asset),
            Operation::Repay(operation) => of(operation.asset),
            Operation::ClaimKept(operation) => of(operation.asset),
            Operation::ClaimPart(operation) => of(operation.asset),
            Operation::Redeem(operation) => of(operation.asset),
            Operation::RedeemBasket(operation) => of(operation.asset),
            // Out of one pocket and into the other: what is lent, and the shares of it.
            Operation::Supply(operation) => {
                let shares = facility(operation.facility).and_then(|facility| match facility.source {
                    Source::Pool { shares, .. } => Some(shares),
                    _ => None,
                });
                of(operation.asset).saturating_add(shares.map_or(0, of))
            }
            Operation::WithdrawSupply(operation) => {
                let lent = facility(operation.facility).map(|facility| facility.stable);
                of(operation.shares).saturating_add(lent.map_or(0, of))
            }
            Operation::SwapIn(operation) => {
                let stable = facility(operation.facility).map(|facility| facility.stable);
                of(operation.asset).saturating_add(stable.map_or(0, of))
            }
            Operation::SwapOut(operation) => both(operation.stable, operation.asset),
            _ => 0,
        }
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::OpenVault(operation) => operation.describe(),
            Operation::Deposit(operation) => operation.describe(names),
            Operation::Withdraw(operation) => operation.describe(names),
            Operation::Borrow(operation) => operation.describe(names),
            Operation::Repay(operation) => operation.describe(names),
            Operation::CloseVault(operation) => operation.describe(),
            Operation::ClaimKept(operation) => operation.describe(names),
            Operation::CreateFacility(operation) => operation.describe(names),
            Operation::AddCollateral(operation) => operation.describe(names),
            Operation::SetCollateralTerms(operation) => operation.describe(names),
            Operation::SetLiquidationTerms(operation) => operation.describe(names),
            Operation::SetFacilityParams(operation) => operation.describe(names),
            Operation::RampCollateralTerms(operation) => operation.describe(names),
            Operation::SetGraceTerms(operation) => operation.describe(names),
            Operation::CreatePool(operation) => operation.describe(names),
            Operation::SetPoolTerms(operation) => operation.describe(names),
            Operation::Supply(operation) => operation.describe(names),
            Operation::WithdrawSupply(operation) => operation.describe(names),
            Operation::SetRedemption(operation) => operation.describe(names),
            Operation::Redeem(operation) => operation.describe(names),
            Operation::SetPeg(operation) => operation.describe(names),
            Operation::RestrictPeg(operation) => operation.describe(names),
            Operation::SwapIn(operation) => operation.describe(names),
            Operation::SwapOut(operation) => operation.describe(names),
            Operation::ShutDown(operation) => operation.describe(names),
            Operation::RedeemBasket(operation) => operation.describe(names),
            Operation::ClaimPart(operation) => operation.describe(names),
            Operation::SetLadder(operation) => operation.describe(names),
            Operation::SetBand(operation) => operation.describe(names),
            Operation::AllowTopUp(operation) => operation.describe(names),
            Operation::DepositItem(operation) => operation.describe(names),
            Operation::WithdrawItem(operation) => operation.describe(names),
            Operation::SetDepthReporter(operation) => operation.describe(names),
            Operation::ReportDepth(operation) => operation.describe(names),
            Operation::SetStress(operation) => operation.describe(names),
        }
    }
}
