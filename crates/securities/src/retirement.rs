//! Units that were retired: used up for good, by one, once.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::redemption::COUNTERS;

/// The longest reason.
pub const REASON_MAX: usize = 160;

/// Retirements by number.
pub const RETIREMENTS: OrderedTable<RetirementId, Retirement> =
    OrderedTable::authenticated(0x061d, "securities/retirements");
/// How much of each asset was retired.
pub const RETIRED: Column<AssetId, Amount> = Column::authenticated(0x061e, "securities/retired");

/// The number of a retirement.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct RetirementId(pub u64);

/// What was retired: the smallest units `before + 1` to `before + amount` of all that were ever retired of the asset.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Retirement {
    /// Of what.
    pub asset: AssetId,
    /// Whose units they were.
    pub holder: AccountNumber,
    /// How much of the asset was retired before.
    pub before: Amount,
    /// How much.
    pub amount: Amount,
    /// For whom.
    pub beneficiary: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// The counter of retirements.
const NEXT: u32 = 2;

/// The number of the next retirement, given once.
pub(crate) fn next_retirement(draft: &mut Draft) -> RetirementId {
    let next = COUNTERS.get(draft, &NEXT).unwrap_or(0);
    COUNTERS.put(draft, NEXT, next.checked_add(1).expect("2^64 of them do not fit any memory"));
    RetirementId(next)
}
