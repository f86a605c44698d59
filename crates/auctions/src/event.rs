//! What happened to lots.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, Amount, AssetId, Price};
use serde::{Deserialize, Serialize};

use crate::{LotId, OwnerRef};

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
}
