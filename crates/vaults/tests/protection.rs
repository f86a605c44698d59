//! Ladders and bands as a reader would tell them, and both at random against what they promise.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_units::{Amount, AssetId, Bps, Ratio, Timestamp};
use gage_vaults::operations::{AllowTopUp, SetBand, SetGraceTerms, SetLadder, With};
use gage_vaults::protection::ladder::{Deed, Rung, ladder};
use gage_vaults::protection::{band, watch};
use gage_vaults::{Error, Event, GraceTerms, LiquidationTerms, Operation, VaultId};
use proptest::prelude::*;

const PERCENT: u128 = ONE / 100;

fn rung(percent: u128, deed: Deed) -> Rung {
    Rung { health: Ratio(percent * PERCENT), deed }
}

fn repays(amount: u128) -> Deed {
    Deed::Repay { amount: Amount(amount * ONE) }
}

fn set_ladder(world: &mut World, user: usize, vault: VaultId, steps: &[Rung]) -> Result<(), Error> {
    let until = Timestamp(world.time.0 + 365 * DAY);
    world.run(user, Operation::SetLadder(SetLadder { vault, asset: GUSD, steps: steps.to_vec(), until }))
}

fn set_band(world: &mut World, user: usize, vault: VaultId, with: With, max: u128) -> Result<(), Error> {
    let band = SetBand {
        vault,
        lower: Ratio(110 * PERCENT),
        target: Ratio(125 * PERCENT),
        upper: Ratio(160 * PERCENT),
        with,
        window_ms: HOUR,
        window_max: Amount(max),
    };
    world.run(user, Operation::SetBand(band))
}

fn own(asset: AssetId) -> With {
    With::Collateral { asset, account: None }
}

fn held(world: &World, user: usize) -> u128 {
    gage_ledger::balance(&world.draft, world.users[user], GUSD).held.0
}

#[test]
fn a_ladder_repays_from_its_reserve_as_health_falls() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    set_ladder(&mut world, ALICE, vault, &[rung(110, repays(100)), rung(102, repays(200))]).unwrap();
    assert_eq!((held(&world, ALICE), world.free(ALICE, GUSD)), (300 * ONE, 400 * ONE));
    world.events();
    // 98 * 8 / 700 = 1.12: nothing yet.
    world.block(60_000, [98, 1_000, 1]);
    assert_eq!(world.debt(vault), 700 * ONE);
    // 96 * 8 / 700 = 1.097: the first step, and only it: 768 / 600 = 1.28.
    world.block(60_000, [96, 1_000, 1]);
    assert_eq!(world.debt(vault), 600 * ONE);
    // A crash to 70: 560 / 600 = 0.93. The second repays 200: 1.4. Nothing is auctioned.
    world.block(60_000, [70, 1_000, 1]);
    assert_eq!(world.debt(vault), 400 * ONE);
    assert!(world.lots().is_empty());
    assert_eq!((held(&world, ALICE), ladder(&world.draft, vault)), (0, None));
    let taken = world.events().iter().filter(|event| matches!(event, Event::LadderStepTaken { .. })).count();
    assert_eq!(taken, 2);
}

#[test]
fn a_step_leaves_the_debt_floor_and_the_rest_of_the_reserve_returns() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    set_ladder(&mut world, ALICE, vault, &[rung(150, repays(650))]).unwrap();
    world.block(60_000, [100, 1_000, 1]);
    assert_eq!((world.debt(vault), held(&world, ALICE)), (100 * ONE, 0));
    assert_eq!(world.free(ALICE, GUSD), 100 * ONE);
}

#[test]
fn a_ladder_is_bonded_while_it_is_needed() {
    let mut world = World::new();
    let terms = GraceTerms { grace_ms: HOUR, floor: Ratio(ONE / 2), cure: Ratio(ONE) };
    world.govern(Operation::SetGraceTerms(SetGraceTerms { facility: FACILITY, terms })).unwrap();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    set_ladder(&mut world, ALICE, vault, &[rung(60, repays(400))]).unwrap();
    world.block(60_000, [84, 1_000, 1]);
    // Called; the step at 0.6 is not due, and cannot be taken away.
    assert_eq!(set_ladder(&mut world, ALICE, vault, &[]), Err(Error::LadderBonded));
    assert_eq!(world.debt(vault), 700 * ONE);
    // The grace is over: what is bonded comes before any auction, due or not.
    world.block(HOUR, [84, 1_000, 1]);
    assert_eq!(world.debt(vault), 300 * ONE);
    assert!(world.lots().is_empty());
    assert!(gage_vaults::calls::margin_call(&world.draft, vault).is_none());
    // Once it is safe the owner disposes of it again; closing gives the reserve back.
    world.give(ALICE, WETH, ONE);
    set_ladder(&mut world, ALICE, vault, &[rung(60, repays(50))]).unwrap();
    assert_eq!(held(&world, ALICE), 50 * ONE);
    world.vault(BOB, WETH, 100 * ONE, 1_000 * ONE);
    world.run(BOB, repay(vault, 1_000 * ONE)).unwrap();
    world.run(ALICE, close(vault)).unwrap();
    assert_eq!(held(&world, ALICE), 0);
    assert!(watch::watch(&world.draft, vault).is_none());
}

#[test]
fn a_step_sells_without_penalty_and_what_nobody_buys_returns() {
    let target = gage_vaults::FacilityParams { target_health: Ratio(125 * PERCENT), ..params() };
    let mut world = World::with(target, [terms(0), terms(0), terms(0)], liquidation());
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    let sells = Deed::Sell { asset: WETH, amount: Amount(2 * ONE), discount: Bps(100) };
    set_ladder(&mut world, ALICE, vault, &[rung(110, sells)]).unwrap();
    // 95 * 8 / 700 = 1.086: two coins at no less than 94.05, against 188.1 of debt.
    world.block(60_000, [95, 1_000, 1]);
    let lot = world.lots()[0];
    let record = gage_auctions::lot(&world.draft, lot).unwrap();
    assert_eq!(record.floor.0, 9_405 * PERCENT);
    assert_eq!((record.remaining.0, record.raise_max.0), (2 * ONE, 18_810 * PERCENT));
    assert_eq!(world.debt(vault), 700 * ONE - 18_810 * PERCENT);
    assert!(!world.events().iter().any(|event| matches!(event, Event::Liquidated { .. })));
    // Bob buys a part of it, at the price of the moment.
    world.vault(BOB, WETH, 100 * ONE, 5_000 * ONE);
    world.begin(60_000);
    // The dust rule: what stays to raise is nothing or a hundred.
    let taken = world.take(BOB, lot, ONE / 5 * 4).unwrap();
    world.end();
    assert_eq!(taken, ONE / 5 * 4);
    world.begin(HOUR);
    world.end();
    // One round, and it is over: what nobody wanted is pledged again, its debt too.
    assert!(world.lots().is_empty());
    assert_eq!(world.pledged(vault, WETH), 10 * ONE - taken);
    assert!(world.debt(vault) > 600 * ONE && world.debt(vault) < 625 * ONE);
    assert_eq!(world.facility().totals.auctioned.0, 0);
}

#[test]
fn a_band_adds_to_and_releases_from_the_owners_account_within_its_window() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.give(ALICE, WETH, 5 * ONE);
    set_band(&mut world, ALICE, vault, own(WETH), 2 * ONE).unwrap();
    // 90 * 8 / 700 = 1.029: to 1.25 miss 155 / 72 = 2.15; the window gives two.
    world.block(60_000, [90, 1_000, 1]);
    assert_eq!((world.pledged(vault, WETH), world.free(ALICE, WETH)), (12 * ONE, 3 * ONE));
    // 80 * 12 * 0.8 / 700 = 1.097: the window is used; after it there is more.
    world.block(60_000, [80, 1_000, 1]);
    assert_eq!(world.pledged(vault, WETH), 12 * ONE);
    world.block(HOUR, [80, 1_000, 1]);
    assert_eq!(world.pledged(vault, WETH), 13_671_875_000_000_000_000);
    assert_eq!(world.health(vault), Ratio(125 * PERCENT));
    // 110: 1.719 is above the band: back to 1.25, two per window.
    world.block(2 * HOUR, [110, 1_000, 1]);
    assert_eq!(world.pledged(vault, WETH), 11_671_875_000_000_000_000);
    assert_eq!(world.free(ALICE, WETH), 3_328_125_000_000_000_000);
    // The owner may end it at any time.
    set_band(&mut world, ALICE, vault, With::Nothing, 0).unwrap();
    assert!(watch::watch(&world.draft, vault).is_none());
}

#[test]
fn a_release_never_goes_below_loan_to_value_nor_while_the_facility_takes_no_risk() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 20 * ONE, 700 * ONE);
    let narrow = SetBand {
        vault,
        lower: Ratio(100 * PERCENT),
        target: Ratio(101 * PERCENT),
        upper: Ratio(102 * PERCENT),
        with: own(WETH),
        window_ms: HOUR,
        window_max: Amount(100 * ONE),
    };
    world.run(ALICE, Operation::SetBand(narrow)).unwrap();
    world.events();
    // 1.01 at a threshold of 80 % would be 79 % of debt over value: above the 75 % one may withdraw to.
    world.block(60_000, [100, 1_000, 1]);
    assert_eq!(world.pledged(vault, WETH), 20 * ONE);
    let code = Error::AboveLoanToValue.code();
    assert!(world.events().contains(&Event::ProtectionFailed { vault, code }));
    // Within loan-to-value it does; not while the facility is closed.
    set_band(&mut world, ALICE, vault, own(WETH), 100 * ONE).unwrap();
    let closed = gage_vaults::FacilityParams { closed: true, ..params() };
    let set = gage_vaults::operations::SetFacilityParams { facility: FACILITY, stable: GUSD, params: closed };
    world.govern(Operation::SetFacilityParams(set.clone())).unwrap();
    world.block(60_000, [100, 1_000, 1]);
    assert_eq!(world.pledged(vault, WETH), 20 * ONE);
    let open = gage_vaults::operations::SetFacilityParams { params: params(), ..set };
    world.govern(Operation::SetFacilityParams(open)).unwrap();
    world.block(HOUR, [100, 1_000, 1]);
    assert_eq!(world.pledged(vault, WETH), 10_937_500_000_000_000_000, "700 * 1.25 / 80");
}

#[test]
fn another_account_pays_only_what_it_allowed() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.give(BOB, WETH, 5 * ONE);
    let with = With::Collateral { asset: WETH, account: Some(world.ids[BOB]) };
    set_band(&mut world, ALICE, vault, with, 10 * ONE).unwrap();
    world.block(60_000, [90, 1_000, 1]);
    assert_eq!((world.pledged(vault, WETH), world.free(BOB, WETH)), (10 * ONE, 5 * ONE), "nothing was allowed");
    let allow = AllowTopUp { vault, asset: WETH, amount: Amount(ONE) };
    world.run(BOB, Operation::AllowTopUp(allow)).unwrap();
    world.block(HOUR, [90, 1_000, 1]);
    assert_eq!((world.pledged(vault, WETH), world.free(BOB, WETH)), (11 * ONE, 4 * ONE));
    world.block(HOUR, [85, 1_000, 1]);
    assert_eq!(world.free(BOB, WETH), 4 * ONE, "the allowance is used up");
    // What is released goes to that account.
    world.block(HOUR, [200, 1_000, 1]);
    assert!(world.free(BOB, WETH) > 5 * ONE && world.free(ALICE, WETH) == 0);
}

#[test]
fn what_the_owners_steps_brought_is_the_first_row_of_the_receipt() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 750 * ONE);
    set_ladder(&mut world, ALICE, vault, &[rung(99, repays(100))]).unwrap();
    // Halved at once: the step repays 100 of 750, the rest goes to auction whole, and nobody bids.
    world.block(60_000, [50, 1_000, 1]);
    assert_eq!((world.debt(vault), world.facility().totals.auctioned.0), (0, 650 * ONE));
    for _ in 0..3 {
        world.block(HOUR + 1_000, [50, 1_000, 1]);
    }
    let receipts = gage_backstop::query::receipts(&world.draft, None, 10);
    let receipt = &receipts[0].receipt;
    assert_eq!((receipt.debt.0, receipt.uncovered.0), (750 * ONE, 650 * ONE));
    assert_eq!(receipt.bearings[0].kind, gage_backstop::StepKind::SelfDeleverage);
    assert_eq!(receipt.bearings[0].amount.0, 100 * ONE);
    // It is told once, and not of a vault that became safe in between.
    let again = world.vault(ALICE, WETH, 10 * ONE, 370 * ONE);
    set_ladder(&mut world, ALICE, again, &[rung(99, repays(60))]).unwrap();
    world.block(60_000, [45, 1_000, 1]);
    assert_eq!(world.debt(again), 310 * ONE);
    world.block(60_000, [20, 1_000, 1]);
    for _ in 0..3 {
        world.block(HOUR + 1_000, [20, 1_000, 1]);
    }
    let receipts = gage_backstop::query::receipts(&world.draft, None, 10);
    let receipt = &receipts.last().unwrap().receipt;
    assert_eq!((receipts.len(), receipt.debt.0), (2, 310 * ONE));
}

#[test]
fn an_allowance_is_to_a_band_that_names_the_account_and_ends_with_it() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    let allow = |user: usize, amount: u128, world: &mut World| {
        world.run(user, Operation::AllowTopUp(AllowTopUp { vault, asset: WETH, amount: Amount(amount) }))
    };
    assert_eq!(allow(BOB, ONE, &mut world), Err(Error::NotInBand));
    let with = With::Collateral { asset: WETH, account: Some(world.ids[BOB]) };
    set_band(&mut world, ALICE, vault, with.clone(), 10 * ONE).unwrap();
    assert_eq!(allow(CAROL, ONE, &mut world), Err(Error::NotInBand), "nobody fills her list");
    allow(BOB, ONE, &mut world).unwrap();
    let allowed = |world: &World| gage_vaults::protection::band::allowance(&world.draft, vault, world.users[BOB]);
    // The same band again leaves it; another ends it; and so does the vault's end.
    set_band(&mut world, ALICE, vault, with.clone(), 5 * ONE).unwrap();
    assert!(allowed(&world).is_some());
    set_band(&mut world, ALICE, vault, own(WETH), 5 * ONE).unwrap();
    assert_eq!(allowed(&world), None);
    set_band(&mut world, ALICE, vault, with, 5 * ONE).unwrap();
    allow(BOB, ONE, &mut world).unwrap();
    world.run(ALICE, repay(vault, 700 * ONE)).unwrap();
    world.run(ALICE, close(vault)).unwrap();
    assert_eq!(allowed(&world), None);
}

#[test]
fn a_band_kept_from_a_reserve_repays() {
    let mut world = World::new();
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    let until = Timestamp(world.time.0 + 30 * DAY);
    let with = With::Reserve { asset: GUSD, amount: Amount(200 * ONE), until };
    set_band(&mut world, ALICE, vault, with, 1_000 * ONE).unwrap();
    // 720 / 700: to 1.25 the debt must be 576.
    world.block(60_000, [90, 1_000, 1]);
    assert_eq!((world.debt(vault), held(&world, ALICE)), (576 * ONE, 76 * ONE));
    set_band(&mut world, ALICE, vault, With::Nothing, 0).unwrap();
    assert_eq!(held(&world, ALICE), 0);
    for (lower, target, upper, param) in
        [(99, 125, 160, "lower"), (110, 110, 160, "target"), (110, 125, 125, "upper"), (110, 125, 10_001, "upper")]
    {
        let bad = SetBand {
            vault,
            lower: Ratio(lower * PERCENT),
            target: Ratio(target * PERCENT),
            upper: Ratio(upper * PERCENT),
            with: own(WETH),
            window_ms: HOUR,
            window_max: Amount(1),
        };
        assert_eq!(world.run(ALICE, Operation::SetBand(bad)), Err(Error::ParamOutOfBounds { param }));
    }
}

/// A safe vault sells to the target and no further; an unsafe one is liquidated whatever its ladder says; what
/// an own lot is for bears interest until it ends.
#[test]
fn an_own_sale_brings_a_safe_vault_to_its_target_and_bears_interest() {
    let dear = gage_vaults::FacilityParams { base_rate: FIVE_PERCENT, ..params() };
    let mut world = World::with(dear, [terms(0), terms(0), terms(0)], liquidation());
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    let sells = Deed::Sell { asset: WETH, amount: Amount(10 * ONE), discount: Bps(0) };
    // Due below 5, but there is nothing to do above the target of 1.1.
    set_ladder(&mut world, ALICE, vault, &[rung(500, sells)]).unwrap();
    world.block(60_000, [100, 1_000, 1]);
    assert!(world.lots().is_empty());
    // 95 * 8 / 700 = 1.086: 10 / (1.1 - 0.8) = 33.4 are repaid by the sale of as much.
    world.block(10 * 60_000, [95, 1_000, 1]);
    let lot = gage_auctions::lot(&world.draft, world.lots()[0]).unwrap();
    assert!(lot.raise_max.0 > 33 * ONE && lot.raise_max.0 < 34 * ONE, "{lot:?}");
    assert!(world.health(vault) >= Ratio(110 * PERCENT - 1_000), "but for roundings");
    // While it is open there is no other arrangement of the kind, and nothing of it is reserved.
    assert_eq!(set_ladder(&mut world, ALICE, vault, &[rung(500, sells)]), Err(Error::InLiquidation));
    assert_eq!(gage_backstop::waterfall(&world.draft, WATERFALL).unwrap().reserved.0, 0);
    let before = world.debt(vault);
    world.block(2 * HOUR, [95, 1_000, 1]);
    assert!(world.lots().is_empty());
    // Nobody bought: it owes all of it again, with what two hours at 5 % a year cost on the whole.
    let owed = world.debt(vault) - before - lot.raise_max.0;
    let simple = (before + lot.raise_max.0) / 20 * 2 / (365 * 24);
    assert!(owed >= simple / 100 * 97 && owed <= simple / 100 * 103, "{owed} {simple}");
    // Unsafe, it is called to no sale of its own.
    set_ladder(&mut world, ALICE, vault, &[rung(500, sells)]).unwrap();
    world.events();
    world.block(60_000, [86, 1_000, 1]);
    let events = world.events();
    assert!(events.iter().any(|event| matches!(event, Event::Liquidated { .. })));
    assert!(!events.iter().any(|event| matches!(event, Event::Deleveraged { .. })));
    assert_eq!(set_ladder(&mut world, ALICE, vault, &[rung(500, sells)]), Err(Error::InLiquidation));
}

#[derive(Clone, Debug)]
enum Act {
    Vault { asset: usize, percent: u128, second: bool },
    Ladder { vault: usize, top: u128, repay: u128, sell: u128 },
    Band { vault: usize, reserve: bool, max: u128 },
    Touch { vault: usize, percent: u128 },
    Take { lot: usize },
    Block { moves: [u128; 3], ms: u64 },
}

fn act() -> impl Strategy<Value = Act> {
    let moves = || prop_oneof![6 => 960u128..1_040, 2 => 850u128..1_150, 1 => Just(500u128), 1 => Just(1_000_000)];
    prop_oneof![
        4 => (0usize..2, 40u128..100, any::<bool>())
            .prop_map(|(asset, percent, second)| Act::Vault { asset, percent, second }),
        3 => (0usize..20, 101u128..160, 1u128..60, 1u128..60)
            .prop_map(|(vault, top, repay, sell)| Act::Ladder { vault, top, repay, sell }),
        3 => (0usize..20, any::<bool>(), 1u128..100).prop_map(|(vault, reserve, max)| Act::Band { vault, reserve, max }),
        2 => (0usize..20, 1u128..60).prop_map(|(vault, percent)| Act::Touch { vault, percent }),
        1 => (0usize..9).prop_map(|lot| Act::Take { lot }),
        8 => (moves(), moves(), moves(), prop_oneof![1u64..120_000, Just(2 * HOUR)])
            .prop_map(|(a, b, c, ms)| Act::Block { moves: [a, b, c], ms }),
    ]
}

/// Whatever happens, after each block every arranged vault that is due by exact evaluation was attended
/// to: it acted in this block, or it rests because nothing could be done. No scan finds one more.
fn play(acts: Vec<Act>) -> Result<(), TestCaseError> {
    let unbounded = LiquidationTerms { window_max: Amount(1 << 120), dust: Amount(ONE), ..liquidation() };
    let mut world = World::with(params(), [terms(0), terms(1_000_000_000), terms(0)], unbounded);
    world.vault(BOB, WETH, 1_000_000 * ONE, 1_000_000 * ONE);
    let mut vaults: Vec<VaultId> = Vec::new();
    for act in acts {
        let pick = |vault: usize| vaults.get(vault % vaults.len().max(1)).copied();
        match act {
            Act::Vault { asset, percent, second } => {
                let id = world.open(ALICE);
                for asset in [Some(asset), second.then_some(1 - asset)].into_iter().flatten() {
                    let asset = COLLATERALS[asset];
                    let amount = 10 * 10u128.pow(decimals(asset).into());
                    world.give(ALICE, asset, 2 * amount);
                    world.run(ALICE, deposit(id, asset, amount)).unwrap();
                }
                let value = gage_vaults::query::vault(&world.draft, id).unwrap().collateral_value.0;
                world.run(ALICE, borrow(id, value / 100 * percent / 100 * 75)).ok();
                vaults.push(id);
            }
            Act::Ladder { vault, top, repay, sell } => {
                let Some(id) = pick(vault) else { continue };
                let owed = world.debt(id);
                let deed = Deed::Repay { amount: Amount((owed / 100 * repay).max(1)) };
                let sold = Deed::Sell { asset: WETH, amount: Amount(ONE / 10 * sell), discount: Bps(300) };
                set_ladder(&mut world, ALICE, id, &[rung(top, deed), rung(top - 1, sold), rung(90, deed)]).ok();
            }
            Act::Band { vault, reserve, max } => {
                let Some(id) = pick(vault) else { continue };
                let until = Timestamp(world.time.0 + DAY);
                let with = match reserve {
                    true => With::Reserve { asset: GUSD, amount: Amount(max * ONE), until },
                    false => own(WETH),
                };
                set_band(&mut world, ALICE, id, with, max * ONE / 10).ok();
            }
            Act::Touch { vault, percent } => {
                let Some(id) = pick(vault) else { continue };
                world.run(BOB, repay(id, (world.debt(id) / 100 * percent).max(1))).ok();
            }
            Act::Take { lot } => {
                let lots = world.lots();
                let Some(lot) = lots.get(lot % lots.len().max(1)) else { continue };
                world.take(BOB, *lot, 1_000_000 * ONE).ok();
            }
            Act::Block { moves, ms } => {
                for (price, by) in world.prices.iter_mut().zip(moves) {
                    let moved = gage_units::mul_div(*price, by, 1_000, gage_units::Rounding::Down).unwrap();
                    *price = moved.clamp(ONE / 1_000, 100_000_000 * ONE);
                }
                world.begin(ms);
                world.events();
                let used_before: Vec<_> = vaults.iter().map(|id| band::band(&world.draft, *id)).collect();
                let ctx = world.ctx(gage_accounts::Signer::Protocol);
                let mut budget = u64::MAX;
                gage_vaults::liquidate(&mut world.draft, &ctx, &mut budget).unwrap();
                world.check();
                world.draft.commit();
                let events = world.events();
                for (id, before) in vaults.iter().zip(used_before) {
                    let Some(watch) = watch::watch(&world.draft, *id) else { continue };
                    let Some(health) = gage_vaults::query::vault(&world.draft, *id).unwrap().health else { continue };
                    let acted = events.iter().any(|event| {
                        matches!(event, Event::LadderStepTaken { vault, .. } | Event::Rebalanced { vault, .. } if vault == id)
                            || matches!(event, Event::Liquidated { vault, .. } if vault == id)
                    });
                    let due = health < watch.below;
                    prop_assert!(!due || acted || watch.resting_until.is_some(), "vault {id}: {watch:?} {health}");
                    if let (Some(now), Some(before)) = (band::band(&world.draft, *id), before) {
                        prop_assert!(now.window.used <= now.terms.window_max);
                        // A release is a withdrawal: it leaves the vault where one may borrow.
                        let released = events
                            .iter()
                            .any(|event| matches!(event, Event::Rebalanced { vault, added: false, .. } if vault == id));
                        prop_assert!(!released || health >= before.terms.target);
                    }
                }
                let mut budget = u64::MAX;
                gage_vaults::settle_auctions(&mut world.draft, &ctx, &mut budget).unwrap();
                world.check();
                world.draft.commit();
            }
        }
    }
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
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_arranged_is_missed(acts in prop::collection::vec(act(), 1..60)) {
        play(acts)?;
    }
}

/// A vault whose band adds a second collateral while it is being sold.
#[test]
fn a_band_adds_to_a_vault_in_liquidation() {
    let vault = |asset, percent| Act::Vault { asset, percent, second: false };
    let block = |a, b, c| Act::Block { moves: [a, b, c], ms: 1 };
    let acts = vec![
        vault(0, 40),
        vault(1, 62),
        vault(0, 40),
        Act::Band { vault: 19, reserve: false, max: 1 },
        block(960, 960, 960),
        vault(0, 40),
        block(960, 960, 960),
        block(960, 1099, 960),
        vault(0, 40),
        Act::Ladder { vault: 11, top: 101, repay: 1, sell: 1 },
        vault(0, 40),
        block(960, 500, 960),
        vault(0, 40),
        block(850, 960, 960),
    ];
    play(acts).unwrap();
}
