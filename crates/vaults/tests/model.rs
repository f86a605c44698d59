//! The book-keeping of vaults against a naive one: debts as plain long numbers, split and grown one
//! by one, second by second. No bucket, no accumulator, no index.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::*;
use gage_units::{Accumulator, Amount, AssetId, Bps, RatePerSecond};
use gage_vaults::operations::SetCollateralTerms;
use gage_vaults::{CollateralTerms, FacilityParams, Operation, VaultId};
use proptest::prelude::*;
use ruint::aliases::U512;

/// Debt is kept in 1e-27 of the smallest unit.
const FINE: u128 = Accumulator::SCALE;

#[derive(Clone, Default)]
struct NaiveVault {
    /// Per collateral: version, amount, and the debt it covers.
    positions: BTreeMap<AssetId, (usize, u128, U512)>,
    touches: u128,
}

impl NaiveVault {
    fn debt(&self) -> U512 {
        self.positions.values().fold(U512::ZERO, |sum, (_, _, debt)| sum + *debt)
    }
}

struct Naive {
    base: RatePerSecond,
    /// Per collateral: every version's terms.
    terms: BTreeMap<AssetId, Vec<CollateralTerms>>,
    prices: [u128; 3],
    vaults: BTreeMap<VaultId, NaiveVault>,
}

impl Naive {
    fn newest(&self, asset: AssetId) -> usize {
        self.terms[&asset].len() - 1
    }

    /// Interest, one second at a time.
    fn pass(&mut self, seconds: u64) {
        for vault in self.vaults.values_mut() {
            for (asset, (version, _, debt)) in &mut vault.positions {
                let premium = self.terms[asset][*version].premium.0 - FINE;
                for _ in 0..seconds {
                    *debt = *debt * U512::from(self.base.0 + premium) / U512::from(FINE);
                }
            }
        }
    }

    /// Covers `debt` again: the lowest premium first, each up to its worth at its threshold.
    fn cover(&mut self, id: VaultId, debt: U512) {
        let prices = self.prices;
        let vault = self.vaults.get_mut(&id).unwrap();
        vault.touches += 1;
        let mut order: Vec<_> = vault.positions.keys().copied().collect();
        order.sort_by_key(|asset| (self.terms[asset][vault.positions[asset].0].premium, *asset));
        let mut left = debt;
        let last = order.last().copied();
        for asset in order {
            let place = COLLATERALS.iter().position(|one| *one == asset).unwrap();
            let (version, amount, share) = vault.positions.get_mut(&asset).unwrap();
            let weight = prices[place] * u128::from(self.terms[&asset][*version].threshold.0) / 10_000;
            let worth = U512::from(*amount) * U512::from(weight) / U512::from(10u128.pow(decimals(asset).into()));
            let takes = if Some(asset) == last { left } else { left.min(worth * U512::from(FINE)) };
            *share = takes;
            left -= takes;
        }
        vault.positions.retain(|_, (_, amount, debt)| *amount > 0 || !debt.is_zero());
    }
}

#[derive(Clone, Debug)]
enum Act {
    Open,
    Deposit { vault: usize, asset: usize, amount: u128 },
    Withdraw { vault: usize, asset: usize, part: u128 },
    Borrow { vault: usize, amount: u128 },
    Repay { vault: usize, part: u128 },
    Price { asset: usize, percent: u128 },
    Pass { seconds: u64 },
    Terms { asset: usize, threshold: u32, premium: u128 },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => Just(Act::Open),
        4 => (0usize..6, 0usize..3, 1u128..1_000_000).prop_map(|(vault, asset, amount)| Act::Deposit { vault, asset, amount }),
        2 => (0usize..6, 0usize..3, 1u128..=100).prop_map(|(vault, asset, part)| Act::Withdraw { vault, asset, part }),
        5 => (0usize..6, 1u128..100_000).prop_map(|(vault, amount)| Act::Borrow { vault, amount }),
        3 => (0usize..6, 1u128..=120).prop_map(|(vault, part)| Act::Repay { vault, part }),
        2 => (0usize..3, 85u128..120).prop_map(|(asset, percent)| Act::Price { asset, percent }),
        3 => (1u64..400).prop_map(|seconds| Act::Pass { seconds }),
        1 => (0usize..3, 7_000u32..8_800, 0u128..1_000_000_000_000_000_000_000)
            .prop_map(|(asset, threshold, premium)| Act::Terms { asset, threshold, premium }),
    ]
}

/// Between the naive debt and a few units more for every touch, mark and bucket.
fn compare(world: &World, naive: &Naive, marks: u128) -> Result<(), TestCaseError> {
    for (id, vault) in &naive.vaults {
        let real = U512::from(world.debt(*id));
        let exact = vault.debt();
        let scaled = real * U512::from(FINE);
        prop_assert!(scaled >= exact, "{id}: {real} is below the naive debt {exact}");
        let slack = 3 * (vault.touches + 2) + 2 * marks;
        prop_assert!(scaled <= exact + U512::from(slack) * U512::from(FINE), "{id}: {real} is far above {exact}");
        for (asset, (_, amount, _)) in &vault.positions {
            prop_assert_eq!(world.pledged(*id, *asset), *amount);
        }
    }
    Ok(())
}

fn play(acts: Vec<Act>, unit: u128) -> Result<(), TestCaseError> {
    let base = RatePerSecond(FINE + 3_000_000_000_000_000_000);
    let params = FacilityParams { base_rate: base, debt_floor: Amount(1), ..params() };
    let first = [terms(0), terms(900_000_000_000_000_000), terms(5_000_000_000_000_000_000)];
    let mut world = World::with(params, first, liquidation());
    let mut naive = Naive {
        base,
        terms: COLLATERALS.iter().zip(first).map(|(asset, terms)| (*asset, vec![terms])).collect(),
        prices: world.prices,
        vaults: BTreeMap::new(),
    };
    // Somebody else's stable, to repay interest from.
    let rich = world.vault(BOB, WETH, 10_000_000 * ONE, 100_000_000 * ONE);
    let mut marks = 0u128;
    let mut ids = Vec::new();
    for act in acts {
        let pick = |vault: usize| ids.get(vault % ids.len().max(1)).copied();
        match act {
            Act::Open => {
                let id = world.open(ALICE);
                ids.push(id);
                naive.vaults.insert(id, NaiveVault::default());
            }
            Act::Deposit { vault, asset, amount } => {
                let Some(id) = pick(vault) else { continue };
                let asset = COLLATERALS[asset];
                let amount = (amount * unit / 10u128.pow(u32::from(18 - decimals(asset)))).max(1);
                world.give(ALICE, asset, amount);
                world.run(ALICE, deposit(id, asset, amount)).unwrap();
                let newest = naive.newest(asset);
                let vault = naive.vaults.get_mut(&id).unwrap();
                vault.positions.entry(asset).or_insert((newest, 0, U512::ZERO)).1 += amount;
                let debt = vault.debt();
                naive.cover(id, debt);
            }
            Act::Withdraw { vault, asset, part } => {
                let Some(id) = pick(vault) else { continue };
                let asset = COLLATERALS[asset];
                let amount = world.pledged(id, asset) * part / 100;
                let indebted = world.debt(id) > 0;
                if amount > 0 && world.run(ALICE, withdraw(id, asset, amount)).is_ok() {
                    if indebted {
                        upgrade(&mut naive, id);
                    }
                    let vault = naive.vaults.get_mut(&id).unwrap();
                    vault.positions.get_mut(&asset).unwrap().1 -= amount;
                    let debt = vault.debt();
                    naive.cover(id, debt);
                }
            }
            Act::Borrow { vault, amount } => {
                let Some(id) = pick(vault) else { continue };
                let amount = amount * unit;
                if world.run(ALICE, borrow(id, amount)).is_ok() {
                    upgrade(&mut naive, id);
                    let debt = naive.vaults[&id].debt() + U512::from(amount) * U512::from(FINE);
                    naive.cover(id, debt);
                }
            }
            Act::Repay { vault, part } => {
                let Some(id) = pick(vault) else { continue };
                let owed = world.debt(id);
                let amount = (owed / 100).saturating_mul(part);
                if amount == 0 {
                    continue;
                }
                world.run(BOB, repay(id, amount)).unwrap();
                let paid = amount.min(owed);
                // The naive debt may be some units smaller than what was paid.
                let left = naive.vaults[&id].debt().saturating_sub(U512::from(paid) * U512::from(FINE));
                naive.cover(id, if paid == owed { U512::ZERO } else { left });
            }
            Act::Price { asset, percent } => {
                world.prices[asset] = world.prices[asset] / 100 * percent;
                world.begin(0);
                naive.prices = world.prices;
                // A block later by a millisecond may begin a new second.
                naive.pass(seconds_of(&world) - seconds_before(&world, 1));
                marks += 1;
            }
            Act::Pass { seconds } => {
                world.begin(seconds * 1_000);
                naive.pass(seconds);
                marks += 1;
            }
            Act::Terms { asset, threshold, premium } => {
                let asset = COLLATERALS[asset];
                let terms = CollateralTerms {
                    threshold: Bps(threshold),
                    loan_to_value: Bps(threshold - 500),
                    ..terms(premium)
                };
                let set = SetCollateralTerms { facility: FACILITY, asset, terms };
                if world.govern(Operation::SetCollateralTerms(set)).is_ok() {
                    naive.terms.get_mut(&asset).unwrap().push(terms);
                }
            }
        }
        compare(&world, &naive, marks)?;
    }
    // All debts can be repaid out of the supply, exactly to zero.
    world.begin(1_000);
    for id in ids.iter().chain([&rich]) {
        let owed = world.debt(*id);
        if owed > 0 {
            let missing = owed.saturating_sub(world.free(BOB, GUSD));
            prop_assert!(missing == 0 || *id == rich);
            world.run(BOB, repay(*id, owed - missing)).ok();
        }
    }
    Ok(())
}

fn seconds_of(world: &World) -> u64 {
    world.time.seconds()
}

fn seconds_before(world: &World, ms: u64) -> u64 {
    gage_units::Timestamp(world.time.0 - ms).seconds()
}

fn upgrade(naive: &mut Naive, id: VaultId) {
    let newest: BTreeMap<_, _> = COLLATERALS.iter().map(|asset| (*asset, naive.newest(*asset))).collect();
    for (asset, position) in &mut naive.vaults.get_mut(&id).unwrap().positions {
        position.0 = newest[asset];
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn debts_follow_the_naive_book(acts in prop::collection::vec(act(), 1..60)) {
        play(acts, ONE)?;
    }

    /// The same at sizes where every rounding is a large part of the whole.
    #[test]
    fn debts_follow_the_naive_book_at_tiny_sizes(acts in prop::collection::vec(act(), 1..60)) {
        play(acts, 1)?;
    }

    /// Whatever a user does with a few units, what he takes out is never worth more than what he put in.
    #[test]
    fn round_trips_at_tiny_sizes_never_gain(
        acts in prop::collection::vec((0u8..5, 1u128..60, 0u64..50), 1..50),
        rate in prop_oneof![Just(0u128), Just(3_000_000_000_000_000_000), Just(21_979_553_151_239_153_027)],
    ) {
        let params = FacilityParams { base_rate: RatePerSecond(FINE + rate), debt_floor: Amount(1), ..params() };
        let mut world = World::with(params, [terms(0), terms(rate), terms(rate / 2)], liquidation());
        world.vault(BOB, WETH, 10_000 * ONE, 1_000 * ONE);
        // Alice starts with 1,000 units of stable that Bob borrowed, and with collateral.
        let ctx = world.ctx(gage_accounts::Signer::Protocol);
        gage_ledger::transfer(&mut world.draft, &ctx, world.users[BOB], world.users[ALICE], GUSD, Amount(1_000)).unwrap();
        for asset in COLLATERALS {
            world.give(ALICE, asset, 100_000);
        }
        let vault = world.open(ALICE);
        for (kind, amount, seconds) in acts {
            let asset = COLLATERALS[(amount % 3) as usize];
            let _refused = match kind {
                0 => world.run(ALICE, deposit(vault, asset, amount)),
                1 => world.run(ALICE, withdraw(vault, asset, amount)),
                2 => world.run(ALICE, borrow(vault, amount)),
                3 => world.run(ALICE, repay(vault, amount)),
                _ => {
                    world.begin(seconds * 1_000);
                    Ok(())
                }
            };
        }
        world.run(ALICE, repay(vault, 1_000_000)).ok();
        prop_assert_eq!(world.debt(vault), 0);
        world.run(ALICE, close(vault)).unwrap();
        prop_assert!(world.free(ALICE, GUSD) <= 1_000, "{}", world.free(ALICE, GUSD));
        for asset in COLLATERALS {
            prop_assert_eq!(world.free(ALICE, asset), 100_000);
        }
    }
}
