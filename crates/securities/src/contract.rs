//! The terms of an asset, executed: what its contract says is due becomes a distribution in the block it is due.
//!
//! The contract is that of one whole unit: `issuer owes holder ...`, in one asset of payment. It is stepped at its own
//! moments; each payment that is not the last goes by the register of its block, the last one by surrender, since with
//! it the units are repaid. The issuer keeps a reserve from which payments are funded in the block they are due.

use std::ops::Bound::{Included, Unbounded};

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_calendar::Moment;
use gage_store::{Column, Draft, OrderedTable};
use gage_terms::{Bound, Contract, Name, Number, Observations, Stepped, TermsError};
use gage_units::{AccountNumber, Amount, AssetId, Ratio, Timestamp};
use serde::{Deserialize, Serialize};

use crate::distribution::{Basis, Distribution, Payout, Pot, declare, distribution, needed, take_register, write};
use crate::{Error, Event, MODULE};

/// The longest contract on the ledger, in canonical bytes.
pub const CONTRACT_BYTES_MAX: usize = 8_192;
/// The most numbers published for one asset's contract.
pub const FIXINGS_MAX: usize = 512;
/// The most steps of one contract: work that nobody pays for has an end. Monthly for three centuries.
pub const STEPS_MAX: u32 = 4_000;
/// Weight of one step of a contract.
const STEP_WEIGHT: u64 = 20_000;

/// Contracts by asset.
pub const CONTRACTS: Column<AssetId, AssetContract> = Column::authenticated(0x061a, "securities/contracts");
/// Published numbers by asset, name and moment.
pub const FIXINGS: OrderedTable<(AssetId, Name, Moment), Number> =
    OrderedTable::authenticated(0x061b, "securities/fixings");
/// Contracts by the time they are stepped next.
pub const CONTRACTS_DUE: OrderedTable<(Timestamp, AssetId), ()> =
    OrderedTable::derived(0x061c, "securities/contracts_due");

/// A contract that runs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AssetContract {
    /// What it pays in.
    pub cash: AssetId,
    /// Who pays: the issuer when the contract was attached.
    pub payer: AccountNumber,
    /// How long each payment can be claimed.
    pub claim_ms: u64,
    /// What is left of it: canonical bytes of the contract language.
    pub left: Vec<u8>,
    /// When it is stepped next; never again without one.
    pub next: Option<Timestamp>,
    /// How often it was stepped; at most [`STEPS_MAX`].
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
        gage_terms::from_bytes(&self.left).map_err(|_| Error::BadContract { reason: "bytes" })
    }
}

/// Reads a contract from outside and passes one that an asset can have: the issuer owes the holder, in one asset of
/// payment by its symbol, nothing goes the other way, and nobody elects.
///
/// # Errors
/// [`Error::BadContract`] with what is wrong.
pub fn read(bytes: &[u8], symbol: &str) -> Result<Contract, Error> {
    let bad = |reason| Error::BadContract { reason };
    let contract = gage_terms::from_bytes(bytes).map_err(|_| bad("bytes"))?;
    let report = gage_terms::check(&contract).map_err(|_| bad("limits"))?;
    let sides = contract.legs.iter().all(|leg| leg.obligor.as_str() == ISSUER && leg.holder.as_str() == HOLDER);
    let gives_back = report
        .obligations
        .iter()
        .any(|obligation| obligation.party.as_str() != ISSUER && obligation.worst != Bound::ZERO);
    let checks = [
        ("parties", sides),
        ("obligations of the holder", !gives_back),
        ("assets", report.assets.iter().all(|asset| asset.as_str() == symbol)),
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
    if let Some(next) = CONTRACTS.peek(draft, &asset).and_then(|before| before.next) {
        CONTRACTS_DUE.remove(draft, &(next, asset));
    }
    if let Some(next) = after.next {
        CONTRACTS_DUE.put(draft, (next, asset), ());
    }
    CONTRACTS.put(draft, asset, after);
}

/// The contract of an asset. # Errors [`Error::NoContract`].
pub fn contract(draft: &Draft, asset: AssetId) -> Result<AssetContract, Error> {
    CONTRACTS.get(draft, &asset).ok_or(Error::NoContract(asset))
}

/// All numbers published for an asset's contract.
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

/// When a contract can change next: its next moment as it stands.
///
/// # Errors
/// [`Error::BadContract`].
pub(crate) fn next_time(contract: &Contract, seen: &Observations) -> Result<Option<Timestamp>, Error> {
    let next = gage_terms::next_moment(contract, seen).map_err(bad_step)?;
    next.map(time_of).transpose()
}

/// A moment as blocks count time. # Errors [`Error::BadContract`] before 1970.
pub(crate) fn time_of(moment: Moment) -> Result<Timestamp, Error> {
    moment.timestamp().map_err(|_| Error::BadContract { reason: "dates" })
}

fn bad_step(_: TermsError) -> Error {
    Error::BadContract { reason: "step" }
}

/// Steps the contracts whose time has come, earliest first, as far as the budget reaches.
///
/// # Errors
/// Only those that the invariants exclude.
pub(crate) fn step_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    while let Some(((at, asset), ())) = CONTRACTS_DUE.first(draft) {
        if at > ctx.time {
            break;
        }
        let Some(left) = budget.checked_sub(STEP_WEIGHT) else { break };
        *budget = left;
        let record = contract(draft, asset)?;
        let savepoint = draft.savepoint();
        if advance(draft, ctx, asset, record.clone(), at).is_err() {
            // A contract that cannot be stepped stands still; its issuer and its holders see why nothing is paid.
            draft.undo_to(savepoint);
            put(draft, asset, AssetContract { next: None, ..record });
            draft.emit(MODULE, &Event::ContractHalted { asset });
        }
    }
    Ok(())
}

/// Executes a contract up to `at`, declares what is due and funds it from the reserve.
pub(crate) fn advance(
    draft: &mut Draft,
    ctx: &Context,
    asset: AssetId,
    mut record: AssetContract,
    at: Timestamp,
) -> Result<(), Error> {
    let seen = observations(draft, asset);
    let now = Moment::from_timestamp(at).map_err(|_| Error::BadContract { reason: "dates" })?;
    let left = record.contract()?;
    if now < left.from {
        // It was stepped in this second already.
        record.next = Some(time_of(left.from)?);
        put(draft, asset, record);
        return Ok(());
    }
    record.steps = record
        .steps
        .checked_add(1)
        .filter(|steps| *steps <= STEPS_MAX)
        .ok_or(Error::BadContract { reason: "length" })?;
    let Stepped { payments, contract } = gage_terms::step(&left, now, &seen).map_err(bad_step)?;
    let mut rate = Number::ZERO;
    for payment in payments {
        rate = rate.plus(payment.amount)?;
    }
    record.left = gage_terms::to_bytes(&contract);
    record.next = next_time(&contract, &seen)?;
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
