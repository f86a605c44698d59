//! Take a lot back that nobody has bid for.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::state::UNIFORM;
use crate::uniform::end;
use crate::{Error, LotId};

/// Ends a uniform-price lot of the signer's that has neither bids nor commitments, or takes back what a
/// cleared one left while he could not hold it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelUniform {
    /// The lot.
    pub lot: LotId,
    /// What it sells.
    pub asset: AssetId,
}

impl CancelUniform {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownUniformLot`], [`Error::WrongAsset`],
    /// [`Error::NotSeller`], [`Error::HasBids`], the ledger's if the signer may not hold the asset.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let signer = ctx.account()?;
        let lot = UNIFORM.get(draft, &self.lot).ok_or(Error::UnknownUniformLot)?;
        if lot.asset != self.asset {
            return Err(Error::WrongAsset);
        }
        if !lot.of_account() || lot.seller != signer {
            return Err(Error::NotSeller);
        }
        if lot.bids > 0 || lot.commitments > 0 {
            return Err(Error::HasBids);
        }
        end(draft, ctx, self.lot, &lot, signer).map(|_| ())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Take back what is left of lot {} in {}", self.lot, asset_name(names, self.asset))
    }
}
