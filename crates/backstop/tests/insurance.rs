//! Insurance tiers: who bears first, premiums, cooldown, what stays for open lots, and the lenders' haircut.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_backstop::operations::Tranche;
use gage_backstop::{Absorbed, Error, Loss, Operation, Recovered, Reference, StepKind, Terms, WaterfallId, query};
use gage_units::{Amount, Ratio};

const JUNIOR: StepKind = StepKind::Insurance { tier: 1 };
const SENIOR: StepKind = StepKind::Insurance { tier: 2 };

/// 100 GUSD of user 0 in the junior tier and 200 of user 1 in the senior one; 30 % and 10 % of fees.
fn insured(steps: &[(StepKind, u128)]) -> (World, WaterfallId) {
    let mut world = World::new();
    let steps = steps.iter().map(|(kind, cap)| step(*kind, *cap)).collect();
    let id = world.create(steps, Terms::standard(Amount(ONE)));
    world.set_insurance(id, 1, 3_000).unwrap();
    world.set_insurance(id, 2, 1_000).unwrap();
    for user in 0..USERS {
        world.mint(world.users[user], GUSD, 10_000 * ONE);
    }
    world.run(0, insure(id, 1, 100 * ONE)).unwrap();
    world.run(1, insure(id, 2, 200 * ONE)).unwrap();
    world.next_block(1_000);
    (world, id)
}

#[track_caller]
fn refused(world: &mut World, user: usize, operation: Operation, name: &str, code: u32) {
    let error = world.run(user, operation).expect_err(name);
    assert_eq!((error.name(), error.code()), (name, code), "{error}");
}

fn borne(absorbed: &Absorbed) -> Vec<(StepKind, u128)> {
    absorbed.burned_from.iter().map(|(kind, amount)| (*kind, amount.0 / ONE)).collect()
}

#[test]
fn the_junior_tier_bears_first_and_neither_is_emptied() {
    let (mut world, id) = insured(&[(JUNIOR, u128::MAX), (SENIOR, 50 * ONE)]);
    let absorbed = world.absorb(id, 120 * ONE, &[(WETH, ONE)]).unwrap();
    assert_eq!(borne(&absorbed), [(JUNIOR, 99), (SENIOR, 21)]);
    assert_eq!((world.insured(id, 1, 0).0, world.insured(id, 2, 1).0), (ONE, 179 * ONE));
    // Collateral of what insurance paid is the facility's: it lies in the surplus, to be sold.
    assert_eq!(gage_backstop::surplus(&world.draft, id, WETH), Amount(ONE));
    // The senior tier's cap holds per loss; what nobody bears is uncovered.
    let absorbed = world.absorb(id, 120 * ONE, &[]).unwrap();
    assert_eq!((borne(&absorbed), absorbed.uncovered.0), (vec![(JUNIOR, 0), (SENIOR, 50)], 70 * ONE));
}

#[test]
fn premiums_are_a_part_of_fees_for_those_who_stood_there() {
    let (mut world, id) = insured(&[(JUNIOR, u128::MAX)]);
    // Just in time: a deposit of the same block earns nothing.
    world.run(2, insure(id, 1, 900 * ONE)).unwrap();
    world.mint(FACILITY, GUSD, 20 * ONE);
    let ctx = world.protocol();
    world.act(|draft| gage_backstop::add_surplus(draft, &ctx, id, FACILITY, Amount(10 * ONE))).unwrap();
    assert_eq!([world.insured(id, 1, 0).2, world.insured(id, 1, 2).2, world.insured(id, 2, 1).2], [3 * ONE, 0, ONE]);
    assert_eq!(gage_backstop::surplus(&world.draft, id, GUSD), Amount(6 * ONE));
    world.next_block(1_000);
    let ctx = world.protocol();
    world.act(|draft| gage_backstop::add_surplus(draft, &ctx, id, FACILITY, Amount(10 * ONE))).unwrap();
    assert_eq!([world.insured(id, 1, 0).2, world.insured(id, 1, 2).2], [33 * ONE / 10, 27 * ONE / 10]);
    let before = world.free(world.users[0], GUSD);
    world.run(0, claim_premium(id, 1)).unwrap();
    assert_eq!(world.free(world.users[0], GUSD) - before, 33 * ONE / 10);
    refused(&mut world, 0, claim_premium(id, 1), "NothingLeft", 9016);
    refused(&mut world, 0, claim_premium(id, 3), "UnknownTier", 9021);
}

#[test]
fn insurance_leaves_after_its_own_cooldown_and_not_what_open_lots_may_need() {
    let (mut world, id) = insured(&[(JUNIOR, u128::MAX), (SENIOR, u128::MAX)]);
    refused(&mut world, 1, withdraw_insurance(id, 2, ONE), "NotRequested", 9013);
    world.run(1, request(id, Tranche::Insurance { tier: 2 }, 200 * ONE)).unwrap();
    refused(&mut world, 2, request(id, Tranche::Insurance { tier: 2 }, ONE), "NoDeposit", 9011);
    world.next_block(HOUR);
    // The waterfall's cooldown of an hour is the pool's; the tier's is two.
    refused(&mut world, 1, withdraw_insurance(id, 2, ONE), "CoolingDown", 9014);
    world.next_block(HOUR);
    // 104 at auction: the junior tier gives at most 99 of it, so ten times 5 of the senior one stay, and its last
    // unit: who leaves shifts at most a tenth to those who stay.
    world.act(|draft| gage_backstop::reserve(draft, id, Amount(104 * ONE))).unwrap();
    refused(&mut world, 1, withdraw_insurance(id, 2, 149 * ONE + 1), "CapitalReserved", 9019);
    world.run(1, withdraw_insurance(id, 2, 149 * ONE)).unwrap();
    world.act(|draft| gage_backstop::close_exits(draft, id, true)).unwrap();
    refused(&mut world, 1, withdraw_insurance(id, 2, ONE), "ExitsClosed", 9012);
    world.act(|draft| gage_backstop::close_exits(draft, id, false)).unwrap();
    world.act(|draft| gage_backstop::reserve(draft, id, Amount(0))).unwrap();
    // A loss before he leaves is his as well.
    world.absorb(id, 110 * ONE, &[]).unwrap();
    world.run(1, withdraw_insurance(id, 2, 200 * ONE)).unwrap();
    assert_eq!(world.free(world.users[1], GUSD), (10_000 - 11) * ONE - 1, "rounded against him");
    assert_eq!(world.insured(id, 2, 1), (0, 0, 0));
}

#[test]
fn what_was_recovered_stands_first_and_lenders_bear_what_the_steps_say() {
    let (mut world, id) = insured(&[(JUNIOR, 40 * ONE), (StepKind::ShareHaircut, 25 * ONE)]);
    let loss = Loss {
        debt: Amount(70 * ONE),
        collateral: vec![],
        reference: Reference { module: FACILITY_MODULE, id: 1 },
        pay_to: FACILITY,
    };
    let recovered = Recovered { self_deleverage: Amount(5 * ONE), auction_proceeds: Amount(25 * ONE) };
    let ctx = world.protocol();
    let absorbed = world.act(|draft| gage_backstop::absorb_rest(draft, &ctx, id, loss, recovered)).unwrap();
    assert_eq!(borne(&absorbed), [(JUNIOR, 40), (StepKind::ShareHaircut, 25)]);
    let became = (absorbed.covered.0 / ONE, absorbed.socialised.0 / ONE, absorbed.uncovered.0 / ONE);
    assert_eq!(became, (40, 25, 5));
    // Only the tier's money moved; the haircut is the caller's to make.
    assert_eq!(world.free(FACILITY, GUSD), 40 * ONE);
    let receipt = query::receipt(&world.draft, absorbed.receipt).unwrap().receipt;
    let rows: Vec<_> = receipt.bearings.iter().map(|row| (row.kind, row.amount.0 / ONE)).collect();
    let first = [(StepKind::SelfDeleverage, 5), (StepKind::AuctionProceeds, 25)];
    assert_eq!(rows, [&first[..], &[(JUNIOR, 40), (StepKind::ShareHaircut, 25)]].concat());
    assert_eq!((receipt.debt, receipt.uncovered), (Amount(100 * ONE), Amount(5 * ONE)));
}

#[test]
fn a_haircut_is_no_capital() {
    let (world, id) = insured(&[(JUNIOR, u128::MAX), (StepKind::ShareHaircut, u128::MAX)]);
    let coverage = query::coverage_at(&world.draft, id, Amount(198 * ONE), world.height).unwrap();
    assert_eq!((coverage.ratio, coverage.covered), (Ratio(ONE / 2), Amount(99 * ONE)));
}

#[test]
fn tiers_and_steps_out_of_bounds_are_refused() {
    let (mut world, id) = insured(&[(JUNIOR, u128::MAX)]);
    for (tier, premium) in [(0, 0), (5, 0), (3, 6_001), (1, 10_001)] {
        assert_eq!(world.set_insurance(id, tier, premium), Err(Error::TierOutOfBounds), "{tier} {premium}");
    }
    world.set_insurance(id, 3, 6_000).unwrap();
    refused(&mut world, 0, insure(id, 4, 5 * ONE), "UnknownTier", 9021);
    refused(&mut world, 0, insure(id, 1, ONE - 1), "DepositTooSmall", 9009);
    for kinds in [
        vec![SENIOR, JUNIOR],
        vec![StepKind::Insurance { tier: 0 }],
        vec![StepKind::Insurance { tier: 5 }],
        vec![JUNIOR, JUNIOR],
        vec![StepKind::AuctionProceeds],
        vec![StepKind::SelfDeleverage],
    ] {
        let steps = kinds.iter().map(|kind| step(*kind, 1)).collect();
        let refusal = world.act(|draft| gage_backstop::set_terms(draft, id, steps, Terms::standard(Amount(ONE))));
        assert_eq!(refusal, Err(Error::StepsOutOfBounds), "{kinds:?}");
    }
    assert_eq!(serde_json::to_value(JUNIOR).unwrap(), serde_json::json!({"insurance": {"tier": 1}}));
}
