//! Debt against pledged assets (floor 2, module 10).
//!
//! Nouns: [`Facility`] (lends one asset, minted or from a [`Pool`], against collaterals), [`Collateral`] with
//! versions of [`CollateralTerms`], [`Vault`] (an owner's pledges and debt), [`Bucket`] (debt and
//! pledges at one version of one collateral, with its interest accumulator), [`Group`] (vaults with
//! the same collaterals, whose health moves together), [`VaultLot`] (collateral at auction for a vault).
//!
//! ```text
//! owner --pledge--> vault --borrow--> stable minted to the owner     interest --minted--> surplus
//!                     | health < 1
//!                     '--seize--> auction lot --stable--> burned against the debt
//!                                    | unsold              remainder --> back to the vault
//!                                    '--> backstop (pool, first loss, surplus) --> bad debt, booked
//! ```
//!
//! A vault's debt is split over its buckets, the safest collateral first: each part pays the premium of what covers
//! it. `mark` moves accumulators, quotes and group indexes once per block, at no cost per vault; `recheck` ends
//! every transaction; `liquidate` takes the worst candidates; `settle_auctions` books what the lots brought.
//!
//! Invariants:
//! - `identity`: stable supply (a pool's claims and reserves less cash) + rounding = bucket debt + debt at
//!   auction + bad debt + cash of the pegs + what a shutdown settled.
//! - `buckets_are_accrued`: a bucket's debt is `N_j A_j` rounded up; the facility's is their sum.
//! - `buckets_are_sums`: a bucket's normalised debt, pledges and count are the sums over its vaults.
//! - `pledges_match`: a vault's pledges are what the ledger marks as pledged to it.
//! - `things_are_pledged`: a vault's count of things is that of the things pledged to it; kept ones lie here.
//! - `lots_are_auctioned`: debt at auction is what the open lots have not repaid.
//! - `account_holds`: the module's account holds at least what is kept and what is raised but not burned.
//! - `index_matches`: the index holds every indebted vault once; groups count theirs.
//! - `unsafe_is_flagged`: no vault with health below one is outside the candidates.
//! - `pegs_are_cash`: what a peg issued is exactly what the cash it holds stands for.
//! - `shutdowns_pay`: a facility that pays its basket owes nothing else.
//! - `ramps_fit`: a ramp belongs to a version in use, whose threshold lies on its way.
//! - `calls_are_due`: every margin call is of an indebted vault and stands in the due queue until its deadline, once.
//! - `watches_match`: a vault is watched for its ladder and band alone, and stands in the watch indexes once.
//! - `allowances_are_named`: what an account allows is allowed to a band that names the account.
//! - `transactions_are_rechecked`: no vault that took risk leaves its transaction unchecked.
//! - No liquidation lowers health: asserted exactly when a lot opens ([`Error::DoesNotImprove`]).
//!
//! Read [`split`], [`health`], [`index`], [`sizing`], [`state`], `book`, [`operations`], `liquidate`, `settle`.

mod book;
pub mod calls;
pub mod depth;
mod error;
mod event;
mod genesis;
mod groups;
pub mod health;
pub mod index;
mod invariants;
mod liquidate;
mod mark;
mod operation;
pub mod operations;
pub mod params;
pub mod peg;
mod pledging;
pub mod pool;
mod positions;
pub mod protection;
pub mod query;
mod queue_value;
pub mod ramp;
mod recheck;
pub mod recovered;
pub mod redemption;
mod sale;
mod settle;
pub mod shutdown;
pub mod sizing;
mod source;
pub mod split;
pub mod state;
pub mod stress;
pub mod things;
pub mod throughput;
mod touch;
pub mod wide;

pub use book::{debt, health};
pub use calls::{GraceTerms, MarginCall};
pub use error::Error;
pub use event::Event;
pub use genesis::{Genesis, GenesisCollateral, GenesisFacility, GenesisPool, genesis};
pub use invariants::{check_block, check_invariants};
pub use liquidate::{EVALUATION_WEIGHT, LIQUIDATION_WEIGHT, liquidate};
pub use mark::mark;
pub use operation::Operation;
pub use params::{CollateralTerms, FacilityParams, LiquidationTerms};
pub use peg::{Peg, PegState, PegTerms};
pub use pool::curve::RateCurve;
pub use pool::{Pool, PoolTerms};
pub use ramp::Ramp;
pub use recheck::recheck;
pub use redemption::Redemption;
pub use redemption::fee::RedemptionTerms;
pub use settle::{SETTLEMENT_WEIGHT, settle_auctions};
pub use shutdown::Shutdown;
pub use source::Source;
pub use state::{
    Bucket, Collateral, Facility, FacilityId, Group, GroupId, Mark, Position, Totals, Vault, VaultId, VaultLot,
    Version, create_tables, rebuild,
};
pub use stress::{Stress, coverage, stressed_loss};

use gage_units::AccountNumber;

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 10;
/// The module's own account: proceeds of auctions until they are burned, and what is kept for owners.
pub const ACCOUNT: AccountNumber = AccountNumber(10);
