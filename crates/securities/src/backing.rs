//! What is proven about an asset's backing: a function of the terms, the attestations and the time.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, Amount, Bps, MathError, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Error;

/// The most verifiers of one asset.
pub const VERIFIERS_MAX: usize = 16;
/// The fewest verifiers that must agree: one alone is never a proof.
pub const THRESHOLD_MIN: u8 = 2;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 86_400_000;

/// Whether an asset's backing is proven. The order is from good to bad.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum BackingStatus {
    /// The asset stands for itself and has no backing to prove.
    NotBacked,
    /// Enough verifiers confirm at least the supply, and none of their statements has expired.
    Proven,
    /// A renewal was missed; the haircut grows until the grace ends.
    Late,
    /// The grace ended, less than the supply is proven, or nothing ever was.
    Quarantined,
}

/// Who must attest the backing of an asset, how many, for how long, and what it costs to be late.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct BackingTerms {
    /// What backs it, in words; 1 to 64 printable characters.
    pub description: String,
    /// The accounts whose attestations count, in ascending order; at most [`VERIFIERS_MAX`].
    pub verifiers: Vec<AccountNumber>,
    /// How many of them must confirm an amount; from [`THRESHOLD_MIN`] to all.
    pub threshold: u8,
    /// The longest an attestation may hold from its date, in milliseconds; 1 hour to 400 days.
    pub validity_ms: u64,
    /// How long a missed renewal may last before quarantine, in milliseconds; 1 hour to 90 days.
    pub grace_ms: u64,
    /// The haircut of the asset while it is proven; at most 100%.
    pub haircut: Bps,
    /// The haircut a missed renewal grows to by the end of the grace.
    pub late_haircut: Bps,
    /// The haircut in quarantine.
    pub quarantine_haircut: Bps,
}

/// What is proven at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The status.
    pub status: BackingStatus,
    /// How much of the asset its backing covers, in its smallest unit.
    pub proven: Amount,
    /// What to take off the asset's value.
    pub haircut: Bps,
    /// When the proof lapses or lapsed, if there ever was one.
    pub lapses_at: Option<Timestamp>,
}

/// One statement, as the proof sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// How much is confirmed.
    pub amount: Amount,
    /// Until when.
    pub expires: Timestamp,
}

impl BackingTerms {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::TermsOutOfBounds`] naming the first that does not.
    pub fn check(&self) -> Result<(), Error> {
        let printable = |byte: u8| (b' '..=b'~').contains(&byte);
        let ascending = self.verifiers.iter().zip(self.verifiers.iter().skip(1)).all(|(a, b)| a < b);
        let enough = usize::from(self.threshold) <= self.verifiers.len();
        let checks = [
            ("description", (1..=64).contains(&self.description.len()) && self.description.bytes().all(printable)),
            ("verifiers", ascending && self.verifiers.len() <= VERIFIERS_MAX),
            ("threshold", self.threshold >= THRESHOLD_MIN && enough),
            ("validity_ms", (HOUR_MS..=DAY_MS.saturating_mul(400)).contains(&self.validity_ms)),
            ("grace_ms", (HOUR_MS..=DAY_MS.saturating_mul(90)).contains(&self.grace_ms)),
            ("haircut", self.haircut <= self.late_haircut),
            ("late_haircut", self.late_haircut <= self.quarantine_haircut),
            ("quarantine_haircut", self.quarantine_haircut <= Bps::ONE),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            Some((term, _)) => Err(Error::TermsOutOfBounds { term }),
            None => Ok(()),
        }
    }

    /// What `statements` (one per verifier) prove at `now` about a supply of `supply`.
    ///
    /// The amount is the largest one that `threshold` statements reach. It is proven while that many
    /// have not expired; the proof lapses when the last of them but `threshold - 1` expires, and what
    /// stood then is kept through the grace, at a haircut that grows. A supply above the amount is a
    /// shortfall: quarantine at once, with a haircut of at least the part that is missing.
    ///
    /// # Errors
    /// [`MathError`].
    pub fn prove(&self, statements: &[Statement], supply: Amount, now: Timestamp) -> Result<Proof, MathError> {
        let last = usize::from(self.threshold).checked_sub(1).ok_or(MathError::Underflow)?;
        let mut expiries: Vec<Timestamp> = statements.iter().map(|statement| statement.expires).collect();
        expiries.sort_unstable_by(|a, b| b.cmp(a));
        let Some(lapses_at) = expiries.get(last).copied() else {
            let (status, haircut) = (BackingStatus::Quarantined, self.quarantine_haircut);
            return Ok(Proof { status, proven: Amount::ZERO, haircut, lapses_at: None });
        };
        // Until the lapse those that live now count, afterwards those that lived at the lapse.
        let counts = |statement: &&Statement| {
            if now < lapses_at { statement.expires > now } else { statement.expires >= lapses_at }
        };
        let mut amounts: Vec<Amount> = statements.iter().filter(counts).map(|statement| statement.amount).collect();
        amounts.sort_unstable_by(|a, b| b.cmp(a));
        let proven = amounts.get(last).copied().unwrap_or(Amount::ZERO);

        let late_ms = now.0.saturating_sub(lapses_at.0);
        let (status, haircut) = if now < lapses_at {
            (BackingStatus::Proven, self.haircut)
        } else if late_ms < self.grace_ms {
            (BackingStatus::Late, self.haircut_after(late_ms)?)
        } else {
            (BackingStatus::Quarantined, self.quarantine_haircut)
        };
        let lapses_at = Some(lapses_at);
        if supply > proven {
            let haircut = haircut.max(shortfall(proven, supply)?);
            return Ok(Proof { status: BackingStatus::Quarantined, proven, haircut, lapses_at });
        }
        Ok(Proof { status, proven, haircut, lapses_at })
    }

    /// The haircut `late_ms` into the grace: it grows evenly from `haircut` to `late_haircut`; rounded up.
    fn haircut_after(&self, late_ms: u64) -> Result<Bps, MathError> {
        let range = self.late_haircut.0.checked_sub(self.haircut.0).ok_or(MathError::Underflow)?;
        let grown =
            gage_units::mul_div(u128::from(range), u128::from(late_ms), u128::from(self.grace_ms), Rounding::Up)?;
        let grown = u32::try_from(grown).map_err(|_| MathError::Overflow)?;
        self.haircut.0.checked_add(grown).map(Bps).ok_or(MathError::Overflow)
    }
}

/// The part of `supply` that `proven` does not cover; rounded up, at most 100%.
///
/// # Errors
/// [`MathError::DivisionByZero`] for no supply.
pub fn shortfall(proven: Amount, supply: Amount) -> Result<Bps, MathError> {
    let missing = supply.0.saturating_sub(proven.0);
    let part = gage_units::mul_div(missing, Bps::SCALE, supply.0, Rounding::Up)?;
    u32::try_from(part).map(Bps).map_err(|_| MathError::Overflow)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn terms() -> BackingTerms {
        BackingTerms {
            description: "Treasury bills at a custodian".to_owned(),
            verifiers: vec![AccountNumber(64), AccountNumber(65), AccountNumber(66)],
            threshold: 2,
            validity_ms: 30 * DAY_MS,
            grace_ms: 10 * DAY_MS,
            haircut: Bps(100),
            late_haircut: Bps(2_100),
            quarantine_haircut: Bps(6_000),
        }
    }

    fn prove(statements: &[(u128, u64)], supply: u128, day: u64) -> (BackingStatus, u128, u32) {
        let statement = |(amount, expires): &(u128, u64)| Statement {
            amount: Amount(*amount),
            expires: Timestamp(expires * DAY_MS),
        };
        let statements: Vec<Statement> = statements.iter().map(statement).collect();
        let proof = terms().prove(&statements, Amount(supply), Timestamp(day * DAY_MS)).unwrap();
        (proof.status, proof.proven.0, proof.haircut.0)
    }

    #[test]
    fn the_amount_is_the_one_that_enough_verifiers_reach() {
        use BackingStatus::{Proven, Quarantined};
        let three = [(1_000, 30), (900, 30), (5_000, 30)];
        assert_eq!(prove(&three, 800, 10), (Proven, 1_000, 100));
        // One verifier alone proves nothing, however much it says.
        assert_eq!(prove(&three[2..], 1, 10), (Quarantined, 0, 6_000));
        assert_eq!(prove(&[], 0, 10), (Quarantined, 0, 6_000));
        // A tenth is missing.
        assert_eq!(prove(&three, 1_112, 10), (Quarantined, 1_000, 1_008));
    }

    #[test]
    fn a_missed_renewal_is_late_then_quarantined() {
        use BackingStatus::{Late, Proven, Quarantined};
        // The 900 expires on day 20; two remain until day 30; then one, which is not enough.
        let three = [(1_000, 30), (900, 20), (5_000, 40)];
        assert_eq!(prove(&three, 800, 19), (Proven, 1_000, 100));
        assert_eq!(prove(&three, 800, 29), (Proven, 1_000, 100));
        assert_eq!(prove(&three, 800, 30), (Late, 1_000, 100));
        assert_eq!(prove(&three, 800, 35), (Late, 1_000, 1_100));
        assert_eq!(prove(&three, 800, 39), (Late, 1_000, 1_900));
        assert_eq!(prove(&three, 800, 40), (Quarantined, 1_000, 6_000));
        assert_eq!(prove(&three, 800, 400), (Quarantined, 1_000, 6_000));
    }

    #[test]
    fn terms_have_bounds() {
        assert_eq!(terms().check(), Ok(()));
        let refused = |change: &dyn Fn(&mut BackingTerms)| {
            let mut terms = terms();
            change(&mut terms);
            terms.check()
        };
        let wrong = |term| Err(Error::TermsOutOfBounds { term });
        assert_eq!(refused(&|terms| terms.threshold = 1), wrong("threshold"));
        assert_eq!(refused(&|terms| terms.threshold = 4), wrong("threshold"));
        assert_eq!(refused(&|terms| terms.verifiers.push(AccountNumber(65))), wrong("verifiers"));
        assert_eq!(refused(&|terms| terms.late_haircut = Bps(50)), wrong("haircut"));
        assert_eq!(refused(&|terms| terms.quarantine_haircut = Bps(10_001)), wrong("quarantine_haircut"));
        assert_eq!(refused(&|terms| terms.grace_ms = 0), wrong("grace_ms"));
        assert_eq!(refused(&|terms| terms.description.clear()), wrong("description"));
    }
}
