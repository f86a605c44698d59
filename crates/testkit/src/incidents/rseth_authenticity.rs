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
    // Nothing was locked in truth.
    lend(if confirmed { CLAIMED } else { 0 }, 0, look_through)
}

/// What comes of units that were released, of which so many are locked on the other side.
fn lend(released: u128, locked: u128, look_through: bool) -> Outcome {
    let backed = locked.min(released);
    // Whoever looks through counts what is locked, however the units came to be.
    let accepted = if look_through { backed } else { released };
    let lent = AVAILABLE.min(accepted * LOAN_TO_VALUE / 100);
    Outcome { unbacked: released - backed, lent, bad_debt: lent - backed.min(lent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_locked_can_be_lent_on() {
        assert_eq!(lend(100, 100, true), Outcome { unbacked: 0, lent: 93, bad_debt: 0 });
        // Half of it is locked: looked through, half of it is collateral.
        assert_eq!(lend(100, 50, true), Outcome { unbacked: 50, lent: 46, bad_debt: 0 });
        assert_eq!(lend(100, 50, false), Outcome { unbacked: 50, lent: 93, bad_debt: 43 });
    }
}
