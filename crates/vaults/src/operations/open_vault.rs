//! Open an empty vault.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::{GroupId, LAST_VAULT, Positions, Vault, next_number};
use crate::{Error, Event, FacilityId, MODULE, VaultId, book};

/// Opens a vault of the signer in a facility. Its number is in the event.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenVault {
    /// The facility.
    pub facility: FacilityId,
}

impl OpenVault {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownFacility`], [`Error::FacilityClosed`],
    /// [`Error::TooManyVaults`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<VaultId, Error> {
        let owner = ctx.account()?;
        if book::facility(draft, self.facility)?.params.closed {
            return Err(Error::FacilityClosed);
        }
        let id = VaultId(next_number(draft, LAST_VAULT).ok_or(Error::TooManyVaults)?);

        // From here on nothing can fail.
        let vault = Vault { owner, facility: self.facility, group: GroupId(0), key: 0, positions: Positions::new() };
        book::create(draft, id, vault);
        draft.emit(MODULE, &Event::VaultOpened { vault: id, facility: self.facility, owner });
        Ok(id)
    }

    /// What a wallet shows.
    pub fn describe(&self) -> String {
        format!("Open a vault in facility {}", self.facility)
    }
}
