//! SoftHSM2, the token in software on which keys in hardware modules are tested.

use crate::packages::{self, runs};

/// Tells the tests that SoftHSM2 is there: then its absence is a failure and not a reason to skip.
pub const REQUIRED: &str = "GAGE_REQUIRE_SOFTHSM";

/// Whether SoftHSM2 is installed, or could be. Prints what is done.
pub fn provide() -> bool {
    packages::provide("SoftHSM2", "softhsm2", "keys in hardware modules", || runs("softhsm2-util", &["--version"]))
}
