use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{identity_of, standing};
use crate::state::{IDENTITIES, INVITATIONS, IdentityId, STANDINGS, Standing};
use crate::{Error, Event, MODULE};

/// Joins an identity that invited the signing account. The account belongs to it for ever.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinIdentity {
    /// Which.
    pub identity: IdentityId,
}

impl JoinIdentity {
    /// # Errors
    /// Not signed by an account; [`Error::HasIdentity`], [`Error::UnknownIdentity`], [`Error::NotInvited`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        if identity_of(draft, account).is_some() {
            return Err(Error::HasIdentity);
        }
        let mut record = IDENTITIES.get(draft, &self.identity).ok_or(Error::UnknownIdentity)?;
        let place = (self.identity, account);
        if INVITATIONS.peek(draft, &place).is_none_or(|expires| *expires <= ctx.time) {
            return Err(Error::NotInvited);
        }

        // From here on nothing can fail. An open invitation holds a place among the 64 accounts.
        INVITATIONS.remove(draft, &place);
        record.accounts.push(account);
        IDENTITIES.put(draft, self.identity, record);
        let standing = standing(draft, account);
        STANDINGS.put(draft, account, Standing { identity: Some(self.identity), ..standing });
        draft.emit(MODULE, &Event::AccountJoined { identity: self.identity, account });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("join identity {} with this account for ever", self.identity.0)
    }
}
