//! What happened in the ledger.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::operations::PostingRef;
use crate::{Asset, Hold, HoldId, Leg, Purpose, SupplyChange};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A journal was posted.
    Posted {
        /// Why.
        purpose: Purpose,
        /// New or ceasing units.
        supply: Option<SupplyChange>,
        /// The lines.
        legs: Vec<Leg>,
    },
    /// An asset was listed.
    AssetCreated {
        /// Its number.
        asset: AssetId,
        /// What it is.
        record: Asset,
    },
    /// An amount was set aside.
    Held {
        /// The hold.
        hold: HoldId,
        /// Its record.
        record: Hold,
    },
    /// Some or all of a hold reached someone.
    HoldSettled {
        /// The hold.
        hold: HoldId,
        /// Who received.
        to: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// A hold was released, by its beneficiary or by its expiry.
    HoldReleased {
        /// The hold.
        hold: HoldId,
    },
    /// A receiver gave a posting back.
    Corrected {
        /// Who received the original posting.
        by: AccountNumber,
        /// The original posting.
        original: PostingRef,
        /// What was given back.
        amount: Amount,
        /// Why.
        reason: String,
    },
}
