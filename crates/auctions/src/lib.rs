//! Dutch and uniform-price lots for everyone (floor 2, module 7): a price falls and anyone eligible takes any
//! part at it; or bids are gathered and all who bid enough pay one price.
//!
//! Nouns: [`Lot`] (what is sold, for what, from which start down to which floor), [`Curve`] (how the
//! price falls), [`OwnerRef`] (the module and record the lot is sold for), [`Plan`] (what one take
//! moves); [`UniformLot`], [`Bid`] (firm, wholly backed by a hold), [`Clearing`](clearing::Clearing).
//!
//! ```text
//! owner module --amount--> ACCOUNT --taken--> taker --price x taken, rounded up--> proceeds_to
//!                             \--remainder, at close--> whom the owner module names
//! ```
//!
//! The owner module (vaults, backstop, ...) moves the amount to [`ACCOUNT`], calls [`open()`], asks
//! [`take_touched`] what was sold, restarts what [`due_for_restart`] names with a fresh quote, and
//! ends the lot with [`close`]. A lot past its tail or below its cusp is not taken until restarted.
//!
//! A uniform-price lot is put up by a module ([`open_uniform`], then [`take_cleared`] and [`close_uniform`])
//! or by an account. [`clear_due`] clears it when its window is over: eligibility is asked at the bid and
//! again then, and whoever may not buy any more is passed over before the price is set. A seller who may not
//! hold what is paid for it any more sells all the same: it is kept for him.
//!
//! Invariants:
//! - `lot_conserved`: taken + remaining = lot, for every lot.
//! - `raise_stops`: no lot raises more than its `raise_max`, but for less than the price of one
//!   smallest unit of what it sells.
//! - `price_at_least_floor`: no price below the lot's floor.
//! - `curve_never_rises`: between two starts the price only falls or stands.
//! - `payment_is_price_times_taken`: rounded up, paid before the operation ends.
//! - `account_holds_remainders`: the module's account holds the sum of the remainders, per asset; a gift
//!   nobody asked for lies beside it and counts for nothing.
//! - `restart_time_exact`: a lot needs a restart from its `restart_at` on and not before.
//! - `things_are_whole`: a lot of a thing is that one thing, which lies on the account until it is taken.
//! - `uniform_conserved`: sold + remaining = lot, for every uniform-price lot.
//! - `bids_are_backed`: the hold of every bid is its amount at its limit, rounded up, on its bidder's account.
//! - `book_is_counted`: a lot's counts of bids and commitments are those of its records.
//! - `clearings_are_due`: every uncleared uniform-price lot waits for its clearing once.
//! - No taker pays a price above the one he named: asserted where he takes ([`operations::Take`]).
//!
//! In reading order: [`curve`], [`plan`], [`state`], [`lots`], [`clearing`], [`uniform`], [`operations`], [`query`].

pub mod clearing;
pub mod curve;
pub mod lots;
pub mod operations;
pub mod params;
pub mod plan;
pub mod query;
pub mod state;
pub mod uniform;

mod bids;
mod block;
mod custody;
mod error;
mod event;
mod genesis;
mod invariants;
mod operation;
mod proceeds;

pub use block::clear_due;
pub use curve::Curve;
pub use error::Error;
pub use event::Event;
pub use genesis::{Genesis, genesis};
pub use invariants::{check_block, check_invariants};
pub use lots::{
    NewLot, Remainder, close, due_for_restart, lot, needs_restart, open, price_now, restart, take_touched, touch_again,
};
pub use operation::Operation;
pub use plan::Plan;
pub use state::{Bid, Bidding, Lot, LotId, OwnerRef, UniformLot, Unsold, create_tables, rebuild};
pub use uniform::{NewUniform, UniformResult, close_uniform, open_uniform, take_cleared, uniform_lot};

use gage_units::AccountNumber;

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 7;
/// The module's own account: it holds what is for sale.
pub const ACCOUNT: AccountNumber = AccountNumber(7);
