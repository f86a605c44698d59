//! The verbs of the ledger.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{
    Burn, BurnItem, Correct, CreateAsset, GiveHold, Mint, MintItem, ReleaseHold, SettleHold, Transfer, TransferItem,
    TransferMany,
};

/// What an account can ask of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Gives to another.
    Transfer(Transfer),
    /// Gives to many at once.
    TransferMany(TransferMany),
    /// Lists an asset that the signer mints and burns.
    CreateAsset(CreateAsset),
    /// Mints an asset of the signer.
    Mint(Mint),
    /// Burns an asset of the signer.
    Burn(Burn),
    /// Sets an amount aside for another.
    GiveHold(GiveHold),
    /// Takes some or all of a hold.
    SettleHold(SettleHold),
    /// Gives a hold back.
    ReleaseHold(ReleaseHold),
    /// Reverses a posting the signer received.
    Correct(Correct),
    /// Mints one thing of the signer's itemised asset.
    MintItem(MintItem),
    /// Gives one thing to another.
    TransferItem(TransferItem),
    /// Burns one thing of the signer's itemised asset.
    BurnItem(BurnItem),
}

impl Operation {
    /// Checks what needs no state. # Errors The first refusal.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::Transfer(operation) => operation.validate(),
            Operation::TransferMany(operation) => operation.validate(),
            Operation::CreateAsset(operation) => operation.validate(),
            Operation::Mint(operation) => operation.validate(),
            Operation::Burn(operation) => operation.validate(),
            Operation::GiveHold(operation) => operation.validate(),
            Operation::SettleHold(operation) => operation.validate(),
            Operation::ReleaseHold(_)
            | Operation::MintItem(_)
            | Operation::TransferItem(_)
            | Operation::BurnItem(_) => Ok(()),
            Operation::Correct(operation) => operation.validate(),
        }
    }

    /// Does it. # Errors The first refusal; the caller undoes.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::Transfer(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::TransferMany(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::CreateAsset(operation) => operation.apply(draft, ctx).map(|_| None),
            Operation::Mint(operation) => operation.apply(draft, ctx),
            Operation::Burn(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::GiveHold(operation) => operation.apply(draft, ctx).map(|_| None),
            Operation::SettleHold(operation) => operation.apply(draft, ctx).map(Some),
            Operation::ReleaseHold(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Correct(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::MintItem(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::TransferItem(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::BurnItem(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    /// The order of execution.
    pub fn class(&self) -> Class {
        Class::General
    }

    /// The work it causes; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::TransferMany(operation) => operation.weight(),
            _ => 1_000,
        }
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::Transfer(operation) => operation.describe(names),
            Operation::TransferMany(operation) => operation.describe(names),
            Operation::CreateAsset(operation) => operation.describe(),
            Operation::Mint(operation) => operation.describe(names),
            Operation::Burn(operation) => operation.describe(names),
            Operation::GiveHold(operation) => operation.describe(names),
            Operation::SettleHold(operation) => operation.describe(names),
            Operation::ReleaseHold(operation) => operation.describe(),
            Operation::Correct(operation) => operation.describe(names),
            Operation::MintItem(operation) => operation.describe(names),
            Operation::TransferItem(operation) => operation.describe(names),
            Operation::BurnItem(operation) => operation.describe(names),
        }
    }
}
