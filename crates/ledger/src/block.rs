//! Due work: instructions settle at their time, holds that have expired release by themselves.

use gage_accounts::Context;
use gage_store::Draft;

use crate::instructions::{INSTRUCTIONS_DUE, Status, forget, instruction};
use crate::settlement::{attempt, end};
use crate::state::EXPIRY;
use crate::{Error, release};

/// Weight of releasing one hold.
const RELEASE_WEIGHT: u64 = 500;
/// Weight of looking at one instruction, and of each of its legs.
const INSTRUCTION_WEIGHT: u64 = 1_000;
const LEG_WEIGHT: u64 = 1_500;

/// Settles the instructions whose time has come, earliest first, as far as the budget of work
/// reaches; the rest follows in the next block. What cannot settle is noted with its reason and
/// queued for the next day, or week; what has expired ends; what ended long ago is forgotten.
///
/// # Errors
/// Only those that the ledger's invariants exclude; they name a broken record.
pub fn settle_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    while let Some(((next, id), ())) = INSTRUCTIONS_DUE.first(draft) {
        if next > ctx.time {
            break;
        }
        let record = instruction(draft, id)?;
        let legs = u64::try_from(record.legs.len()).unwrap_or(u64::MAX);
        let weight = legs.saturating_mul(LEG_WEIGHT).saturating_add(INSTRUCTION_WEIGHT);
        let Some(left) = budget.checked_sub(weight) else { break };
        *budget = left;
        match record.status {
            Status::Affirmed | Status::Failed(_) => attempt(draft, &ctx.as_protocol(), id, record)?,
            // Nothing but its expiry brings a pending instruction here.
            Status::Pending => end(draft, ctx, id, record, Status::Expired)?,
            _ => forget(draft, id, next),
        }
    }
    Ok(())
}

/// Releases the holds that have expired, oldest first, as far as the budget of work reaches; the
/// rest follows in the next block.
///
/// # Errors
/// Only those that the ledger's invariants exclude; they name a broken record.
pub fn expire_holds(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    while let Some(((expires, id), ())) = EXPIRY.first(draft) {
        if expires > ctx.time {
            break;
        }
        let Some(left) = budget.checked_sub(RELEASE_WEIGHT) else { break };
        *budget = left;
        release(draft, &ctx.as_protocol(), id)?;
    }
    Ok(())
}
