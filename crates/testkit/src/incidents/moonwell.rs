//! A price with a leg missing (Moonwell, 15 February 2026).
//!
//! The design that failed: a feed is a number without dimensions, so the ratio of a wrapper to ether
//! can stand where its price in dollars is meant. Everybody's collateral is worth a two-thousandth, and
//! whoever repays a dollar takes a whole wrapper. Dollars in cents, wrappers in 1e-4.

/// A loan in cents against wrappers in 1e-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loan {
    /// What is owed, in cents.
    pub debt: u64,
    /// What is pledged, in 1e-4.
    pub wrappers: u64,
}

/// What a price did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Loans liquidated.
    pub liquidated: usize,
    /// Wrappers taken, in 1e-4.
    pub taken: u64,
    /// What was repaid for them, in cents.
    pub repaid: u64,
    /// Debt that nothing stands behind any more, in cents.
    pub bad_debt: u64,
}

/// Ether at 2,000 and the ratio at 1.12, in cents.
pub const TRUE_PRICE: u64 = 224_000;
/// The ratio without its leg, taken for a price.
pub const RATIO_ALONE: u64 = 112;

/// Lent up to 75 %, liquidated above 80 %, bonus 10 %.
const THRESHOLD_PERCENT: u64 = 80;
const BONUS_PERCENT: u64 = 110;

/// A hundred loans of ten wrappers, from 40 % to 74.65 % of their value at the true price in cents.
pub fn loans(price: u64) -> Vec<Loan> {
    (0..100).map(|place| Loan { debt: 10 * price * (4_000 + place * 35) / 10_000, wrappers: 100_000 }).collect()
}

/// Liquidates every loan that a price in cents makes unsafe: all that its collateral pays for.
pub fn liquidate(loans: &[Loan], price: u64) -> Outcome {
    let mut outcome = Outcome::default();
    for loan in loans {
        let worth = loan.wrappers * price / 10_000;
        if loan.debt * 100 <= worth * THRESHOLD_PERCENT {
            continue;
        }
        let repaid = loan.debt.min(worth * 100 / BONUS_PERCENT);
        outcome.liquidated += 1;
        outcome.taken += loan.wrappers;
        outcome.repaid += repaid;
        outcome.bad_debt += loan.debt - repaid;
    }
    outcome
}
