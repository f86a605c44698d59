//! The operations of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::operations::{AddKey, CloseSession, OpenAccount, OpenSession, RemoveKey, RotateKey, SetThreshold};
use crate::{Class, Context, Error, Names, Output};

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
            Operation::RotateKey(_) | Operation::RemoveKey(_) | Operation::CloseSession(_) => Ok(()),
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
        }
        Ok(None)
    }

    /// Its place in the order of a block: what takes power away runs early.
    pub fn class(&self) -> Class {
        match self {
            Operation::RemoveKey(_) | Operation::CloseSession(_) => Class::Reduce,
            Operation::OpenAccount(_)
            | Operation::AddKey(_)
            | Operation::RotateKey(_)
            | Operation::SetThreshold(_)
            | Operation::OpenSession(_) => Class::General,
        }
    }

    /// Its work; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        let records = match self {
            Operation::OpenAccount(operation) => operation.keys.len(),
            Operation::OpenSession(operation) => operation.scope.len(),
            // Their end may close every session of the account.
            Operation::RotateKey(_) | Operation::RemoveKey(_) => 4,
            Operation::AddKey(_) | Operation::SetThreshold(_) | Operation::CloseSession(_) => 0,
        };
        u64::try_from(records).unwrap_or(u64::MAX).saturating_mul(500).saturating_add(1_000)
    }

    /// The words a wallet shows.
    pub fn describe(&self, _names: &dyn Names) -> String {
        match self {
            Operation::OpenAccount(operation) => operation.describe(),
            Operation::AddKey(operation) => operation.describe(),
            Operation::RotateKey(operation) => operation.describe(),
            Operation::RemoveKey(operation) => operation.describe(),
            Operation::SetThreshold(operation) => operation.describe(),
            Operation::OpenSession(operation) => operation.describe(),
            Operation::CloseSession(operation) => operation.describe(),
        }
    }
}
