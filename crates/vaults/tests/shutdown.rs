//! The end of a facility: what every holder gets, and that nothing is left unaccounted.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_accounts::{Quantity, Signer};
use gage_ledger::{AssetKind, NewAsset};
use gage_units::{Amount, AssetId, Bps};
use gage_vaults::operations::{ClaimPart, RedeemBasket, SetFacilityParams, SetPeg, ShutDown, SwapIn, SwapOut};
use gage_vaults::peg::PegState;
use gage_vaults::shutdown::{Stage, WINDOW_MS, basket, shutdown};
use gage_vaults::{Error, Operation, PegTerms, VaultId};
use proptest::prelude::*;

const USDC: AssetId = AssetId(4);
const UNIT: u128 = 1_000_000;

fn shut(window_ms: u64) -> Operation {
    Operation::ShutDown(ShutDown { facility: FACILITY, asset: GUSD, window_ms })
}

fn take_part(amount: u128) -> Operation {
    let amount = Quantity::Exact(Amount(amount));
    Operation::RedeemBasket(RedeemBasket { facility: FACILITY, asset: GUSD, amount })
}

fn stage(world: &World) -> Option<Stage> {
    shutdown(&world.draft, FACILITY).map(|shutdown| shutdown.stage)
}

fn left(world: &World, asset: AssetId) -> u128 {
    basket(&world.draft, FACILITY).iter().find(|holding| holding.asset == asset).map_or(0, |one| one.amount.0)
}

/// A peg with 500 of cash behind 500 of Bob's stable.
fn with_peg(world: &mut World) {
    let ctx = world.ctx(Signer::Protocol);
    let kind = AssetKind::Issued { issuer: world.users[ISSUER] };
    let new = NewAsset { symbol: "USDC".to_owned(), decimals: 6, kind, itemised: false };
    gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap();
    let terms =
        PegTerms { cap: Amount(1_000 * ONE), fee_in: Bps(0), fee_out: Bps(0), price_min: None, state: PegState::Open };
    world.govern(Operation::SetPeg(SetPeg { facility: FACILITY, stable: GUSD, asset: USDC, terms })).unwrap();
    world.give(BOB, USDC, 500 * UNIT);
    let amount = Quantity::Exact(Amount(500 * UNIT));
    world.run(BOB, Operation::SwapIn(SwapIn { facility: FACILITY, asset: USDC, amount, least: Amount(0) })).unwrap();
}

fn give_stable(world: &mut World, from: usize, to: usize, amount: u128) {
    let ctx = world.ctx(Signer::Protocol);
    let (from, to) = (world.users[from], world.users[to]);
    gage_ledger::transfer(&mut world.draft, &ctx, from, to, GUSD, Amount(amount)).unwrap();
    world.draft.commit();
}

#[test]
fn the_whole_way_by_hand() {
    let mut world = World::new();
    with_peg(&mut world);
    let alices = world.vault(ALICE, WETH, 10 * ONE, 600 * ONE);
    let carols = world.vault(CAROL, WBTC, 100_000_000, 400 * ONE);
    give_stable(&mut world, ALICE, BOB, 600 * ONE);
    assert_eq!(world.run(ALICE, shut(WINDOW_MS)), Err(Error::ShutdownNotDue));
    assert_eq!(world.govern(shut(1)), Err(Error::ParamOutOfBounds { param: "window_ms" }));
    world.govern(shut(DAY)).unwrap();
    assert_eq!(world.govern(shut(DAY)), Err(Error::FacilityShutDown));

    // Winding: no new risk, no way out of the order; debts may be repaid at what they were.
    assert_eq!(world.run(ALICE, borrow(alices, ONE)), Err(Error::FacilityClosed));
    assert_eq!(world.run(ALICE, withdraw(alices, WETH, ONE)), Err(Error::FacilityClosed));
    let amount = Quantity::Exact(Amount(ONE));
    let out = SwapOut { facility: FACILITY, stable: GUSD, amount, asset: USDC, least: Amount(0) };
    assert_eq!(world.run(BOB, Operation::SwapOut(out)), Err(Error::FacilityShutDown));
    let params = gage_vaults::FacilityParams { closed: false, ..params() };
    let open = SetFacilityParams { facility: FACILITY, stable: GUSD, params };
    assert_eq!(world.govern(Operation::SetFacilityParams(open)), Err(Error::FacilityShutDown));
    assert_eq!(world.run(BOB, take_part(ONE)), Err(Error::NotPaying));
    world.run(CAROL, repay(carols, 100 * ONE)).unwrap();
    // The market halves; the quotes stand.
    world.block(HOUR, [50, 500, 1]);
    assert_eq!(world.health(alices).0, ONE * 4 / 3, "10 * 100 * 0.8 / 600");
    assert!(world.lots().is_empty());
    assert_eq!(stage(&world), Some(Stage::Winding));

    // Settling: of each vault what it owes at 100 and 1,000.
    world.block(DAY, [50, 500, 1]);
    assert_eq!(stage(&world), Some(Stage::Paying));
    assert_eq!((world.debt(alices), world.debt(carols)), (0, 0));
    assert_eq!((left(&world, WETH), left(&world, WBTC), left(&world, USDC)), (6 * ONE, 30_000_000, 500 * UNIT));
    assert_eq!(world.facility().totals.settled, Amount(1_400 * ONE));
    // Owners go with the rest.
    world.run(ALICE, withdraw(alices, WETH, ONE)).unwrap();
    world.run(ALICE, close(alices)).unwrap();
    world.run(CAROL, close(carols)).unwrap();
    assert_eq!((world.free(ALICE, WETH), world.free(CAROL, WBTC)), (4 * ONE, 70_000_000));

    // 1,400 are out: Bob's 1,100 take 11/14 of everything, Carol's 300 the rest.
    world.run(BOB, take_part(700 * ONE)).unwrap();
    assert_eq!(
        (world.free(BOB, WETH), world.free(BOB, WBTC), world.free(BOB, USDC)),
        (3 * ONE, 15_000_000, 250 * UNIT)
    );
    world.run(BOB, take_part(400 * ONE)).unwrap();
    world.run(CAROL, take_part(300 * ONE)).unwrap();
    assert!(basket(&world.draft, FACILITY).is_empty(), "nothing is left");
    assert_eq!(world.facility().totals.settled, Amount(0));
    assert_eq!(world.facility().identity.supply, Amount(0));
    assert!(matches!(world.run(BOB, take_part(ONE)), Err(Error::Ledger(_))));
    let claim = ClaimPart { facility: FACILITY, asset: WETH };
    assert_eq!(world.run(BOB, Operation::ClaimPart(claim)), Err(Error::NothingKept));
}

#[test]
fn what_a_vault_lacks_passes_down_the_waterfall_before_holders_bear_it() {
    let mut world = World::new();
    world.vault(BOB, WETH, 100 * ONE, 1_000 * ONE);
    world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.protect(BOB, 200 * ONE);
    world.begin(1_000);
    // Worth 400 for 700, and the shutdown comes before its liquidation.
    world.set_price(WETH, 40 * ONE);
    world.begin(60_000);
    world.govern(shut(DAY)).unwrap();
    world.block(DAY + HOUR, [40, 1_000, 1]);
    assert_eq!(stage(&world), Some(Stage::Paying));
    // 300 are missing: the pool bears 199 (one unit always stays), 101 are borne by the 1,501 that are out.
    let facility = world.facility();
    assert_eq!(facility.totals.settled, Amount(1_501 * ONE));
    assert_eq!(facility.identity.supply, Amount(1_501 * ONE));
    assert_eq!(left(&world, WETH), 35 * ONE);
}

#[test]
fn open_lots_end_and_their_debt_is_settled() {
    let mut world = World::new();
    world.vault(BOB, WETH, 100 * ONE, 5_000 * ONE);
    let vault = world.vault(ALICE, WETH, 10 * ONE, 700 * ONE);
    world.block(60_000, [84, 1_000, 1]);
    let lot = world.lots()[0];
    world.begin(1_000);
    world.take(BOB, lot, ONE).unwrap();
    world.govern(shut(WINDOW_MS)).unwrap();
    world.end();
    world.begin(WINDOW_MS + HOUR);
    // A small budget takes several blocks, and comes to an end.
    let mut blocks = 0;
    while stage(&world) != Some(Stage::Paying) {
        world.end_with(gage_vaults::shutdown::SHUTDOWN_WEIGHT + gage_vaults::SETTLEMENT_WEIGHT);
        world.begin(1_000);
        blocks += 1;
        assert!(blocks < 20);
    }
    assert!(blocks > 1 && world.lots().is_empty());
    assert_eq!((world.debt(vault), world.facility().totals.auctioned), (0, Amount(0)));
    assert!(world.pledged(vault, WETH) > 0);
}

fn freeze(world: &mut World, user: usize, asset: AssetId) {
    let freeze = gage_compliance::operations::FreezeAccount {
        account: world.ids[user],
        asset: Some(asset),
        stops: gage_compliance::Stops::Both,
        until: None,
        reason: "order of a court".to_owned().try_into().unwrap(),
    };
    let ctx = world.ctx(Signer::Governance);
    gage_compliance::Operation::FreezeAccount(freeze).apply(&mut world.draft, &ctx).unwrap();
    world.draft.commit();
}

fn unfreeze(world: &mut World, user: usize, asset: AssetId) {
    let reason = "order lifted".to_owned().try_into().unwrap();
    let account = world.ids[user];
    let unfreeze = gage_compliance::operations::UnfreezeAccount { account, asset: Some(asset), reason };
    let ctx = world.ctx(Signer::Governance);
    gage_compliance::Operation::UnfreezeAccount(unfreeze).apply(&mut world.draft, &ctx).unwrap();
    world.draft.commit();
}

#[test]
fn who_may_not_hold_a_part_finds_it_kept() {
    let mut world = World::new();
    world.vault(ALICE, WETH, 10 * ONE, 600 * ONE);
    give_stable(&mut world, ALICE, BOB, 300 * ONE);
    world.govern(shut(DAY)).unwrap();
    world.block(DAY + HOUR, [100, 1_000, 1]);
    freeze(&mut world, BOB, WETH);
    world.run(BOB, take_part(300 * ONE)).unwrap();
    assert_eq!((world.free(BOB, WETH), left(&world, WETH)), (0, 3 * ONE));
    let claim = Operation::ClaimPart(ClaimPart { facility: FACILITY, asset: WETH });
    assert_eq!(world.run(BOB, claim.clone()).map_err(|error| error.code()), Err(3001), "still frozen");
    unfreeze(&mut world, BOB, WETH);
    world.run(BOB, claim).unwrap();
    assert_eq!(world.free(BOB, WETH), 3 * ONE);
    world.run(ALICE, take_part(300 * ONE)).unwrap();
    assert!(basket(&world.draft, FACILITY).is_empty());
}

#[test]
fn a_frozen_owner_s_lot_pays_its_debt_before_the_rest_is_kept_for_him() {
    let mut world = World::new();
    world.vault(BOB, WETH, 100 * ONE, 5_000 * ONE);
    let vault = world.vault(ALICE, WETH, 10 * ONE, 750 * ONE);
    // 640 / 750 is too deep for a partial sale: all ten are in the lot.
    world.block(60_000, [80, 1_000, 1]);
    assert_eq!(world.pledged(vault, WETH), 0);
    freeze(&mut world, ALICE, WETH);
    world.govern(shut(DAY)).unwrap();
    world.begin(DAY + HOUR);
    world.end();
    assert_eq!(stage(&world), Some(Stage::Paying));
    // The lot pays 750 at 80, Bob's vault 5,000.
    assert_eq!(left(&world, WETH), 9_375_000_000_000_000_000 + 62_500_000_000_000_000_000);
    assert_eq!(world.debt(vault), 0);
    let kept = Operation::ClaimKept(gage_vaults::operations::ClaimKept { vault, asset: WETH });
    unfreeze(&mut world, ALICE, WETH);
    world.run(ALICE, kept).unwrap();
    assert_eq!(world.free(ALICE, WETH), ONE / 8 * 5);
}

#[test]
fn anybody_may_once_the_bad_debt_is_large() {
    let mut world = World::new();
    world.vault(BOB, WETH, 1_000 * ONE, 1_000 * ONE);
    world.vault(ALICE, WBTC, 100_000_000, 700 * ONE);
    for _ in 0..4 {
        world.block(HOUR + 60_000, [100, 1, 1]);
    }
    // 700 of 1,700 are lost and nobody bore them.
    assert!(world.facility().totals.bad_debt.0 > 600 * ONE, "{:?}", world.facility().totals);
    assert_eq!(world.run(CAROL, shut(DAY)), Err(Error::ShutdownNotDue), "not with another window");
    world.run(CAROL, shut(WINDOW_MS)).unwrap();
    world.block(WINDOW_MS + HOUR, [100, 1, 1]);
    assert_eq!(stage(&world), Some(Stage::Paying));
    assert_eq!(world.facility().totals.settled.0, world.facility().identity.supply.0);
    assert_eq!(left(&world, WETH), 10 * ONE, "Bob's debt at the frozen quote, for 1,700");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The naive books: every vault gives its debt's worth or all it has; holders take parts in any order
    /// and together all of it, nobody more than his part.
    #[test]
    fn the_basket_is_shared_to_the_last_unit(
        vaults in prop::collection::vec((0usize..3, 5u128..60, 30u128..=74), 1..6),
        prices in prop::array::uniform3(30u128..120),
        cuts in prop::collection::vec((0usize..3, 1u128..=100), 0..8),
    ) {
        let mut world = World::new();
        world.audit = false;
        let mut made: Vec<(VaultId, usize, u128)> = Vec::new();
        for (place, amount, percent) in vaults {
            let asset = COLLATERALS[place];
            let debt = amount * world.prices[place] / 100 * percent;
            if debt >= 100 * ONE {
                let units = amount * 10u128.pow(u32::from(decimals(asset)));
                made.push((world.vault(ALICE, asset, units, debt), place, debt));
            }
        }
        let supply = world.facility().identity.supply.0;
        prop_assume!(supply > 0);
        give_stable(&mut world, ALICE, BOB, supply / 3);
        give_stable(&mut world, ALICE, CAROL, supply / 5);
        // New prices, and the shutdown before anything is liquidated.
        world.prices = [0, 1, 2].map(|place| world.prices[place] / 100 * prices[place]);
        world.begin(60_000);
        world.govern(shut(DAY)).unwrap();
        let expected: Vec<u128> = (0..3)
            .map(|place| {
                let quote = gage_vaults::query::facility(&world.draft, FACILITY).unwrap().collaterals;
                let asset = COLLATERALS[place];
                let price = quote.iter().find(|one| one.asset == asset).unwrap().mark.price.0;
                let of_asset = made.iter().filter(|(_, other, _)| *other == place);
                let unit = 10u128.pow(u32::from(decimals(asset)));
                let give = |(id, _, debt): &(VaultId, usize, u128)| {
                    let all = world.pledged(*id, asset);
                    gage_units::mul_div(*debt, unit, price, gage_units::Rounding::Up).unwrap().min(all)
                };
                of_asset.map(give).sum()
            })
            .collect();
        world.end();
        world.begin(DAY + HOUR);
        world.end();
        prop_assert_eq!(stage(&world), Some(Stage::Paying));
        world.audit = true;
        world.check();
        for (place, expected) in expected.iter().enumerate() {
            let found = left(&world, COLLATERALS[place]);
            // A unit of rounding for each vault.
            prop_assert!(found.abs_diff(*expected) <= 6, "{place}: {found} {expected}");
        }
        let all = basket(&world.draft, FACILITY);
        let start: Vec<[u128; 3]> = (0..3).map(|user| COLLATERALS.map(|asset| world.free(user, asset))).collect();
        let stable: Vec<u128> = (0..3).map(|user| world.free(user, GUSD)).collect();
        for (user, percent) in cuts.into_iter().chain([(0, 100), (1, 100), (2, 100)]) {
            let amount = world.free(user, GUSD) / 100 * percent + if percent == 100 { world.free(user, GUSD) % 100 } else { 0 };
            if amount > 0 {
                world.run(user, take_part(amount)).unwrap();
            }
        }
        prop_assert!(basket(&world.draft, FACILITY).is_empty());
        for (user, had) in stable.iter().enumerate() {
            for (place, asset) in COLLATERALS.iter().enumerate() {
                let got = world.free(user, *asset) - start[user][place];
                let of = all.iter().find(|one| one.asset == *asset).map_or(0, |one| one.amount.0);
                let fair = gage_units::mul_div(of, *had, supply, gage_units::Rounding::Down).unwrap();
                // Rounding leaves crumbs to those who come later.
                prop_assert!(got.abs_diff(fair) <= 12, "{user} {asset}: {got} {fair}");
            }
        }
    }
}
