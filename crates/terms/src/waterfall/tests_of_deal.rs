//! Tests of cover, as comparisons of products: nothing is rounded.

use gage_units::Amount;
use ruint::aliases::U256;

use super::{Deal, Position, Test, TestResult};
use crate::{Number, TermsError};

/// What a test is reckoned on.
pub(super) struct Cover {
    /// Pool and principal cash.
    pub assets: Amount,
    /// Interest cash after fees.
    pub interest: Amount,
}

/// How every test comes out; one that covers nothing passes.
pub(super) fn results(deal: &Deal, position: &Position, cover: &Cover) -> Result<Vec<TestResult>, TermsError> {
    deal.tests
        .iter()
        .map(|test| {
            let (down_to, minimum, covers, due) = match test {
                Test::Overcollateralisation { down_to, minimum, .. } => (down_to, minimum, cover.assets, false),
                Test::InterestCover { down_to, minimum, .. } => (down_to, minimum, cover.interest, true),
            };
            let last = deal.tranche(down_to).ok_or(TermsError::BadList)?;
            let owed = position.tranches.iter().take(last.saturating_add(1));
            let covered = owed.map(|owed| if due { owed.interest_due } else { owed.balance });
            let covered = covered.into_iter().try_fold(Amount::ZERO, |sum, amount| sum.plus(amount))?;
            let passes = at_least(covers, covered, *minimum);
            Ok(TestResult { name: test.name().clone(), cover: covers, covered, passes })
        })
        .collect()
}

/// Whether `cover / covered >= minimum`.
fn at_least(cover: Amount, covered: Amount, minimum: Number) -> bool {
    // Products of 128 bits each fit 256.
    let left = U256::from(cover.0).wrapping_mul(U256::from(Number::ONE.0.unsigned_abs()));
    left >= U256::from(covered.0).wrapping_mul(U256::from(minimum.0.unsigned_abs()))
}
