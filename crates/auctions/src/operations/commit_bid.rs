//! Commit to a sealed bid.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, MathError, Price};
use serde::{Deserialize, Serialize};

use super::bid_lot;
use crate::bids::{check_bidder, outbid_commitment, set_aside};
use crate::params::COMMITMENTS_MAX;
use crate::state::{COMMITMENTS, UNIFORM};
use crate::{Bidding, Error, Event, LotId, MODULE, UniformLot};

/// Commits the signer to a bid that nobody can read: its hash, and the lot's deposit set aside. It counts
/// once it is revealed; a commitment never revealed loses the part of its deposit that the lot states. A
/// full list gives up its smallest deposit for one a tenth higher.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitBid {
    /// The lot.
    pub lot: LotId,
    /// What the deposit is in.
    pub want: AssetId,
    /// [`commitment`] of the bid.
    pub commitment: Hash,
    /// The most that the deposit may be.
    pub deposit_max: Amount,
}

/// The hash that hides a bid: SHA-256 of `gage/bid/1`, lot, bidder, amount and limit, all little-endian, and
/// 32 bytes that nobody else knows.
pub fn commitment(lot: LotId, bidder: AccountNumber, amount: Amount, limit: Price, salt: &Hash) -> Hash {
    gage_crypto::hash::sha256_parts(&[
        b"gage/bid/1",
        &lot.0.to_le_bytes(),
        &bidder.0.to_le_bytes(),
        &amount.0.to_le_bytes(),
        &limit.0.to_le_bytes(),
        &salt.0,
    ])
}

impl CommitBid {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownUniformLot`], [`Error::WrongAsset`],
    /// [`Error::BiddingClosed`], [`Error::OwnLot`], the bidder's eligibility, [`Error::BidOutOfBounds`] for a
    /// deposit above the most, [`Error::CommitmentTaken`], [`Error::BookFull`] if even the smallest deposit of a
    /// full list is too large for the most, the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let bidder = ctx.account()?;
        let lot = bid_lot(draft, self.lot, None, self.want)?;
        let Bidding::Sealed { deposit, .. } = lot.bidding else { return Err(Error::BiddingClosed) };
        if ctx.time >= lot.bids_until || lot.cleared {
            return Err(Error::BiddingClosed);
        }
        check_bidder(draft, ctx, &lot, bidder)?;
        if deposit > self.deposit_max {
            return Err(Error::BidOutOfBounds);
        }
        let key = (self.lot, bidder, self.commitment);
        if COMMITMENTS.has(draft, &key) {
            return Err(Error::CommitmentTaken);
        }
        let mut lot = lot;
        let deposit = match lot.commitments >= COMMITMENTS_MAX {
            true => outbid_commitment(draft, ctx, self.lot, &mut lot, self.deposit_max)?,
            false => deposit,
        };
        let commitments = lot.commitments.checked_add(1).ok_or(MathError::Overflow)?;
        let hold = set_aside(draft, ctx, self.lot, &lot, bidder, lot.want, deposit)?;

        // From here on nothing can fail.
        COMMITMENTS.put(draft, key, hold);
        UNIFORM.put(draft, self.lot, UniformLot { commitments, ..lot });
        draft.emit(MODULE, &Event::BidCommitted { lot: self.lot, bidder, commitment: self.commitment });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let deposit = describe_amount(names, self.deposit_max, self.want);
        format!("Commit to sealed bid {} for lot {} with a deposit of at most {deposit}", self.commitment, self.lot)
    }
}
