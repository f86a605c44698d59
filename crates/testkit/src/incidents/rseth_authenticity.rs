//! Collateral that nothing stands behind (rsETH, 18 April 2026).
//!
//! The design that failed: one verifier of a bridge says that units were locked on the other side, and
//! units are released here; a lending market takes them at 93 % of the price of the real ones. With the
//! verifier's sources poisoned, 292 million came out of nothing; between 124 and 230 million of what
//! was lent against them was never repaid. Figures in millions of dollars.

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Units released that nothing backs.
    pub unbacked: u128,
    /// Lent against them.
    pub lent: u128,
    /// Of that, what nobody repays.
    pub bad_debt: u128,
}

/// What the forged message claimed to be locked.
const CLAIMED: u128 = 292;
/// What the market could still lend when it came.
const AVAILABLE: u128 = 230;
/// What it lent against a unit, in percent of its price.
const LOAN_TO_VALUE: u128 = 93;

/// The forged message with `verifiers` asked, of whom `threshold` must confirm and `poisoned` are deceived.
/// `look_through` asks what stands behind a unit before it is collateral.
pub fn forged_lock(verifiers: u128, threshold: u128, poisoned: u128, look_through: bool) -> Outcome {
    let confirmed = poisoned.min(verifiers) >= threshold;
    let unbacked = if confirmed { CLAIMED } else { 0 };
    // Whoever looks through sees units without backing, however they came to be.
    let accepted = if look_through { 0 } else { unbacked };
    let lent = AVAILABLE.min(accepted * LOAN_TO_VALUE / 100);
    Outcome { unbacked, lent, bad_debt: lent }
}
