//! How an instruction settles: in full, in part, or not, with its reason.

use std::collections::BTreeMap;

use gage_accounts::Context;
use gage_compliance::Force;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId, Timestamp};

use crate::holds::{consume, hold_item};
use crate::instructions::{
    DAILY_ATTEMPTS, Fail, Instruction, InstructionId, LATE_RETRY_MS, RESERVE_MARGIN_MS, RETENTION_MS, RETRY_MS,
    Reserve, SettleAt, Status, write,
};
use crate::partial::{Duty, partial};
use crate::state::{BALANCES, BalanceKey};
use crate::{Beneficiary, Error, Event, Journal, Leg, MODULE, NewHold, Part, Purpose, Side, balance, post, release};

/// The account that no key opens: what is reserved for instructions is the ledger's to settle.
pub(crate) const RESERVER: AccountNumber = AccountNumber(3);
/// Above all account numbers, so that no purpose of an account's hold is one of an instruction's.
const PURPOSE_BASE: u64 = 1 << 32;

/// Sets aside what `account` delivers, and its security if it does not reserve; notes its word.
pub(crate) fn affirm(
    draft: &mut Draft,
    ctx: &Context,
    id: InstructionId,
    record: &mut Instruction,
    account: AccountNumber,
    reserve: Reserve,
) -> Result<(), Error> {
    let party = record.parties.iter().position(|party| party.account == account).ok_or(Error::NotParty)?;
    let expires = record.expires.plus_ms(RESERVE_MARGIN_MS)?;
    let purpose = Beneficiary { module: MODULE, id: PURPOSE_BASE.saturating_add(id.0) };
    let mut delivers = false;
    for leg in record.legs.iter_mut().filter(|leg| leg.from == account) {
        let Some((asset, item, amount)) = leg.due() else { continue };
        delivers = true;
        if reserve == Reserve::Now {
            let new = NewHold { owner: account, asset, amount, purpose, beneficiary: RESERVER, expires };
            leg.hold = Some(hold_item(draft, ctx, &new, item)?);
        }
    }
    let security = match record.buy_in {
        Some(terms) if delivers && reserve == Reserve::AtSettlement => {
            let (asset, amount) = (terms.asset, terms.security);
            let new = NewHold { owner: account, asset, amount, purpose, beneficiary: RESERVER, expires };
            Some(hold_item(draft, ctx, &new, None)?)
        }
        _ => None,
    };

    // From here on nothing can fail.
    if let Some(party) = record.parties.get_mut(party) {
        party.affirmed = Some(reserve);
        party.security = security;
    }
    draft.emit(MODULE, &Event::InstructionAffirmed { instruction: id, by: account, reserve });
    Ok(())
}

/// Moves an instruction on that may have become complete: settles it now, or notes when it will.
///
/// # Errors
/// Those of [`post`], for one that settles on affirmation.
pub(crate) fn advance(
    draft: &mut Draft,
    ctx: &Context,
    id: InstructionId,
    mut record: Instruction,
) -> Result<(), Error> {
    let affirmed = record.parties.iter().all(|party| party.affirmed.is_some());
    let receipted = record.legs.iter().all(|leg| leg.due().is_some() || leg.is_done());
    if affirmed && receipted {
        record.status = Status::Affirmed;
        match record.at {
            SettleAt::Affirmation => return settle_in_full(draft, ctx, id, record),
            SettleAt::Block => record.next = ctx.time,
            SettleAt::ValueDate(date) => record.next = date.max(ctx.time),
        }
    }
    write(draft, id, record);
    Ok(())
}

/// One attempt by due work: all, or the part that can be had, or the reason why not.
///
/// # Errors
/// Only those that the ledger's invariants exclude.
pub(crate) fn attempt(draft: &mut Draft, ctx: &Context, id: InstructionId, record: Instruction) -> Result<(), Error> {
    let savepoint = draft.savepoint();
    let Err(error) = settle_in_full(draft, ctx, id, record.clone()) else { return Ok(()) };
    draft.undo_to(savepoint);
    let by = if matches!(error, Error::InsufficientBalance(_)) { short_side(draft, &record)? } else { None };
    let mut record = record;
    if record.partials && by.is_some() {
        let savepoint = draft.savepoint();
        match settle_in_part(draft, ctx, id, record.clone()) {
            Ok(Some(after)) => record = after,
            Ok(None) => {}
            Err(_) => draft.undo_to(savepoint),
        }
    }
    fail(draft, ctx, id, record, &error, by)
}

/// Notes a fail and queues the instruction for the next day, after two weeks for the next week; ends it when
/// its time is over.
fn fail(
    draft: &mut Draft,
    ctx: &Context,
    id: InstructionId,
    mut record: Instruction,
    error: &Error,
    by: Option<AccountNumber>,
) -> Result<(), Error> {
    let (since, attempts) = match record.status {
        Status::Failed(last) if last.by == by => (last.since, last.attempts),
        Status::Failed(last) => (ctx.time, last.attempts),
        _ => (ctx.time, 0),
    };
    let attempts = attempts.checked_add(1).expect("an instruction lives at most 366 days, at most one attempt each");
    let code = error.code();
    draft.emit(MODULE, &Event::InstructionFailed { instruction: id, code, name: error.name().to_owned(), by });
    if record.expires <= ctx.time {
        return end(draft, ctx, id, record, Status::Expired);
    }
    record.status = Status::Failed(Fail { code, by, since, attempts });
    let wait_ms = if attempts < DAILY_ATTEMPTS { RETRY_MS } else { LATE_RETRY_MS };
    record.next = ctx.time.plus_ms(wait_ms)?.min(record.expires);
    write(draft, id, record);
    Ok(())
}

/// Delivers everything that is left, in one journal.
fn settle_in_full(draft: &mut Draft, ctx: &Context, id: InstructionId, mut record: Instruction) -> Result<(), Error> {
    let amounts = record.legs.iter().map(|leg| leg.due().map(|(.., amount)| amount)).collect::<Vec<_>>();
    deliver(draft, ctx, id, &mut record, &amounts)?;
    end(draft, ctx, id, record, Status::Settled)
}

/// Delivers the part that the side with the least has of what it owes; `None` if that is nothing.
fn settle_in_part(
    draft: &mut Draft,
    ctx: &Context,
    id: InstructionId,
    mut record: Instruction,
) -> Result<Option<Instruction>, Error> {
    let duties = duties(draft, &record)?;
    let (indexes, duties): (Vec<Vec<usize>>, Vec<Duty>) = duties.into_values().unzip();
    let Some(parts) = partial(&duties)? else { return Ok(None) };
    let mut amounts = vec![None; record.legs.len()];
    for (index, part) in indexes.into_iter().flatten().zip(parts.into_iter().flatten()) {
        if let Some(amount) = amounts.get_mut(index) {
            *amount = Some(part);
        }
    }
    deliver(draft, ctx, id, &mut record, &amounts)?;
    Ok(Some(record))
}

/// Delivers an amount of each leg in one journal, all or none.
///
/// Credits stand first: what a party receives it may pass on in the same instruction.
fn deliver(
    draft: &mut Draft,
    ctx: &Context,
    id: InstructionId,
    record: &mut Instruction,
    amounts: &[Option<Amount>],
) -> Result<(), Error> {
    let mut lines = Vec::with_capacity(amounts.len().saturating_mul(2));
    let mut moved = Vec::with_capacity(amounts.len());
    for (leg, amount) in record.legs.iter().zip(amounts) {
        let (Some((asset, item, _)), Some(amount)) = (leg.due(), *amount) else { continue };
        lines.push(Leg { account: leg.to, asset, item, part: Part::Free, side: Side::Credit, amount });
    }
    for (leg, amount) in record.legs.iter().zip(amounts) {
        let (Some((asset, item, _)), Some(amount)) = (leg.due(), *amount) else { continue };
        let part = if leg.hold.is_some() { Part::Held } else { Part::Free };
        lines.push(Leg { account: leg.from, asset, item, part, side: Side::Debit, amount });
    }
    if !lines.is_empty() {
        post(draft, ctx, &Journal { legs: &lines, supply: None, force: Force::Holder, purpose: Purpose::Settle })?;
    }
    for (leg, amount) in record.legs.iter_mut().zip(amounts) {
        let Some(amount) = *amount else { continue };
        leg.settled = leg.settled.plus(amount)?;
        if let Some(hold) = leg.hold {
            consume(draft, hold, leg.to, amount)?;
        }
        if leg.due().is_none() {
            leg.hold = None;
        }
        moved.push(amount);
    }
    draft.emit(MODULE, &Event::InstructionDelivered { instruction: id, amounts: moved });
    Ok(())
}

/// Duties by party and asset, each with the places of its legs.
type Duties = BTreeMap<(AccountNumber, AssetId), (Vec<usize>, Duty)>;

/// What each party owes of each fungible asset, with the places of its legs.
fn duties(draft: &Draft, record: &Instruction) -> Result<Duties, Error> {
    let mut found = Duties::new();
    for (index, leg) in record.legs.iter().enumerate() {
        let Some((asset, None, amount)) = leg.due() else { continue };
        let (needed, available) = (Amount::ZERO, Amount::ZERO);
        let none = || (Vec::new(), Duty { account: leg.from, legs: Vec::new(), needed, available });
        let (indexes, duty) = found.entry((leg.from, asset)).or_insert_with(none);
        indexes.push(index);
        duty.legs.push(amount);
        duty.needed = duty.needed.plus(amount)?;
        // A party reserves all its legs or none.
        duty.available = match leg.hold {
            Some(_) => duty.needed,
            None => balance(draft, leg.from, asset).free,
        };
    }
    Ok(found)
}

/// The first party that has not what it owes, even with what the instruction brings it.
fn short_side(draft: &Draft, record: &Instruction) -> Result<Option<AccountNumber>, Error> {
    let key = |account, asset, item| BalanceKey { account, asset, item };
    for leg in &record.legs {
        let Some((asset, item, _)) = leg.due().filter(|_| leg.hold.is_none()) else { continue };
        let same = |other: (AssetId, Option<ItemId>, Amount)| (other.0, other.1) == (asset, item);
        let sum = |of: &dyn Fn(&crate::SettlementLeg) -> bool| -> Result<Amount, Error> {
            let legs = record.legs.iter().filter(|other| of(other));
            let due = legs.filter_map(crate::SettlementLeg::due).filter(|due| same(*due));
            Ok(due.map(|(.., amount)| amount).try_fold(Amount::ZERO, Amount::plus)?)
        };
        let owed = sum(&|other| other.from == leg.from)?;
        let free = BALANCES.get(draft, &key(leg.from, asset, item)).unwrap_or_default().free;
        let has = sum(&|other| other.to == leg.from)?.plus(free)?;
        if has < owed {
            return Ok(Some(leg.from));
        }
    }
    Ok(None)
}

/// Ends an instruction: what is still reserved goes back to its owners.
///
/// # Errors
/// Only those that the ledger's invariants exclude.
pub(crate) fn end(
    draft: &mut Draft,
    ctx: &Context,
    id: InstructionId,
    mut record: Instruction,
    status: Status,
) -> Result<(), Error> {
    let holds = record.legs.iter_mut().map(|leg| leg.hold.take());
    let securities = record.parties.iter_mut().map(|party| party.security.take());
    for hold in holds.chain(securities).flatten() {
        release(draft, &ctx.as_protocol(), hold)?;
    }
    record.status = status;
    record.next = Timestamp(ctx.time.0).plus_ms(RETENTION_MS)?;
    draft.emit(MODULE, &Event::InstructionEnded { instruction: id, status });
    write(draft, id, record);
    Ok(())
}
