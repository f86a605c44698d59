//! Records and their tables.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::{Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, Height, MathError, Price, Ratio, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Curve, MODULE};

/// The number of a lot, given at opening from 1 upward and never again.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct LotId(pub u64);

impl fmt::Display for LotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// For whom a lot is sold: a record of a module.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct OwnerRef {
    /// The module, which alone restarts and closes the lot.
    pub module: u8,
    /// Its record.
    pub id: u64,
}

/// A lot on sale.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Lot {
    /// What is sold.
    pub asset: AssetId,
    /// How much was put up; `taken + remaining` always.
    pub amount: Amount,
    /// How much is left; it lies free on [`crate::ACCOUNT`].
    pub remaining: Amount,
    /// How much was taken.
    pub taken: Amount,
    /// Whose it was, for the record.
    pub seller: AccountNumber,
    /// What is paid.
    pub want: AssetId,
    /// The lot ends when this much is raised; [`Amount::MAX`] means: sell all.
    pub raise_max: Amount,
    /// How much was raised. The last take may carry it above `raise_max` by less than the price of
    /// one smallest unit of `asset`: see [`Lot::excess`].
    pub raised: Amount,
    /// Where payments go.
    pub proceeds_to: AccountNumber,
    /// For whom the lot is sold.
    pub owner: OwnerRef,
    /// The price at `started_at`: `want` per whole unit of `asset`, in 1e-18.
    pub start: Price,
    /// The price never falls below this.
    pub floor: Price,
    /// How the price falls.
    pub curve: Curve,
    /// The lot needs a restart when older than this, in milliseconds.
    pub tail_ms: u64,
    /// The lot needs a restart when its price is below this part of `start`.
    pub cusp: Ratio,
    /// The least that a partial take may leave to sell (at its price) or to raise, in `want`.
    pub dust: Amount,
    /// `asset` x price per `want`, in smallest units: see [`crate::plan::scale`].
    #[serde(with = "gage_units::as_text")]
    pub scale: u128,
    /// When it was first opened.
    pub opened_at: Timestamp,
    /// When the price last stood at `start`.
    pub started_at: Timestamp,
    /// From when on it needs a restart.
    pub restart_at: Timestamp,
    /// How often it was restarted.
    pub restarts: u32,
    /// The price of the last take; zero before the first.
    pub last_price: Price,
}

impl Lot {
    /// What is still to raise; zero once `raise_max` is reached.
    pub fn outstanding(&self) -> Amount {
        Amount(self.raise_max.0.saturating_sub(self.raised.0))
    }

    /// What the last take raised beyond `raise_max`; it belongs to the owner.
    pub fn excess(&self) -> Amount {
        Amount(self.raised.0.saturating_sub(self.raise_max.0))
    }

    /// Whether nothing is left to sell or to raise: the owner should close it.
    pub fn finished(&self) -> bool {
        self.remaining.is_zero() || self.outstanding().is_zero()
    }

    /// The price at `time`, never below the floor, rounded up.
    ///
    /// # Errors
    /// [`MathError::Underflow`] before the start.
    pub fn price_at(&self, time: Timestamp) -> Result<Price, MathError> {
        self.price_after(time.since_ms(self.started_at)?)
    }

    /// The price `elapsed_ms` after the start.
    pub(crate) fn price_after(&self, elapsed_ms: u64) -> Result<Price, MathError> {
        Ok(self.curve.price(self.start, elapsed_ms)?.max(self.floor))
    }
}

/// The open lots.
pub const LOTS: OrderedTable<LotId, Lot> = OrderedTable::authenticated(table(1), "auctions/lots");
/// The number of the last lot opened.
pub const LAST_LOT: Table<(), u64> = Table::authenticated(table(2), "auctions/last_lot");
/// The sum of the remainders, per asset: what the module's account holds.
pub const HELD: OrderedTable<AssetId, Amount> = OrderedTable::authenticated(table(3), "auctions/held");
/// Lots taken from since their owner module last asked, with the height of the last take.
pub const TOUCHED: OrderedTable<(u8, LotId), Height> = OrderedTable::authenticated(table(4), "auctions/touched");
/// Unfinished lots by owner module and the time from which they need a restart.
pub const DUE: OrderedTable<(u8, Timestamp, LotId), ()> = OrderedTable::derived(table(5), "auctions/due");

const fn table(number: u8) -> u16 {
    u16::from_be_bytes([MODULE, number])
}

/// Makes room for the tables in a new draft.
pub fn create_tables(draft: &mut Draft) {
    LOTS.create(draft);
    LAST_LOT.create(draft);
    HELD.create(draft);
    TOUCHED.create(draft);
    DUE.create(draft);
}

/// Fills the derived tables from the authenticated ones, after a load.
pub fn rebuild(draft: &mut Draft) {
    let due: Vec<_> = LOTS.iter(draft).filter(|(_, lot)| !lot.finished()).map(|(id, lot)| due_key(*id, lot)).collect();
    for key in due {
        DUE.put(draft, key, ());
    }
}

pub(crate) fn due_key(id: LotId, lot: &Lot) -> (u8, Timestamp, LotId) {
    (lot.owner.module, lot.restart_at, id)
}
