use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{acting, check_unused, describe_key, put_with_new_members};
use crate::opening::NewKey;
use crate::state::{KEYS_MAX, keys_of, put_key};
use crate::{Context, Error, Event, MODULE};

/// Adds a key to the signing account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddKey {
    /// The key.
    pub key: NewKey,
}

impl AddKey {
    /// # Errors
    /// [`Error::ZeroWeight`].
    pub fn validate(&self) -> Result<(), Error> {
        self.key.validate()
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::ExpiryNotInFuture`], [`Error::DuplicateKey`],
    /// [`Error::TooManyKeys`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let id = self.key.public_key.id();
        self.key.check_time(ctx.time)?;
        check_unused(draft, number, id)?;
        if keys_of(draft, number).count() >= KEYS_MAX {
            return Err(Error::TooManyKeys);
        }

        // From here on nothing can fail.
        put_key(draft, number, self.key.at(ctx.time));
        let member_epoch = put_with_new_members(draft, number, account);
        draft.emit(MODULE, &Event::KeyAdded { account: number, key: self.key, member_epoch });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("add {}", describe_key(&self.key))
    }
}
