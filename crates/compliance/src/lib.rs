//! Eligibility of both sides, as facts and rules, with reasons (floor 2, module 2).

mod check;
mod denial;
mod engine;
mod error;
pub mod rule;
mod state;
mod text;

pub use check::{Force, HolderChange, check, eligible, venue_allowed};
pub use denial::{CLAUSES_MAX, Clause, Denial, FailedClause, Side};
pub use error::Error;
pub use state::{
    Block, Claim, ClaimKey, Freeze, Identity, IdentityId, Pause, Rules, Standing, Stops, create_tables, rebuild,
};
pub use text::{Jurisdiction, Reason};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 2;
