//! What an owner arranges beforehand, and the protocol does without asking: see [`ladder`] and [`band`].

pub mod band;
pub mod ladder;
pub(crate) mod reserve;
pub mod watch;

use gage_accounts::Context;
use gage_store::Draft;

use crate::state::VaultId;
use crate::{Error, Event, MODULE};

pub(crate) fn create_tables(draft: &mut Draft) {
    ladder::LADDERS.create(draft);
    ladder::OWN_LOTS.create(draft);
    ladder::OWN_WINDOWS.create(draft);
    ladder::OWN_DEBTS.create(draft);
    band::BANDS.create(draft);
    band::ALLOWANCES.create(draft);
    watch::WATCHES.create(draft);
    watch::BELOW.create(draft);
    watch::ABOVE.create(draft);
    watch::RESTING.create(draft);
}

/// Gives a vault's reserves back and forgets what was arranged for it: it is being closed.
pub(crate) fn dissolve(draft: &mut Draft, ctx: &Context, id: VaultId) -> Result<(), Error> {
    if watch::WATCHES.is_empty(draft) || !watch::WATCHES.has(draft, &id) {
        return Ok(());
    }
    let holds = [ladder::LADDERS.get(draft, &id).and_then(|ladder| ladder.reserve), band::reserve_of(draft, id)];
    for hold in holds.into_iter().flatten() {
        reserve::give_back(draft, ctx, hold)?;
    }
    band::end_allowance(draft, id, None);
    ladder::LADDERS.remove(draft, &id);
    band::BANDS.remove(draft, &id);
    watch::set(draft, id)
}

/// Does one act of protection; a failure is undone and told. Returns whether it was done.
pub(crate) fn attempt(draft: &mut Draft, id: VaultId, act: impl FnOnce(&mut Draft) -> Result<bool, Error>) -> bool {
    let savepoint = draft.savepoint();
    match act(draft) {
        Ok(done) => done,
        Err(error) => {
            draft.undo_to(savepoint);
            draft.emit(MODULE, &Event::ProtectionFailed { vault: id, code: error.code() });
            false
        }
    }
}
