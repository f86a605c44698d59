//! Candidates without a scan: the index of a group of vaults with the same collaterals.
//!
//! For a group `g`, on any change of weights `u_i` (threshold times price) or accumulators `A_j`:
//! `W <- W * min_i(u_i'/u_i) / max_j(A_j'/A_j)`, rounded down. A vault's key is `H / W` at its touch,
//! rounded down. Then `key * W <= H` at every later time, because `H` falls by no more than the worst
//! weight and the fastest accumulator: the numerator is exact and linear in the weights; the debt is
//! a sum of `k` roundings up, so the key is taken with `k` more units owed, and
//! `sum ceil(n_j A_j') <= g (D + k)` for a growth `g` of one or more. A vault with `H < 1` therefore
//! has `key * W < 1`: it is in the ordered prefix. Rounding errs only toward one more candidate.

use gage_units::{Accumulator, MathError, Ratio, Rounding, mul_div};
use ruint::aliases::U256;

use crate::health::Health;
use crate::wide::Worth;

/// A fresh group's index.
pub const INDEX_START: u128 = 1 << 100;
/// Below this an index is too coarse: its group retires and its vaults are re-keyed in a new one.
pub const INDEX_MIN: u128 = 1 << 60;
/// Above this keys are too coarse; the same happens.
pub const INDEX_MAX: u128 = 1 << 126;
/// Index times key of a vault with health one is `2^KEY_BITS`.
pub const KEY_BITS: u32 = 160;

/// The index after one weight changed; a weight that was zero cannot fall. The minimum over the
/// group's collaterals is the group's. Saturates, which ends in retirement.
pub fn after_weight(index: u128, old: u128, new: u128) -> u128 {
    if old == 0 { index } else { mul_div(index, new, old, Rounding::Down).unwrap_or(u128::MAX) }
}

/// The index after one accumulator grew; the minimum over the group's buckets is the group's.
pub fn after_growth(index: u128, old: Accumulator, new: Accumulator) -> u128 {
    mul_div(index, old.0, new.0, Rounding::Down).unwrap_or(0)
}

/// Whether an index still tells vaults apart.
pub fn is_fine(index: u128) -> bool {
    (INDEX_MIN..=INDEX_MAX).contains(&index)
}

/// The key of a vault: `H / W` rounded down, with `slack` added to the debt (the worth of one unit of
/// debt for each bucket). Saturates at the largest key, which is below the true one.
pub fn key(health: &Health, slack: Worth, index: u128) -> u128 {
    let Some(debt) = health.debt.checked_add(slack) else { return 0 };
    // Both sides are brought to 128 bits, the numerator rounded down, the denominator up.
    let shift = health.weighted.bit_len().saturating_sub(128);
    let numerator = u128::try_from(health.weighted.wrapping_shr(shift)).unwrap_or(u128::MAX);
    let denominator = match shift {
        0 => debt,
        _ => debt.wrapping_shr(shift).saturating_add(Worth::from(1u8)),
    };
    // A debt that needs more bits than the pledges is above them.
    let Ok(denominator) = u128::try_from(denominator) else { return 0 };
    let ratio = match mul_div(numerator, 1 << 64, denominator, Rounding::Down) {
        Ok(ratio) => ratio,
        Err(MathError::DivisionByZero | MathError::Overflow) => u128::MAX,
        Err(MathError::Underflow) => 0,
    };
    mul_div(ratio, 1 << 96, index, Rounding::Down).unwrap_or(u128::MAX)
}

/// Keys below this are candidates: the least `k` with `k * W >= 1`. A retired group (index zero) has
/// only candidates, so its limit is `None`.
pub fn limit(index: u128) -> Option<u128> {
    if index == 0 {
        return None;
    }
    // 2^160 / W, rounded up; it fits because a live index is at least 2^60.
    mul_div(1 << 127, 1 << 33, index, Rounding::Up).ok()
}

/// A lower bound of the health of a vault with this key: `key * W`, rounded down.
pub fn least_health(key: u128, index: u128) -> Ratio {
    let product = U256::from(key).wrapping_mul(U256::from(index)).wrapping_shr(100);
    let scaled = product.checked_mul(U256::from(Ratio::SCALE)).map(|scaled| scaled.wrapping_shr(60));
    scaled.and_then(|scaled| u128::try_from(scaled).ok()).map_or(Ratio::MAX, Ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(weighted: u128, debt: u128) -> Health {
        let unit = Worth::from(Ratio::SCALE);
        let times = |count: u128| Worth::from(count).saturating_mul(unit);
        Health { weighted: times(weighted), debt: times(debt) }
    }

    #[test]
    fn health_one_is_no_candidate_and_below_one_is() {
        let limit_of = |index| limit(index).unwrap_or(0);
        assert_eq!(key(&health(1, 1), Worth::ZERO, INDEX_START), 1 << 60);
        assert_eq!(limit_of(INDEX_START), 1 << 60);
        assert!(key(&health(1_000, 1_000), Worth::ZERO, INDEX_START) >= limit_of(INDEX_START));
        assert!(key(&health(999, 1_000), Worth::ZERO, INDEX_START) < limit_of(INDEX_START));
        assert!(key(&health(1_000, 1_000), Worth::from(1u8), INDEX_START) < limit_of(INDEX_START), "slack counts");
        assert!(key(&health(1, 0), Worth::ZERO, INDEX_START) > 1 << 120);
        assert_eq!(key(&health(0, 1), Worth::ZERO, INDEX_START), 0);
        assert_eq!(limit(0), None);
    }

    #[test]
    fn a_fall_of_a_fifth_makes_a_candidate_of_one_and_an_eighth() {
        let key = key(&health(9, 8), Worth::ZERO, INDEX_START);
        let fallen = after_weight(INDEX_START, 100, 90);
        assert!(key >= limit(fallen).unwrap_or(0), "9/8 * 0.9 is above one");
        let fallen = after_weight(INDEX_START, 100, 80);
        assert!(key < limit(fallen).unwrap_or(0), "9/8 * 0.8 is below one");
        assert_eq!(least_health(key, fallen), Ratio(899_999_999_999_999_999));
        let grown = after_growth(INDEX_START, Accumulator::ONE, Accumulator(Accumulator::SCALE / 4 * 5));
        assert!(key < limit(grown).unwrap_or(0), "9/8 / 1.25 is below one");
    }

    #[test]
    fn a_worthless_collateral_retires_the_group_and_a_new_price_does_not() {
        assert_eq!(after_weight(INDEX_START, 5, 0), 0);
        assert!(!is_fine(0));
        assert_eq!(after_weight(INDEX_START, 0, 5), INDEX_START);
        assert!(is_fine(INDEX_START));
    }
}
