//! The terms of an asset, executed: what its contract says is due becomes a distribution in the block it is due.
//!
//! The contract is that of one whole unit: `issuer owes holder ...`, in one asset of payment, which it names by symbol
//! and number (`USDC_7`): a symbol alone can be anybody's. It is stepped at its own moments; each payment that is not the
//! last goes by the register of its block, the last one by surrender, since with it the units are repaid. The payer keeps
//! a reserve from which payments are funded in the block they are due.
//!
//! Steps are due work that no transaction asks for, so they are paid ahead ([`AssetContract::steps`]): at the weight of a
//! step, and with the deposit for the records it may write. What one step may do and keep is bounded; contracts have a
//! part of the due work of a block, and whoever was served waits behind the others. A contract that comes to a bound
//! stands still, unharmed, until its numbers or steps come.

use std::ops::Bound::{Included, Unbounded};

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_calendar::Moment;
use gage_store::{Column, Draft, OrderedTable};
use gage_terms::{Bound, Contract, Name, Number, Observations, Payment, Stepped, TermsError, Work};
use gage_units::{AccountNumber, Amount, AssetId, Ratio, Timestamp};
use serde::{Deserialize, Serialize};

use crate::distribution::{Basis, Distribution, Payout, Pot, declare, distribution, needed, take_register, write};
use crate::{Error, Event, MODULE};

/// The longest contract that is attached, in canonical bytes.
pub const CONTRACT_BYTES_MAX: usize = 8_192;
/// The most that is kept of one, with the rows that wait for numbers.
pub const LEFT_BYTES_MAX: usize = 32_768;
/// The most numbers that one asset's contract has yet to use.
pub const FIXINGS_MAX: usize = 512;
/// The most steps that one act pays ahead.
pub const STEPS_MAX: u32 = 500;
/// The most work of one step, in units of [`Work`].
pub const WORK_MAX: u64 = 20_000;
/// Weight of one step of a contract.
pub(crate) const STEP_WEIGHT: u64 = 20_000;
/// Weight of a unit of its work.
pub(crate) const WORK_WEIGHT: u64 = 10;
/// Records that a step which pays leaves for good: the distribution, the supply of its register, and what is withheld.
pub(crate) const STEP_RECORDS: u64 = 3;
/// The part of the due work of this module that contracts may take: a quarter. The last step that began is finished.
const PART: u64 = 4;

/// Contracts by asset.
pub const CONTRACTS: Column<AssetId, AssetContract> = Column::authenticated(0x061a, "securities/contracts");
/// Published numbers by asset, name and moment, as long as they can count.
pub const FIXINGS: OrderedTable<(AssetId, Name, Moment), Number> =
    OrderedTable::authenticated(0x061b, "securities/fixings");
/// Contracts by their turn.
pub const CONTRACTS_DUE: OrderedTable<(Timestamp, AssetId), ()> =
    OrderedTable::derived(0x061c, "securities/contracts_due");

/// A contract that runs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AssetContract {
    /// What it pays in.
    pub cash: AssetId,
    /// Who pays: the paying agent of the instrument when the contract was attached, or without one the issuer.
    pub payer: AccountNumber,
    /// How long each payment can be claimed.
    pub claim_ms: u64,
    /// What is left of it: canonical bytes of the contract language, at most [`LEFT_BYTES_MAX`].
    pub left: Vec<u8>,
    /// Up to when it is stepped next; without one it is over, waits for a number or for steps, or stands still.
    pub next: Option<Timestamp>,
    /// When it was stepped last, or tried to.
    pub stepped_at: Option<Timestamp>,
    /// Steps that are paid for. One of much work takes several.
    pub steps: u32,
    /// Money that waits for payments.
    pub reserve: Amount,
}

impl AssetContract {
    /// What is left of it, decoded.
    ///
    /// # Errors
    /// [`Error::BadContract`]: excluded, what is kept was encoded here.
    pub fn contract(&self) -> Result<Contract, Error> {
        decode(&self.left)
    }

    /// When it has its turn: when it is due, but once in a block, and behind all that were due before it was served.
    pub fn turn(&self) -> Option<Timestamp> {
        let next = self.next?;
        let free = self.stepped_at.and_then(|last| last.plus_ms(1).ok());
        Some(free.map_or(next, |free| next.max(free)))
    }

    /// Asks it again at `now`, unless it is due before.
    pub(crate) fn wake(&mut self, now: Timestamp) {
        self.next = Some(self.next.map_or(now, |next| next.min(now)));
    }
}

/// What a contract calls an asset: its symbol and its number, `USDC_7`. No symbol has the line.
pub fn asset_name(symbol: &str, asset: AssetId) -> String {
    format!("{symbol}_{asset}")
}

/// The contract of canonical bytes. # Errors [`Error::BadContract`].
pub(crate) fn decode(bytes: &[u8]) -> Result<Contract, Error> {
    gage_terms::from_bytes(bytes).map_err(|_| Error::BadContract { reason: "bytes" })
}

/// Reads a contract from outside and passes one that an asset can have: the issuer owes the holder, in one asset of
/// payment by its name as [`asset_name`] has it, nothing goes the other way, and nobody elects.
///
/// # Errors
/// [`Error::BadContract`] with what is wrong.
pub fn read(bytes: &[u8], cash: &str) -> Result<Contract, Error> {
    let bad = |reason| Error::BadContract { reason };
    let contract = decode(bytes)?;
    let report = gage_terms::check(&contract).map_err(|_| bad("limits"))?;
    let sides = contract.legs.iter().all(|leg| leg.obligor.as_str() == ISSUER && leg.holder.as_str() == HOLDER);
    let gives_back = report
        .obligations
        .iter()
        .any(|obligation| obligation.party.as_str() != ISSUER && obligation.worst != Bound::ZERO);
    let checks = [
        ("parties", sides),
        ("obligations of the holder", !gives_back),
        ("assets", report.assets.iter().all(|asset| asset.as_str() == cash)),
        ("elections", report.elections.is_empty()),
    ];
    match checks.into_iter().find(|(_, holds)| !holds) {
        Some((reason, _)) => Err(bad(reason)),
        None => Ok(contract),
    }
}

/// The names of the two sides in a contract of an asset.
const ISSUER: &str = "issuer";
const HOLDER: &str = "holder";

/// Writes a contract and keeps the table of what is due in step.
pub(crate) fn put(draft: &mut Draft, asset: AssetId, after: AssetContract) {
    if let Some(turn) = CONTRACTS.peek(draft, &asset).and_then(AssetContract::turn) {
        CONTRACTS_DUE.remove(draft, &(turn, asset));
    }
    if let Some(turn) = after.turn() {
        CONTRACTS_DUE.put(draft, (turn, asset), ());
    }
    CONTRACTS.put(draft, asset, after);
}

/// The contract of an asset. # Errors [`Error::NoContract`].
pub fn contract(draft: &Draft, asset: AssetId) -> Result<AssetContract, Error> {
    CONTRACTS.get(draft, &asset).ok_or(Error::NoContract(asset))
}

/// The numbers published for an asset's contract that can count yet.
pub(crate) fn observations(draft: &Draft, asset: AssetId) -> Observations {
    let mut seen = Observations::default();
    for ((_, name, at), value) in fixings(draft, asset) {
        seen.observe(name.clone(), *at, *value);
    }
    seen
}

/// The same, one by one.
pub(crate) fn fixings(draft: &Draft, asset: AssetId) -> impl Iterator<Item = (&(AssetId, Name, Moment), &Number)> {
    let first = (asset, FIRST_NAME.parse().expect("a digit is a name"), Moment::MIN);
    FIXINGS.range(draft, (Included(first), Unbounded)).take_while(move |((of, _, _), _)| *of == asset)
}

/// The first of all names in their order.
const FIRST_NAME: &str = "0";

/// Whether a number could count: the contract asks for the name, and no later number stands in its place.
pub(crate) fn awaits(draft: &Draft, asset: AssetId, left: &Contract, name: &Name, at: Moment) -> bool {
    let needed = gage_terms::needed_from(left);
    let superseded = |from: &Moment| {
        fixings(draft, asset).any(|((_, other, later), _)| other == name && at < *later && later <= from)
    };
    needed.get(name).is_some_and(|from| !superseded(from))
}

/// Forgets the numbers that can no longer count: what the contract has used, and what it does not ask for.
fn forget(draft: &mut Draft, asset: AssetId, left: &Contract) {
    let needed = gage_terms::needed_from(left);
    let published: Vec<(Name, Moment)> = fixings(draft, asset).map(|((_, name, at), _)| (name.clone(), *at)).collect();
    let later = published.iter().skip(1).map(Some).chain([None]);
    for ((name, at), later) in published.iter().zip(later) {
        let counts = needed.get(name).is_some_and(|from| {
            // Of those before the moment from which numbers matter only the last one does.
            let superseded = later.is_some_and(|(other, later)| other == name && later <= from);
            !superseded
        });
        if !counts {
            FIXINGS.remove(draft, &(asset, name.clone(), *at));
        }
    }
}

/// A moment as blocks count time. # Errors [`Error::BadContract`] before 1970.
pub(crate) fn time_of(moment: Moment) -> Result<Timestamp, Error> {
    moment.timestamp().map_err(|_| Error::BadContract { reason: "dates" })
}

fn bad_step(error: TermsError) -> Error {
    match error {
        TermsError::TooMuchWork
        | TermsError::TooManyPayments
        | TermsError::TooLarge
        | TermsError::TooDeep
        | TermsError::BadList => Error::ContractTooLarge,
        TermsError::Math(error) => Error::Math(error),
        TermsError::Calendar(_) => Error::BadContract { reason: "dates" },
        _ => Error::BadContract { reason: "step" },
    }
}

/// A contract after a step, with the bytes that are kept of it and its next moment.
pub(crate) struct After {
    payments: Vec<Payment>,
    contract: Contract,
    left: Vec<u8>,
    next: Option<Timestamp>,
}

/// Steps a contract within the bounds of one step: what comes of it can be kept, read back and stepped again.
///
/// # Errors
/// [`Error::ContractTooLarge`], [`Error::BadContract`], [`Error::Math`].
pub(crate) fn stepped(contract: &Contract, now: Moment, seen: &Observations, work: &mut Work) -> Result<After, Error> {
    let Stepped { payments, contract } = gage_terms::step_within(contract, now, seen, work).map_err(bad_step)?;
    let left = gage_terms::to_bytes(&contract);
    if left.len() > LEFT_BYTES_MAX {
        return Err(Error::ContractTooLarge);
    }
    let next = gage_terms::next_moment(&contract, seen).map_err(bad_step)?.map(time_of).transpose()?;
    Ok(After { payments, contract, left, next })
}

/// Steps the contracts whose turn has come, earliest first and each once, as far as their part of the budget reaches.
///
/// # Errors
/// Only those that the invariants exclude.
pub(crate) fn step_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    let mut part = *budget / PART;
    while part > 0
        && let Some(((turn, asset), ())) = CONTRACTS_DUE.first(draft)
    {
        if turn > ctx.time {
            break;
        }
        let record = contract(draft, asset)?;
        let savepoint = draft.savepoint();
        let mut work = Work::new(WORK_MAX);
        if let Err(error) = advance(draft, ctx, asset, record.clone(), &mut work) {
            // A contract that cannot be stepped stands still as it was; its issuer and its holders see why.
            draft.undo_to(savepoint);
            let steps = record.steps.saturating_sub(price(&work));
            put(draft, asset, AssetContract { next: None, stepped_at: Some(ctx.time), steps, ..record });
            draft.emit(MODULE, &Event::ContractHalted { asset, code: error.code(), reason: error.to_string() });
        }
        let weight = STEP_WEIGHT.saturating_add(spent(&work).saturating_mul(WORK_WEIGHT));
        part = part.saturating_sub(weight);
        *budget = budget.saturating_sub(weight);
    }
    Ok(())
}

fn spent(work: &Work) -> u64 {
    WORK_MAX.saturating_sub(work.left())
}

/// How many of the steps that are paid for a step takes: one, and one more for as much work as one weighs.
fn price(work: &Work) -> u32 {
    let more = spent(work).saturating_mul(WORK_WEIGHT) / STEP_WEIGHT;
    u32::try_from(more).unwrap_or(u32::MAX).saturating_add(1)
}

/// Executes a contract up to its next moment, declares what is due and funds it from the reserve.
fn advance(
    draft: &mut Draft,
    ctx: &Context,
    asset: AssetId,
    mut record: AssetContract,
    work: &mut Work,
) -> Result<(), Error> {
    let at = record.next.unwrap_or(ctx.time);
    let now = Moment::from_timestamp(at).map_err(|_| Error::BadContract { reason: "dates" })?;
    let before = record.contract()?;
    record.stepped_at = Some(ctx.time);
    if before.is_over() || now < before.from {
        // Over, or stepped in this second already.
        record.next = if before.is_over() { None } else { Some(time_of(before.from)?) };
        forget(draft, asset, &before);
        put(draft, asset, record);
        return Ok(());
    }
    if record.steps == 0 {
        return Err(Error::NoStepsLeft(asset));
    }
    let After { payments, contract, left, next } = stepped(&before, now, &observations(draft, asset), work)?;
    let mut rate = Number::ZERO;
    for payment in payments {
        rate = rate.plus(payment.amount)?;
    }
    record.left = left;
    record.next = next;
    record.steps = record.steps.saturating_sub(price(work));
    forget(draft, asset, &contract);
    let due = !rate.is_zero() && !gage_ledger::supply(draft, asset).is_zero();
    if due {
        let rate =
            Ratio(u128::try_from(rate.0).map_err(|_| Error::BadContract { reason: "obligations of the holder" })?);
        pay(draft, ctx, asset, &mut record, rate, contract.is_over())?;
    }
    put(draft, asset, record);
    draft.emit(MODULE, &Event::ContractStepped { asset, at });
    Ok(())
}

/// Declares a payment and moves what the reserve holds of it into its pot.
fn pay(
    draft: &mut Draft,
    ctx: &Context,
    asset: AssetId,
    record: &mut AssetContract,
    rate: Ratio,
    last: bool,
) -> Result<(), Error> {
    let basis = if last { Basis::Surrender } else { Basis::Register { at: ctx.time } };
    let new = Distribution {
        asset,
        payer: record.payer,
        basis,
        record: None,
        issuer: None,
        pots: vec![Pot::new(Payout { asset: record.cash, rate })],
        elect_by: ctx.time,
        pay_at: ctx.time,
        expires_at: ctx.time.plus_ms(record.claim_ms)?,
        missed: None,
    };
    let id = declare(draft, new);
    if !last {
        let declared = distribution(draft, id)?;
        take_register(draft, id, declared)?;
    }
    let mut new = distribution(draft, id)?;
    let needed = needed(draft, &new, new.pot(0)?)?;
    let funded = needed.min(record.reserve);
    if !funded.is_zero() {
        record.reserve = record.reserve.minus(funded)?;
        new.pot_mut(0)?.funded = funded;
        write(draft, id, new);
        draft
            .emit(MODULE, &Event::DistributionFunded { distribution: id, option: 0, by: record.payer, amount: funded });
    }
    Ok(())
}
