use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{KeyId, PublicKey};
use gage_store::Draft;
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use super::{acting, check_unused, end_sessions_of, others, put_with_new_members};
use crate::opening::{NewKey, check_threshold};
use crate::state::{KEYS, put_key, remove_key};
use crate::{Context, Error, Event, MODULE};

/// Puts a new key in the place of an old one, with its role and weight. Sessions that the old key may
/// have signed for end.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// The key that goes.
    pub old: KeyId,
    /// The key that comes.
    pub new: PublicKey,
    /// When the new key stops to count.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

impl RotateKey {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::UnknownKey`], [`Error::ExpiryNotInFuture`],
    /// [`Error::DuplicateKey`], [`Error::OwnersBelowThreshold`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let old = KEYS.get(draft, &(number, self.old)).ok_or(Error::UnknownKey)?;
        let key = NewKey { public_key: self.new, weight: old.weight, role: old.role, expires: self.expires };
        key.check_time(ctx.time)?;
        check_unused(draft, number, self.new.id())?;
        let after = others(draft, number, self.old).chain([(key.role, key.weight, key.expires)]);
        check_threshold(after, account.threshold)?;

        // From here on nothing can fail.
        end_sessions_of(draft, number, &old);
        remove_key(draft, number, self.old);
        put_key(draft, number, key.at(ctx.time));
        let member_epoch = put_with_new_members(draft, number, account);
        draft.emit(MODULE, &Event::KeyRotated { account: number, old: self.old, key, member_epoch });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let expires = self.expires.map_or("never".to_owned(), |time| format!("at {time} ms"));
        format!("rotate key {} to {} expiring {expires}", self.old, self.new)
    }
}
