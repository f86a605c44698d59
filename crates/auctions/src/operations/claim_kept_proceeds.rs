//! Fetch what was paid for a sale while the seller could not hold it.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::state::PROCEEDS;
use crate::{Error, Event, MODULE, custody};

/// Moves what is kept for the signer of an asset to him, now that he may hold it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimKeptProceeds {
    /// What was paid.
    pub asset: AssetId,
}

impl ClaimKeptProceeds {
    /// Yields what was kept.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::NothingKept`], the ledger's: the signer may still not hold it.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let account = ctx.account()?;
        let key = (account, self.asset);
        let amount = PROCEEDS.get(draft, &key).ok_or(Error::NothingKept)?;
        custody::deliver(draft, ctx, account, self.asset, None, amount)?;

        // From here on nothing can fail.
        PROCEEDS.remove(draft, &key);
        draft.emit(MODULE, &Event::ProceedsClaimed { account, asset: self.asset, amount });
        Ok(Some(Output { asset: self.asset, amount }))
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Claim the {} that was paid for sales and kept", asset_name(names, self.asset))
    }
}
