//! What assets pay, as people see it.

use std::ops::Bound::{Included, Unbounded};

use gage_accounts::{Context, id_of};
use gage_calendar::Moment;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_terms::Work;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Rounding, Timestamp};
use serde::Serialize;

use crate::Error;
use crate::contract::{AssetContract, WORK_MAX, contract, observations};
use crate::distribution::{
    Basis, DISTRIBUTIONS, Distribution, DistributionId, ENTITLEMENTS, Payout, Pot, check_funded, distribution, needed,
    worth,
};
use crate::retirement::{RETIREMENTS, RetirementId};
use crate::withholding::withheld_from;

/// A distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DistributionView {
    /// Its number.
    pub distribution: DistributionId,
    /// Of which asset.
    pub asset: AssetId,
    /// Who pays.
    pub payer: Option<AccountId>,
    /// Who is entitled.
    pub basis: Basis,
    /// Whether it is known who is: the record date is past.
    pub recorded: bool,
    /// What is to be had.
    pub payouts: Vec<PotView>,
    /// Until when a holder may choose.
    pub elect_by: Timestamp,
    /// From when it is paid.
    pub pay_at: Timestamp,
    /// Until when it is claimed.
    pub expires_at: Timestamp,
    /// Whether something was missing when it was to be paid.
    pub missed: bool,
}

/// A payout with its books, in the smallest unit of what is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PotView {
    /// What is paid for a unit.
    pub payout: Payout,
    /// What it needs for all who are entitled.
    pub needed: Option<Amount>,
    /// Whether that is there.
    pub funded: bool,
    /// What was brought.
    pub brought: Amount,
    /// What holders took.
    pub paid: Amount,
    /// What was withheld.
    pub withheld: Amount,
    /// What went back.
    pub reclaimed: Amount,
}

/// What a distribution by the register owes an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntitlementView {
    /// Units held at the record date.
    pub units: Amount,
    /// The payout that counts.
    pub option: u8,
    /// Whether it was taken.
    pub claimed: bool,
    /// What it comes to, in the smallest unit of what is paid.
    pub gross: Amount,
    /// The part that is withheld as of now.
    pub withheld: Bps,
}

/// The contract of an asset, and what it will pay by what is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractView {
    /// The asset.
    pub asset: AssetId,
    /// What it pays in.
    pub cash: AssetId,
    /// Who pays.
    pub payer: Option<AccountId>,
    /// What is left of it, as text.
    pub text: String,
    /// When something can be due next.
    pub next: Option<Timestamp>,
    /// Steps that are paid for.
    pub steps: u32,
    /// Money that waits for payments.
    pub reserve: Amount,
    /// What one whole unit will pay, as far as dates and published numbers say: at most [`FLOWS_MAX`] payments, and as
    /// many as a bounded look ahead finds.
    pub flows: Vec<FlowView>,
}

/// One payment to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowView {
    /// When.
    pub at: Moment,
    /// How much for one whole unit.
    pub amount: gage_terms::Number,
}

/// The most payments that one answer lists.
pub const FLOWS_MAX: usize = 400;
/// The most work for one answer: that of fifty steps.
const VIEW_WORK_MAX: u64 = 1_000_000;

/// Something retired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RetirementView {
    /// Its number.
    pub retirement: RetirementId,
    /// Of what.
    pub asset: AssetId,
    /// Whose units they were.
    pub holder: Option<AccountId>,
    /// The serial number of the first smallest unit.
    pub first: Amount,
    /// How many smallest units.
    pub amount: Amount,
    /// For whom.
    pub beneficiary: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// One distribution. # Errors [`Error::UnknownDistribution`].
pub fn distribution_view(draft: &Draft, id: DistributionId) -> Result<DistributionView, Error> {
    Ok(view(draft, id, &distribution(draft, id)?))
}

/// The distributions from a number on, of one asset or of all.
pub fn distributions(draft: &Draft, of: Option<AssetId>, from: DistributionId, limit: usize) -> Vec<DistributionView> {
    let later = DISTRIBUTIONS.range(draft, (Included(from), Unbounded));
    let wanted = later.filter(|(_, record)| of.is_none_or(|asset| record.asset == asset));
    wanted.take(limit).map(|(id, record)| view(draft, *id, record)).collect()
}

fn view(draft: &Draft, id: DistributionId, record: &Distribution) -> DistributionView {
    let pot = |(option, pot): (u8, &Pot)| PotView {
        payout: pot.payout,
        needed: needed(draft, record, pot).ok(),
        funded: check_funded(draft, record, option).is_ok(),
        brought: pot.funded,
        paid: pot.paid,
        withheld: pot.withheld,
        reclaimed: pot.reclaimed,
    };
    DistributionView {
        distribution: id,
        asset: record.asset,
        payer: id_of(draft, record.payer),
        basis: record.basis,
        recorded: record.record.is_some_and(|number| number > 0),
        payouts: (0u8..).zip(&record.pots).map(pot).collect(),
        elect_by: record.elect_by,
        pay_at: record.pay_at,
        expires_at: record.expires_at,
        missed: record.missed == Some(true),
    }
}

/// What a distribution by the register owes an account.
///
/// # Errors
/// [`Error::UnknownDistribution`], [`Error::NotRecorded`], those of the ledger.
pub fn entitlement(
    draft: &Draft,
    ctx: &Context,
    id: DistributionId,
    account: AccountNumber,
) -> Result<EntitlementView, Error> {
    let record = distribution(draft, id)?;
    // A distribution that was withdrawn has the number 0, of no register.
    let number = record.record.filter(|number| *number > 0).ok_or(Error::NotRecorded)?;
    let units = match record.issuer == Some(account) {
        true => Amount::ZERO,
        false => gage_ledger::held_at(draft, record.asset, account, number)?,
    };
    let chosen = ENTITLEMENTS.get(draft, &(id, account));
    let option = chosen.map_or(0, |chosen| chosen.option);
    let gross = worth(draft, record.asset, units, &record.pot(option)?.payout, Rounding::Down)?;
    let withheld = withheld_from(draft, ctx, id, record.asset, account).map_or(Bps(0), |(_, part)| part);
    Ok(EntitlementView { units, option, claimed: chosen.is_some_and(|chosen| chosen.claimed), gross, withheld })
}

/// The contract of an asset with its payments to come.
///
/// # Errors
/// [`Error::NoContract`], [`Error::BadContract`].
pub fn contract_view(draft: &Draft, asset: AssetId) -> Result<ContractView, Error> {
    let record = contract(draft, asset)?;
    let left = record.contract()?;
    let mut work = Work::new(VIEW_WORK_MAX);
    let flows = gage_terms::first_flows(&left, &observations(draft, asset), FLOWS_MAX, WORK_MAX, &mut work)
        .map_err(|_| Error::BadContract { reason: "step" })?;
    let flows = flows.into_iter().map(|flow| FlowView { at: flow.at, amount: flow.amount }).collect();
    let (payer, text) = (id_of(draft, record.payer), gage_terms::print(&left));
    let AssetContract { cash, next, steps, reserve, .. } = record;
    Ok(ContractView { asset, cash, payer, text, next, steps, reserve, flows })
}

/// The retirements from a number on, of one asset or of all.
pub fn retirements(draft: &Draft, of: Option<AssetId>, from: RetirementId, limit: usize) -> Vec<RetirementView> {
    let later = RETIREMENTS.range(draft, (Included(from), Unbounded));
    let wanted = later.filter(|(_, record)| of.is_none_or(|asset| record.asset == asset));
    let view = |(id, record): (&RetirementId, &crate::retirement::Retirement)| RetirementView {
        retirement: *id,
        asset: record.asset,
        holder: id_of(draft, record.holder),
        first: record.before.plus(Amount(1)).unwrap_or(record.before),
        amount: record.amount,
        beneficiary: record.beneficiary.clone(),
        reason: record.reason.clone(),
        at: record.at,
    };
    wanted.take(limit).map(view).collect()
}
