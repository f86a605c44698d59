use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::Timestamp;
use serde::{Deserialize, Serialize};

use super::invite_account::open_invitation;
use super::{identity_of, resolve_user};
use crate::state::{IDENTITIES, IdentityId};
use crate::text::Reason;
use crate::{Error, Event, MODULE};

/// Lets an identity go on whose first account's keys are lost. An account outside it is invited; once it
/// has joined, the same operation makes it the first. Needs governance. The ledger's recovery then moves
/// the holdings, asset by asset.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverIdentity {
    /// Which identity.
    pub identity: IdentityId,
    /// Its new first account.
    pub account: AccountId,
    /// Until when an account outside it may join, at most 30 days from now.
    pub expires: Timestamp,
    /// Why.
    pub reason: Reason,
}

impl RecoverIdentity {
    /// # Errors
    /// Not governance; [`Error::UnknownIdentity`], unknown account, [`Error::ModuleAccount`],
    /// [`Error::HasIdentity`], [`Error::BadPeriod`], [`Error::TooManyAccounts`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let mut record = IDENTITIES.get(draft, &self.identity).ok_or(Error::UnknownIdentity)?;
        let account = resolve_user(draft, &self.account)?;
        if identity_of(draft, account) != Some(self.identity) {
            return open_invitation(draft, ctx, self.identity, account, self.expires);
        }

        // From here on nothing can fail.
        record.accounts.retain(|other| *other != account);
        record.accounts.insert(0, account);
        IDENTITIES.put(draft, self.identity, record);
        let (identity, reason) = (self.identity, self.reason.clone());
        draft.emit(MODULE, &Event::IdentityRecovered { identity, account, reason });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let Self { identity, account, expires, reason } = self;
        format!(
            "make {account} the first account of identity {}, or invite it until {expires} ms, because: {}",
            identity.0,
            reason.quoted()
        )
    }
}
