//! The invariants that records at rest cannot show, and what the checks find in broken records.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{GUSD, ONE, OWNER, WETH, World, take_weth, weth_lot};
use gage_auctions::state::{HELD, LOTS};
use gage_auctions::{Curve, Error, Lot, LotId, NewLot};
use gage_units::{Amount, Price, Ratio, Timestamp};

fn curves() -> Vec<Curve> {
    let cut = |ppm: u128| Ratio(ppm * 1_000_000_000_000);
    let mut curves = vec![Curve::Linear { duration_ms: 1_000 }, Curve::Linear { duration_ms: 3_600_000 }];
    for ppm in [500_000, 900_000, 990_000, 999_000, 999_990, 999_999] {
        curves.push(Curve::Exponential { cut: cut(ppm) });
        curves.push(Curve::StairExponential { step_ms: 90_000, cut: cut(ppm) });
    }
    curves
}

/// Every second of the first two hours, then every hour of the longest tail and beyond it.
#[test]
fn curve_never_rises() {
    for curve in curves() {
        for start in [1, 7, ONE, 123_456_789_123_456_789_123, u128::MAX] {
            let mut last = Price(start);
            for second in (0..7_200).chain((7_200..1_000_000).step_by(3_600)) {
                let price = curve.price(Price(start), second * 1_000).unwrap();
                assert!(price <= last, "{curve:?} from {start}: {last:?}, then {price:?} at {second} s");
                last = price;
            }
        }
    }
}

#[test]
fn payment_is_price_times_taken() {
    let mut world = World::new();
    world.mint(world.users[1], GUSD, 1_000_000 * ONE);
    for (index, curve) in curves().into_iter().enumerate() {
        let floor = 1 + index as u128;
        let new = NewLot { curve, cusp: Ratio(0), tail_ms: 20_000_000, ..weth_lot(ONE, 200 * ONE + 7, floor) };
        let lot = world.open(new).unwrap();
        for taken in [1, 3, ONE / 3, ONE / 7] {
            world.pass(61_777);
            let price = gage_auctions::price_now(&world.draft, &world.protocol(), lot).unwrap().0;
            let before = (world.free(world.users[1], GUSD), world.free(OWNER, GUSD));
            world.run(1, take_weth(lot, taken, u128::MAX)).unwrap();
            // Below 2^128 for these numbers; both assets have 18 decimals.
            let due = (taken * price).div_ceil(ONE);
            let after = (world.free(world.users[1], GUSD), world.free(OWNER, GUSD));
            assert_eq!((before.0 - after.0, after.1 - before.1), (due, due), "{curve:?} {taken} at {price}");
        }
    }
}

#[test]
fn no_take_above_limit() {
    let mut world = World::new();
    world.mint(world.users[1], GUSD, 1_000_000 * ONE);
    for curve in curves() {
        let new = NewLot { curve, cusp: Ratio(0), tail_ms: 20_000_000, ..weth_lot(ONE, 200 * ONE, ONE) };
        let lot = world.open(new).unwrap();
        for _ in 0..20 {
            world.pass(95_001);
            let price = gage_auctions::price_now(&world.draft, &world.protocol(), lot).unwrap().0;
            assert_eq!(world.run(1, take_weth(lot, 10, price - 1)), Err(Error::PriceAboveLimit), "{curve:?}");
            world.run(1, take_weth(lot, 10, price)).unwrap();
        }
    }
}

/// Each check finds its fault.
#[test]
fn broken_records_are_found() {
    type Fault = fn(&mut Lot);
    let faults: [(&str, Fault); 5] = [
        ("lot_conserved", |lot| lot.taken = Amount(1)),
        ("raise_stops", |lot| (lot.raise_max, lot.raised) = (Amount(5), Amount(500))),
        ("price_at_least_floor", |lot| lot.floor = Price(300 * ONE)),
        ("restart_time_exact", |lot| lot.restart_at = Timestamp(lot.restart_at.0 + 1)),
        ("account_holds_remainders", |lot| (lot.amount, lot.remaining) = (Amount(ONE + 1), Amount(ONE + 1))),
    ];
    for (name, fault) in faults {
        let mut world = World::new();
        let id: LotId = world.open(weth_lot(ONE, 200 * ONE, ONE)).unwrap();
        let mut lot = LOTS.get(&world.draft, &id).unwrap();
        fault(&mut lot);
        LOTS.put(&mut world.draft, id, lot);
        let broken = gage_auctions::check_invariants(&world.draft).unwrap_err();
        assert_eq!((broken.module, broken.invariant), ("auctions", name));
    }
    let mut world = World::new();
    world.open(weth_lot(ONE, 200 * ONE, ONE)).unwrap();
    HELD.put(&mut world.draft, WETH, Amount(ONE + 1));
    assert_eq!(gage_auctions::check_block(&world.draft).unwrap_err().invariant, "account_holds_remainders");
}
