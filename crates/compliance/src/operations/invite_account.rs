use std::ops::Bound::Included;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use super::{identity_of, resolve_user};
use crate::state::{IDENTITIES, IDENTITY_ACCOUNTS_MAX, INVITATION_MS_MAX, INVITATIONS, IdentityId};
use crate::{Error, Event, MODULE};

/// Invites an account into the identity of the signing account, or sets a new end to its invitation.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteAccount {
    /// Whom.
    pub account: AccountId,
    /// Until when it may join, at most 30 days from now.
    pub expires: Timestamp,
}

impl InviteAccount {
    /// # Errors
    /// Not signed by an account; [`Error::WithoutIdentity`], [`Error::NotFirstAccount`], unknown account,
    /// [`Error::ModuleAccount`], [`Error::HasIdentity`], [`Error::BadPeriod`], [`Error::TooManyAccounts`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let signer = ctx.account()?;
        let identity = identity_of(draft, signer).ok_or(Error::WithoutIdentity)?;
        let accounts = &IDENTITIES.peek(draft, &identity).ok_or(Error::UnknownIdentity)?.accounts;
        if accounts.first() != Some(&signer) {
            return Err(Error::NotFirstAccount);
        }
        let account = resolve_user(draft, &self.account)?;
        open_invitation(draft, ctx, identity, account, self.expires)
    }

    pub(crate) fn describe(&self) -> String {
        format!("invite {} into the identity of this account until {} ms", self.account, self.expires)
    }
}

/// Opens an invitation into an identity that exists, or sets a new end to one.
///
/// # Errors
/// [`Error::HasIdentity`], [`Error::BadPeriod`], [`Error::TooManyAccounts`].
pub(super) fn open_invitation(
    draft: &mut Draft,
    ctx: &Context,
    identity: IdentityId,
    account: AccountNumber,
    expires: Timestamp,
) -> Result<(), Error> {
    if identity_of(draft, account).is_some() {
        return Err(Error::HasIdentity);
    }
    let lasts_ms = expires.0.saturating_sub(ctx.time.0);
    if lasts_ms == 0 || lasts_ms > INVITATION_MS_MAX {
        return Err(Error::BadPeriod);
    }
    let accounts = &IDENTITIES.peek(draft, &identity).ok_or(Error::UnknownIdentity)?.accounts;
    // Invitations that have run out make room.
    let span = (Included((identity, AccountNumber(0))), Included((identity, AccountNumber(u32::MAX))));
    let others = INVITATIONS.range(draft, span).filter(|((_, invited), _)| *invited != account);
    let (open, over): (Vec<_>, Vec<_>) = others.map(|(key, expires)| (*key, *expires)).partition(|o| ctx.time < o.1);
    if accounts.len().saturating_add(open.len()) >= IDENTITY_ACCOUNTS_MAX {
        return Err(Error::TooManyAccounts);
    }

    // From here on nothing can fail.
    for (key, _) in over {
        INVITATIONS.remove(draft, &key);
    }
    INVITATIONS.put(draft, (identity, account), expires);
    draft.emit(MODULE, &Event::AccountInvited { identity, account, expires });
    Ok(())
}
