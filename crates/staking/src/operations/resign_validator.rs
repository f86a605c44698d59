use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::validators::{VALIDATORS, remove_validator};
use crate::{Error, Event, MODULE};

/// Offers to order no more: the next set that is fixed is without the signer. Until his last epoch has ended he
/// orders on, and his bond stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResignValidator {}

impl ResignValidator {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        if !VALIDATORS.has(draft, &account) {
            return Err(Error::NotAValidator);
        }

        // From here on nothing can fail.
        remove_validator(draft, account);
        draft.emit(MODULE, &Event::ValidatorResigned { account });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        "Resign as validator".to_owned()
    }
}
