//! The operations of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{
    AppointAgent, Block, FreezeAccount, InviteAccount, IssueClaim, JoinIdentity, OpenIdentity, PauseAsset,
    RecoverIdentity, RefreshHolders, ResumeAsset, RevokeClaim, SetCaps, SetRequirements, SetTrustedIssuers, SetVenues,
    Unblock, UnfreezeAccount,
};

/// What can be asked of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Opens an identity.
    OpenIdentity(OpenIdentity),
    /// Invites an account into an identity.
    InviteAccount(InviteAccount),
    /// Joins an identity.
    JoinIdentity(JoinIdentity),
    /// Makes or renews a claim.
    IssueClaim(IssueClaim),
    /// Revokes a claim.
    RevokeClaim(RevokeClaim),
    /// Sets whose claims count.
    SetTrustedIssuers(SetTrustedIssuers),
    /// Sets what an asset asks of both sides.
    SetRequirements(SetRequirements),
    /// Sets into which modules an asset may go.
    SetVenues(SetVenues),
    /// Sets who sets an asset's rules.
    AppointAgent(AppointAgent),
    /// Stops an asset.
    PauseAsset(PauseAsset),
    /// Ends a pause.
    ResumeAsset(ResumeAsset),
    /// Freezes an account.
    FreezeAccount(FreezeAccount),
    /// Lifts a freeze.
    UnfreezeAccount(UnfreezeAccount),
    /// Bars an identity or account.
    Block(Block),
    /// Lifts a block.
    Unblock(Unblock),
    /// Sets the caps on an asset's holders.
    SetCaps(SetCaps),
    /// Counts holders anew.
    RefreshHolders(RefreshHolders),
    /// Replaces the first account of an identity.
    RecoverIdentity(RecoverIdentity),
}

impl Operation {
    /// Whether it is well formed. Reads no state.
    ///
    /// # Errors
    /// See each operation.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::IssueClaim(operation) => operation.validate(),
            Operation::SetTrustedIssuers(operation) => operation.validate(),
            Operation::SetRequirements(operation) => operation.validate(),
            Operation::SetVenues(operation) => operation.validate(),
            Operation::SetCaps(operation) => operation.validate(),
            Operation::RefreshHolders(operation) => operation.validate(),
            Operation::OpenIdentity(_)
            | Operation::InviteAccount(_)
            | Operation::JoinIdentity(_)
            | Operation::RevokeClaim(_)
            | Operation::AppointAgent(_)
            | Operation::PauseAsset(_)
            | Operation::ResumeAsset(_)
            | Operation::FreezeAccount(_)
            | Operation::UnfreezeAccount(_)
            | Operation::Block(_)
            | Operation::Unblock(_)
            | Operation::RecoverIdentity(_) => Ok(()),
        }
    }

    /// Does it. No operation of this module yields an asset.
    ///
    /// # Errors
    /// See each operation.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::OpenIdentity(operation) => operation.apply(draft, ctx)?,
            Operation::InviteAccount(operation) => operation.apply(draft, ctx)?,
            Operation::JoinIdentity(operation) => operation.apply(draft, ctx)?,
            Operation::IssueClaim(operation) => operation.apply(draft, ctx)?,
            Operation::RevokeClaim(operation) => operation.apply(draft, ctx)?,
            Operation::SetTrustedIssuers(operation) => operation.apply(draft, ctx)?,
            Operation::SetRequirements(operation) => operation.apply(draft, ctx)?,
            Operation::SetVenues(operation) => operation.apply(draft, ctx)?,
            Operation::AppointAgent(operation) => operation.apply(draft, ctx)?,
            Operation::PauseAsset(operation) => operation.apply(draft, ctx)?,
            Operation::ResumeAsset(operation) => operation.apply(draft, ctx)?,
            Operation::FreezeAccount(operation) => operation.apply(draft, ctx)?,
            Operation::UnfreezeAccount(operation) => operation.apply(draft, ctx)?,
            Operation::Block(operation) => operation.apply(draft, ctx)?,
            Operation::Unblock(operation) => operation.apply(draft, ctx)?,
            Operation::SetCaps(operation) => operation.apply(draft, ctx)?,
            Operation::RefreshHolders(operation) => operation.apply(draft, ctx)?,
            Operation::RecoverIdentity(operation) => operation.apply(draft, ctx)?,
        }
        Ok(None)
    }

    /// Its place in the order of a block: what restricts runs early.
    pub fn class(&self) -> Class {
        match self {
            Operation::RevokeClaim(_)
            | Operation::PauseAsset(_)
            | Operation::FreezeAccount(_)
            | Operation::Block(_) => Class::Reduce,
            Operation::OpenIdentity(_)
            | Operation::InviteAccount(_)
            | Operation::JoinIdentity(_)
            | Operation::IssueClaim(_)
            | Operation::SetTrustedIssuers(_)
            | Operation::SetRequirements(_)
            | Operation::SetVenues(_)
            | Operation::AppointAgent(_)
            | Operation::ResumeAsset(_)
            | Operation::UnfreezeAccount(_)
            | Operation::Unblock(_)
            | Operation::SetCaps(_)
            | Operation::RefreshHolders(_)
            | Operation::RecoverIdentity(_) => Class::General,
        }
    }

    /// Its work; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        let listed = match self {
            Operation::SetTrustedIssuers(operation) => operation.issuers.len(),
            Operation::SetRequirements(operation) => operation.size(),
            // It may look through the open invitations.
            Operation::InviteAccount(_) | Operation::RecoverIdentity(_) => 10,
            Operation::SetCaps(operation) => operation.caps.by_claim.len().saturating_add(operation.caps.exempt.len()),
            // Each is asked for every claim on every topic, and written anew.
            Operation::RefreshHolders(operation) => operation.identities.len().saturating_mul(50),
            _ => 0,
        };
        u64::try_from(listed).unwrap_or(u64::MAX).saturating_mul(100).saturating_add(1_000)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::OpenIdentity(operation) => operation.describe(),
            Operation::InviteAccount(operation) => operation.describe(),
            Operation::JoinIdentity(operation) => operation.describe(),
            Operation::IssueClaim(operation) => operation.describe(),
            Operation::RevokeClaim(operation) => operation.describe(),
            Operation::SetTrustedIssuers(operation) => operation.describe(names),
            Operation::SetRequirements(operation) => operation.describe(names),
            Operation::SetVenues(operation) => operation.describe(names),
            Operation::AppointAgent(operation) => operation.describe(names),
            Operation::PauseAsset(operation) => operation.describe(names),
            Operation::ResumeAsset(operation) => operation.describe(names),
            Operation::FreezeAccount(operation) => operation.describe(names),
            Operation::UnfreezeAccount(operation) => operation.describe(names),
            Operation::Block(operation) => operation.describe(),
            Operation::Unblock(operation) => operation.describe(),
            Operation::SetCaps(operation) => operation.describe(names),
            Operation::RefreshHolders(operation) => operation.describe(names),
            Operation::RecoverIdentity(operation) => operation.describe(),
        }
    }
}
