use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::acting;
use crate::opening::check_threshold;
use crate::state::{ACCOUNTS, Account, keys_of};
use crate::{Context, Error, Event, MODULE};

/// Sets the weight of keys that an act of the signing account needs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetThreshold {
    /// The weight, from 1 to the weight of the owner keys that never expire.
    pub threshold: u16,
}

impl SetThreshold {
    /// # Errors
    /// [`Error::ZeroThreshold`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.threshold == 0 { Err(Error::ZeroThreshold) } else { Ok(()) }
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::ZeroThreshold`], [`Error::OwnersBelowThreshold`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let keys = keys_of(draft, number).map(|(_, key)| (key.role, key.weight, key.expires));
        check_threshold(keys, self.threshold)?;

        // From here on nothing can fail.
        let before = account.threshold;
        // One step per operation: 2^64 of them do not happen.
        let policy_version = account.policy_version.saturating_add(1);
        ACCOUNTS.put(draft, number, Account { threshold: self.threshold, policy_version, ..account });
        draft.emit(MODULE, &Event::ThresholdSet { account: number, before, after: self.threshold, policy_version });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("set threshold to {}", self.threshold)
    }
}
