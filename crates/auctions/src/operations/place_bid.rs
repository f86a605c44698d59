//! Bid in the open for a uniform-price lot.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId, Price};
use serde::{Deserialize, Serialize};

use super::{asset_name, bid_lot, check_bid};
use crate::bids::place;
use crate::{Bidding, Error, LotId};

/// Bids for at most `amount` at no more than `limit`. `amount` at `limit`, rounded up, is set aside on the
/// signer's account until the lot is cleared; the bid is firm.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceBid {
    /// The lot.
    pub lot: LotId,
    /// What it sells.
    pub asset: AssetId,
    /// At most this much.
    pub amount: Amount,
    /// What is paid.
    pub want: AssetId,
    /// The highest acceptable price: `want` per whole unit of `asset`.
    pub limit: Price,
}

impl PlaceBid {
    /// # Errors
    /// `ZeroAmount` for an amount or a limit of zero.
    pub fn validate(&self) -> Result<(), Error> {
        check_bid(self.amount, self.limit)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownUniformLot`], [`Error::WrongAsset`],
    /// [`Error::BiddingClosed`], [`Error::OwnLot`], the bidder's eligibility, [`Error::BidOutOfBounds`],
    /// [`Error::BookFull`], the ledger's if the signer cannot back the bid.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let bidder = ctx.account()?;
        let lot = bid_lot(draft, self.lot, Some(self.asset), self.want)?;
        if lot.bidding != Bidding::Open || ctx.time >= lot.bids_until || lot.cleared {
            return Err(Error::BiddingClosed);
        }
        place(draft, ctx, self.lot, lot, bidder, self.amount, self.limit)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let (amount, want) = (describe_amount(names, self.amount, self.asset), asset_name(names, self.want));
        format!("Bid for up to {amount} of lot {} at no more than {} {want} per whole unit", self.lot, self.limit)
    }
}
