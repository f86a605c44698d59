//! Redemption: the order, the fee, and that no vault is worse for it.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::Quantity;
use gage_units::{Amount, Bps, RatePerSecond, Ratio};
use gage_vaults::operations::{Redeem, SetRedemption};
use gage_vaults::{Error, Event, Operation, RedemptionTerms, VaultId};
use proptest::prelude::*;

/// A half-life of six hours; half a percent to a half.
fn fees() -> RedemptionTerms {
    RedemptionTerms {
        fee_min: Bps(50),
        fee_max: Bps(5_000),
        decay: RatePerSecond(999_967_910_367_635_122_012_970_996),
        amount_min: Amount(ONE),
    }
}

fn world() -> World {
    let mut world = World::new();
    let set = SetRedemption { facility: FACILITY, stable: GUSD, terms: Some(fees()) };
    world.govern(Operation::SetRedemption(set)).unwrap();
    world
}

fn redeem(amount: u128, vaults_max: u8) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    let (least, fee_max) = (Amount(0), Bps(5_000));
    Operation::Redeem(Redeem { facility: FACILITY, asset: GUSD, amount, least, fee_max, vaults_max })
}

/// The terms are set anew: what is there now has stood for long enough.
fn settle_supply(world: &mut World) {
    for terms in [None, Some(fees())] {
        let set = SetRedemption { facility: FACILITY, stable: GUSD, terms };
        world.govern(Operation::SetRedemption(set)).unwrap();
    }
}

/// The vaults redeemed since the last call, in order, with how much.
fn redeemed(world: &mut World) -> Vec<(u32, u128)> {
    let events = world.events().into_iter();
    let vaults = events.filter_map(|event| match event {
        Event::VaultRedeemed { vault, amount, .. } => Some((vault.0, amount.0)),
        _ => None,
    });
    vaults.collect()
}

/// Gives the user stable that another vault borrowed.
fn fund(world: &mut World, user: usize, amount: u128) {
    let ctx = world.ctx(gage_accounts::Signer::Protocol);
    let (from, to) = (world.users[CAROL], world.users[user]);
    gage_ledger::transfer(&mut world.draft, &ctx, from, to, GUSD, Amount(amount)).unwrap();
    world.draft.commit();
}

#[test]
fn the_riskiest_vaults_pay_in_order_and_their_owners_keep_the_surplus() {
    let mut world = world();
    // Health 8, 1.6, 1.333.., 1.6: the order is 3, then 2 before 4 by number.
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    world.vault(ALICE, WETH, 10 * ONE, 600 * ONE);
    world.vault(ALICE, WBTC, 100_000_000, 500 * ONE);
    fund(&mut world, BOB, 2_000 * ONE);
    world.events();
    world.run(BOB, redeem(1_150 * ONE, 32)).unwrap();
    assert_eq!(redeemed(&mut world), [(3, 600 * ONE), (2, 500 * ONE), (4, 50 * ONE)]);
    // 3 and 2 owe nothing and keep what is above their debt and below their collateral, fee included.
    assert_eq!((world.debt(VaultId(3)), world.debt(VaultId(2)), world.debt(VaultId(4))), (0, 0, 450 * ONE));
    assert!(world.pledged(VaultId(3), WETH) > 4 * ONE && world.pledged(VaultId(2), WETH) > 5 * ONE);
}

#[test]
fn what_is_paid_is_the_worth_less_the_fee() {
    let mut world = world();
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    let vault = world.vault(ALICE, WETH, 10 * ONE, 600 * ONE);
    fund(&mut world, BOB, 1_000 * ONE);
    settle_supply(&mut world);
    let health = world.health(vault);
    world.run(BOB, redeem(106 * ONE, 1)).unwrap();
    // 106 of 10,600 is 1 %, half of it 0.5 %: with the floor 1 %. 106 * 0.99 / 100 = 1.0494 WETH.
    assert_eq!(world.free(BOB, WETH), 1_049_400_000_000_000_000);
    assert_eq!(world.free(BOB, GUSD), 894 * ONE);
    assert_eq!(world.debt(vault), 494 * ONE);
    assert_eq!(world.pledged(vault, WETH), 10 * ONE - 1_049_400_000_000_000_000);
    assert!(world.health(vault) > health);
    // It raised the rate by all of its 1 %, of which six hours leave half: 0.5 + 0.5 + half of a part of 10,494.
    world.begin(6 * HOUR);
    world.run(BOB, redeem(100 * ONE, 1)).unwrap();
    let paid = world.free(BOB, WETH) - 1_049_400_000_000_000_000;
    let fee = ONE / 200 + ONE / 200 + gage_units::mul_div(100, ONE, 2 * 10_494, gage_units::Rounding::Up).unwrap();
    assert!(paid.abs_diff(ONE - fee) <= 10, "{paid} {fee}");
    // All of it: the owner keeps what is left and goes.
    world.run(BOB, redeem(394 * ONE, 1)).unwrap();
    assert_eq!(world.debt(vault), 0);
    assert!(world.pledged(vault, WETH) > 4 * ONE);
    world.run(ALICE, close(vault)).unwrap();
}

#[test]
fn a_partial_redemption_leaves_the_floor() {
    let mut world = world();
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    let vault = world.vault(ALICE, WETH, 10 * ONE, 600 * ONE);
    fund(&mut world, BOB, 1_000 * ONE);
    world.events();
    world.run(BOB, redeem(550 * ONE, 32)).unwrap();
    // 500 leave the floor of 100; the other 50 fall on the next in order.
    assert_eq!(redeemed(&mut world), [(vault.0, 500 * ONE), (1, 50 * ONE)]);
    assert_eq!(world.debt(vault), 100 * ONE);
}

#[test]
fn refusals_in_their_order() {
    let mut world = World::new();
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    fund(&mut world, BOB, 1_000 * ONE);
    assert_eq!(world.run(BOB, redeem(ONE, 1)), Err(Error::NotRedeemable));
    let set = SetRedemption { facility: FACILITY, stable: GUSD, terms: Some(fees()) };
    world.govern(Operation::SetRedemption(set)).unwrap();
    assert_eq!(world.run(BOB, redeem(ONE, 0)), Err(Error::ParamOutOfBounds { param: "vaults_max" }));
    assert_eq!(world.run(BOB, redeem(ONE - 1, 1)), Err(Error::BelowRedemptionMin));
    let ask = |least: u128, fee_max: u32| {
        let amount = Quantity::Exact(Amount(100 * ONE));
        let (least, fee_max) = (Amount(least), Bps(fee_max));
        Operation::Redeem(Redeem { facility: FACILITY, asset: GUSD, amount, least, fee_max, vaults_max: 1 })
    };
    assert_eq!(world.run(BOB, ask(0, 99)), Err(Error::RedemptionFeeTooHigh));
    let below = Err(Error::Accounts(gage_accounts::Error::OutputBelowMinimum));
    assert_eq!(world.run(BOB, ask(101 * ONE, 100)), below);
    assert!(matches!(world.run(ALICE, ask(0, 500)), Err(Error::Ledger(_))), "she has none");
    // A price that is not usable to redeem at.
    world.begin_without_reports(30 * DAY);
    world.mark();
    assert!(matches!(world.run(BOB, ask(0, 500)), Err(Error::Oracle(_) | Error::UnfinishedLiquidations)));
    world.begin(1_000);
    world.end();
    world.begin(1_000);
    world.run(BOB, ask(100 * ONE, 500)).unwrap();
    let end = SetRedemption { facility: FACILITY, stable: GUSD, terms: None };
    world.govern(Operation::SetRedemption(end)).unwrap();
    assert_eq!(world.run(BOB, ask(0, 500)), Err(Error::NotRedeemable));
}

/// Every price but that of WETH becomes too old to redeem at.
fn age_all_but_weth(world: &mut World) {
    for _ in 0..2 {
        world.begin_without_reports(HOUR + 60_000);
        world.report(WETH, 0);
        world.mark();
        world.end();
    }
}

#[test]
fn a_vault_that_cannot_pay_does_not_block_the_others() {
    let mut world = world();
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    // The riskiest is of an asset whose price has aged; the next one pays.
    let blocked = world.vault(ALICE, WBTC, 100_000_000, 600 * ONE);
    let next = world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    fund(&mut world, BOB, 1_000 * ONE);
    age_all_but_weth(&mut world);
    world.events();
    world.run(BOB, redeem(100 * ONE, 1)).unwrap();
    assert_eq!(redeemed(&mut world), [(next.0, 100 * ONE)]);
    assert_eq!(world.debt(blocked), 600 * ONE);
}

#[test]
fn vaults_that_cannot_pay_use_up_no_looks() {
    let mut world = world();
    world.audit = false;
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    // More than the looks of one redemption, all riskier than the one that can pay.
    for _ in 0..130 {
        world.vault(ALICE, WBTC, 20_000_000, 140 * ONE);
    }
    let next = world.vault(ALICE, WETH, 10 * ONE, 500 * ONE);
    fund(&mut world, BOB, 1_000 * ONE);
    age_all_but_weth(&mut world);
    world.events();
    world.run(BOB, redeem(100 * ONE, 1)).unwrap();
    assert_eq!(redeemed(&mut world), [(next.0, 100 * ONE)]);
}

#[test]
fn what_cannot_pay_of_a_vault_does_not_protect_the_rest_of_it() {
    let mut world = World::with(params(), [terms(0), terms(10), terms(20)], liquidation());
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    // A little of the riskiest, whose price then ages, beside ten WETH.
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    world.give(ALICE, WBTC, 10_000);
    world.run(ALICE, deposit(vault, WBTC, 10_000)).unwrap();
    world.run(ALICE, borrow(vault, 600 * ONE)).unwrap();
    fund(&mut world, BOB, 1_000 * ONE);
    settle_supply(&mut world);
    age_all_but_weth(&mut world);
    world.events();
    world.run(BOB, redeem(100 * ONE, 1)).unwrap();
    assert_eq!(redeemed(&mut world), [(vault.0, 100 * ONE)]);
    assert_eq!(world.pledged(vault, WBTC), 10_000);
}

#[test]
fn a_supply_raised_for_less_than_an_hour_does_not_lower_the_fee() {
    let fee_of = |raise: bool, wait_ms: u64| {
        let mut world = world();
        world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
        fund(&mut world, BOB, 1_000 * ONE);
        settle_supply(&mut world);
        if raise {
            world.vault(ALICE, WETH, 10_000 * ONE, 90_000 * ONE);
        }
        for _ in 0..3 {
            world.begin(wait_ms);
            world.end();
        }
        world.run(BOB, redeem(1_000 * ONE, 4)).unwrap();
        world.free(BOB, WETH)
    };
    // A tenth of what stood: 5.5 %, whatever was borrowed in the block before.
    assert_eq!(fee_of(false, 60_000), 9_450_000_000_000_000_000);
    assert_eq!(fee_of(true, 60_000), 9_450_000_000_000_000_000);
    // What has stood for hours counts: a hundredth is 1 %.
    assert_eq!(fee_of(true, HOUR), 9_900_000_000_000_000_000);
}

#[test]
fn the_riskiest_collateral_of_a_vault_pays_first() {
    let mut world = World::with(params(), [terms(0), terms(10), terms(20)], liquidation());
    let set = SetRedemption { facility: FACILITY, stable: GUSD, terms: Some(fees()) };
    world.govern(Operation::SetRedemption(set)).unwrap();
    world.vault(CAROL, WETH, 1_000 * ONE, 10_000 * ONE);
    let vault = world.vault(ALICE, WETH, 10 * ONE, 0);
    world.give(ALICE, WBTC, 10_000_000);
    world.run(ALICE, deposit(vault, WBTC, 10_000_000)).unwrap();
    world.run(ALICE, borrow(vault, 800 * ONE)).unwrap();
    fund(&mut world, BOB, 1_000 * ONE);
    settle_supply(&mut world);
    // 0.1 WBTC is worth 100: it goes first, then WETH.
    world.run(BOB, redeem(400 * ONE, 1)).unwrap();
    assert_eq!(world.pledged(vault, WBTC), 0);
    assert_eq!(world.free(BOB, WBTC), 10_000_000);
    assert!(world.free(BOB, WETH) > 2 * ONE);
    assert_eq!(world.debt(vault), 400 * ONE);
}

#[derive(Clone, Debug)]
struct NewVault {
    asset: usize,
    amount: u128,
    percent: u128,
    second: Option<(usize, u128)>,
}

fn vault() -> impl Strategy<Value = NewVault> {
    let second = proptest::option::of((0usize..3, 1u128..20));
    (0usize..3, 5u128..60, 20u128..=74, second).prop_map(|(asset, amount, percent, second)| NewVault {
        asset,
        amount,
        percent,
        second,
    })
}

fn unit(asset: gage_units::AssetId) -> u128 {
    10u128.pow(u32::from(decimals(asset)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Against a full scan: the vaults that pay are the first by health and number of all that can, each
    /// as much as the floor allows, none is worse for it, and the books balance.
    #[test]
    fn redemption_takes_the_worst_first_and_lowers_no_health(
        vaults in prop::collection::vec(vault(), 1..12),
        moves in prop::collection::vec((0usize..3, 90u128..112), 0..4),
        amounts in prop::collection::vec((2u128..3_000, 1u8..8), 1..4),
    ) {
        let mut world = World::with(params(), [terms(0), terms(10), terms(20)], liquidation());
        let set = SetRedemption { facility: FACILITY, stable: GUSD, terms: Some(fees()) };
        world.govern(Operation::SetRedemption(set)).unwrap();
        world.vault(CAROL, WETH, 10_000 * ONE, 50_000 * ONE);
        let mut ids = vec![VaultId(1)];
        for new in vaults {
            let asset = COLLATERALS[new.asset];
            let id = world.vault(ALICE, asset, new.amount * unit(asset), 0);
            let mut worth = new.amount * world.prices[new.asset];
            if let Some((second, amount)) = new.second.filter(|(second, _)| *second != new.asset) {
                let asset = COLLATERALS[second];
                world.give(ALICE, asset, amount * unit(asset));
                world.run(ALICE, deposit(id, asset, amount * unit(asset))).unwrap();
                worth += amount * world.prices[second];
            }
            let debt = worth / 100 * new.percent;
            if debt >= 100 * ONE {
                world.run(ALICE, borrow(id, debt)).unwrap();
            }
            ids.push(id);
        }
        for (asset, percent) in moves {
            world.prices[asset] = world.prices[asset] / 100 * percent;
            world.begin(60_000);
        }
        world.end();
        // Jumps wait for their confirmation; then everything is as fresh as it gets.
        for _ in 0..3 {
            world.begin(60_000);
            world.end();
        }
        fund(&mut world, BOB, 20_000 * ONE);
        for (amount, vaults_max) in amounts {
            world.events();
            let before: Vec<(Ratio, u128)> = ids.iter().map(|id| (world.health(*id), world.debt(*id))).collect();
            let lots: Vec<bool> = ids.iter().map(|id| has_lot(&world, *id)).collect();
            let supply = world.facility().identity.supply;
            let outcome = world.run(BOB, redeem(amount * ONE, vaults_max));
            let done = redeemed(&mut world);
            // The naive way: sort all, take in order.
            let mut order: Vec<usize> = (0..ids.len()).filter(|at| before[*at].1 > 0).collect();
            order.sort_by_key(|at| (before[*at].0, ids[*at]));
            let mut left = amount * ONE;
            let mut expected = Vec::new();
            for at in order {
                let (health, debt) = before[at];
                if left == 0 || expected.len() == usize::from(vaults_max) || health < Ratio::ONE || lots[at] {
                    continue;
                }
                let floor = 100 * ONE;
                let part = match left.min(debt) {
                    part if part == debt || debt - part >= floor => part,
                    _ => debt.saturating_sub(floor),
                };
                if part > 0 {
                    expected.push((ids[at].0, part));
                    left -= part;
                }
            }
            if outcome.is_err() {
                prop_assert!(world.facility().totals.unfinished || expected.is_empty(), "{outcome:?} {expected:?}");
                continue;
            }
            prop_assert_eq!(&done, &expected);
            let sum: u128 = done.iter().map(|(_, part)| part).sum();
            prop_assert_eq!(world.facility().identity.supply.0, supply.0 - sum);
            for (id, (health, _)) in ids.iter().zip(&before) {
                prop_assert!(world.health(*id) >= *health, "vault {} fell", id);
            }
        }
    }
}

fn has_lot(world: &World, id: VaultId) -> bool {
    let view = gage_vaults::query::vault(&world.draft, id).unwrap();
    view.positions.iter().any(|position| position.lots > 0)
}
