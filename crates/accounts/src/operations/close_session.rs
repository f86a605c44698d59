use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::KeyId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{acting, end_session};
use crate::state::SESSIONS;
use crate::{Context, Error};

/// Ends a session of the signing account at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseSession {
    /// The session's key.
    pub key: KeyId,
}

impl CloseSession {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::UnknownSession`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, _) = acting(draft, ctx)?;
        let lane = SESSIONS.peek(draft, &(number, self.key)).ok_or(Error::UnknownSession)?.lane;

        // From here on nothing can fail.
        end_session(draft, number, self.key, lane);
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("close session of key {}", self.key)
    }
}
