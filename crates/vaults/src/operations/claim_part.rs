//! Fetch a part of a basket that could not be paid at once.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::shutdown::PARTS;
use crate::{ACCOUNT, Error, Event, FacilityId, MODULE};

/// Moves what is kept of a facility's basket for the signer to him, now that he may hold it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimPart {
    /// The facility.
    pub facility: FacilityId,
    /// What is kept.
    pub asset: AssetId,
}

impl ClaimPart {
    /// Yields what was kept.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::NothingKept`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let account = ctx.account()?;
        let key = (account, self.facility, self.asset);
        let amount = PARTS.get(draft, &key).ok_or(Error::NothingKept)?;
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, account, self.asset, amount)?;

        // From here on nothing can fail.
        PARTS.remove(draft, &key);
        draft.emit(MODULE, &Event::PartClaimed { facility: self.facility, account, asset: self.asset, amount });
        Ok(Some(Output { asset: self.asset, amount }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Claim the {} kept of the basket of facility {}", asset_name(names, self.asset), self.facility)
    }
}
