//! Due work: holds that have expired release by themselves.

use gage_accounts::Context;
use gage_store::Draft;

use crate::state::EXPIRY;
use crate::{Error, release};

/// Weight of releasing one hold.
const RELEASE_WEIGHT: u64 = 500;

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
