//! The numbers of options that consensus may use (floor 0): small, frozen, the same bits on every machine.
//!
//! ```text
//!  fixed point --exact to 2^-52--> f64 kernels --Bounded (value, error)--> fixed point, against the actor
//! ```
//! [`kernel`] holds exp, ln and the normal distribution, made of `+ - * / sqrt` and the bits of numbers alone;
//! [`Black`] an option on a forward with its Greeks; [`implied_deviation`] the volatility in a price; [`Svi`] a slice
//! of a volatility surface with its checks; [`Passage`] the probability that a barrier is reached; [`Bounded`] the way
//! back to fixed point.
//!
//! No module of consensus calls this crate yet: prices reach the ledger as fixed point from the oracle. The first that
//! does makes [`check_environment`] a condition of the start of the executor (`chain`).
//!
//! Invariants: no branch depends on a machine; no platform mathematics, no fused multiply-add, no vectors chosen by
//! the processor (`clippy.toml` denies them); every kernel has a stated bound on its error, measured over its whole
//! domain against numbers of 192 bits in `tests/accuracy.rs`; golden bits are in `tests/golden.rs`, and a change of
//! them is a new version of the protocol; what is not finite or outside a domain is an error, never a number.

#![allow(clippy::float_arithmetic, reason = "this crate is where floats are; its kernels are bit for bit the same")]
#![allow(clippy::manual_range_contains, reason = "two comparisons joined by & become masks, not branches")]

mod black;
mod environment;
mod error;
mod fixed;
mod implied;
pub mod kernel;
mod passage;
mod svi;

pub use black::{Black, Greeks, Kind, Undiscounted, undiscounted};
pub use environment::check_environment;
pub use error::PricingError;
pub use fixed::{Bounded, from_price, from_ratio, premium};
pub use implied::{ImpliedSearch, implied_deviation};
pub use passage::Passage;
pub use svi::{ARBITRAGE_STEPS, Svi, SviFault, check_calendar};
