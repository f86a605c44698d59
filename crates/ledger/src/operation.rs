//! The verbs of the ledger.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::instructions::{INSTRUCTIONS, SettlementLeg};
use crate::operations::{
    AffirmInstruction, Burn, BurnItem, CancelInstruction, ClaimBuyIn, ConfirmDelivery, Correct, CountHolders,
    CreateAsset, ForcedTransfer, FreezePart, GiveHold, Mint, MintItem, MintLocked, MoveWithin, ProposeInstruction,
    RecordOwner, RecoverHoldings, ReleaseHold, ReleaseOwner, SettleHold, Transfer, TransferItem, TransferLocked,
    TransferMany, UnfreezePart, WithdrawHolding,
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
    /// Writes a settlement instruction.
    ProposeInstruction(ProposeInstruction),
    /// Affirms one.
    AffirmInstruction(AffirmInstruction),
    /// Confirms a delivery outside this ledger.
    ConfirmDelivery(ConfirmDelivery),
    /// Withdraws an instruction.
    CancelInstruction(CancelInstruction),
    /// Takes the compensation for a failed one.
    ClaimBuyIn(ClaimBuyIn),
    /// Records a beneficial owner.
    RecordOwner(RecordOwner),
    /// Changes the owner inside an omnibus holding.
    MoveWithin(MoveWithin),
    /// Takes an owner without account out of the register.
    ReleaseOwner(ReleaseOwner),
    /// Takes the signer's own out of an omnibus holding.
    WithdrawHolding(WithdrawHolding),
    /// Counts an asset's holders from the first unit on.
    CountHolders(CountHolders),
    /// Mints with a lock-up.
    MintLocked(MintLocked),
    /// Gives with a lock-up.
    TransferLocked(TransferLocked),
    /// Immobilises an amount of a holder.
    FreezePart(FreezePart),
    /// Mobilises it again.
    UnfreezePart(UnfreezePart),
    /// Moves a holder's amount to another by order.
    ForcedTransfer(ForcedTransfer),
    /// Moves what an account with lost keys has.
    RecoverHoldings(RecoverHoldings),
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
            | Operation::BurnItem(_)
            | Operation::ConfirmDelivery(_)
            | Operation::CancelInstruction(_)
            | Operation::ClaimBuyIn(_)
            | Operation::CountHolders(_)
            | Operation::MintLocked(_)
            | Operation::TransferLocked(_)
            | Operation::FreezePart(_)
            | Operation::UnfreezePart(_)
            | Operation::RecoverHoldings(_) => Ok(()),
            Operation::ForcedTransfer(operation) => operation.validate(),
            Operation::Correct(operation) => operation.validate(),
            Operation::ProposeInstruction(operation) => operation.validate(),
            Operation::AffirmInstruction(operation) => operation.validate(),
            Operation::RecordOwner(operation) => operation.validate(),
            Operation::MoveWithin(operation) => operation.validate(),
            Operation::ReleaseOwner(operation) => operation.validate(),
            Operation::WithdrawHolding(operation) => operation.validate(),
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
            Operation::ProposeInstruction(operation) => operation.apply(draft, ctx).map(|_| None),
            Operation::AffirmInstruction(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ConfirmDelivery(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::CancelInstruction(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ClaimBuyIn(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::RecordOwner(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::MoveWithin(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ReleaseOwner(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::WithdrawHolding(operation) => operation.apply(draft, ctx).map(Some),
            Operation::CountHolders(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::MintLocked(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::TransferLocked(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::FreezePart(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::UnfreezePart(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ForcedTransfer(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::RecoverHoldings(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    /// The order of execution.
    pub fn class(&self) -> Class {
        match self {
            Operation::CancelInstruction(_) => Class::Reduce,
            _ => Class::General,
        }
    }

    /// The work it causes; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::TransferMany(operation) => operation.weight(),
            Operation::ProposeInstruction(operation) => operation.weight(),
            Operation::AffirmInstruction(operation) => operation.weight(),
            // Each may give back what all parties reserved: 16 legs and as many securities.
            Operation::CancelInstruction(_) => 10_000,
            // And pays each receiver of a side that failed.
            Operation::ClaimBuyIn(_) => 20_000,
            Operation::ConfirmDelivery(_) => 2_000,
            _ => 1_000,
        }
    }

    /// The work that the rules of the assets it moves add to it, as they stand now.
    pub fn rules_weight(&self, draft: &Draft) -> u64 {
        let of = |asset| gage_compliance::movement_weight(draft, asset);
        match self {
            Operation::Transfer(operation) => of(operation.asset),
            Operation::TransferMany(operation) => {
                operation.payments.iter().fold(0, |sum: u64, payment| sum.saturating_add(of(payment.asset)))
            }
            Operation::Mint(operation) => of(operation.asset),
            Operation::Burn(operation) => of(operation.asset),
            Operation::SettleHold(operation) => of(operation.asset),
            Operation::Correct(operation) => of(operation.asset),
            Operation::MintItem(operation) => of(operation.asset),
            Operation::TransferItem(operation) => of(operation.asset),
            Operation::BurnItem(operation) => of(operation.asset),
            Operation::MintLocked(operation) => of(operation.asset),
            Operation::TransferLocked(operation) => of(operation.asset),
            Operation::ForcedTransfer(operation) => of(operation.asset),
            Operation::RecoverHoldings(operation) => of(operation.asset),
            Operation::WithdrawHolding(operation) => of(operation.asset),
            // Due work asks every leg when it settles: who proposes pays for that.
            Operation::ProposeInstruction(operation) => {
                let assets = operation.legs.iter().filter_map(|leg| leg.delivery.asset());
                assets.fold(0, |sum: u64, asset| sum.saturating_add(of(asset)))
            }
            // The last affirmation may settle it at once.
            Operation::AffirmInstruction(operation) => {
                let assets = operation.legs.iter().filter_map(|leg| leg.delivery.asset());
                assets.fold(0, |sum: u64, asset| sum.saturating_add(of(asset)))
            }
            // And so may the last receipt, all of it.
            Operation::ConfirmDelivery(operation) => {
                let record = INSTRUCTIONS.peek(draft, &operation.instruction);
                let assets = record.into_iter().flat_map(|record| &record.legs).filter_map(SettlementLeg::due);
                assets.fold(0, |sum: u64, (asset, ..)| sum.saturating_add(of(asset)))
            }
            // The compensation, once for each leg that may have a receiver of its own.
            Operation::ClaimBuyIn(operation) => {
                let record = INSTRUCTIONS.peek(draft, &operation.instruction);
                let terms = record.and_then(|record| Some((record.buy_in?, record.legs.len())));
                terms.map_or(0, |(terms, legs)| of(terms.asset).saturating_mul(u64::try_from(legs).unwrap_or(u64::MAX)))
            }
            // These move nothing between holders.
            Operation::CreateAsset(_)
            | Operation::GiveHold(_)
            | Operation::ReleaseHold(_)
            | Operation::CancelInstruction(_)
            | Operation::RecordOwner(_)
            | Operation::MoveWithin(_)
            | Operation::ReleaseOwner(_)
            | Operation::CountHolders(_)
            | Operation::FreezePart(_)
            | Operation::UnfreezePart(_) => 0,
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
            Operation::ProposeInstruction(operation) => operation.describe(names),
            Operation::AffirmInstruction(operation) => operation.describe(names),
            Operation::ConfirmDelivery(operation) => operation.describe(names),
            Operation::CancelInstruction(operation) => operation.describe(),
            Operation::ClaimBuyIn(operation) => operation.describe(),
            Operation::RecordOwner(operation) => operation.describe(names),
            Operation::MoveWithin(operation) => operation.describe(names),
            Operation::ReleaseOwner(operation) => operation.describe(names),
            Operation::WithdrawHolding(operation) => operation.describe(names),
            Operation::CountHolders(operation) => operation.describe(names),
            Operation::MintLocked(operation) => operation.describe(names),
            Operation::TransferLocked(operation) => operation.describe(names),
            Operation::FreezePart(operation) => operation.describe(names),
            Operation::UnfreezePart(operation) => operation.describe(names),
            Operation::ForcedTransfer(operation) => operation.describe(names),
            Operation::RecoverHoldings(operation) => operation.describe(names),
        }
    }
}
