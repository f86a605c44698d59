//! Due work: proofs that time has changed are told, redemption windows close, registers are taken, contracts pay.

use gage_accounts::Context;
use gage_store::Draft;

use crate::Error;
use crate::announce::announce_due;
use crate::contract::step_due;
use crate::distribution::distribute_due;
use crate::redemption::close_due;

/// Does what has become due, as far as the budget of work reaches; the rest follows in the next block.
///
/// # Errors
/// Only those that the module's invariants exclude; they name a broken record.
pub fn settle_due(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    announce_due(draft, ctx, budget)?;
    close_due(draft, ctx, budget)?;
    // Record dates are days that were announced: no contract holds them up.
    distribute_due(draft, ctx, budget)?;
    step_due(draft, ctx, budget)?;
    // What the contracts declared is asked for its funds in the same block.
    distribute_due(draft, ctx, budget)
}
