use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{resolve_user, standing};
use crate::event::Blocked;
use crate::state::{self, IDENTITIES, IdentityId, STANDINGS};
use crate::text::Reason;
use crate::{Error, Event, MODULE};

/// Bars an identity with all its accounts, or one account, from all movements of all assets. Needs
/// governance. A block in place gets the new reason.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Whom.
    pub subject: Subject,
    /// Why.
    pub reason: Reason,
}

/// An identity or an account, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// All accounts of an identity, also those that join later.
    Identity(IdentityId),
    /// One account.
    Account(AccountId),
}

impl Block {
    /// # Errors
    /// Not governance; [`Error::UnknownIdentity`]; unknown account, [`Error::ModuleAccount`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let block = state::Block { reason: self.reason.clone(), since: ctx.time };
        let subject = self.subject.write(draft, Some(block))?;
        draft.emit(MODULE, &Event::SubjectBlocked { subject, reason: self.reason.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("block {} in all assets because: {}", self.subject.describe(), self.reason.quoted())
    }
}

impl Subject {
    /// Whether it is blocked.
    pub(super) fn is_blocked(&self, draft: &Draft) -> Result<bool, Error> {
        match self {
            Subject::Identity(id) => {
                let identity = IDENTITIES.peek(draft, id).ok_or(Error::UnknownIdentity)?;
                Ok(identity.blocked.is_some())
            }
            Subject::Account(id) => Ok(standing(draft, resolve_user(draft, id)?).blocked.is_some()),
        }
    }

    /// Sets or lifts the block. Fails before it writes.
    pub(super) fn write(&self, draft: &mut Draft, blocked: Option<state::Block>) -> Result<Blocked, Error> {
        match self {
            Subject::Identity(id) => {
                let identity = IDENTITIES.get(draft, id).ok_or(Error::UnknownIdentity)?;
                IDENTITIES.put(draft, *id, state::Identity { blocked, ..identity });
                Ok(Blocked::Identity(*id))
            }
            Subject::Account(id) => {
                let account = resolve_user(draft, id)?;
                let standing = standing(draft, account);
                STANDINGS.put(draft, account, state::Standing { blocked, ..standing });
                Ok(Blocked::Account(account))
            }
        }
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Subject::Identity(id) => format!("identity {}", id.0),
            Subject::Account(id) => id.to_string(),
        }
    }
}
