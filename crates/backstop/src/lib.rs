//! Who bears a loss, in which order (floor 2, module 9).
//!
//! Nouns: [`Waterfall`] (the steps of one facility or market, each with a cap), [`Pool`] (the stability pool:
//! deposits that pay a debt and get its collateral; or an insurance tier: deposits that pay and get premiums), [`Deposit`] (one account's part
//! of a pool), [`FirstLoss`] (the curator's capital), surplus (the buffer of fees and left-over
//! collateral), [`Receipt`] (who bore what of one loss).
//!
//! ```text
//! depositors --stable--> pool ------.                        .--stable--> the facility, which burns it
//! curator ----stable--> first loss --+--> absorb, in order --+--collateral--> pool's depositors (claims)
//! fees -------stable--> surplus ----'                        '--collateral not given--> surplus
//! ```
//!
//! All capital lies on [`ACCOUNT`] and belongs to one waterfall: no step is topped up from another's.
//! A deposit joins its pool in the next block; it leaves after a cooldown, within a window, in the
//! last class of a block, and bears losses until then; capital reserved for debt at auction stays.
//! One loss never empties the pool. Everything
//! rounds against depositors. Eligibility for collateral is asked when gains are claimed.
//!
//! What lies in the buffer in another asset (collateral of a loss that no step got, slashed bonds) and gains
//! that depositors may not hold are sold by rule, never far below the quote ([`sell_due`]). The surplus' proceeds
//! first cover bad debt of the facility ([`recover`]). Surplus that no bidder takes at its floor is redeemed by its
//! issuer, where the issuer's queue fetches as much ([`at_issuer`]).
//!
//! Invariants:
//! - `receipts_sum_to_loss`: per receipt, what the steps bore and what stayed uncovered is the loss.
//! - `steps_in_order`: no step is used before the one above it is exhausted, none above its cap.
//! - `deposits_within_pool`: the deposits are worth no more than the pool holds for them.
//! - `gains_within_pool`: what can be claimed is no more than the pool holds of gains.
//! - `members_counted`: the pool's count of members and of late joins is what the records say.
//! - `account_holds_capital`: the module's account holds the sum of all capital, per asset; a gift nobody
//!   asked for lies beside it and counts for nothing.
//! - `sales_have_lots`: every sale is an open lot of this module, of which no more is booked than it raised.
//! - `requests_wait`: what is said to wait at issuers are requests of this module.
//! - `depositors_are_listed`: the list that is gone through is of the depositors, and who is denied a gain is one.
//! - `batches_are_shared`: the entries of a batch are its members and sum to its amount or, sold, to less.
//!
//! In reading order: [`product_sum`], [`state`], [`waterfalls`], [`absorb`](mod@absorb), [`surplus`](mod@surplus),
//! [`deposits`], [`operations`], [`query`].

pub mod absorb;
pub mod at_issuer;
pub mod deposits;
pub mod operations;
pub mod params;
pub mod product_sum;
pub mod query;
pub mod sales;
pub mod state;
pub mod surplus;
pub mod unclaimable;
pub mod waterfalls;

mod block;
mod custody;
mod error;
mod event;
mod genesis;
mod invariants;
mod members;
mod operation;
mod sell;

pub use absorb::{Absorbed, Loss, Recovered, absorb, absorb_rest};
pub use block::{recover, sell_due};
pub use error::Error;
pub use event::Event;
pub use genesis::{Genesis, GenesisInsurance, GenesisWaterfall, genesis};
pub use invariants::{check_block, check_invariants};
pub use operation::Operation;
pub use state::{
    Bearing, Deposit, FirstLoss, Holding, InsuranceTerms, Pool, PoolId, Receipt, ReceiptId, Reference, Request, Step,
    StepKind, Terms, Waterfall, WaterfallId, create_tables, rebuild,
};
pub use surplus::{above_minimum, add_surplus, reward, set_bad_debt, spend_surplus, surplus};
pub use waterfalls::{NewWaterfall, add_collateral, close_exits, create_waterfall, reserve, set_terms, waterfall};

use gage_units::AccountNumber;

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 9;
/// The module's own account: it holds the capital of all waterfalls.
pub const ACCOUNT: AccountNumber = AccountNumber(9);
