//! Ramps and margin calls as a reader would tell them, and calls against a naive list.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::collections::BTreeMap;

use common::*;
use gage_units::{Amount, Bps, Ratio, Timestamp};
use gage_vaults::operations::{RampCollateralTerms, SetGraceTerms};
use gage_vaults::{CollateralTerms, Error, Event, GraceTerms, Operation, VaultId};
use proptest::prelude::*;

const PERCENT: u128 = ONE / 100;

fn grace(world: &mut World, grace_ms: u64, floor: u128, cure: u128) {
    let terms = GraceTerms { grace_ms, floor: Ratio(floor * PERCENT), cure: Ratio(cure * PERCENT) };
    world.govern(Operation::SetGraceTerms(SetGraceTerms { facility: FACILITY, terms })).unwrap();
}

fn call(world: &World, vault: VaultId) -> Option<u64> {
    gage_vaults::calls::margin_call(&world.draft, vault).map(|call| call.deadline.0)
}

fn ramp(asset: gage_units::AssetId, threshold: u32, notice_ms: u64, ramp_ms: u64) -> Operation {
    let terms = CollateralTerms { threshold: Bps(threshold), loan_to_value: Bps(threshold - 500), ..terms(0) };
    Operation::RampCollateralTerms(RampCollateralTerms { facility: FACILITY, asset, terms, notice_ms, ramp_ms })
}

#[test]
fn a_position_ramps_until_it_takes_more_risk() {
    let mut world = World::new();
    let (old, risky) = (world.vault(ALICE, WETH, 10 * ONE, 700 * ONE), world.vault(BOB, WETH, 20 * ONE, 700 * ONE));
    world.govern(ramp(WETH, 6_000, DAY, 10 * DAY)).unwrap();
    world.block(DAY, [100, 1_000, 1]);
    assert_eq!(world.health(old), Ratio(800 * ONE / 700), "the notice is over, the ramp begins");
    world.block(5 * DAY, [100, 1_000, 1]);
    // Half way: 70 % of 1,000 is 700, exactly what is owed.
    assert_eq!(world.health(old), Ratio(ONE));
    assert!(world.lots().is_empty());
    // More risk takes the newest version at once: 60 % of 2,000 over 800.
    world.run(BOB, borrow(risky, 100 * ONE)).unwrap();
    assert_eq!(world.health(risky), Ratio(1_200 * ONE / 800));
    // One basis point further the old one is unsafe.
    world.block(DAY / 100, [100, 1_000, 1]);
    assert_eq!(world.lots().len(), 1);
    world.block(30 * DAY, [200, 1_000, 1]);
    let view = world.facility();
    assert!(view.collaterals[0].versions.iter().all(|version| version.terms.threshold == Bps(6_000)), "{view:?}");
}

#[test]
fn a_haircut_is_never_grandfathered_and_a_higher_threshold_comes_at_once() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.govern(ramp(WETH, 8_500, DAY, DAY)).unwrap();
    world.block(1_000, [100, 1_000, 1]);
    assert_eq!(world.health(vault), Ratio(850 * ONE / 700));
    // At a bonus of 10 % no partial sale improves above 90 %: an old version goes no further than that.
    let high = CollateralTerms { threshold: Bps(9_500), loan_to_value: Bps(8_000), bonus: Bps(10), ..terms(0) };
    let far = RampCollateralTerms { facility: FACILITY, asset: WETH, terms: high, notice_ms: 0, ramp_ms: DAY };
    world.govern(Operation::RampCollateralTerms(far)).unwrap();
    world.block(1_000, [100, 1_000, 1]);
    assert_eq!(world.health(vault), Ratio(900 * ONE / 700));
    for (notice_ms, ramp_ms, param) in [(91 * DAY, DAY, "notice_ms"), (0, 1, "ramp_ms"), (0, 400 * DAY, "ramp_ms")] {
        assert_eq!(world.govern(ramp(WETH, 7_000, notice_ms, ramp_ms)), Err(Error::ParamOutOfBounds { param }));
    }
}

#[test]
fn a_called_owner_has_until_the_deadline() {
    let mut world = World::new();
    grace(&mut world, 6 * HOUR, 90, 105);
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    let other = world.vault(BOB, WETH, 10 * ONE, 300 * ONE);
    world.events();
    // 10 at 84: 0.96.
    world.block(60_000, [84, 1_000, 1]);
    assert!(world.lots().is_empty());
    let deadline = world.time.0 + 6 * HOUR;
    assert_eq!(call(&world, vault), Some(deadline));
    // The facility lends on; the debt is reserved in the backstop.
    assert!(!world.facility().totals.unfinished);
    assert_eq!(gage_backstop::waterfall(&world.draft, WATERFALL).unwrap().reserved, Amount(700 * ONE));
    world.run(BOB, borrow(other, ONE)).unwrap();
    assert_eq!(world.run(ALICE, borrow(vault, ONE)), Err(Error::AboveLoanToValue));
    // Paying to just above one ends nothing; to 1.05 does.
    world.run(ALICE, repay(vault, 30 * ONE)).unwrap();
    assert!(world.health(vault) >= Ratio::ONE && call(&world, vault) == Some(deadline));
    world.give(ALICE, WETH, ONE);
    world.run(ALICE, deposit(vault, WETH, ONE)).unwrap();
    assert_eq!(call(&world, vault), None);
    assert!(world.events().contains(&Event::MarginCallEnded { vault, cured: true }));

    // The next call runs out.
    world.block(60_000, [75, 1_000, 1]);
    let deadline = call(&world, vault).unwrap();
    world.block(deadline - world.time.0 - 1, [75, 1_000, 1]);
    assert!(world.lots().is_empty());
    world.block(1, [75, 1_000, 1]);
    assert_eq!(world.lots().len(), 1);
    assert_eq!(call(&world, vault), None);
    assert!(world.events().contains(&Event::MarginCallEnded { vault, cured: false }));
}

#[test]
fn below_the_floor_there_is_no_grace() {
    let mut world = World::new();
    grace(&mut world, 6 * HOUR, 95, 100);
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.block(60_000, [84, 1_000, 1]);
    assert!(call(&world, vault).is_some() && world.lots().is_empty());
    world.block(60_000, [83, 1_000, 1]);
    // 664 / 700 = 0.948.
    assert!(call(&world, vault).is_none());
    assert_eq!(world.lots().len(), 1);
    // At once, without any call.
    let deep = world.vault(BOB, WETH, 10 * ONE, 600 * ONE);
    world.block(60_000, [70, 1_000, 1]);
    assert!(call(&world, deep).is_none());
    let one = Ratio::SCALE;
    for (grace_ms, floor, cure, param) in
        [(8 * DAY, one, one, "grace_ms"), (0, one + 1, one, "floor"), (0, one / 3, one, "floor"), (0, one, 1, "cure")]
    {
        let terms = GraceTerms { grace_ms, floor: Ratio(floor), cure: Ratio(cure) };
        let set = Operation::SetGraceTerms(SetGraceTerms { facility: FACILITY, terms });
        assert_eq!(world.govern(set), Err(Error::ParamOutOfBounds { param }));
    }
}

/// One vault whose market is closed does not hold up the facility; nobody leaves the backstop in front of it.
#[test]
fn an_unsafe_vault_without_a_price_is_reserved_for() {
    let mut world = World::new();
    let stuck = world.vault(ALICE, WBTC, 100_000_000, 700 * ONE);
    let other = world.vault(BOB, WETH, 100 * ONE, 5_000 * ONE);
    world.protect(BOB, 1_000 * ONE);
    world.prices = [100 * ONE, 840 * ONE, ONE];
    world.begin_without_reports(60_000);
    world.report(WBTC, 0);
    world.mark();
    // The price that made it unsafe ages away before the block ends its work: nothing can be sold.
    world.begin_without_reports(2 * HOUR);
    world.report(WETH, 0);
    world.mark();
    world.end();
    assert!(world.health(stuck) < Ratio::ONE);
    assert!(world.lots().is_empty() && !world.facility().totals.unfinished);
    world.run(BOB, borrow(other, ONE)).unwrap();
    let waterfall = gage_backstop::waterfall(&world.draft, WATERFALL).unwrap();
    assert_eq!((waterfall.reserved, waterfall.exits_closed), (Amount(700 * ONE), false));
    // With a price it goes to auction.
    world.block(1_000, [100, 840, 1]);
    assert_eq!(world.lots().len(), 1);
}

#[test]
fn the_issuer_decides_whether_vaults_are_a_venue() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, ONE, 0);
    let venues = |venues: Option<Vec<u8>>| gage_compliance::operations::SetVenues { asset: WETH, venues };
    let issuer = gage_accounts::Signer::Account(world.users[ISSUER]);
    let ctx = world.ctx(issuer);
    gage_compliance::Operation::SetVenues(venues(Some(vec![7]))).apply(&mut world.draft, &ctx).unwrap();
    world.give(ALICE, WETH, ONE);
    assert_eq!(world.run(ALICE, deposit(vault, WETH, ONE)), Err(Error::VenueNotAllowed(WETH)));
    world.run(ALICE, withdraw(vault, WETH, ONE)).unwrap();
    gage_compliance::Operation::SetVenues(venues(Some(vec![7, 10]))).apply(&mut world.draft, &ctx).unwrap();
    world.run(ALICE, deposit(vault, WETH, ONE)).unwrap();
}

#[test]
fn a_facilitys_exposure_is_looked_through_and_limited() {
    use gage_securities::operations::{ScopeName, SetComposition, SetExposureLimit};
    let mut world = World::new();
    let govern = |world: &mut World, operation: gage_securities::Operation| {
        let ctx = world.ctx(gage_accounts::Signer::Governance);
        operation.apply(&mut world.draft, &ctx).unwrap();
        world.draft.commit();
    };
    // One WBTC is two WETH and whatever else; the facility may be exposed to twelve WETH.
    let parts = vec![gage_securities::Part { asset: WETH, weight: Ratio(2 * ONE) }];
    govern(&mut world, gage_securities::Operation::SetComposition(SetComposition { asset: WBTC, parts }));
    let scope = ScopeName::Record(gage_ledger::Beneficiary { module: gage_vaults::MODULE, id: 1 });
    let limit = SetExposureLimit { scope, base: WETH, max: Some(Amount(12 * ONE)) };
    govern(&mut world, gage_securities::Operation::SetExposureLimit(limit));
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    world.give(BOB, WBTC, 200_000_000);
    let other = world.open(BOB);
    world.run(BOB, deposit(other, WBTC, 100_000_000)).unwrap();
    let over = Err(Error::Securities(gage_securities::Error::ExceedsExposure(WETH)));
    assert_eq!(world.run(BOB, deposit(other, WBTC, 1)), over);
    world.give(ALICE, WETH, ONE);
    assert_eq!(world.run(ALICE, deposit(vault, WETH, 1)), over);
    // What leaves makes room.
    world.run(ALICE, withdraw(vault, WETH, ONE)).unwrap();
    world.run(BOB, deposit(other, WBTC, 50_000_000)).unwrap();
}

#[test]
fn a_listing_bounds_what_all_vaults_hold() {
    let mut world = World::new();
    let (one, two) = (world.vault(ALICE, WETH, 3 * ONE, 0), world.open(BOB));
    let (supply_cap, collateral_cap) = (Amount(0), Amount(5 * ONE));
    let list = gage_securities::operations::List { asset: WETH, tier: 4, curator: None, supply_cap, collateral_cap };
    let ctx = world.ctx(gage_accounts::Signer::Governance);
    gage_securities::Operation::List(list).apply(&mut world.draft, &ctx).unwrap();
    world.give(BOB, WETH, 3 * ONE);
    assert_eq!(world.run(BOB, deposit(two, WETH, 2 * ONE + 1)), Err(Error::AboveCollateralCap(WETH)));
    world.run(BOB, deposit(two, WETH, 2 * ONE)).unwrap();
    world.run(ALICE, withdraw(one, WETH, ONE)).unwrap();
    world.run(BOB, deposit(two, WETH, ONE)).unwrap();
}

#[derive(Clone, Debug)]
enum Act {
    Open { percent: u128 },
    Cure { vault: usize, percent: u128 },
    Block { price: u128, ms: u64 },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (60u128..=75).prop_map(|percent| Act::Open { percent }),
        1 => (0usize..9, 1u128..40).prop_map(|(vault, percent)| Act::Cure { vault, percent }),
        4 => (70u128..110, prop_oneof![1u64..HOUR, Just(5 * HOUR)]).prop_map(|(price, ms)| Act::Block { price, ms }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// After every block: an unsafe vault is either sold, or called with its grace running and its
    /// health at the floor or above; a call that stands never changes its deadline.
    #[test]
    fn unsafe_is_called_or_sold(acts in prop::collection::vec(act(), 1..40)) {
        let mut world = World::new();
        grace(&mut world, 4 * HOUR, 92, 103);
        let (mut vaults, mut price) = (Vec::new(), 100u128);
        let mut standing: BTreeMap<VaultId, u64> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Open { percent } => {
                    vaults.push(world.vault(ALICE, WETH, 10 * ONE, 10 * price * percent / 100 * ONE));
                }
                Act::Cure { vault, percent } if !vaults.is_empty() => {
                    let vault = vaults[vault % vaults.len()];
                    world.run(ALICE, repay(vault, world.debt(vault) / 100 * percent + 1)).ok();
                    if world.health(vault) >= Ratio(103 * PERCENT) && world.lots().is_empty() {
                        prop_assert_eq!(call(&world, vault), None);
                    }
                }
                Act::Cure { .. } => {}
                Act::Block { price: to, ms } => {
                    price = to;
                    world.block(ms, [to, 1_000, 1]);
                    // What nobody bought came back after the liquidations of this block: the next one's turn.
                    if world.facility().totals.unfinished {
                        world.block(1, [to, 1_000, 1]);
                    }
                    let mut waiting = 0;
                    for vault in &vaults {
                        let view = gage_vaults::query::vault(&world.draft, *vault).unwrap();
                        let unsafe_now = view.health.is_some_and(|health| health < Ratio::ONE);
                        let in_lots = view.positions.iter().any(|position| position.lots > 0);
                        if let (true, false) = (unsafe_now, in_lots) {
                            prop_assert!(view.health.unwrap() >= Ratio(92 * PERCENT), "{view:?}");
                            prop_assert!(call(&world, *vault).is_some_and(|until| world.time < Timestamp(until)));
                            waiting += view.debt.0;
                        }
                    }
                    prop_assert_eq!(gage_vaults::calls::waiting(&world.draft, FACILITY), Amount(waiting));
                }
            }
            for (vault, was) in &standing {
                let now = call(&world, *vault);
                // The same, ended, or ended and made anew at this block.
                prop_assert!(now.is_none_or(|now| now == *was || now == world.time.0 + 4 * HOUR));
            }
            standing = vaults.iter().filter_map(|vault| Some((*vault, call(&world, *vault)?))).collect();
        }
        prop_assert!(world.facility().identity.holds);
    }
}

/// What a vault pays for its debt is continuous in its pledges and its debt: no step where a collateral
/// begins or ends to cover.
#[test]
fn the_premium_is_continuous() {
    let premiums = [0u128, 1_000_000, 5_000_000];
    let cost = |debt: u128, capacities: [u128; 3]| {
        let shares = gage_vaults::split::split(Amount(debt), &capacities.map(Amount)).unwrap();
        shares.iter().zip(premiums).map(|(share, premium)| share.0 * premium).sum::<u128>()
    };
    for debt in 1..400u128 {
        for safe in (0..200).step_by(7) {
            let here = cost(debt, [safe, 90, 70]);
            // One more unit of debt costs at most the highest premium; one more unit of cover saves at most that.
            let more_debt = cost(debt + 1, [safe, 90, 70]);
            assert!((here..=here + 5_000_000).contains(&more_debt));
            let more_cover = cost(debt, [safe + 1, 90, 70]);
            assert!((more_cover..=more_cover + 5_000_000).contains(&here));
        }
    }
    // The same through a vault: 10 WETH at 80 % cover 800; beyond that the riskier WBTC begins to.
    let mut world = World::with(params(), [terms(0), terms(1_000_000_000_000_000_000), terms(0)], liquidation());
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    world.give(ALICE, WBTC, 100_000_000);
    world.run(ALICE, deposit(vault, WBTC, 100_000_000)).unwrap();
    let riskier = |world: &World| {
        let view = gage_vaults::query::vault(&world.draft, vault).unwrap();
        view.positions.iter().find(|position| position.asset == WBTC).unwrap().debt.0
    };
    world.run(ALICE, borrow(vault, 800 * ONE)).unwrap();
    assert_eq!(riskier(&world), 0);
    world.run(ALICE, borrow(vault, 1)).unwrap();
    assert_eq!(riskier(&world), 1);
}
