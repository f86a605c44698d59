//! Loss evasion: a depositor of a stability pool sees the price that will cause a loss before it is valid,
//! leaves in front of the liquidation and comes back behind it.
//!
//! The old design: a deposit leaves at once, in the order of the block, and joins at once. A liquidation takes
//! its debt from the pool in proportion and gives the collateral in proportion; what the pool does not hold is
//! bad debt. One evader with 900 and one who stays with 100; a debt of 500 whose collateral is worth 400.

/// What the loss cost whom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The evader's deposit and gains after, less before.
    pub evader_change: f64,
    /// The other's.
    pub other_change: f64,
    /// Debt that the pool could not pay, less the worth of the collateral that came with it.
    pub uncovered: f64,
}

const EVADER: f64 = 900.0;
const OTHER: f64 = 100.0;
const DEBT: f64 = 500.0;
const COLLATERAL: f64 = 400.0;

/// The old design, with or without the evader leaving in front of the loss.
pub fn old_design(evades: bool) -> Outcome {
    let evader_in = if evades { 0.0 } else { EVADER };
    let pool = evader_in + OTHER;
    let paid = DEBT.min(pool);
    let change = |deposit: f64| {
        let share = deposit / pool;
        share * (COLLATERAL * paid / DEBT) - share * paid
    };
    let uncovered = (DEBT - paid) - COLLATERAL * (DEBT - paid) / DEBT;
    Outcome { evader_change: change(evader_in), other_change: change(OTHER), uncovered }
}

/// What each bears if nobody can leave: the loss in proportion to what both had put in.
pub fn fair() -> Outcome {
    old_design(false)
}
