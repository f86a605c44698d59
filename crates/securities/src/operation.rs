//! Everything that can be asked of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::contract::{CONTRACTS, STEP_RECORDS, STEP_WEIGHT, WORK_MAX, WORK_WEIGHT};
use crate::distribution::DISTRIBUTIONS;
use crate::operations::{
    AttachContract, Attest, CancelRedemption, ClaimDistribution, ClaimRedemption, DeclareDistribution, ElectPayout,
    FundContract, FundDistribution, FundRedemptions, List, MintBacked, PublishFixing, ReclaimDistribution,
    RedeemBacked, RegisterInstrument, RequestRedemption, Retire, SetBackingTerms, SetComposition, SetExposureLimit,
    SetMintLimit, SetRedemptionTerms, SetWithholding, Surrender, WithdrawFunds, WithdrawReserve,
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
    /// See [`DeclareDistribution`].
    DeclareDistribution(DeclareDistribution),
    /// See [`FundDistribution`].
    FundDistribution(FundDistribution),
    /// See [`ElectPayout`].
    ElectPayout(ElectPayout),
    /// See [`ClaimDistribution`].
    ClaimDistribution(ClaimDistribution),
    /// See [`Surrender`].
    Surrender(Surrender),
    /// See [`ReclaimDistribution`].
    ReclaimDistribution(ReclaimDistribution),
    /// See [`AttachContract`].
    AttachContract(AttachContract),
    /// See [`PublishFixing`].
    PublishFixing(PublishFixing),
    /// See [`FundContract`].
    FundContract(FundContract),
    /// See [`WithdrawReserve`].
    WithdrawReserve(WithdrawReserve),
    /// See [`SetWithholding`].
    SetWithholding(SetWithholding),
    /// See [`Retire`].
    Retire(Retire),
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
            Operation::DeclareDistribution(operation) => operation.validate(),
            Operation::Surrender(operation) => operation.validate(),
            Operation::AttachContract(operation) => operation.validate(),
            Operation::FundContract(operation) => operation.validate(),
            Operation::Retire(operation) => operation.validate(),
            Operation::FundRedemptions(FundRedemptions { amount, .. })
            | Operation::WithdrawFunds(WithdrawFunds { amount, .. })
            | Operation::FundDistribution(FundDistribution { amount, .. })
                if amount.is_zero() =>
            {
                Err(gage_accounts::Error::ZeroAmount.into())
            }
            Operation::FundRedemptions(_)
            | Operation::WithdrawFunds(_)
            | Operation::RequestRedemption(_)
            | Operation::CancelRedemption(_)
            | Operation::ClaimRedemption(_)
            | Operation::SetExposureLimit(_)
            | Operation::FundDistribution(_)
            | Operation::ElectPayout(_)
            | Operation::ClaimDistribution(_)
            | Operation::ReclaimDistribution(_)
            | Operation::PublishFixing(_)
            | Operation::WithdrawReserve(_)
            | Operation::SetWithholding(_) => Ok(()),
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
            Operation::DeclareDistribution(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::FundDistribution(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ElectPayout(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::ClaimDistribution(operation) => operation.apply(draft, ctx).map(Some),
            Operation::Surrender(operation) => operation.apply(draft, ctx).map(Some),
            Operation::ReclaimDistribution(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::AttachContract(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::PublishFixing(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::FundContract(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::WithdrawReserve(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::SetWithholding(operation) => operation.apply(draft, ctx).map(|()| None),
            Operation::Retire(operation) => operation.apply(draft, ctx).map(|()| None),
        }
    }

    /// Where in a block it runs.
    pub fn class(&self) -> Class {
        match self {
            // What leaves a pool of the module leaves after the liquidations.
            Operation::ClaimRedemption(_)
            | Operation::WithdrawFunds(_)
            | Operation::ClaimDistribution(_)
            | Operation::Surrender(_)
            | Operation::ReclaimDistribution(_)
            | Operation::WithdrawReserve(_) => Class::Exit,
            _ => Class::General,
        }
    }

    /// What it costs: 1,000 is one simple operation. A composition is unfolded to all that it is made of.
    pub fn weight(&self) -> u64 {
        let listed = |length: usize, each: u64| u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(each);
        // Due work of a contract is paid for before.
        let steps = |count: u32| u64::from(count).saturating_mul(STEP_WEIGHT);
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
            Operation::DeclareDistribution(operation) => 2_000u64.saturating_add(listed(operation.payouts.len(), 500)),
            Operation::FundDistribution(_) | Operation::ElectPayout(_) => 2_000,
            Operation::FundContract(operation) => 2_000u64.saturating_add(steps(operation.steps)),
            // They move what is paid, and what is withheld or given back.
            Operation::ClaimDistribution(_) | Operation::Surrender(_) | Operation::Retire(_) => 3_500,
            Operation::ReclaimDistribution(_) | Operation::WithdrawReserve(_) => 4_000,
            // It reads and checks a contract, and tries one step of the most work.
            Operation::AttachContract(operation) => WORK_MAX
                .saturating_mul(WORK_WEIGHT)
                .saturating_add(10_000)
                .saturating_add(listed(operation.contract.len(), 5))
                .saturating_add(steps(operation.steps)),
            // The contract is stepped for it, and the numbers before are read.
            Operation::PublishFixing(_) => steps(1).saturating_add(10_000),
            Operation::SetWithholding(operation) => {
                let rates = operation.terms.as_ref().map_or(0, |terms| terms.rates.len());
                1_500u64.saturating_add(listed(rates, 20))
            }
        }
    }

    /// Records that due work will write for it and that nobody else leaves a deposit for.
    pub fn records_ahead(&self) -> u64 {
        match self {
            Operation::AttachContract(AttachContract { steps, .. })
            | Operation::FundContract(FundContract { steps, .. }) => u64::from(*steps).saturating_mul(STEP_RECORDS),
            // The number is one of them: it goes when it has been used.
            Operation::PublishFixing(_) => STEP_RECORDS.saturating_sub(1),
            _ => 0,
        }
    }

    /// The work that the rules of the assets it moves add to it, as they stand now.
    pub fn rules_weight(&self, draft: &Draft) -> u64 {
        let of = |asset| gage_compliance::movement_weight(draft, asset);
        let cash_of = |asset| QUEUES.peek(draft, &asset).map_or(0, |queue| of(queue.terms.cash));
        let paid = |id| {
            let pots = DISTRIBUTIONS.peek(draft, &id).map(|record| record.pots.as_slice()).unwrap_or_default();
            pots.iter().fold(0u64, |sum, pot| sum.saturating_add(of(pot.payout.asset)))
        };
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
            Operation::FundDistribution(operation) => of(operation.asset),
            // To the holder, and to whom it is withheld for.
            Operation::ClaimDistribution(operation) => paid(operation.distribution).saturating_mul(2),
            Operation::ReclaimDistribution(operation) => paid(operation.distribution),
            // In, out of existence, and what is paid for it.
            Operation::Surrender(operation) => {
                of(operation.asset).saturating_mul(2).saturating_add(of(operation.payout.asset))
            }
            Operation::FundContract(FundContract { asset, .. })
            | Operation::WithdrawReserve(WithdrawReserve { asset }) => {
                CONTRACTS.peek(draft, asset).map_or(0, |record| of(record.cash))
            }
            Operation::Retire(operation) => of(operation.asset).saturating_mul(2),
            Operation::RegisterInstrument(_)
            | Operation::SetComposition(_)
            | Operation::SetBackingTerms(_)
            | Operation::Attest(_)
            | Operation::DeclareDistribution(_)
            | Operation::ElectPayout(_)
            | Operation::AttachContract(_)
            | Operation::PublishFixing(_)
            | Operation::SetWithholding(_)
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
            Operation::DeclareDistribution(operation) => operation.describe(names),
            Operation::FundDistribution(operation) => operation.describe(names),
            Operation::ElectPayout(operation) => operation.describe(),
            Operation::ClaimDistribution(operation) => operation.describe(),
            Operation::Surrender(operation) => operation.describe(names),
            Operation::ReclaimDistribution(operation) => operation.describe(),
            Operation::AttachContract(operation) => operation.describe(names),
            Operation::PublishFixing(operation) => operation.describe(names),
            Operation::FundContract(operation) => operation.describe(names),
            Operation::WithdrawReserve(operation) => operation.describe(names),
            Operation::SetWithholding(operation) => operation.describe(names),
            Operation::Retire(operation) => operation.describe(names),
        }
    }
}
