//! The chain's own verbs: fee credit and scheduling.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output, Quantity, describe_amount, describe_quantity};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::deferred::Bundle;
use crate::event::Event;
use crate::fees::{self, ACCOUNT};
use crate::state::{BUNDLES, NEXT_BUNDLE, network, params};
use crate::version::PROTOCOL_VERSION;
use crate::{ApproveBundle, Error, MODULE, Operation, ProposeBundle, Rejection};

/// The longest time a bundle may wait: 90 days.
const WINDOW_MS_MAX: u64 = 90 * 86_400_000;

/// What an account can ask of the chain itself.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainOperation {
    /// Buys fee credit.
    BuyCredit(BuyCredit),
    /// Takes fee credit back.
    WithdrawCredit(WithdrawCredit),
    /// Schedules operations with the authority of governance.
    Schedule(Schedule),
    /// Withdraws a bundle.
    CancelBundle(CancelBundle),
    /// Proposes operations of the account, to run when its keys have approved them.
    ProposeBundle(ProposeBundle),
    /// Approves a bundle of the account.
    ApproveBundle(ApproveBundle),
    /// Stops a bundle of governance.
    VetoDecision(VetoDecision),
    /// Buys fee credit for another account.
    GiveCredit(GiveCredit),
}

/// Moves a free amount of the fee asset into the signer's fee credit.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct BuyCredit {
    /// The fee asset.
    pub asset: AssetId,
    /// How much.
    pub quantity: Quantity,
}

/// Moves a free amount of the fee asset into the fee credit of another account: so does one that was opened just now
/// come to its first. It is a payment to that account, which may withdraw it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiveCredit {
    /// Whose credit.
    pub to: AccountId,
    /// The fee asset.
    pub asset: AssetId,
    /// How much.
    pub quantity: Quantity,
}

/// Moves fee credit back to the signer's free balance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct WithdrawCredit {
    /// The fee asset.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

/// Schedules operations; only the governing account may.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Schedule {
    /// `Vec<Operation>` in borsh.
    pub operations: Vec<u8>,
    /// Not before this time.
    pub not_before: Timestamp,
    /// Nor after this one.
    pub not_after: Timestamp,
}

/// Stops a bundle of governance that has not run; any guardian of the governing account may, alone.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VetoDecision {
    /// The bundle.
    pub bundle: u64,
}

/// Withdraws a bundle that has not run; only the governing account may.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct CancelBundle {
    /// The bundle.
    pub bundle: u64,
}

impl ChainOperation {
    pub(crate) fn validate(&self) -> Result<(), Rejection> {
        match self {
            ChainOperation::Schedule(operation) => Ok(Bundle::read(&operation.operations).map(|_| ())?),
            ChainOperation::ProposeBundle(operation) => operation.validate(),
            ChainOperation::ApproveBundle(operation) => operation.validate(),
            ChainOperation::BuyCredit(_)
            | ChainOperation::WithdrawCredit(_)
            | ChainOperation::CancelBundle(_)
            | ChainOperation::VetoDecision(_)
            | ChainOperation::GiveCredit(_) => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Rejection> {
        match self {
            ChainOperation::BuyCredit(operation) => operation.apply(draft, ctx).map(|()| None),
            ChainOperation::WithdrawCredit(operation) => operation.apply(draft, ctx).map(Some),
            ChainOperation::Schedule(operation) => operation.apply(draft, ctx).map(|()| None),
            ChainOperation::CancelBundle(operation) => operation.apply(draft, ctx).map(|()| None),
            ChainOperation::ProposeBundle(operation) => operation.apply(draft, ctx).map(|()| None),
            ChainOperation::ApproveBundle(operation) => operation.apply(draft, ctx).map(|()| None),
            ChainOperation::VetoDecision(operation) => operation.apply(draft, ctx).map(|()| None),
            ChainOperation::GiveCredit(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    pub(crate) fn class(&self) -> Class {
        match self {
            ChainOperation::WithdrawCredit(_) => Class::Exit,
            _ => Class::General,
        }
    }

    pub(crate) fn weight(&self) -> u64 {
        match self {
            // What the bundle will cost is paid when it is scheduled.
            ChainOperation::Schedule(operation) => operation.weight().saturating_add(2_000),
            ChainOperation::ProposeBundle(operation) => operation.weight(),
            ChainOperation::ApproveBundle(operation) => operation.weight(),
            // Two movements.
            ChainOperation::GiveCredit(_) => 2_000,
            _ => 1_000,
        }
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        match self {
            ChainOperation::BuyCredit(operation) => {
                format!("Buy fee credit for {}", describe_quantity(names, operation.quantity, operation.asset))
            }
            ChainOperation::WithdrawCredit(operation) => {
                format!("Withdraw fee credit of {}", describe_amount(names, operation.amount, operation.asset))
            }
            ChainOperation::Schedule(operation) => operation.describe(names),
            ChainOperation::CancelBundle(operation) => format!("Cancel bundle {}", operation.bundle),
            ChainOperation::ProposeBundle(operation) => operation.describe(names),
            ChainOperation::ApproveBundle(operation) => operation.describe(names),
            ChainOperation::VetoDecision(operation) => {
                format!("Veto scheduled bundle {} as guardian", operation.bundle)
            }
            ChainOperation::GiveCredit(operation) => {
                let quantity = describe_quantity(names, operation.quantity, operation.asset);
                format!("Pay {quantity} to {} as fee credit", operation.to)
            }
        }
    }
}

impl BuyCredit {
    fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        let account = ctx.account()?;
        if self.asset != params(draft).fee_asset {
            return Err(Error::NotFeeAsset.into());
        }
        let amount = ctx.resolve(self.quantity, self.asset)?;
        gage_ledger::transfer(draft, ctx, account, ACCOUNT, self.asset, amount)?;
        fees::add_credit(draft, account, amount)?;
        draft.emit(MODULE, &Event::CreditBought { account, amount });
        Ok(())
    }
}

impl GiveCredit {
    fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        let from = ctx.account()?;
        if self.asset != params(draft).fee_asset {
            return Err(Error::NotFeeAsset.into());
        }
        let to = gage_accounts::resolve(draft, &self.to)?;
        let amount = ctx.resolve(self.quantity, self.asset)?;
        // Through the other's balance, so that limits on whom the signer pays, and who may hold the asset, see it.
        gage_ledger::transfer(draft, ctx, from, to, self.asset, amount)?;
        gage_ledger::move_by_rule(draft, ctx, to, ACCOUNT, self.asset, amount)?;
        fees::add_credit(draft, to, amount)?;
        draft.emit(MODULE, &Event::CreditBought { account: to, amount });
        Ok(())
    }
}

impl WithdrawCredit {
    fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Rejection> {
        let account = ctx.account()?;
        if self.asset != params(draft).fee_asset {
            return Err(Error::NotFeeAsset.into());
        }
        fees::remove_credit(draft, account, self.amount)?;
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, account, self.asset, self.amount)?;
        draft.emit(MODULE, &Event::CreditWithdrawn { account, amount: self.amount });
        Ok(Output { asset: self.asset, amount: self.amount })
    }
}

impl Schedule {
    fn weight(&self) -> u64 {
        let operations = Bundle::read(&self.operations).unwrap_or_default();
        operations.iter().fold(0, |sum: u64, operation| sum.saturating_add(operation.weight()))
    }

    fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        let proposer = ctx.account()?;
        require_governor(draft, ctx)?;
        let latest = ctx.time.plus_ms(WINDOW_MS_MAX).map_err(Error::from)?;
        if self.not_after <= self.not_before || self.not_after <= ctx.time || self.not_after > latest {
            return Err(Error::BadWindow.into());
        }
        // A governor whose policy has a delay decides in the open: whoever owns the account can cancel meanwhile,
        // and signatures collected before are not enough to surprise anybody.
        let delay_ms = gage_accounts::guard(draft, proposer).map_or(0, |guard| guard.policy.delay_ms);
        if delay_ms > 0 && self.not_before < ctx.time.plus_ms(delay_ms).map_err(Error::from)? {
            return Err(Error::DecisionMustWait.into());
        }
        for operation in Bundle::read(&self.operations)? {
            operation.validate()?;
        }

        // From here on nothing can fail.
        let hash = Bundle::hash_of(&self.operations);
        let number = NEXT_BUNDLE.get(draft, &0).unwrap_or(0);
        NEXT_BUNDLE.put(draft, 0, number.checked_add(1).expect("2^64 bundles do not fit any memory"));
        let bundle = Bundle {
            version: PROTOCOL_VERSION,
            operations: self.operations.clone(),
            hash,
            not_before: self.not_before,
            not_after: self.not_after,
            proposer,
            weight: self.weight(),
        };
        BUNDLES.put(draft, number, bundle);
        let (not_before, not_after) = (self.not_before, self.not_after);
        draft.emit(MODULE, &Event::BundleScheduled { bundle: number, hash, not_before, not_after });
        Ok(())
    }

    fn describe(&self, names: &dyn Names) -> String {
        let operations = Bundle::read(&self.operations).unwrap_or_default();
        let lines: Vec<String> = operations.iter().map(|operation: &Operation| operation.describe(names)).collect();
        let (from, to) = (self.not_before, self.not_after);
        format!("Schedule between time {from} ms and {to} ms: {}", lines.join(" and "))
    }
}

impl CancelBundle {
    fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        require_governor(draft, ctx)?;
        if !BUNDLES.has(draft, &self.bundle) {
            return Err(Error::UnknownBundle.into());
        }
        BUNDLES.remove(draft, &self.bundle);
        draft.emit(MODULE, &Event::BundleCancelled { bundle: self.bundle });
        Ok(())
    }
}

impl VetoDecision {
    fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        let guardian = ctx.account()?;
        if !BUNDLES.has(draft, &self.bundle) {
            return Err(Error::UnknownBundle.into());
        }
        let governor = network(draft).and_then(|network| network.governor).ok_or(Error::NotGovernor)?;
        gage_accounts::check_guardian(draft, governor, guardian)?;

        // From here on nothing can fail.
        BUNDLES.remove(draft, &self.bundle);
        draft.emit(MODULE, &Event::DecisionVetoed { bundle: self.bundle, guardian });
        Ok(())
    }
}

fn require_governor(draft: &Draft, ctx: &Context) -> Result<(), Rejection> {
    let signer = ctx.account()?;
    let governor = network(draft).and_then(|network| network.governor);
    if governor == Some(signer) { Ok(()) } else { Err(Error::NotGovernor.into()) }
}
