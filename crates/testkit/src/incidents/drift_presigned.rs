//! Signatures collected weeks before (Drift, 1 April 2026).
//!
//! The design that failed: two of five members suffice for everything; what they signed on a nonce of its own
//! is valid until somebody uses that nonce; whoever has the council's word is the administrator at once;
//! and the administrator lists collateral, names its price and lifts the guard that lets a quarter of the
//! deposits leave in a day. Two signatures from the nine days before were played within seconds, and 31
//! withdrawals in twelve minutes took what was there. Sums in millions of dollars.

/// What differs between designs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// How long a signature is good for; without end in the old design.
    pub signature_life_s: Option<u64>,
    /// How long what the council decides is seen before it binds; nothing in the old design.
    pub delay_s: u64,
    /// Whether the administrator can lift the guard; in the old design, at once.
    pub guard_can_be_lifted: bool,
}

/// As it was.
pub const AS_IT_WAS: Design = Design { signature_life_s: None, delay_s: 0, guard_can_be_lifted: true };

const DAY_S: u64 = 86_400;
/// When the two members signed, and when their signatures were played: 23 and 30 March, 1 April.
const SIGNED_AT_S: [u64; 2] = [0, 7 * DAY_S];
const PLAYED_AT_S: u64 = 9 * DAY_S;
const THRESHOLD: usize = 2;
/// How long it took until somebody acted on what everybody could see.
const SEEN_AFTER_S: u64 = 2 * 3_600;
/// What lay in the vaults, what the guard lets leave in a day, in percent, and the withdrawals.
const DEPOSITS: u64 = 309;
const GUARD_PERCENT: u64 = 25;
const WITHDRAWALS: u64 = 31;
const WITHDRAWALS_S: u64 = 12 * 60;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the attacker became the administrator.
    pub took_over: bool,
    /// What he took, against collateral worth nothing.
    pub taken: u64,
    /// What had been there.
    pub deposits: u64,
}

/// The two signatures played against a design.
pub fn attack(design: Design) -> Outcome {
    let mut outcome = Outcome { deposits: DEPOSITS, ..Outcome::default() };
    let good = |signed_at: &&u64| design.signature_life_s.is_none_or(|life| PLAYED_AT_S - **signed_at <= life);
    // What waits is seen by somebody who stops it.
    if SIGNED_AT_S.iter().filter(good).count() < THRESHOLD || design.delay_s > SEEN_AFTER_S {
        return outcome;
    }
    outcome.took_over = true;
    // The price of his collateral is his to say, so it covers any withdrawal; only cash and the guard bound them.
    let guard = if design.guard_can_be_lifted { DEPOSITS } else { DEPOSITS * GUARD_PERCENT / 100 };
    let each = DEPOSITS.div_ceil(WITHDRAWALS);
    for number in 1..=WITHDRAWALS {
        let at_s = design.delay_s + WITHDRAWALS_S * number / WITHDRAWALS;
        if at_s > SEEN_AFTER_S {
            break;
        }
        outcome.taken += each.min(guard - outcome.taken).min(DEPOSITS - outcome.taken);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_by_itself() {
        assert_eq!(attack(AS_IT_WAS), Outcome { took_over: true, taken: 309, deposits: 309 });
        // A quarter of 309, rounded down.
        let guarded = attack(Design { guard_can_be_lifted: false, ..AS_IT_WAS });
        assert_eq!((guarded.took_over, guarded.taken), (true, 77));
        // A signature that ends after ninety seconds, or one that ends between the two.
        for life in [90, 3 * DAY_S] {
            let ended = attack(Design { signature_life_s: Some(life), ..AS_IT_WAS });
            assert_eq!((ended.took_over, ended.taken), (false, 0));
        }
        // One that lives long enough helps nobody.
        assert_eq!(attack(Design { signature_life_s: Some(10 * DAY_S), ..AS_IT_WAS }).taken, 309);
        let delayed = attack(Design { delay_s: DAY_S, ..AS_IT_WAS });
        assert_eq!((delayed.took_over, delayed.taken), (false, 0));
        // A delay shorter than it takes to see it: no use.
        assert_eq!(attack(Design { delay_s: 600, ..AS_IT_WAS }).taken, 309);
    }
}
