use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, KeyId};
use gage_store::Draft;
use gage_units::AccountNumber;
use serde::{Deserialize, Serialize};

use super::{acting, guard_of};
use crate::guard::{Freeze, Guard, check_guardian, write_guard};
use crate::opening::resolve;
use crate::{Context, Error, Event, MODULE};

/// Freezes the signing account at once; one owner's key suffices.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeSelf {
    /// The key that asks for it.
    pub key: KeyId,
}

impl FreezeSelf {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, _) = acting(draft, ctx)?;
        freeze(draft, ctx, number, None);
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("freeze this account by key {}", self.key)
    }
}

/// Freezes an account at once; each of its guardians may.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeWard {
    /// The account that the signer guards.
    pub account: AccountId,
}

impl FreezeWard {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::NotGuardian`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let guardian = ctx.account()?;
        let ward = resolve(draft, &self.account)?;
        check_guardian(draft, ward, guardian)?;
        freeze(draft, ctx, ward, Some(guardian));
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("freeze account {} as its guardian", self.account)
    }
}

/// Freezes, also what thaws already: then the thaw is void. Approvals stay as they are.
fn freeze(draft: &mut Draft, ctx: &Context, account: AccountNumber, by: Option<AccountNumber>) {
    let guard = Guard { frozen: Some(Freeze { since: ctx.time, until: None }), ..guard_of(draft, account) };
    write_guard(draft, account, guard, ctx.time);
    draft.emit(MODULE, &Event::Frozen { account, by });
}
