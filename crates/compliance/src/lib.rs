//! Eligibility of both sides, as facts and rules, with reasons (floor 2, module 2).
//!
//! Nouns: [`Identity`] (one person or firm and its accounts), [`Claim`] (what an issuer says about an
//! identity: topic, scope, period, jurisdiction), trusted issuers (whose claims count, by topic and
//! asset), [`Rules`] of an asset (alternatives of [`rule::Requirement`], pause, venues, [`Caps`]),
//! [`Holder`] (an identity with all its accounts), [`Lot`] (locked up), [`Freeze`], [`Block`], [`Denial`]
//! (why a movement is refused: every clause, the remedy, the earliest time).
//!
//! Flow: the ledger hands every journal's net [`HolderChange`]s to [`admit`]. Bars (block, freeze, pause,
//! venue) are asked first; then each pair of sender and receiver needs one requirement that both meet, and
//! every cap and lot must hold after. What passes is booked: holders, statistics, lots. With
//! [`Force::Protocol`] the sender is not asked, the receiver always is. Modules are never asked.
//! An asset without rules costs one dense read per change, and one for the account.
//!
//! Invariants:
//! - `an_account_has_one_identity`: an account belongs to the one identity that lists it, for ever, so that
//!   nobody walks away from a block or an adverse claim.
//! - `identities_are_dense`: identities are numbered from zero without gaps and have 1 to 64 accounts.
//! - `modules_are_never_restricted`: no block, freeze or identity is a module's.
//! - `freezes_are_counted`: the count of an account's frozen assets is the number of its freezes.
//! - `claims_are_about_somebody`: every claim is by an account, about an identity, for a period.
//! - `rules_are_within_limits`: requirements and issuers keep the limits that bound the work of a check.
//! - `statistics_are_a_recount`: the sums over holders are those of their records.
//! - `lots_are_within_holdings`: no holder's lots exceed its holding, and they stand in the order of release.
//! - `verdicts_are_what_claims_say`: a kept verdict that still counts is what asking every claim gives.
//!
//! No holding above a cap was created by a post: caps are asked of what grows. What fails closed: a condition on an account without identity, a topic without any trusted issuer. What
//! cannot be shown: that an identity without a claim is not a second identity of somebody who has one;
//! a requirement that asks only for absence should also ask for a present claim (`kyc`).

mod bars;
mod caps;
mod check;
mod counted;
mod denial;
mod engine;
mod error;
mod event;
mod genesis;
mod holders;
mod invariants;
mod lots;
mod operation;
pub mod operations;
mod plan;
mod predicate;
pub mod query;
mod registry;
pub mod rule;
mod state;
mod text;
mod verdict;
mod words;

pub use check::{Force, HolderChange, admit, check, check_pledge, eligible, venue_allowed};
pub use counted::{
    CLAIM_CAPS_MAX, Caps, ClaimCap, ClaimValue, Counted, EXEMPT_MAX, Group, Holder, Statistics, TOPICS_MAX,
    ValueStatistics,
};
pub use denial::{CLAUSES_MAX, Clause, Denial, FailedClause, Side};
pub use error::Error;
pub use event::{Blocked, Event};
pub use genesis::{Genesis, GenesisClaim, GenesisIdentity, GenesisRules, genesis};
pub use holders::{held_by, holders, statistics};
pub use invariants::{check_block, check_invariants};
pub use lots::{Bearer, LOCK_UP_MS_MAX, LOTS_MAX, Lot, lock, locked, lots, lots_of_modules};
pub use operation::Operation;
pub use registry::{
    count_holders, counted_assets, identity_of, is_counted, is_open, jurisdictions, movement_weight, register,
    require_agent,
};
pub use state::{
    Block, CLAIMS_MAX, Claim, ClaimKey, Freeze, IDENTITY_ACCOUNTS_MAX, INVITATION_MS_MAX, Identity, IdentityId, Pause,
    Rules, Standing, Stops, create_tables, rebuild,
};
pub use text::{BadJurisdiction, BadReason, Jurisdiction, REASON_MAX, Reason};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 2;
