use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{identity_of, standing};
use crate::state::{COUNTER, IDENTITIES, Identity, IdentityId, STANDINGS, Standing, VERDICTS};
use crate::verdict::Verdicts;
use crate::{Error, Event, MODULE};

/// Opens an identity with the signing account as its first. The account belongs to it for ever.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdentity {}

impl OpenIdentity {
    /// # Errors
    /// Not signed by an account; [`Error::HasIdentity`], [`Error::IdentitiesUsedUp`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        if identity_of(draft, account).is_some() {
            return Err(Error::HasIdentity);
        }
        let identity = COUNTER.get(draft, &()).unwrap_or_default();
        let next = identity.0.checked_add(1).map(IdentityId).ok_or(Error::IdentitiesUsedUp)?;

        // From here on nothing can fail.
        COUNTER.put(draft, (), next);
        let record = Identity { accounts: vec![account], opened_at: ctx.time, blocked: None, verdict_epoch: 0 };
        IDENTITIES.put(draft, identity, record);
        VERDICTS.put(draft, identity, Verdicts::default());
        let standing = standing(draft, account);
        STANDINGS.put(draft, account, Standing { identity: Some(identity), ..standing });
        draft.emit(MODULE, &Event::IdentityOpened { identity, account });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        "open identity for this account for ever".to_owned()
    }
}
