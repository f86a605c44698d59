//! Waterfalls: what a pool has collected is split among fees, tranches and reserves by a list of actions.
//!
//! Nouns: a [`Deal`] has named accounts, [`Fee`]s, [`Tranche`]s, [`Test`]s and [`Action`]s. Every action says on its
//! own what it pays, out of which account, to whom, in which order, within which limit, and when. [`Position`] is where
//! a deal stands; [`run`] takes it through one payment date.
//!
//! ```text
//!  collections --> interest account --fees, interest--------> tranches
//!                  principal account --sequential, pro rata--> tranches      rest --> equity
//!                        ^                                        |
//!                        '---- interest diverted by a test -------'
//! ```
//! Invariants: inflow = paid + change of accounts; nothing is paid above what is due, but a residual; the junior
//! gets no principal while the senior is outstanding where the order is sequential; deficiencies = realised losses not
//! yet made good; amounts are smallest units, rounded down, against who receives.

mod deal;
mod interest;
mod position;
mod run;
mod split;
mod tests_of_deal;

pub use deal::{Action, Coupon, Deal, Fee, FeeBasis, LISTS_MAX, Limit, Pay, Sequence, Test, Tranche, When};
pub use position::{Collections, Flow, FlowKind, Outstanding, PaymentReport, Position, TestResult};
pub use run::run;
pub use split::allocate_down;
