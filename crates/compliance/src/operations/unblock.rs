use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::Subject;
use crate::text::Reason;
use crate::{Error, Event, MODULE};

/// Lifts the block of an identity or an account. Needs governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unblock {
    /// Whose.
    pub subject: Subject,
    /// Why.
    pub reason: Reason,
}

impl Unblock {
    /// # Errors
    /// Not governance; [`Error::UnknownIdentity`]; unknown account, [`Error::ModuleAccount`],
    /// [`Error::NotBlocked`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        if !self.subject.is_blocked(draft)? {
            return Err(Error::NotBlocked);
        }
        let subject = self.subject.write(draft, None)?;
        draft.emit(MODULE, &Event::SubjectUnblocked { subject, reason: self.reason.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("unblock {} because: {}", self.subject.describe(), self.reason.quoted())
    }
}
