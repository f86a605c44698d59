//! Candidates by index against a full scan: never a miss, and the same order.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::*;
use gage_units::{Amount, AssetId, Bps, RatePerSecond, Ratio};
use gage_vaults::operations::{RampCollateralTerms, SetCollateralTerms, SetFacilityParams};
use gage_vaults::{CollateralTerms, Event, FacilityParams, LiquidationTerms, Operation, VaultId};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Vault {
        first: usize,
        amount: u128,
        second: Option<(usize, u128)>,
        percent: u128,
    },
    Save {
        vault: usize,
        asset: usize,
        amount: u128,
    },
    Repay {
        vault: usize,
        percent: u128,
    },
    Withdraw {
        vault: usize,
        asset: usize,
        percent: u128,
    },
    Borrow {
        vault: usize,
        percent: u128,
    },
    Terms {
        asset: usize,
        threshold: u32,
        premium: u128,
    },
    /// New terms that the older versions approach.
    Ramp {
        asset: usize,
        threshold: u32,
        notice_ms: u64,
        ramp_ms: u64,
    },
    Rate {
        premium: u128,
    },
    /// A block: prices move by these per mille, time by this, with this confidence.
    Block {
        moves: [u128; 3],
        ms: u64,
        confidence: u128,
        missing: Option<usize>,
    },
    Take {
        lot: usize,
        percent: u128,
    },
}

fn moves() -> impl Strategy<Value = u128> {
    prop_oneof![
        6 => 950u128..1_050,
        2 => 600u128..1_400,
        // Far beyond what one index can follow.
        1 => prop_oneof![Just(1u128), Just(1_000_000)],
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        9 => (0usize..3, 100u128..1_000_000, prop::option::of((0usize..3, 100u128..1_000_000)), 1u128..=100)
            .prop_map(|(first, amount, second, percent)| Act::Vault { first, amount, second, percent }),
        1 => (0usize..30, 0usize..3, 1u128..1_000_000).prop_map(|(vault, asset, amount)| Act::Save { vault, asset, amount }),
        1 => (0usize..30, 1u128..=100).prop_map(|(vault, percent)| Act::Repay { vault, percent }),
        1 => (0usize..30, 0usize..3, 1u128..=100)
            .prop_map(|(vault, asset, percent)| Act::Withdraw { vault, asset, percent }),
        1 => (0usize..30, 1u128..=100).prop_map(|(vault, percent)| Act::Borrow { vault, percent }),
        1 => (0usize..3, 5_000u32..8_800, 0u128..20_000_000_000_000_000_000)
            .prop_map(|(asset, threshold, premium)| Act::Terms { asset, threshold, premium }),
        2 => (0usize..3, 3_000u32..8_800, prop_oneof![Just(0u64), 0u64..3 * HOUR], HOUR..20 * HOUR)
            .prop_map(|(asset, threshold, notice_ms, ramp_ms)| Act::Ramp { asset, threshold, notice_ms, ramp_ms }),
        1 => (0u128..20_000_000_000_000_000_000).prop_map(|premium| Act::Rate { premium }),
        5 => (moves(), moves(), moves(), prop_oneof![Just(1u64), 1_000u64..100_000, HOUR / 2..3 * HOUR, Just(30 * DAY)], 0u128..200, prop::option::weighted(0.1, 0usize..3))
            .prop_map(|(a, b, c, ms, confidence, missing)| Act::Block { moves: [a, b, c], ms, confidence, missing }),
        2 => (0usize..30, 1u128..=100).prop_map(|(lot, percent)| Act::Take { lot, percent }),
    ]
}

/// A threshold's way, as a reader would compute it.
#[derive(Clone, Copy)]
struct Way {
    from: Bps,
    to: Bps,
    starts: u64,
    ramp_ms: u64,
}

/// The naive thresholds of all versions that were ramped.
#[derive(Default)]
struct Ways(BTreeMap<(AssetId, u16), Way>);

impl Ways {
    /// Every older version begins a way at the threshold it has.
    fn set(&mut self, world: &World, asset: AssetId, way: Way) {
        let view = world.facility().collaterals.into_iter().find(|view| view.asset == asset).unwrap();
        for version in view.versions.iter().filter(|version| version.version != view.record.newest) {
            self.0.insert((asset, version.version), Way { from: version.terms.threshold, ..way });
        }
    }

    fn compare(&self, world: &World) -> Result<(), TestCaseError> {
        for view in world.facility().collaterals {
            for version in view.versions {
                let Some(way) = self.0.get(&(view.asset, version.version)) else { continue };
                let gone = world.time.0.saturating_sub(way.starts).min(way.ramp_ms);
                let (from, to) = (u64::from(way.from.0), u64::from(way.to.0));
                let expected = if to >= from { to } else { to.max(from - (from - to) * gone / way.ramp_ms) };
                prop_assert_eq!(u64::from(version.terms.threshold.0), expected);
            }
        }
        Ok(())
    }
}

fn all(world: &World) -> Vec<gage_vaults::query::VaultView> {
    gage_vaults::query::vaults(&world.draft, None, 1_000).unwrap()
}

/// The full scan: every unsafe vault by health, then number.
fn scan(world: &World) -> Vec<(Ratio, VaultId)> {
    let unsafe_vaults = all(world).into_iter().filter_map(|view| Some((view.health?, view.id)));
    let mut found: Vec<_> = unsafe_vaults.filter(|(health, _)| *health < Ratio::ONE).collect();
    found.sort();
    found
}

/// The vaults that were sold or written off, in order, each once.
fn served(events: &[Event]) -> Vec<VaultId> {
    let mut order = Vec::new();
    for event in events {
        if let Event::Liquidated { vault, .. } | Event::LossAbsorbed { vault, .. } = event
            && !order.contains(vault)
        {
            order.push(*vault);
        }
    }
    order
}

fn play(acts: Vec<Act>, terms_: LiquidationTerms) -> Result<(), TestCaseError> {
    let params = FacilityParams { debt_floor: Amount(ONE / 1_000_000), ..params() };
    let mut world = World::with(params, [terms(0), terms(1_000_000_000), terms(0)], terms_);
    let bounded = terms_.window_max.0 < 1_000_000 * ONE;
    // The bank lends on collateral that never moves far, so that bidders have stable.
    let bank = world.vault(BOB, WETH, 1_000_000 * ONE, 1_000_000 * ONE);
    let pick = |world: &World, vault: usize| {
        let all = all(world);
        (all.len() > 1).then(|| all[1 + vault % (all.len() - 1)].id)
    };
    let mut ways = Ways::default();
    for act in acts {
        match act {
            Act::Vault { first, amount, second, percent } => {
                let id = world.open(ALICE);
                for (asset, amount) in [Some((first, amount)), second].into_iter().flatten() {
                    let asset = COLLATERALS[asset];
                    let amount = amount * 10u128.pow(decimals(asset).into()) / 1_000;
                    world.give(ALICE, asset, amount);
                    world.run(ALICE, deposit(id, asset, amount)).unwrap();
                }
                let value = gage_vaults::query::vault(&world.draft, id).unwrap().collateral_value.0;
                world.run(ALICE, borrow(id, (value / 100 * percent / 100 * 74).max(1))).ok();
            }
            Act::Save { vault, asset, amount } => {
                let Some(id) = pick(&world, vault) else { continue };
                let asset = COLLATERALS[asset];
                let amount = (amount * 10u128.pow(decimals(asset).into()) / 1_000).max(1);
                world.give(ALICE, asset, amount);
                world.run(ALICE, deposit(id, asset, amount)).unwrap();
            }
            Act::Repay { vault, percent } => {
                let Some(id) = pick(&world, vault) else { continue };
                let amount = world.debt(id) / 100 * percent;
                world.run(BOB, repay(id, amount.max(1))).ok();
            }
            Act::Withdraw { vault, asset, percent } => {
                let Some(id) = pick(&world, vault) else { continue };
                let amount = world.pledged(id, COLLATERALS[asset]) / 100 * percent;
                world.run(ALICE, withdraw(id, COLLATERALS[asset], amount.max(1))).ok();
            }
            Act::Borrow { vault, percent } => {
                let Some(id) = pick(&world, vault) else { continue };
                let amount = world.debt(id) / 100 * percent;
                world.run(ALICE, borrow(id, amount.max(1))).ok();
            }
            Act::Terms { asset, threshold, premium } => {
                let terms = CollateralTerms {
                    threshold: Bps(threshold),
                    loan_to_value: Bps(threshold - 200),
                    ..terms(premium)
                };
                let set = SetCollateralTerms { facility: FACILITY, asset: COLLATERALS[asset], terms };
                world.govern(Operation::SetCollateralTerms(set)).ok();
            }
            Act::Ramp { asset, threshold, notice_ms, ramp_ms } => {
                let terms =
                    CollateralTerms { threshold: Bps(threshold), loan_to_value: Bps(threshold - 200), ..terms(0) };
                let ramp =
                    RampCollateralTerms { facility: FACILITY, asset: COLLATERALS[asset], terms, notice_ms, ramp_ms };
                if world.govern(Operation::RampCollateralTerms(ramp)).is_ok() {
                    let to = Bps(threshold);
                    ways.set(
                        &world,
                        COLLATERALS[asset],
                        Way { from: Bps(0), to, starts: world.time.0 + notice_ms, ramp_ms },
                    );
                }
            }
            Act::Rate { premium } => {
                let rate = RatePerSecond(1_000_000_000_000_000_000_000_000_000 + premium);
                let params = FacilityParams { base_rate: rate, ..params };
                let set = SetFacilityParams { facility: FACILITY, stable: GUSD, params };
                world.govern(Operation::SetFacilityParams(set)).unwrap();
            }
            Act::Block { moves, ms, confidence, missing } => {
                for (price, by) in world.prices.iter_mut().zip(moves) {
                    let moved = gage_units::mul_div(*price, by, 1_000, gage_units::Rounding::Down).unwrap();
                    *price = moved.clamp(100_000_000_000, 1_000_000_000 * ONE);
                }
                world.begin_without_reports(ms);
                for (place, asset) in COLLATERALS.into_iter().enumerate() {
                    if missing != Some(place) {
                        let width = world.prices[place] / 10_000 * confidence;
                        world.report(asset, width);
                    }
                }
                // The audit inside asserts: no unsafe vault outside the candidates.
                world.mark();
                ways.compare(&world)?;
                world.events();
                let expected = scan(&world);
                let ctx = world.ctx(gage_accounts::Signer::Protocol);
                let before: Vec<_> = all(&world);
                let mut budget = u64::MAX;
                gage_vaults::liquidate(&mut world.draft, &ctx, &mut budget).unwrap();
                world.check();
                world.draft.commit();
                let events = world.events();
                prop_assert!(
                    !events.iter().any(|event| matches!(event, Event::LiquidationFailed { .. })),
                    "{events:?}"
                );
                let order = served(&events);
                let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
                // Those served come in the order of the full scan.
                let in_order: Vec<_> = expected.iter().copied().filter(|id| order.contains(id)).collect();
                prop_assert_eq!(&order, &in_order);
                // Without a bound on throughput everybody unsafe is served who has anything to sell.
                if !bounded && missing.is_none() {
                    let able = |id: &VaultId| {
                        let view = before.iter().find(|view| view.id == *id).unwrap();
                        view.positions.iter().any(|at| !at.amount.is_zero())
                            || view.positions.iter().all(|at| at.lots == 0)
                    };
                    let able: Vec<_> = expected.iter().copied().filter(able).collect();
                    prop_assert_eq!(&order, &able);
                    prop_assert!(!world.facility().totals.unfinished);
                }
                // No liquidation lowered a health.
                for event in &events {
                    if let Event::Liquidated { health, health_after, .. } = event {
                        prop_assert!(health_after >= health);
                    }
                }
                let mut budget = u64::MAX;
                gage_vaults::settle_auctions(&mut world.draft, &ctx, &mut budget).unwrap();
                world.check();
                world.draft.commit();
                let failed = world.events().into_iter().find(|event| matches!(event, Event::SettlementFailed { .. }));
                prop_assert!(failed.is_none(), "{failed:?}");
            }
            Act::Take { lot, percent } => {
                let lots = world.lots();
                if lots.is_empty() {
                    continue;
                }
                let lot = lots[lot % lots.len()];
                let remaining = gage_auctions::lot(&world.draft, lot).unwrap().remaining.0;
                world
                    .take(BOB, lot, gage_units::mul_div(remaining, percent, 100, gage_units::Rounding::Up).unwrap())
                    .ok();
            }
        }
    }
    let _bank = bank;
    // Derived tables are what a rebuild makes of the records.
    let derived = |draft: &gage_store::Draft| {
        let mut rows = Vec::new();
        draft.visit(gage_store::Kind::Derived, |key, value| {
            if key[0] == gage_vaults::MODULE {
                rows.push((key.to_vec(), value.to_vec()));
            }
        });
        rows
    };
    let before = derived(&world.draft);
    world.draft.clear_derived();
    gage_vaults::rebuild(&mut world.draft);
    prop_assert_eq!(derived(&world.draft), before);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn candidates_are_the_full_scan(acts in prop::collection::vec(act(), 1..90)) {
        play(acts, LiquidationTerms { dust: Amount(ONE / 1_000_000), window_max: Amount(1 << 120), ..liquidation() })?;
    }

    #[test]
    fn bounded_throughput_serves_the_worst_first(acts in prop::collection::vec(act(), 1..90), max in 1u128..1_000) {
        let slow = LiquidationTerms {
            window_max: Amount(max * ONE),
            window_ms: 60_000,
            dust: Amount(ONE / 1_000_000),
            ..liquidation()
        };
        play(acts, slow)?;
    }
}

/// Beyond the most groups of a facility, sets of collaterals share one coarse group.
#[test]
fn more_sets_than_groups_are_still_never_missed() {
    let params_ = FacilityParams { debt_floor: Amount(ONE), ..params() };
    let unsold = LiquidationTerms { dust: Amount(ONE), ..liquidation() };
    let mut world = World::with(params_, [terms(0), terms(0), terms(0)], unsold);
    world.audit = false;
    let version = |world: &mut World, asset| {
        let set = SetCollateralTerms { facility: FACILITY, asset, terms: terms(0) };
        world.govern(Operation::SetCollateralTerms(set)).unwrap();
    };
    // 8 versions of WETH, each with 64 vaults; of those 8 for each version of WBTC; one for each of LOAN.
    let mut vaults = Vec::new();
    for ether in 0..8u128 {
        if ether > 0 {
            version(&mut world, WETH);
        }
        for slot in 0..64u128 {
            vaults.push((slot, world.vault(ALICE, WETH, 10 * ONE, (600 + ether * 10 + slot) * ONE)));
        }
    }
    for bitcoin in 0..8u128 {
        if bitcoin > 0 {
            version(&mut world, WBTC);
        }
        for (_, vault) in vaults.iter().filter(|(slot, _)| slot / 8 == bitcoin) {
            world.give(ALICE, WBTC, 1_000_000);
            world.run(ALICE, deposit(*vault, WBTC, 1_000_000)).unwrap();
        }
    }
    for loan in 0..8u128 {
        if loan > 0 {
            version(&mut world, LOAN);
        }
        for (_, vault) in vaults.iter().filter(|(slot, _)| slot % 8 == loan) {
            world.give(ALICE, LOAN, 1_000_000);
            world.run(ALICE, deposit(*vault, LOAN, 1_000_000)).unwrap();
        }
    }
    // 512 sets of their own do not fit; groups that became empty meanwhile are gone.
    let groups = world.facility().totals.groups;
    assert!((200..=gage_vaults::params::GROUPS_MAX + 1).contains(&groups), "{groups}");
    world.audit = true;
    for step in 0..6u128 {
        world.prices = [(95 - 3 * step) * ONE, (1_000 - 30 * step) * ONE, ONE];
        world.begin(60_000);
        let expected: Vec<_> = scan(&world).into_iter().map(|(_, id)| id).collect();
        world.events();
        world.end();
        assert_eq!(served(&world.events()), expected, "step {step}");
    }
    assert!(!world.lots().is_empty());
}
