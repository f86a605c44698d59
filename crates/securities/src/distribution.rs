//! What an asset pays its holders: declared, recorded, funded, claimed, reclaimed.
//!
//! A distribution goes by the register ([`Basis::Register`]: coupons, dividends) or by surrender
//! ([`Basis::Surrender`]: repayment, exchange for a new version, an offer to buy). By the register, whoever held
//! units at the record date is entitled, whatever he holds when he claims; the ledger notes holdings as they move,
//! and nobody is visited. By surrender the units themselves are the claim, and are given back for what they fetch.
//!
//! Money, or units, of a distribution lie on this module's account and belong to no one else: what is left when
//! its time is over goes back to whoever brought it.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_ledger::AssetKind;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, MathError, Ratio, Rounding, Timestamp, mul_div, pow10};
use serde::{Deserialize, Serialize};

use crate::redemption::ACCOUNT;
use crate::state::{BACKINGS, issuer_of};
use crate::withholding::keep_withholding;
use crate::{Error, Event, MODULE};

/// The most that one distribution gives the choice of.
pub const OPTIONS_MAX: usize = 4;
/// How far ahead a distribution may be declared, and how long its claims may last at most: ten years.
pub const SPAN_MAX_MS: u64 = 3_660 * 24 * 3_600_000;
/// Weight of taking one register, or of looking once whether a distribution is funded.
const DUE_WEIGHT: u64 = 2_000;

/// Distributions by number.
pub const DISTRIBUTIONS: OrderedTable<DistributionId, Distribution> =
    OrderedTable::authenticated(0x0616, "securities/distributions");
/// What a holder chose or took of a distribution by the register.
pub const ENTITLEMENTS: OrderedTable<(DistributionId, AccountNumber), Entitlement> =
    OrderedTable::authenticated(0x0617, "securities/entitlements");
/// Distributions by the time of what happens to them next.
pub const DISTRIBUTIONS_DUE: OrderedTable<(Timestamp, DistributionId), ()> =
    OrderedTable::derived(0x0618, "securities/distributions_due");

/// The number of a distribution.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct DistributionId(pub u64);

/// Who is entitled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Whoever holds units at the end of the first block of this time or later.
    Register {
        /// The record date.
        at: Timestamp,
    },
    /// Whoever gives units back.
    Surrender,
}

/// One thing to be had for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payout {
    /// What.
    pub asset: AssetId,
    /// Whole units of it for one whole unit.
    pub rate: Ratio,
}

/// A payout with its books, in the smallest unit of what is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Pot {
    /// What is paid.
    pub payout: Payout,
    /// Units of the asset that are entitled to it.
    pub units: Amount,
    /// What was brought for it.
    pub funded: Amount,
    /// What holders took.
    pub paid: Amount,
    /// What was withheld from them.
    pub withheld: Amount,
    /// What went back to whoever brought it.
    pub reclaimed: Amount,
}

/// A distribution and its books.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Distribution {
    /// Of which asset.
    pub asset: AssetId,
    /// Who declared it, brings what is paid and gets back what is left.
    pub payer: AccountNumber,
    /// Who is entitled.
    pub basis: Basis,
    /// The number of the register, once it is taken.
    pub record: Option<u32>,
    /// The issuer at the record date, whose units are not entitled.
    pub issuer: Option<AccountNumber>,
    /// What is to be had; the first where nobody chooses.
    pub pots: Vec<Pot>,
    /// Until when a holder may choose another.
    pub elect_by: Timestamp,
    /// From when it is paid.
    pub pay_at: Timestamp,
    /// Until when it is claimed; then the rest goes back.
    pub expires_at: Timestamp,
    /// Whether it was looked at when it was to be paid, and whether anything was missing then.
    pub missed: Option<bool>,
}

/// What a holder chose, and whether he has taken it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Entitlement {
    /// The number of the payout.
    pub option: u8,
    /// Whether it was taken.
    pub claimed: bool,
}

impl Pot {
    /// An empty one.
    pub fn new(payout: Payout) -> Pot {
        let zero = Amount::ZERO;
        Pot { payout, units: zero, funded: zero, paid: zero, withheld: zero, reclaimed: zero }
    }

    /// What is left in it. # Errors [`MathError`]: excluded by `distributions_add_up`.
    pub fn left(&self) -> Result<Amount, MathError> {
        self.funded.minus(self.paid)?.minus(self.withheld)?.minus(self.reclaimed)
    }
}

impl Distribution {
    /// The pot of an option. # Errors [`Error::UnknownOption`].
    pub fn pot(&self, option: u8) -> Result<&Pot, Error> {
        self.pots.get(usize::from(option)).ok_or(Error::UnknownOption)
    }

    /// The same, to be written. # Errors [`Error::UnknownOption`].
    pub fn pot_mut(&mut self, option: u8) -> Result<&mut Pot, Error> {
        self.pots.get_mut(usize::from(option)).ok_or(Error::UnknownOption)
    }

    /// When something happens to it by itself: the register is taken, then it is asked whether it is funded.
    pub fn next(&self) -> Option<Timestamp> {
        match (self.basis, self.record, self.missed) {
            (Basis::Register { at }, None, _) => Some(at),
            (_, _, None) => Some(self.pay_at),
            _ => None,
        }
    }
}

/// The distribution of that number. # Errors [`Error::UnknownDistribution`].
pub fn distribution(draft: &Draft, id: DistributionId) -> Result<Distribution, Error> {
    DISTRIBUTIONS.get(draft, &id).ok_or(Error::UnknownDistribution)
}

/// Writes a distribution and keeps the table of what is due in step.
pub(crate) fn write(draft: &mut Draft, id: DistributionId, after: Distribution) {
    if let Some(next) = DISTRIBUTIONS.peek(draft, &id).and_then(Distribution::next) {
        DISTRIBUTIONS_DUE.remove(draft, &(next, id));
    }
    if let Some(next) = after.next() {
        DISTRIBUTIONS_DUE.put(draft, (next, id), ());
    }
    DISTRIBUTIONS.put(draft, id, after);
}

/// What `units` of an asset fetch at a payout.
///
/// # Errors
/// Those of the ledger, [`Error::Math`].
pub fn worth(
    draft: &Draft,
    asset: AssetId,
    units: Amount,
    payout: &Payout,
    rounding: Rounding,
) -> Result<Amount, Error> {
    let whole = u32::from(gage_ledger::decimals(draft, asset)?);
    let paid = u32::from(gage_ledger::decimals(draft, payout.asset)?);
    // units / 10^whole x rate / 10^18 x 10^paid; no asset has more than 18 decimals, so the power is at least 0.
    let power = whole.checked_add(18).and_then(|sum| sum.checked_sub(paid)).ok_or(MathError::Underflow)?;
    let power = u8::try_from(power).map_err(|_| MathError::Overflow)?;
    Ok(Amount(mul_div(units.0, payout.rate.0, pow10(power)?, rounding)?))
}

/// What a pot must hold for all that are entitled to it: rounded up, so that the sum of what they take, each rounded
/// down, never exceeds it.
///
/// # Errors
/// As [`worth`].
pub fn needed(draft: &Draft, distribution: &Distribution, pot: &Pot) -> Result<Amount, Error> {
    let units = match distribution.basis {
        Basis::Register { .. } => pot.units,
        Basis::Surrender => outstanding(draft, distribution)?,
    };
    worth(draft, distribution.asset, units, &pot.payout, Rounding::Up)
}

/// Units that may yet be surrendered: all there are, but for those that came back to the module that mints them. What
/// the issuer holds counts: it burns its units or funds them, else it could give them away once others rely on the
/// pot.
fn outstanding(draft: &Draft, distribution: &Distribution) -> Result<Amount, Error> {
    let asset = distribution.asset;
    let units = gage_ledger::supply(draft, asset);
    match gage_ledger::asset(draft, asset)?.kind {
        AssetKind::Module(module) if module != MODULE => {
            Ok(units.minus(gage_ledger::balance(draft, AccountNumber(module.into()), asset).total()?)?)
        }
        _ => Ok(units),
    }
}

/// Units that are entitled by a register: all but those that the issuer held, and those that lay on this module's
/// account (a dividend's own pot, what waits to be redeemed), which nobody claims for.
///
/// # Errors
/// [`Error::NotRecorded`], those of the ledger.
pub(crate) fn entitled(draft: &Draft, distribution: &Distribution) -> Result<Amount, Error> {
    let number = distribution.record.ok_or(Error::NotRecorded)?;
    let supply = gage_ledger::supply_at(draft, distribution.asset, number).ok_or(Error::NotRecorded)?;
    let issuers = match distribution.issuer {
        Some(issuer) => gage_ledger::held_at(draft, distribution.asset, issuer, number)?,
        None => Amount::ZERO,
    };
    let here = gage_ledger::held_at(draft, distribution.asset, ACCOUNT, number)?;
    Ok(supply.minus(issuers)?.minus(here)?)
}

/// What a pot lacks of all that is owed from it: what was taken counts as held for a register, since its holders are
/// entitled still. A sum that fits no amount is never there: the largest amount is missing.
///
/// # Errors
/// [`Error::UnknownOption`], [`Error::Math`]: excluded by `DistributionsAddUp`.
fn missing(draft: &Draft, distribution: &Distribution, option: u8) -> Result<Amount, Error> {
    let pot = distribution.pot(option)?;
    let there = match distribution.basis {
        Basis::Register { .. } => pot.funded,
        Basis::Surrender => pot.left()?,
    };
    Ok(needed(draft, distribution, pot).map_or(Amount::MAX, |needed| needed.minus(there).unwrap_or_default()))
}

/// Passes if a pot holds all that is owed from it.
///
/// # Errors
/// [`Error::NotFunded`]; as [`missing`].
pub(crate) fn check_funded(draft: &Draft, distribution: &Distribution, option: u8) -> Result<(), Error> {
    if missing(draft, distribution, option)?.is_zero() { Ok(()) } else { Err(Error::NotFunded) }
}

/// Keeps a new distribution and gives its number. Due work and operations come through here.
pub(crate) fn declare(draft: &mut Draft, new: Distribution) -> DistributionId {
    let next = crate::redemption::COUNTERS.get(draft, &NEXT).unwrap_or(0);
    crate::redemption::COUNTERS.put(draft, NEXT, next.checked_add(1).expect("2^64 of them do not fit any memory"));
    let id = DistributionId(next);
    let Distribution { asset, payer, basis, pay_at, expires_at, .. } = new;
    let payouts = new.pots.iter().map(|pot| pot.payout).collect();
    write(draft, id, new);
    draft.emit(
        MODULE,
        &Event::DistributionDeclared { distribution: id, asset, payer, basis, payouts, pay_at, expires_at },
    );
    id
}

/// The counter of distributions.
const NEXT: u32 = 1;

/// Takes the registers and asks for the funds whose time has come, earliest first, as far as the budget reaches.
///
/// # Errors
/// Only those that the invariants exclude.
pub(crate) fn distribute_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    while let Some(((at, id), ())) = DISTRIBUTIONS_DUE.first(draft) {
        if at > ctx.time {
            break;
        }
        let Some(left) = budget.checked_sub(DUE_WEIGHT) else { break };
        *budget = left;
        let due = distribution(draft, id)?;
        match (due.basis, due.record) {
            (Basis::Register { .. }, None) => take_register(draft, id, due)?,
            _ => ask_for_funds(draft, id, due)?,
        }
    }
    Ok(())
}

/// Takes the register now. Units of the issuer are not entitled: it would pay itself.
pub(crate) fn take_register(draft: &mut Draft, id: DistributionId, mut due: Distribution) -> Result<(), Error> {
    let asset = due.asset;
    let record = gage_ledger::take_record(draft, asset)?;
    due.record = Some(record);
    due.issuer = issuer_of(draft, asset)?;
    let units = entitled(draft, &due)?;
    due.pot_mut(0)?.units = units;
    write(draft, id, due);
    keep_withholding(draft, id, asset);
    draft.emit(MODULE, &Event::RegisterTaken { distribution: id, asset, record, units });
    Ok(())
}

/// Says what is missing when the payment is due. From then on no more units come into being that could be surrendered.
fn ask_for_funds(draft: &mut Draft, id: DistributionId, due: Distribution) -> Result<(), Error> {
    let mut missed = false;
    for (option, _) in (0u8..).zip(&due.pots) {
        let missing = missing(draft, &due, option)?;
        if !missing.is_zero() {
            missed = true;
            draft.emit(MODULE, &Event::PaymentMissed { distribution: id, asset: due.asset, option, missing });
        }
    }
    if due.basis == Basis::Surrender {
        gage_ledger::close_issuance(draft, due.asset, due.expires_at);
    }
    write(draft, id, Distribution { missed: Some(missed), ..due });
    Ok(())
}

/// Takes units back that were surrendered: what is repaid is gone.
///
/// # Errors
/// Those of the ledger.
pub(crate) fn extinguish(draft: &mut Draft, ctx: &Context, asset: AssetId, amount: Amount) -> Result<(), Error> {
    match gage_ledger::asset(draft, asset)?.kind {
        AssetKind::Issued { .. } => Ok(gage_ledger::extinguish(draft, ctx, asset, ACCOUNT, amount)?),
        AssetKind::Module(_) => take_back(draft, ctx, asset, amount),
    }
}

/// Takes units back that were redeemed: burned if this module mints them, else to whoever does.
///
/// # Errors
/// Those of the ledger.
pub(crate) fn take_back(draft: &mut Draft, ctx: &Context, asset: AssetId, amount: Amount) -> Result<(), Error> {
    match gage_ledger::asset(draft, asset)?.kind {
        AssetKind::Module(MODULE) => {
            gage_ledger::burn(draft, ctx, MODULE, asset, ACCOUNT, amount)?;
            if let Some(mut backing) = BACKINGS.get(draft, &asset) {
                backing.redeemed = backing.redeemed.plus(amount)?;
                BACKINGS.put(draft, asset, backing);
                crate::announce::announce(draft, ctx, asset)?;
            }
        }
        AssetKind::Module(module) => {
            gage_ledger::move_by_rule(draft, ctx, ACCOUNT, AccountNumber(module.into()), asset, amount)?;
        }
        AssetKind::Issued { issuer } => {
            gage_ledger::move_by_rule(draft, ctx, ACCOUNT, issuer, asset, amount)?;
        }
    }
    Ok(())
}
