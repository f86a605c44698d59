//! Reveal a sealed bid.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::{Amount, AssetId, MathError, Price};
use serde::{Deserialize, Serialize};

use super::{asset_name, bid_lot, check_bid, commitment};
use crate::bids::place;
use crate::state::{COMMITMENTS, UNIFORM};
use crate::{Error, LotId, UniformLot};

/// Opens one of the signer's commitments: the deposit is free again, and the whole payment at the limit is
/// set aside in its place.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevealBid {
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
    /// The bytes that hid the bid.
    pub salt: Hash,
}

impl RevealBid {
    /// # Errors
    /// `ZeroAmount` for an amount or a limit of zero.
    pub fn validate(&self) -> Result<(), Error> {
        check_bid(self.amount, self.limit)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownUniformLot`], [`Error::WrongAsset`],
    /// [`Error::BiddingClosed`], [`Error::UnknownCommitment`], then as an open bid.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let bidder = ctx.account()?;
        let lot = bid_lot(draft, self.lot, Some(self.asset), self.want)?;
        if ctx.time < lot.bids_until || ctx.time >= lot.clears_at || lot.cleared {
            return Err(Error::BiddingClosed);
        }
        let key = (self.lot, bidder, commitment(self.lot, bidder, self.amount, self.limit, &self.salt));
        let deposit = COMMITMENTS.get(draft, &key).ok_or(Error::UnknownCommitment)?;
        let commitments = lot.commitments.checked_sub(1).ok_or(MathError::Underflow)?;
        // The deposit may be a part of what backs the bid.
        gage_ledger::release(draft, ctx, deposit)?;
        COMMITMENTS.remove(draft, &key);
        let lot = UniformLot { commitments, ..lot };
        UNIFORM.put(draft, self.lot, lot.clone());
        place(draft, ctx, self.lot, lot, bidder, self.amount, self.limit)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let (amount, want) = (describe_amount(names, self.amount, self.asset), asset_name(names, self.want));
        format!(
            "Reveal a bid for up to {amount} of lot {} at no more than {} {want} per whole unit",
            self.lot, self.limit
        )
    }
}
