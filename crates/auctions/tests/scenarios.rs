//! What lots do and refuse, step by step.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{DEED, GUSD, ONE, OWNER, OWNER_MODULE, WETH, World, take_weth, weth_lot};
use gage_accounts::{Class, Output, Quantity, Signer};
use gage_auctions::operations::Take;
use gage_auctions::{ACCOUNT, Curve, Error, LotId, NewLot, Operation, query};
use gage_ledger::AssetNames;
use gage_units::{Amount, Price, Ratio, Timestamp};

fn lot_of_ten() -> (World, LotId) {
    let mut world = World::new();
    let lot = world.open(weth_lot(10 * ONE, 200 * ONE, 150 * ONE)).unwrap();
    world.mint(world.users[1], GUSD, 10_000 * ONE);
    (world, lot)
}

#[track_caller]
fn refused(world: &mut World, user: usize, take: Take, name: &str, code: u32) {
    let before = (world.free(world.users[user], GUSD), world.free(ACCOUNT, WETH));
    let error = world.run(user, take).expect_err(name);
    assert_eq!((error.name(), error.code()), (name, code), "{error}");
    assert_eq!(before, (world.free(world.users[user], GUSD), world.free(ACCOUNT, WETH)), "undone");
}

#[test]
fn a_lot_is_taken_in_parts_until_sold() {
    let (mut world, lot) = lot_of_ten();
    let taker = world.users[1];
    let output = world.run(1, take_weth(lot, 4 * ONE, 200 * ONE)).unwrap();
    assert_eq!(output, Some(Output { asset: WETH, amount: Amount(4 * ONE) }));
    assert_eq!(
        (world.free(taker, WETH), world.free(taker, GUSD), world.free(OWNER, GUSD)),
        (4 * ONE, 9_200 * ONE, 800 * ONE)
    );
    world.pass(90_000);
    world.run(1, take_weth(lot, 100 * ONE, 200 * ONE)).unwrap();
    assert_eq!((world.free(taker, WETH), world.free(OWNER, GUSD)), (10 * ONE, (800 + 6 * 198) * ONE));
    refused(&mut world, 1, take_weth(lot, 1, 200 * ONE), "LotFinished", 7007);
    assert!(!gage_auctions::needs_restart(&world.draft, &world.protocol(), lot), "a finished lot never restarts");
    let ctx = world.protocol();
    let remainder = world.act(|draft| gage_auctions::close(draft, &ctx, lot, OWNER)).unwrap();
    assert_eq!((remainder.amount, remainder.raised, remainder.excess), (Amount(0), Amount(1_988 * ONE), Amount(0)));
    refused(&mut world, 1, take_weth(lot, 1, 200 * ONE), "UnknownLot", 7005);
}

#[test]
fn takes_are_refused_by_name() {
    let (mut world, lot) = lot_of_ten();
    refused(&mut world, 1, take_weth(LotId(9), 1, 1), "UnknownLot", 7005);
    refused(&mut world, 1, take_weth(lot, 0, 1), "ZeroAmount", 1003);
    refused(&mut world, 1, take_weth(lot, 1, 0), "ZeroAmount", 1003);
    refused(&mut world, 1, take_weth(lot, ONE, 200 * ONE - 1), "PriceAboveLimit", 7009);
    refused(&mut world, 1, Take { want: DEED, ..take_weth(lot, 1, ONE) }, "WrongAsset", 7006);
    refused(&mut world, 1, Take { asset: DEED, ..take_weth(lot, 1, ONE) }, "WrongAsset", 7006);
    let output = Quantity::OutputOf { operation: 0, minimum: Amount(1) };
    refused(&mut world, 1, Take { amount: output, ..take_weth(lot, 1, 200 * ONE) }, "NoSuchOutput", 1004);
    // The second user has no GUSD; he was handed the lot before the payment failed, and it is taken back.
    refused(&mut world, 2, take_weth(lot, ONE, 200 * ONE), "InsufficientBalance", 3007);
    let ctx = world.protocol();
    let operation = Operation::Take(take_weth(lot, ONE, 200 * ONE));
    let error = world.act(|draft| operation.apply(draft, &ctx)).unwrap_err();
    assert_eq!(error.name(), "NotAnAccount");
}

#[test]
fn past_the_tail_nothing_is_taken_until_a_restart() {
    let (mut world, lot) = lot_of_ten();
    let ctx = world.protocol();
    world.pass(6 * 3_600_000);
    // 240 stairs of 1% lie far below the floor: the price stands at the floor, and the cusp of 0.3 is not reached.
    assert_eq!(gage_auctions::price_now(&world.draft, &world.protocol(), lot), Ok(Price(150 * ONE)));
    world.run(1, take_weth(lot, ONE, 150 * ONE)).unwrap();
    world.pass(1);
    assert_eq!(gage_auctions::due_for_restart(&world.draft, &world.protocol(), OWNER_MODULE, 5), [lot]);
    refused(&mut world, 1, take_weth(lot, ONE, 150 * ONE), "LotNeedsRestart", 7008);
    let now = world.protocol();
    for (start, floor) in [(ONE, 0), (ONE, 2 * ONE)] {
        let error =
            world.act(|draft| gage_auctions::restart(draft, &now, lot, Price(start), Price(floor))).unwrap_err();
        assert_eq!(error, Error::LotOutOfBounds);
    }
    world.act(|draft| gage_auctions::restart(draft, &now, lot, Price(120 * ONE), Price(100 * ONE))).unwrap();
    assert!(gage_auctions::due_for_restart(&world.draft, &now, OWNER_MODULE, 5).is_empty());
    world.run(1, take_weth(lot, ONE, 120 * ONE)).unwrap();
    let record = gage_auctions::lot(&world.draft, lot).unwrap();
    assert_eq!((record.restarts, record.opened_at, record.started_at), (1, ctx.time, now.time));
    assert_eq!(record.raised, Amount(270 * ONE));
}

#[test]
fn below_the_cusp_it_needs_a_restart() {
    let mut world = World::new();
    let mut new = weth_lot(ONE, 200 * ONE, ONE);
    new.curve = Curve::Linear { duration_ms: 1_000_000 };
    new.cusp = Ratio(ONE / 10 * 6);
    let lot = world.open(new).unwrap();
    world.mint(world.users[1], GUSD, 1_000 * ONE);
    world.pass(400_000);
    // Exactly at the cusp: 120 of 200.
    world.run(1, take_weth(lot, ONE / 2, 120 * ONE)).unwrap();
    world.pass(1);
    refused(&mut world, 1, take_weth(lot, ONE / 2, 120 * ONE), "LotNeedsRestart", 7008);
}

#[test]
fn a_raise_stops_and_the_rest_goes_back() {
    let mut world = World::new();
    let mut new = weth_lot(10 * ONE, 200 * ONE, 150 * ONE);
    (new.raise_max, new.dust) = (Amount(1_000 * ONE), Amount(100 * ONE));
    let lot = world.open(new).unwrap();
    world.mint(world.users[1], GUSD, 10_000 * ONE);
    // 4.9 WETH would leave 20 to raise, below the dust limit: the take is cut to 4.5.
    let cut = query::preview_take(&world.draft, lot, Amount(49 * ONE / 10), Price(200 * ONE), world.time).unwrap();
    assert_eq!((cut.taken, cut.payment), (Amount(45 * ONE / 10), Amount(900 * ONE)));
    world.run(1, take_weth(lot, 49 * ONE / 10, 200 * ONE)).unwrap();
    // 100 are left to raise: any part would leave less.
    refused(&mut world, 1, take_weth(lot, ONE / 4, 200 * ONE), "LeavesDust", 7010);
    world.run(1, take_weth(lot, 9 * ONE, 200 * ONE)).unwrap();
    assert_eq!(world.free(world.users[1], WETH), 5 * ONE);
    let ctx = world.protocol();
    assert_eq!(gage_auctions::take_touched(&mut world.draft, OWNER_MODULE), [lot]);
    let remainder = world.act(|draft| gage_auctions::close(draft, &ctx, lot, OWNER)).unwrap();
    assert_eq!((remainder.amount, remainder.raised), (Amount(5 * ONE), Amount(1_000 * ONE)));
    assert_eq!((world.free(OWNER, WETH), world.free(ACCOUNT, WETH)), (5 * ONE, 0));
}

#[test]
fn a_unit_that_cannot_be_split_overshoots_the_raise_by_less_than_its_price() {
    let mut world = World::new();
    let new = NewLot {
        asset: DEED,
        amount: Amount(10),
        raise_max: Amount(1_500_000 * ONE),
        ..weth_lot(1, 1_000_000 * ONE, ONE)
    };
    let lot = world.open(new).unwrap();
    world.mint(world.users[1], GUSD, 5_000_000 * ONE);
    world.run(1, Take { asset: DEED, ..take_weth(lot, 10, 1_000_000 * ONE) }).unwrap();
    let record = gage_auctions::lot(&world.draft, lot).unwrap();
    // One deed at a million does not raise 1.5 million, two do; the change is the owner's.
    assert_eq!((record.taken, record.raised), (Amount(2), Amount(2_000_000 * ONE)));
    assert_eq!((record.outstanding(), record.excess()), (Amount(0), Amount(500_000 * ONE)));
    assert!(record.finished());
}

#[test]
fn lots_out_of_bounds_are_not_opened() {
    let mut world = World::new();
    let good = weth_lot(ONE, 200 * ONE, ONE);
    let cases: Vec<(&str, NewLot)> = vec![
        ("ZeroAmount", NewLot { raise_max: Amount(0), ..good.clone() }),
        ("SameAsset", NewLot { want: WETH, ..good.clone() }),
        ("LotOutOfBounds", NewLot { floor: Price(0), ..good.clone() }),
        ("LotOutOfBounds", NewLot { floor: Price(201 * ONE), ..good.clone() }),
        ("LotOutOfBounds", NewLot { tail_ms: 0, ..good.clone() }),
        ("LotOutOfBounds", NewLot { tail_ms: u64::MAX, ..good.clone() }),
        ("LotOutOfBounds", NewLot { cusp: Ratio::ONE, ..good.clone() }),
        ("CurveOutOfBounds", NewLot { curve: Curve::Exponential { cut: Ratio::ONE }, ..good.clone() }),
        ("UnknownAsset", NewLot { want: gage_units::AssetId(99), ..good.clone() }),
        ("Overflow", NewLot { start: Price(u128::MAX), amount: Amount(1 << 100), ..good.clone() }),
    ];
    for (name, new) in cases {
        assert_eq!(world.open(new.clone()).unwrap_err().name(), name, "{new:?}");
    }
    let ctx = world.protocol();
    let error = world.act(|draft| gage_auctions::open(draft, &ctx, good.clone())).unwrap_err();
    assert_eq!(error, Error::LotNotDelivered);
    // What is delivered for one lot does not serve a second.
    world.open(good.clone()).unwrap();
    let error = world.act(|draft| gage_auctions::open(draft, &ctx, good)).unwrap_err();
    assert_eq!(error, Error::LotNotDelivered);
}

#[test]
fn who_may_not_hold_the_lot_does_not_take_it() {
    let (mut world, lot) = lot_of_ten();
    let account = gage_accounts::id_of(&world.draft, world.users[1]).unwrap();
    let freeze = gage_compliance::operations::FreezeAccount {
        account,
        asset: None,
        stops: gage_compliance::Stops::Both,
        until: None,
        reason: "court order".parse().unwrap(),
    };
    let governance = world.ctx(Signer::Governance);
    freeze.apply(&mut world.draft, &governance).unwrap();
    world.draft.commit();
    refused(&mut world, 1, take_weth(lot, ONE, 200 * ONE), "Ineligible", 3001);
    world.mint(world.users[2], GUSD, 10_000 * ONE);
    world.run(2, take_weth(lot, ONE, 200 * ONE)).unwrap();
}

#[test]
fn a_gift_to_the_account_counts_for_nothing() {
    let (mut world, lot) = lot_of_ten();
    world.mint(ACCOUNT, WETH, 5);
    world.mint(ACCOUNT, GUSD, 5);
    world.run(1, take_weth(lot, 100 * ONE, 200 * ONE)).unwrap();
    assert_eq!((world.free(ACCOUNT, WETH), world.free(world.users[1], WETH)), (5, 10 * ONE));
}

#[test]
fn views_show_prices_and_words_show_everything() {
    let (mut world, lot) = lot_of_ten();
    world.pass(90_000);
    let view = query::lot_view(&world.draft, lot, world.time).unwrap();
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(
        (json["price"].as_str(), json["remaining"].as_str()),
        (Some("198000000000000000000"), Some("10000000000000000000"))
    );
    assert_eq!(
        (json["id"].as_u64(), json["outstanding"].is_null(), json["needs_restart"].as_bool()),
        (Some(1), true, Some(false))
    );
    assert_eq!(query::lots(&world.draft, Some(lot), 10, world.time), Ok(vec![]));
    assert_eq!(query::held(&world.draft)[0].amount, Amount(10 * ONE));
    assert!(query::lot_view(&world.draft, lot, Timestamp(0)).is_err(), "no price before the start");

    let operation = Operation::Take(take_weth(lot, 125 * ONE / 10, 19_502 * ONE / 100));
    let words = operation.describe(&AssetNames(&world.draft));
    assert_eq!(words, "Take up to 12.5 WETH#0 from lot 1 at no more than 195.02 GUSD#1 per whole unit");
    assert_eq!((operation.class(), operation.weight()), (Class::General, 2_000));
    let json = serde_json::to_string(&operation).unwrap();
    assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
    assert_eq!(borsh::from_slice::<Operation>(&borsh::to_vec(&operation).unwrap()).unwrap(), operation);
    assert!(serde_json::from_str::<Operation>(&json.replace("price_max", "price_min")).is_err());
}
