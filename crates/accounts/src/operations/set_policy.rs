use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{acting, guard_of};
use crate::guard::{Guard, put_guard};
use crate::policy::Policy;
use crate::{Context, Error, Event, MODULE, Names};

/// Sets the rules of the signing account. What is stricter acts at once; what is looser must have waited
/// as a bundle, unless nothing watched over the account before.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPolicy {
    /// All the rules.
    pub policy: Policy,
}

impl SetPolicy {
    /// # Errors
    /// [`Error::BadPolicy`].
    pub fn validate(&self) -> Result<(), Error> {
        self.policy.validate()
    }

    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, account) = acting(draft, ctx)?;
        let guard = Guard { policy: self.policy.clone(), ..guard_of(draft, number) };

        // From here on nothing can fail.
        let policy_version = put_guard(draft, number, account, guard, ctx.time);
        draft.emit(MODULE, &Event::PolicySet { account: number, policy: self.policy.clone(), policy_version });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("set policy: {}", self.policy.describe(names))
    }
}
