//! What tests, the command line and the documents share: the runner of readable scenarios, small models
//! of what failed elsewhere, and the model of the design of 2020 that the demo is compared with.

pub mod adversary;
pub mod fuzz;
pub mod scenario;

pub mod design_2020;
pub mod incidents;
