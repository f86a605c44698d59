//! A network that goes on with the prices from before it stood still (dYdX, 10 October 2025).
//!
//! The design that failed: the price in force is the last one written, however old, and what waited in
//! line from before the halt is processed first. Loans are sold at a price that the market has left.
//! Prices in whole dollars; a hundred loans of ten units each.

/// A loan against ten units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loan {
    /// What is owed.
    pub debt: u64,
}

/// What somebody may rely on after a halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The last price written counts, and so does what waits in line.
    LastWritten,
    /// Nothing observed before the restart counts.
    SinceRestart,
}

/// Liquidated above 75 % of the value, sold 10 % below the price in force.
const THRESHOLD_PERCENT: u64 = 75;
const DISCOUNT_PERCENT: u64 = 10;

/// A hundred loans, from 1,100 to 1,298 dollars.
pub fn loans() -> Vec<Loan> {
    (0..100).map(|place| Loan { debt: 1_100 + 2 * place }).collect()
}

/// Loans liquidated in the first blocks after the halt, and what their owners lost against the market:
/// units sold at the price in force less the discount, that are worth `market`.
pub fn resume(loans: &[Loan], rule: Rule, last: u64, market: u64) -> (usize, u64) {
    let in_force = match rule {
        Rule::LastWritten => last,
        Rule::SinceRestart => market,
    };
    let unsafe_loans = loans.iter().filter(|loan| loan.debt * 100 > in_force * 10 * THRESHOLD_PERCENT);
    let mut lost = 0;
    let mut count = 0;
    for loan in unsafe_loans {
        let sold_at = in_force * (100 - DISCOUNT_PERCENT);
        // Units sold to repay the whole loan, in 1e-4.
        let units = (loan.debt * 1_000_000).div_ceil(sold_at).min(100_000);
        lost += units * market / 10_000 - loan.debt.min(units * market / 10_000);
        count += 1;
    }
    (count, lost)
}
