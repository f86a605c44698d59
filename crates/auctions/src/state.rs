//! Records and their tables.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_ledger::HoldId;
use gage_store::{Draft, OrderedTable, Table};
use gage_units::{AccountNumber, Amount, AssetId, Bps, Height, ItemId, MathError, Price, Ratio, Timestamp};
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
    /// The thing, for a lot of one thing of an itemised asset.
    pub item: Option<ItemId>,
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

/// How bids for a uniform-price lot are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bidding {
    /// In the open, with their whole payment set aside.
    Open,
    /// As a commitment first, opened after the window with the whole payment set aside.
    Sealed {
        /// How long bids are revealed after the window, in milliseconds.
        reveal_ms: u64,
        /// What every commitment sets aside, in the wanted asset; the same for all, so that it tells nothing,
        /// until the list is full. A thousandth of the lot at its floor, at least.
        deposit: Amount,
        /// What part of it a commitment that is not revealed loses to the lot's proceeds.
        forfeit: Bps,
    },
}

impl Bidding {
    /// How long bids are revealed; zero for open bids.
    pub(crate) fn reveal_ms(&self) -> u64 {
        match *self {
            Bidding::Open => 0,
            Bidding::Sealed { reveal_ms, .. } => reveal_ms,
        }
    }
}

/// What becomes of what a clearing leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Unsold {
    /// It goes back: to the seller, or to whom the owner module names.
    Return,
    /// It is offered again, on the same terms, until this many rounds have been held.
    Roll {
        /// All rounds, the first included.
        rounds: u8,
    },
}

/// A lot sold at one price to all who bid at least that.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct UniformLot {
    /// What is sold.
    pub asset: AssetId,
    /// How much was put up; `sold + remaining` always.
    pub amount: Amount,
    /// How much is left; it lies free on [`crate::ACCOUNT`].
    pub remaining: Amount,
    /// How much was sold.
    pub sold: Amount,
    /// Whose it was; what an account put up goes back to it.
    pub seller: AccountNumber,
    /// What is paid.
    pub want: AssetId,
    /// What was paid, without forfeited deposits.
    pub raised: Amount,
    /// What unrevealed commitments lost.
    pub forfeited: Amount,
    /// Where both go.
    pub proceeds_to: AccountNumber,
    /// For whom it is sold; this module itself for a lot that an account put up.
    pub owner: OwnerRef,
    /// No bid is below this: `want` per whole unit of `asset`, in 1e-18.
    pub floor: Price,
    /// How bids are made.
    pub bidding: Bidding,
    /// How long they are made, in milliseconds.
    pub window_ms: u64,
    /// What becomes of the rest.
    pub unsold: Unsold,
    /// The least amount of a bid, unless it is for all that is left.
    pub bid_min: Amount,
    /// `asset` x price per `want`, in smallest units: see [`crate::plan::scale`].
    #[serde(with = "gage_units::as_text")]
    pub scale: u128,
    /// When it was put up.
    pub opened_at: Timestamp,
    /// Bids and commitments are made before this.
    pub bids_until: Timestamp,
    /// It is cleared from this on; sealed bids are revealed before.
    pub clears_at: Timestamp,
    /// The number of the round, from 1.
    pub round: u8,
    /// Bids in the book.
    pub bids: u32,
    /// Commitments not revealed.
    pub commitments: u32,
    /// The number of the last bid.
    pub last_bid: u32,
    /// The price of the last clearing that sold something; zero before.
    pub price: Price,
    /// Whether no round follows: it waits for its owner or its seller.
    pub cleared: bool,
}

impl UniformLot {
    /// Whether an account put it up, so that this module ends it by itself.
    pub fn of_account(&self) -> bool {
        self.owner.module == MODULE
    }
}

/// A bid in the book of a uniform-price lot: firm until the lot is cleared or a better one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Bid {
    /// Whose.
    pub bidder: AccountNumber,
    /// At most this much.
    pub amount: Amount,
    /// At no more than this price.
    pub limit: Price,
    /// Where `amount` at `limit`, rounded up, is set aside.
    pub hold: HoldId,
}

/// A lot that could not be cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Retry {
    /// How often it was tried.
    pub tries: u8,
    /// When it is tried again.
    pub at: Timestamp,
}

/// A lot and the number of a bid in it, given in the order of their coming.
pub type BidKey = (LotId, u32);
/// A lot, a bidder and his commitment.
pub type CommitmentKey = (LotId, AccountNumber, Hash);
/// A lot, how far a limit is below the highest price there is, and a bid: the best first, then the earliest.
pub type BookKey = (LotId, u128, u32);

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

/// The uniform-price lots.
pub const UNIFORM: OrderedTable<LotId, UniformLot> = OrderedTable::authenticated(table(6), "auctions/uniform");
/// Their bids.
pub const BIDS: OrderedTable<BidKey, Bid> = OrderedTable::authenticated(table(7), "auctions/bids");
/// Commitments not revealed, with the hold of their deposit.
pub const COMMITMENTS: OrderedTable<CommitmentKey, HoldId> =
    OrderedTable::authenticated(table(8), "auctions/commitments");
/// Cleared lots that their owner module has not asked for, with the height of the clearing.
pub const CLEARED: OrderedTable<(u8, LotId), Height> = OrderedTable::authenticated(table(9), "auctions/cleared");
/// The bids of each lot, the best first.
pub const BOOK: OrderedTable<BookKey, ()> = OrderedTable::derived(table(10), "auctions/book");
/// Uniform-price lots by the time from which they are cleared.
pub const CLEARING: OrderedTable<(Timestamp, LotId), ()> = OrderedTable::derived(table(11), "auctions/clearing");

/// Lots that could not be cleared, and when that is tried again.
pub const RETRIES: OrderedTable<LotId, Retry> = OrderedTable::authenticated(table(12), "auctions/retries");
/// What was paid for lots of accounts that may not hold it now; it lies on the module's account.
pub const PROCEEDS: OrderedTable<(AccountNumber, AssetId), Amount> =
    OrderedTable::authenticated(table(13), "auctions/proceeds");

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
    UNIFORM.create(draft);
    BIDS.create(draft);
    COMMITMENTS.create(draft);
    CLEARED.create(draft);
    BOOK.create(draft);
    CLEARING.create(draft);
    RETRIES.create(draft);
    PROCEEDS.create(draft);
}

/// Fills the derived tables from the authenticated ones, after a load.
pub fn rebuild(draft: &mut Draft) {
    let due: Vec<_> = LOTS.iter(draft).filter(|(_, lot)| !lot.finished()).map(|(id, lot)| due_key(*id, lot)).collect();
    for key in due {
        DUE.put(draft, key, ());
    }
    let book: Vec<_> = BIDS.iter(draft).map(|(key, bid)| book_key(*key, bid.limit)).collect();
    for key in book {
        BOOK.put(draft, key, ());
    }
    let clearing: Vec<_> =
        UNIFORM.iter(draft).filter(|(_, lot)| !lot.cleared).map(|(id, lot)| clearing_key(draft, *id, lot)).collect();
    for key in clearing {
        CLEARING.put(draft, key, ());
    }
}

pub(crate) fn due_key(id: LotId, lot: &Lot) -> (u8, Timestamp, LotId) {
    (lot.owner.module, lot.restart_at, id)
}

/// When an uncleared lot is cleared: when its bids are over, or when a failed clearing is tried again.
pub(crate) fn clearing_key(draft: &Draft, id: LotId, lot: &UniformLot) -> (Timestamp, LotId) {
    (RETRIES.peek(draft, &id).map_or(lot.clears_at, |retry| retry.at), id)
}

pub(crate) fn book_key((lot, bid): BidKey, limit: Price) -> BookKey {
    // Prices are at most the largest number, so nothing is cut off: the order turns round.
    (lot, u128::MAX.saturating_sub(limit.0), bid)
}
