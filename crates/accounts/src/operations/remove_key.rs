use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::KeyId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{acting, end_sessions_of, others, put_with_new_members};
use crate::opening::check_threshold;
use crate::state::{KEYS, remove_key};
use crate::{Context, Error, Event, MODULE};

/// Removes a key from the signing account. Sessions that the key may have signed for end.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveKey {
    /// The key.
    pub key: KeyId,
}

impl RemoveKey {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::UnknownKey`], [`Error::OwnersBelowThreshold`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let key = KEYS.get(draft, &(number, self.key)).ok_or(Error::UnknownKey)?;
        check_threshold(others(draft, number, self.key), account.threshold)?;

        // From here on nothing can fail.
        end_sessions_of(draft, number, &key);
        remove_key(draft, number, self.key);
        let member_epoch = put_with_new_members(draft, number, account);
        draft.emit(MODULE, &Event::KeyRemoved { account: number, key: self.key, member_epoch });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("remove key {}", self.key)
    }
}
