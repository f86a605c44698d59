//! Where faults of the program are caught: a panic never leaves the state between two acts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gage_store::Draft;

/// What became of a guarded act.
pub(crate) enum Guarded<T, E> {
    /// It ran to its end.
    Done(T),
    /// It was refused and is undone.
    Refused(E),
    /// It panicked and is undone; the text is the panic's.
    Panicked(String),
}

/// Runs `act`; unless it succeeds, everything it wrote is undone.
///
/// The undo log is complete at every instant at which foreign code can panic, so a panic is as good
/// an end as a refusal.
pub(crate) fn guard<T, E>(draft: &mut Draft, act: impl FnOnce(&mut Draft) -> Result<T, E>) -> Guarded<T, E> {
    let savepoint = draft.savepoint();
    let outcome = catch_unwind(AssertUnwindSafe(|| act(draft)));
    match outcome {
        Ok(Ok(done)) => Guarded::Done(done),
        Ok(Err(refusal)) => {
            draft.undo_to(savepoint);
            Guarded::Refused(refusal)
        }
        Err(panic) => {
            draft.undo_to(savepoint);
            Guarded::Panicked(panic_text(panic.as_ref()))
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a text".to_owned())
}
