//! What governance may set for a role, with its bounds fixed here.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::Error;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 86_400_000;

/// The shortest window in which evidence of an act counts: one hour.
pub const EVIDENCE_MS_MIN: u64 = HOUR_MS;
/// The longest window in which evidence of an act counts: one year of 365 days.
pub const EVIDENCE_MS_MAX: u64 = DAY_MS * 365;
/// The longest delay of unbonding: two years.
pub const UNBONDING_MS_MAX: u64 = DAY_MS * 730;
/// The most parts of one bond that are on their way out at a time.
pub const UNBONDINGS_MAX: usize = 8;

/// The terms of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleTerms {
    /// In what one bonds. A bond in an asset that the terms no longer name stays, and counts for nothing.
    pub asset: AssetId,
    /// The least that a bond may hold; above zero.
    pub amount_min: Amount,
    /// From unbonding to claiming, in milliseconds; `evidence_ms` to two years.
    pub unbonding_ms: u64,
    /// How long after an act evidence of it counts, in milliseconds; one hour to one year.
    pub evidence_ms: u64,
}

impl RoleTerms {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::TermsOutOfBounds`] naming the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let checks = [
            ("amount_min", !self.amount_min.is_zero()),
            ("evidence_ms", (EVIDENCE_MS_MIN..=EVIDENCE_MS_MAX).contains(&self.evidence_ms)),
            ("unbonding_ms", (self.evidence_ms..=UNBONDING_MS_MAX).contains(&self.unbonding_ms)),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            Some((param, _)) => Err(Error::TermsOutOfBounds { param }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_leaves_before_the_window_of_evidence() {
        let good =
            RoleTerms { asset: AssetId(1), amount_min: Amount(1), unbonding_ms: DAY_MS * 21, evidence_ms: DAY_MS * 14 };
        assert_eq!(good.check(), Ok(()));
        let refused = |terms: RoleTerms| match terms.check() {
            Err(Error::TermsOutOfBounds { param }) => param,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(RoleTerms { unbonding_ms: DAY_MS * 14 - 1, ..good }), "unbonding_ms");
        assert_eq!(refused(RoleTerms { unbonding_ms: UNBONDING_MS_MAX + 1, ..good }), "unbonding_ms");
        assert_eq!(refused(RoleTerms { evidence_ms: EVIDENCE_MS_MIN - 1, ..good }), "evidence_ms");
        assert_eq!(refused(RoleTerms { evidence_ms: EVIDENCE_MS_MAX + 1, ..good }), "evidence_ms");
        assert_eq!(refused(RoleTerms { amount_min: Amount::ZERO, ..good }), "amount_min");
    }
}
