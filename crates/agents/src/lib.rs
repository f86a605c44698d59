//! The people of a simulated market (floor 5): who reports prices, borrows, tops up, liquidates and
//! insures. They decide; somebody else signs and sends.
//!
//! Nouns: [`bars`] (price files), [`path`] (the price inside a bar), [`scenario`] (what a run is made
//! of, one file), [`population`] (who takes part), and the decision makers [`publisher`], [`borrower`],
//! [`liquidator`] with the outside [`market`] they sell into, [`depositor`], and [`congestion`] (whose
//! transaction gets in).
//!
//! Everything follows from the scenario and its seed: no clock, no operating-system randomness, and on
//! floats only the operations whose result IEEE 754 fixes to the last bit.

pub mod bars;
pub mod borrower;
pub mod congestion;
pub mod depositor;
pub mod liquidator;
pub mod market;
pub mod path;
pub mod population;
pub mod publisher;
pub mod random;
pub mod scenario;
