//! An adversary that searches for value it did not earn.
//!
//! One person with two accounts stands among honest people on the stage of the scenarios and asks what
//! anybody may ask, in any order, in any amount, many times in one transaction and in one block, beside
//! prices that stand still or move. The goal function is the value extracted without market risk: in
//! every block, what the block did to the adversary's wealth at the prices of that very block. A rise of
//! the market is no gain in it, because the holdings of before are valued at the same prices. What the
//! rules pay for a risk is subtracted: the discount of a lot that was bought, what a loss left to those
//! who bore it, debt that a vault of no more value leaves behind, what the frozen quotes of a facility that
//! ends leave to a borrower. What the bank pays on units is the adversary's from the record date on, once.
//!
//! The sum must never be above zero, not by one smallest unit: every rounding is against the actor. And
//! nobody who did nothing loses by a block in which nothing of his was sold or written off.
//!
//! The search is seeded. It keeps the sequences that showed something new (an operation with an outcome
//! not seen before, or two done one after the other) and those of the highest goal, changes them, and
//! plays them again from the beginning. A sequence is played as lines of a scenario, so that a finding is
//! a scenario: see [`Finding`].

mod acts;
mod claims;
mod market;
mod others;
mod play;
mod search;
mod wealth;

pub use market::Market;
pub use play::Finding;
pub use search::{Effort, Report, search};
