//! Everything that can be asked of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{
    Attest, CancelRedemption, ClaimRedemption, FundRedemptions, List, MintBacked, RedeemBacked, RegisterInstrument,
    RequestRedemption, SetBackingTerms, SetComposition, SetExposureLimit, SetMintLimit, SetRedemptionTerms,
    WithdrawFunds,
};
use crate::redemption::{QUEUES, REQUESTS};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// See [`RegisterInstrument`].
    RegisterInstrument(RegisterInstrument),
    /// See [`SetComposition`].
    SetComposition(SetComposition),
    /// See [`SetBackingTerms`].
    SetBackingTerms(SetBackingTerms),
    /// See [`Attest`].
    Attest(Attest),
    /// See [`MintBacked`].
    MintBacked(MintBacked),
    /// See [`RedeemBacked`].
    RedeemBacked(RedeemBacked),
    /// See [`List`].
    List(List),
    /// See [`SetRedemptionTerms`].
    SetRedemptionTerms(SetRedemptionTerms),
    /// See [`FundRedemptions`].
    FundRedemptions(FundRedemptions),
    /// See [`WithdrawFunds`].
    WithdrawFunds(WithdrawFunds),
    /// See [`RequestRedemption`].
    RequestRedemption(RequestRedemption),
    /// See [`CancelRedemption`].
    CancelRedemption(CancelRedemption),
    /// See [`ClaimRedemption`].
    ClaimRedemption(ClaimRedemption),
    /// See [`SetExposureLimit`].
    SetExposureLimit(SetExposureLimit),
    /// See [`SetMintLimit`].
    SetMintLimit(SetMintLimit),
}

impl Operation {
    /// Checks what needs no state.
    ///
    /// # Errors
    /// The first check that fails, in the order each operation documents.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::RegisterInstrument(operation) => operation.validate(),
            Operation::SetComposition(operation) => operation.validate(),
            Operation::SetBackingTerms(operation) => operation.validate(),
            Operation::Attest(operation) => operation.validate(),
            Operation::MintBacked(operation) => operation.validate(),
            Operation::RedeemBacked(operation) => operation.validate(),
            Operation::List(operation) => operation.validate(),
            Operation::SetRedemptionTerms(operation) => operation.validate(),
            Operation::SetMintLimit(operation) => operation.validate(),
            Operation::FundRedemptions(FundRedemptions { amount, .. })
            | Operation::WithdrawFunds(WithdrawFunds { amount, .. })
                if amount.is_zero() =>
            {
                Err(gage_accounts::Error::ZeroAmount.into())
            }
            Operation::FundRedemptions(_)
            | Operation::WithdrawFunds(_)
            | Operation::RequestRedemption(_)
            | Operation::CancelRedemption(_)
            | Operation::ClaimRedemption(_)
            | Operation::SetExposureLimit(_) => Ok(()),
        }
    }

    /// Does it, and says what the signer received.
    ///
    /// # Errors
    /// The first check that fails; the caller undoes what was written.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::RegisterInstrument(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetComposition(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetBackingTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Attest(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::MintBacked(operation) => operation.apply(draft, ctx).map(Some),
            Operation::RedeemBacked(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::List(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetRedemptionTerms(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::FundRedemptions(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::WithdrawFunds(operation) => operation.apply(draft, ctx).map(Some),
            Operation::RequestRedemption(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::CancelRedemption(operation) => operation.apply(draft, ctx).map(Some),
            Operation::ClaimRedemption(operation) => operation.apply(draft, ctx).map(Some),
            Operation::SetExposureLimit(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetMintLimit(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    /// Where in a block it runs.
    pub fn class(&self) -> Class {
        match self {
            // What leaves a pool of the module leaves after the liquidations.
            Operation::ClaimRedemption(_) | Operation::WithdrawFunds(_) => Class::Exit,
            _ => Class::General,
        }
    }

    /// What it costs: 1,000 is one simple operation. A composition is unfolded to all that it is made of.
    pub fn weight(&self) -> u64 {
        let listed = |length: usize, each: u64| u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(each);
        match self {
            Operation::RegisterInstrument(operation) => 2_000u64.saturating_add(listed(operation.documents.len(), 200)),
            Operation::SetComposition(operation) => 10_000u64.saturating_add(listed(operation.parts.len(), 1_000)),
            Operation::SetBackingTerms(operation) => {
                let verifiers = operation.terms.as_ref().map_or(0, |terms| terms.verifiers.len());
                2_000u64.saturating_add(listed(verifiers, 500))
            }
            // The statements of 16 verifiers are proved anew, and a mint asks what the asset is made of.
            Operation::MintBacked(_) | Operation::RedeemBacked(_) | Operation::Attest(_) => 3_000,
            Operation::List(_) => 2_000,
            // It may unfold 64 windows.
            Operation::ClaimRedemption(_) | Operation::CancelRedemption(_) => 5_000,
            Operation::RequestRedemption(_) => 3_000,
            // They move money between accounts.
            Operation::FundRedemptions(_) | Operation::WithdrawFunds(_) => 2_000,
            Operation::SetRedemptionTerms(_) | Operation::SetMintLimit(_) => 1_500,
            // It counts the limits of its scope.
            Operation::SetExposureLimit(_) => 2_500,
        }
    }

    /// The work that the rules of the assets it moves add to it, as they stand now.
    pub fn rules_weight(&self, draft: &Draft) -> u64 {
        let of = |asset| gage_compliance::movement_weight(draft, asset);
        let cash_of = |asset| QUEUES.peek(draft, &asset).map_or(0, |queue| of(queue.terms.cash));
        let request = |id| REQUESTS.peek(draft, &id).map(|request| request.asset);
        match self {
            Operation::MintBacked(operation) => of(operation.asset),
            Operation::RedeemBacked(operation) => of(operation.asset),
            // In; what a window redeems moves on once for all who wait.
            Operation::RequestRedemption(operation) => of(operation.asset),
            Operation::FundRedemptions(operation) => cash_of(operation.asset),
            Operation::WithdrawFunds(operation) => cash_of(operation.asset),
            Operation::CancelRedemption(operation) => request(operation.request).map_or(0, of),
            Operation::ClaimRedemption(operation) => request(operation.request).map_or(0, cash_of),
            Operation::RegisterInstrument(_)
            | Operation::SetComposition(_)
            | Operation::SetBackingTerms(_)
            | Operation::Attest(_)
            | Operation::List(_)
            | Operation::SetRedemptionTerms(_)
            | Operation::SetExposureLimit(_)
            | Operation::SetMintLimit(_) => 0,
        }
    }

    /// The words a wallet shows: everything the operation says.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::RegisterInstrument(operation) => operation.describe(names),
            Operation::SetComposition(operation) => operation.describe(names),
            Operation::SetBackingTerms(operation) => operation.describe(names),
            Operation::Attest(operation) => operation.describe(names),
            Operation::MintBacked(operation) => operation.describe(names),
            Operation::RedeemBacked(operation) => operation.describe(names),
            Operation::List(operation) => operation.describe(names),
            Operation::SetRedemptionTerms(operation) => operation.describe(names),
            Operation::FundRedemptions(operation) => operation.describe(names),
            Operation::WithdrawFunds(operation) => operation.describe(names),
            Operation::RequestRedemption(operation) => operation.describe(names),
            Operation::CancelRedemption(operation) => operation.describe(),
            Operation::ClaimRedemption(operation) => operation.describe(),
            Operation::SetExposureLimit(operation) => operation.describe(names),
            Operation::SetMintLimit(operation) => operation.describe(names),
        }
    }
}
