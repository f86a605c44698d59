//! The operations of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::operations::{
    AddKey, CancelRecovery, CloseSession, ExecuteBundle, FinishRecovery, FreezeSelf, FreezeWard, OpenAccount,
    OpenSession, RejectBundle, RemoveKey, RotateKey, SetBreaker, SetGuardians, SetPolicy, SetThreshold, StartRecovery,
    Thaw, VetoBundle,
};
use crate::state::Permission;
use crate::{Class, Context, Demand, Error, Names, Output};

/// What can be asked of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Opens an account for someone.
    OpenAccount(OpenAccount),
    /// Adds a key.
    AddKey(AddKey),
    /// Puts a key in another's place.
    RotateKey(RotateKey),
    /// Removes a key.
    RemoveKey(RemoveKey),
    /// Sets the weight an act needs.
    SetThreshold(SetThreshold),
    /// Lets a key sign alone within a scope.
    OpenSession(OpenSession),
    /// Ends a session at once.
    CloseSession(CloseSession),
    /// Sets the rules of the account.
    SetPolicy(SetPolicy),
    /// Sets the breaker of an asset.
    SetBreaker(SetBreaker),
    /// Sets who watches over the account.
    SetGuardians(SetGuardians),
    /// Freezes the account at once.
    FreezeSelf(FreezeSelf),
    /// Freezes an account as its guardian.
    FreezeWard(FreezeWard),
    /// Ends a freeze after a delay.
    Thaw(Thaw),
    /// Proposes new keys as a guardian.
    StartRecovery(StartRecovery),
    /// Cancels what guardians proposed.
    CancelRecovery(CancelRecovery),
    /// Replaces the keys as guardians proposed.
    FinishRecovery(FinishRecovery),
    /// Lets an approved bundle run.
    ExecuteBundle(ExecuteBundle),
    /// Stops a bundle of the account.
    RejectBundle(RejectBundle),
    /// Stops a bundle as a guardian.
    VetoBundle(VetoBundle),
}

impl Operation {
    /// Whether it is well formed. Reads no state.
    ///
    /// # Errors
    /// See each operation.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::OpenAccount(operation) => operation.validate(),
            Operation::AddKey(operation) => operation.validate(),
            Operation::SetPolicy(operation) => operation.validate(),
            Operation::SetBreaker(operation) => operation.validate(),
            Operation::SetGuardians(operation) => operation.validate(),
            Operation::StartRecovery(operation) => operation.validate(),
            Operation::RotateKey(_)
            | Operation::RemoveKey(_)
            | Operation::CloseSession(_)
            | Operation::FreezeSelf(_)
            | Operation::FreezeWard(_)
            | Operation::Thaw(_)
            | Operation::CancelRecovery(_)
            | Operation::FinishRecovery(_)
            | Operation::ExecuteBundle(_)
            | Operation::RejectBundle(_)
            | Operation::VetoBundle(_) => Ok(()),
            Operation::SetThreshold(operation) => operation.validate(),
            Operation::OpenSession(operation) => operation.validate(),
        }
    }

    /// Does it. No operation of this module yields an asset.
    ///
    /// # Errors
    /// See each operation.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::OpenAccount(operation) => operation.apply(draft, ctx)?,
            Operation::AddKey(operation) => operation.apply(draft, ctx)?,
            Operation::RotateKey(operation) => operation.apply(draft, ctx)?,
            Operation::RemoveKey(operation) => operation.apply(draft, ctx)?,
            Operation::SetThreshold(operation) => operation.apply(draft, ctx)?,
            Operation::OpenSession(operation) => operation.apply(draft, ctx)?,
            Operation::CloseSession(operation) => operation.apply(draft, ctx)?,
            Operation::SetPolicy(operation) => operation.apply(draft, ctx)?,
            Operation::SetBreaker(operation) => operation.apply(draft, ctx)?,
            Operation::SetGuardians(operation) => operation.apply(draft, ctx)?,
            Operation::FreezeSelf(operation) => operation.apply(draft, ctx)?,
            Operation::FreezeWard(operation) => operation.apply(draft, ctx)?,
            Operation::Thaw(operation) => operation.apply(draft, ctx)?,
            Operation::StartRecovery(operation) => operation.apply(draft, ctx)?,
            Operation::CancelRecovery(operation) => operation.apply(draft, ctx)?,
            Operation::FinishRecovery(operation) => operation.apply(draft, ctx)?,
            Operation::ExecuteBundle(operation) => operation.apply(draft, ctx)?,
            Operation::RejectBundle(operation) => operation.apply(draft, ctx)?,
            Operation::VetoBundle(operation) => operation.apply(draft, ctx)?,
        }
        Ok(None)
    }

    /// Whose word it needs. What only stops, or only lets approved things happen, is for single keys; what
    /// is done as the guardian of another account changes nothing of one's own and is an ordinary act.
    pub fn demand(&self) -> Demand {
        match self {
            Operation::FreezeSelf(operation) => Demand::Key(operation.key, Permission::Stop),
            Operation::ExecuteBundle(operation) => Demand::Key(operation.key, Permission::Execute),
            // Its proposer, who may propose, or an owner, who may all: which of both, the operation asks.
            Operation::RejectBundle(operation) => Demand::Key(operation.key, Permission::Propose),
            Operation::FreezeWard(_)
            | Operation::StartRecovery(_)
            | Operation::FinishRecovery(_)
            | Operation::VetoBundle(_) => Demand::Threshold,
            Operation::OpenAccount(_)
            | Operation::AddKey(_)
            | Operation::RotateKey(_)
            | Operation::RemoveKey(_)
            | Operation::SetThreshold(_)
            | Operation::OpenSession(_)
            | Operation::CloseSession(_)
            | Operation::SetPolicy(_)
            | Operation::SetBreaker(_)
            | Operation::SetGuardians(_)
            | Operation::Thaw(_)
            | Operation::CancelRecovery(_) => Demand::Owners,
        }
    }

    /// Its place in the order of a block: what takes power away runs early.
    pub fn class(&self) -> Class {
        match self {
            Operation::RemoveKey(_)
            | Operation::CloseSession(_)
            | Operation::FreezeSelf(_)
            | Operation::FreezeWard(_)
            | Operation::CancelRecovery(_)
            | Operation::RejectBundle(_)
            | Operation::VetoBundle(_) => Class::Reduce,
            Operation::OpenAccount(_)
            | Operation::AddKey(_)
            | Operation::RotateKey(_)
            | Operation::SetThreshold(_)
            | Operation::OpenSession(_)
            | Operation::SetPolicy(_)
            | Operation::SetBreaker(_)
            | Operation::SetGuardians(_)
            | Operation::Thaw(_)
            | Operation::StartRecovery(_)
            | Operation::FinishRecovery(_)
            | Operation::ExecuteBundle(_) => Class::General,
        }
    }

    /// Its work; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        let records = match self {
            Operation::OpenAccount(operation) => operation.keys.len(),
            Operation::OpenSession(operation) => operation.scope.len().saturating_add(operation.limits.len()),
            // Every rule is compared with the rules before.
            Operation::SetPolicy(operation) => operation.policy.rules.len(),
            Operation::StartRecovery(operation) => operation.keys.len(),
            // It replaces every key and closes every session of the account.
            Operation::FinishRecovery(_) => 16,
            Operation::SetGuardians(operation) => operation.guardians.len(),
            // Their end may close every session of the account.
            Operation::RotateKey(_) | Operation::RemoveKey(_) => 4,
            Operation::AddKey(_)
            | Operation::SetThreshold(_)
            | Operation::CloseSession(_)
            | Operation::SetBreaker(_)
            | Operation::FreezeSelf(_)
            | Operation::FreezeWard(_)
            | Operation::Thaw(_)
            | Operation::CancelRecovery(_)
            | Operation::ExecuteBundle(_)
            | Operation::RejectBundle(_)
            | Operation::VetoBundle(_) => 0,
        };
        u64::try_from(records).unwrap_or(u64::MAX).saturating_mul(500).saturating_add(1_000)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::OpenAccount(operation) => operation.describe(),
            Operation::AddKey(operation) => operation.describe(),
            Operation::RotateKey(operation) => operation.describe(),
            Operation::RemoveKey(operation) => operation.describe(),
            Operation::SetThreshold(operation) => operation.describe(),
            Operation::OpenSession(operation) => operation.describe(names),
            Operation::CloseSession(operation) => operation.describe(),
            Operation::SetPolicy(operation) => operation.describe(names),
            Operation::SetBreaker(operation) => operation.describe(names),
            Operation::SetGuardians(operation) => operation.describe(),
            Operation::FreezeSelf(operation) => operation.describe(),
            Operation::FreezeWard(operation) => operation.describe(),
            Operation::Thaw(operation) => operation.describe(),
            Operation::StartRecovery(operation) => operation.describe(),
            Operation::CancelRecovery(operation) => operation.describe(),
            Operation::FinishRecovery(operation) => operation.describe(),
            Operation::ExecuteBundle(operation) => operation.describe(),
            Operation::RejectBundle(operation) => operation.describe(),
            Operation::VetoBundle(operation) => operation.describe(),
        }
    }
}
