//! Prices that know how good they are (floor 2, module 5).
//!
//! Nouns: [`Feed`] (a price of one [`Dimension`] in another), publisher (an account with weight),
//! [`Report`](state::Report) (what a publisher saw), [`Cell`](state::Cell) (what the publishers agree
//! on, and what is remembered), [`Quote`] (a middle with a low and a high end, an age and a
//! [`PriceClass`]), [`Matrix`] (which class permits which [`Action`]).
//!
//! Flow: `Report -> aggregate (weighted median) -> Cell -> quote -> whoever lends, fills, liquidates`.
//! No price of this ledger's own venues enters: reports are the only source. They come from publishers'
//! accounts, from statements that publishers signed, and from updates that foreign guardians signed
//! ([`pyth`]). Where a feed asks for bonds, publishers answer with them ([`liability`]); value moves in
//! staking alone.
//!
//! A quote also changes without a new cell: its band widens and its class falls with age, and a
//! ceiling grows. [`feeds_changed`] names the feeds whose records changed in the block.
//!
//! Invariants:
//! - `CellNeverGoesBack`: the time a cell was observed and the time it was updated never fall.
//! - `ClassFollowsFromRecords`: the class of a quote depends on records and the block's time alone.
//! - `AggregateIsRecomputed`: a cell equals the aggregate of the reports it was made from, while they stand.
//! - `ReportsHavePublishers`: every report belongs to a publisher of a reported feed, and none is
//!   from the future.
//! - `FeedsChain`: the legs of a composed feed are older feeds and lead from its base to its quote.
//! - `RulesInBounds`: every parameter lies in the bounds fixed in code.
//! - `OffencesHaveSlashes`: every slash an offence names is of its publisher, with this evidence.
//! - `SuspectsAreBounded`: what waits for judgement is of a publisher, and is judged within the time that
//!   bands are remembered.
//! - `DueFollowsRecords`: the derived tables are what a rebuild makes of the records.

pub mod averages;
pub mod band;
mod block;
pub mod calendar;
mod class;
pub mod consensus;
mod error;
mod event;
mod feed;
mod genesis;
pub mod growth;
mod hex_bytes;
mod invariants;
pub mod jump;
pub mod liability;
mod operation;
pub mod operations;
mod params;
pub mod pyth;
pub mod query;
mod quote;
mod reader;
pub mod state;
pub mod statement;
mod twap;
pub mod wormhole;

pub use block::{aggregate, begin_block};
pub use calendar::Calendar;
pub use class::{Action, Matrix, Permission, PriceClass};
pub use error::Error;
pub use event::Event;
pub use feed::{Currency, DEPTH_MAX, Dimension, FEED_DECIMALS_MAX, Feed, FeedId, LEGS_MAX, Leg, Source};
pub use genesis::{Genesis, GenesisFeed, GenesisPublisher, genesis};
pub use growth::GrowthCap;
pub use invariants::{check_block, check_invariants};
pub use liability::{WHOLE_ORACLE, judge};
pub use operation::Operation;
pub use params::{FEEDS_MAX, FeedParams, PRICE_MAX, PUBLISHERS_MAX, Params, Slashing};
pub use quote::{Quote, quote, quote_for};
pub use state::{asset_feed, create_tables, feed, feeds_changed, params, rebuild};
pub use twap::twap;

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 5;
