use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::KeyId;
use gage_store::Draft;
use gage_units::AccountNumber;
use serde::{Deserialize, Serialize};

use super::acting;
use crate::guard::check_guardian;
use crate::state::{BUNDLES, KEYS, Permission, remove_bundle};
use crate::{Context, Error, Event, MODULE};

/// Stops a bundle of the signing account: by the key that proposed it, or by one owner's key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectBundle {
    /// The bundle.
    pub bundle: u64,
    /// The key that stops it.
    pub key: KeyId,
}

impl RejectBundle {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::UnknownBundle`], [`Error::UnknownKey`],
    /// [`Error::NotPermitted`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, _) = acting(draft, ctx)?;
        let bundle = BUNDLES.peek(draft, &self.bundle).filter(|bundle| bundle.account == number);
        let bundle = bundle.ok_or(Error::UnknownBundle)?;
        let role = KEYS.peek(draft, &(number, self.key)).ok_or(Error::UnknownKey)?.role;
        if bundle.proposer != self.key && !role.permits(Permission::Stop) {
            return Err(Error::NotPermitted);
        }
        stop(draft, self.bundle, None)
    }

    pub(crate) fn describe(&self) -> String {
        format!("reject bundle {} by key {}", self.bundle, self.key)
    }
}

/// Stops a bundle of an account that the signer guards, until the moment it runs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VetoBundle {
    /// The bundle.
    pub bundle: u64,
}

impl VetoBundle {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownBundle`], [`Error::NotGuardian`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let guardian = ctx.account()?;
        let account = BUNDLES.peek(draft, &self.bundle).ok_or(Error::UnknownBundle)?.account;
        check_guardian(draft, account, guardian)?;
        stop(draft, self.bundle, Some(guardian))
    }

    pub(crate) fn describe(&self) -> String {
        format!("veto bundle {} as guardian", self.bundle)
    }
}

fn stop(draft: &mut Draft, number: u64, guardian: Option<AccountNumber>) -> Result<(), Error> {
    let bundle = BUNDLES.get(draft, &number).ok_or(Error::UnknownBundle)?;

    // From here on nothing can fail.
    remove_bundle(draft, number, &bundle);
    draft.emit(MODULE, &Event::BundleRejected { account: bundle.account, bundle: number, guardian });
    Ok(())
}
