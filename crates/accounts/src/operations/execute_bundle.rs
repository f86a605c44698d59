use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::KeyId;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::acting;
use crate::bundle::{Bundle, check_ready, live};
use crate::state::{BUNDLES, QUEUED};
use crate::{Context, Error, Event, MODULE};

/// Lets an approved bundle of the signing account run in the next block, before what users ask there.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecuteBundle {
    /// The bundle.
    pub bundle: u64,
    /// The key that asks for it, which may execute.
    pub key: KeyId,
}

impl ExecuteBundle {
    /// # Errors
    /// [`Error::NotAnAccount`], [`Error::UnknownAccount`], [`Error::UnknownBundle`], [`Error::StaleApproval`],
    /// [`Error::OutsideWindow`], [`Error::AlreadyQueued`], [`Error::MustWait`], [`Error::NotApproved`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (number, _) = acting(draft, ctx)?;
        let bundle = live(draft, ctx, number, self.bundle)?;
        if bundle.queued.is_some() {
            return Err(Error::AlreadyQueued);
        }
        check_ready(draft, ctx, &bundle)?;

        // From here on nothing can fail.
        BUNDLES.put(draft, self.bundle, Bundle { queued: Some(ctx.time), ..bundle });
        QUEUED.put(draft, self.bundle, ());
        draft.emit(MODULE, &Event::BundleQueued { account: number, bundle: self.bundle });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("execute bundle {} by key {}", self.bundle, self.key)
    }
}
