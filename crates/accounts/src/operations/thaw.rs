use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{acting, guard_of};
use crate::guard::{Freeze, Guard, write_guard};
use crate::{Context, Error, Event, MODULE};

/// Ends the freeze of the signing account, after the delay of a loosening. Until then another freeze makes
/// it void.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thaw {}

impl Thaw {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::NotFrozen`], [`Error::Math`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, _) = acting(draft, ctx)?;
        let guard = guard_of(draft, number);
        let freeze = guard.frozen.filter(|freeze| freeze.until.is_none()).ok_or(Error::NotFrozen)?;
        let until = ctx.time.plus_ms(guard.loosening_ms())?;

        // From here on nothing can fail.
        let guard = Guard { frozen: Some(Freeze { until: Some(until), ..freeze }), ..guard };
        write_guard(draft, number, guard, ctx.time);
        draft.emit(MODULE, &Event::Thawing { account: number, until });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        "thaw this account".to_owned()
    }
}
