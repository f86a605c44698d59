//! What happened to lots.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_units::{AccountNumber, Amount, AssetId, ItemId, Price};
use serde::{Deserialize, Serialize};

use crate::{LotId, OwnerRef, UniformLot};

/// An event of this module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A lot was opened.
    LotOpened {
        /// The lot.
        lot: LotId,
        /// For whom it is sold.
        owner: OwnerRef,
        /// What is sold.
        asset: AssetId,
        /// How much.
        amount: Amount,
        /// What is paid.
        want: AssetId,
        /// When enough is raised.
        raise_max: Amount,
        /// The first price.
        start: Price,
        /// The last price.
        floor: Price,
    },
    /// A part of a lot was taken.
    LotTaken {
        /// The lot.
        lot: LotId,
        /// Who took it.
        taker: AccountNumber,
        /// What he got of the lot's asset.
        taken: Amount,
        /// At which price.
        price: Price,
        /// What he paid of the wanted asset.
        payment: Amount,
        /// What is left to sell.
        remaining: Amount,
        /// What was raised so far.
        raised: Amount,
    },
    /// A lot began anew at a fresh price.
    LotRestarted {
        /// The lot.
        lot: LotId,
        /// The new first price.
        start: Price,
        /// The new last price.
        floor: Price,
        /// How often it began anew.
        restarts: u32,
    },
    /// A lot ended.
    LotClosed {
        /// The lot.
        lot: LotId,
        /// What was not sold.
        remainder: Amount,
        /// Where it went.
        remainder_to: AccountNumber,
        /// What was raised in all.
        raised: Amount,
    },
    /// A uniform-price lot was opened.
    UniformOpened {
        /// The lot.
        lot: LotId,
        /// The record.
        record: Box<UniformLot>,
    },
    /// A bid joined the book.
    BidPlaced {
        /// The lot.
        lot: LotId,
        /// The bid's number.
        bid: u32,
        /// Whose.
        bidder: AccountNumber,
        /// At most this much.
        amount: Amount,
        /// At no more than this price.
        limit: Price,
    },
    /// A better bid took the place of one in a full book.
    BidOutbid {
        /// The lot.
        lot: LotId,
        /// The bid's number.
        bid: u32,
        /// Whose.
        bidder: AccountNumber,
    },
    /// A sealed bid was made.
    BidCommitted {
        /// The lot.
        lot: LotId,
        /// Whose.
        bidder: AccountNumber,
        /// What it is committed to by.
        commitment: Hash,
    },
    /// A bid left the book before the price was set: its owner may not buy, or its money is not there.
    BidSkipped {
        /// The lot.
        lot: LotId,
        /// The bid's number.
        bid: u32,
        /// Whose.
        bidder: AccountNumber,
        /// The number of the reason.
        code: u32,
    },
    /// A bid was filled at the clearing price, whole or in part.
    BidFilled {
        /// The lot.
        lot: LotId,
        /// The bid's number.
        bid: u32,
        /// Whose.
        bidder: AccountNumber,
        /// What he got.
        amount: Amount,
        /// What he paid.
        payment: Amount,
    },
    /// A commitment that was not revealed lost a part of its deposit.
    DepositForfeited {
        /// The lot.
        lot: LotId,
        /// Whose.
        bidder: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// A round was cleared.
    UniformCleared {
        /// The lot.
        lot: LotId,
        /// The round.
        round: u8,
        /// The one price; zero if nothing was sold.
        price: Price,
        /// What the round sold.
        sold: Amount,
        /// What it raised.
        raised: Amount,
        /// What is left.
        remaining: Amount,
    },
    /// A uniform-price lot ended.
    UniformClosed {
        /// The lot.
        lot: LotId,
        /// What was not sold.
        remainder: Amount,
        /// Where it went.
        remainder_to: AccountNumber,
        /// What was raised in all rounds.
        raised: Amount,
    },
    /// A lot could not be cleared; it is tried again later.
    ClearingFailed {
        /// The lot.
        lot: LotId,
        /// The number of the reason.
        code: u32,
    },
    /// A commitment with a larger deposit took the place of one in a full list.
    CommitmentOutbid {
        /// The lot.
        lot: LotId,
        /// Whose.
        bidder: AccountNumber,
        /// What it was committed by.
        commitment: Hash,
    },
    /// What was paid for a lot was kept for its seller, who may not hold it now.
    ProceedsKept {
        /// The lot.
        lot: LotId,
        /// For whom.
        account: AccountNumber,
        /// What.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// What was kept for a seller was fetched.
    ProceedsClaimed {
        /// Whose.
        account: AccountNumber,
        /// What.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// A lot is one thing.
    ThingOffered {
        /// The lot.
        lot: LotId,
        /// Of what.
        asset: AssetId,
        /// Which.
        item: ItemId,
    },
}
