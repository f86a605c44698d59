//! The arithmetic of the group index at sizes where every rounding matters: keys against exact healths.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

use std::cmp::Ordering;

use gage_units::{Accumulator, Amount, Ratio};
use gage_vaults::health::Health;
use gage_vaults::index::{INDEX_START, after_growth, after_weight, is_fine, key, least_health, limit};
use gage_vaults::split::debt_of;
use gage_vaults::wide::{Worth, worth};
use proptest::prelude::*;

/// One collateral of a vault: weight, amount, normalised debt, accumulator.
type Part = (u128, u128, u128, u128);

fn part() -> impl Strategy<Value = Part> {
    let weight = prop_oneof![0u128..20, 1u128..1_000_000, 1u128..1_000_000_000_000_000_000_000_000];
    let amount = prop_oneof![0u128..50, 1u128..1_000_000_000_000_000_000_000_000];
    let debt = prop_oneof![0u128..20, 1u128..1_000_000_000_000_000_000_000_000];
    (weight, amount, debt, 0u128..3_000_000_000_000_000_000_000_000_000)
}

fn health(parts: &[Part], par: u128) -> Health {
    let mut health = Health::NONE;
    let mut debt = Amount::ZERO;
    for (weight, amount, normalised, accumulator) in parts {
        health.add_pledge(Amount(*amount), *weight, 18).unwrap();
        debt = debt.plus(debt_of(*normalised, Accumulator(Accumulator::SCALE + accumulator)).unwrap()).unwrap();
    }
    health.debt = worth(debt, par, 18).unwrap();
    health
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// Whatever happens to weights and accumulators, a vault below one is in the prefix, and the bound
    /// by which candidates are ordered is never above the true health.
    #[test]
    fn an_unsafe_vault_is_always_in_the_prefix(
        parts in prop::collection::vec(part(), 1..4),
        strangers in prop::collection::vec(part(), 0..2),
        par in prop_oneof![Just(1u128), Just(7), Just(1_000_000_000_000_000_000)],
        moves in prop::collection::vec(prop::collection::vec((prop_oneof![3 => 900u128..1_100, 1 => 0u128..5_000], 0u128..50), 5), 1..12),
    ) {
        // The group follows the vault's collaterals and those of others: as the coarse group does.
        let own = parts.len();
        let mut parts: Vec<Part> = parts.into_iter().chain(strangers).collect();
        let slack = worth(Amount(own as u128), par, 18).unwrap();
        let mut index = INDEX_START;
        let placed = key(&health(&parts[..own], par), slack, index);
        for step in moves {
            let before = parts.clone();
            for (part, (weight, growth)) in parts.iter_mut().zip(&step) {
                part.0 = part.0 * weight / 1_000;
                part.3 += (Accumulator::SCALE + part.3) / 1_000 * growth;
            }
            let weights = before.iter().zip(&parts).map(|(old, new)| after_weight(index, old.0, new.0)).min().unwrap();
            let growth = |(old, new): (&Part, &Part)| {
                let at = |part: &Part| Accumulator(Accumulator::SCALE + part.3);
                after_growth(weights, at(old), at(new))
            };
            index = before.iter().zip(&parts).map(growth).min().unwrap();
            if !is_fine(index) {
                // Retired: everybody is a candidate.
                return Ok(());
            }
            let now = health(&parts[..own], par);
            if now.debt.is_zero() {
                continue;
            }
            if now.is_unsafe() {
                prop_assert!(placed < limit(index).unwrap(), "{now:?} with key {placed} at {index}");
            }
            prop_assert!(least_health(placed, index) <= now.ratio(), "{now:?} with key {placed} at {index}");
        }
    }

    /// The rounded health orders as the exact one does.
    #[test]
    fn rounded_healths_never_contradict_exact_ones(a in (any::<u128>(), any::<u128>()), b in (any::<u128>(), any::<u128>())) {
        let health = |(weighted, debt): (u128, u128)| Health { weighted: Worth::from(weighted), debt: Worth::from(debt) };
        let (a, b) = (health(a), health(b));
        match a.ratio().cmp(&b.ratio()) {
            Ordering::Less => prop_assert_eq!(a.compare(&b), Ordering::Less),
            Ordering::Greater => prop_assert_eq!(a.compare(&b), Ordering::Greater),
            Ordering::Equal => {}
        }
        prop_assert_eq!(a.is_unsafe(), a.ratio() < Ratio::ONE);
    }
}
