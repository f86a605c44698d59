//! One file per verb.

mod cancel_uniform;
mod claim_kept_proceeds;
mod commit_bid;
mod open_uniform;
mod place_bid;
mod reveal_bid;
mod take;

pub use cancel_uniform::CancelUniform;
pub use claim_kept_proceeds::ClaimKeptProceeds;
pub use commit_bid::{CommitBid, commitment};
pub use open_uniform::OpenUniform;
pub use place_bid::PlaceBid;
pub use reveal_bid::RevealBid;
pub use take::Take;
pub(crate) use take::check_price;

use gage_accounts::Names;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Price};

use crate::state::UNIFORM;
use crate::{Error, LotId, UniformLot};

/// The lot of a bid that names these assets.
fn bid_lot(draft: &Draft, id: LotId, asset: Option<AssetId>, want: AssetId) -> Result<UniformLot, Error> {
    let lot = UNIFORM.get(draft, &id).ok_or(Error::UnknownUniformLot)?;
    let same = asset.is_none_or(|asset| asset == lot.asset) && lot.want == want;
    if same { Ok(lot) } else { Err(Error::WrongAsset) }
}

/// Passes a bid that names an amount and a limit.
fn check_bid(amount: Amount, limit: Price) -> Result<(), Error> {
    if amount.is_zero() || limit == Price(0) { Err(gage_accounts::Error::ZeroAmount.into()) } else { Ok(()) }
}

/// `GUSD#2`, or `asset#2` for one without a name.
fn asset_name(names: &dyn Names, asset: AssetId) -> String {
    let symbol = names.asset(asset).map_or_else(|| "asset".to_owned(), |(symbol, _)| symbol);
    format!("{symbol}#{asset}")
}
