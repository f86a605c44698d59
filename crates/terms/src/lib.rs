//! The contract language and the arithmetic of contracts (floor 0): pure, total, exact.
//!
//! A [`Contract`] says who owes whom which [`Claim`]. A claim is built from eleven parts:
//! `zero, one, give, and, or, cond, scale, when, anytime, until, every` over [`Observable`]s (prices, fixings,
//! parts of years, arithmetic) and [`Predicate`]s (dates, comparisons, elections).
//!
//! ```text
//!  text / JSON / bytes --> Contract --check--> parties, assets, dates, fixings, worst case
//!                             |
//!      step (one moment, observations, elections) --> payments + what is left of the contract
//!                             |
//!      project (a scenario)   = step, step, step      --> dated cash flows
//! ```
//! [`actus`] turns the terms of eighteen ACTUS contract types into dated payoffs; [`pool`] projects what loans collect;
//! [`waterfall`] splits it among fees, tranches and reserves.
//!
//! Invariants: `step` and `project` are total and bounded by [`NODES_MAX`], [`DEPTH_MAX`], [`PAYMENTS_MAX`] and
//! one count of [`Work`]; stepping at moments between changes nothing that depends on dates and dated fixings; a
//! text, its JSON and its bytes are the same contract and come back; interest accrued in parts is interest
//! accrued at once.

mod accrual;
pub mod actus;
mod bounds;
mod bytes;
mod check;
mod claim;
mod contract;
mod error;
mod name;
mod needs;
mod number;
mod observable;
mod observations;
pub mod pool;
mod power;
mod predicate;
mod project;
mod step;
mod text;
pub mod waterfall;
mod work;

pub use accrual::Accrual;
pub use bounds::Bound;
pub use bytes::{from_bytes, to_bytes};
pub use check::{ElectionRight, Obligation, Report, check};
pub use claim::{Claim, DEPTH_MAX, LIST_MAX, NODES_MAX, Repeat};
pub use contract::{Contract, LEGS_MAX, Leg};
pub use error::{TermsError, TextError};
pub use name::{NAME_MAX, Name};
pub use needs::needed_from;
pub use number::{Number, NumberError};
pub use observable::{Instant, Observable};
pub use observations::{Election, Observations};
pub use power::power;
pub use predicate::{Predicate, Relation};
pub use project::{CashFlow, PROJECT_WORK_MAX, Projection, first_flows, next_moment, project};
pub use step::{PAYMENTS_MAX, Payment, STEP_WORK_MAX, Stepped, step, step_within};
pub use text::{parse, print};
pub use work::Work;
