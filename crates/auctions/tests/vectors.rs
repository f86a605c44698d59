//! The price curves and the take arithmetic against executed contracts (Maker `abaci.sol`, `clip.sol`).
//!
//! Two sets: own rows computed by hand or exactly, always run; and the published-style reference rows,
//! read from `$GAGE_REFERENCE_DATA` or `../shared/data` beside the workspace, skipped loudly if absent.
//!
//! Difference allowed, in units of the row: the contracts round the linear price and the last product
//! down, and each product of a power to the nearest; here everything rounds up, against the taker.
//! Linear: between 0 and `top * 2 / 1e27 + 2`.
//! Powers of `n` steps from `top`: between 0 and `top * (2n + 2) / 1e27 + 2`.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use std::path::PathBuf;

use common::{GUSD, ONE, OWNER, World, take_weth, weth_lot};
use gage_auctions::{Curve, plan};
use gage_units::{Amount, Price, Ratio};
use ruint::aliases::U256;
use serde_json::Value;

fn reference(name: &str) -> Option<Value> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let directory = std::env::var_os("GAGE_REFERENCE_DATA").map_or(beside, PathBuf::from);
    let path = directory.join("contract_vectors").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            eprintln!("SKIPPED: no reference data at {} ({error}); set GAGE_REFERENCE_DATA", path.display());
            None
        }
    }
}

fn number(value: &Value) -> u128 {
    value.as_u64().map_or_else(|| value.as_str().unwrap().parse().unwrap(), u128::from)
}

fn rows(data: &Value, name: &str) -> Vec<Vec<u128>> {
    let rows = data[name].as_array().unwrap();
    rows.iter().map(|row| row.as_array().unwrap().iter().map(number).collect()).collect()
}

/// What powers of `n` steps may differ by.
fn power_bound(top: u128, steps: u128) -> u128 {
    const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
    u128::try_from(U256::from(top) * U256::from(2 * steps + 2) / U256::from(RAY)).unwrap() + 2
}

/// A cut in 1e-27 as a [`Ratio`] in 1e-18; the rows have no finer ones.
fn ratio(ray: u128) -> Ratio {
    assert_eq!(ray % 1_000_000_000, 0);
    Ratio(ray / 1_000_000_000)
}

#[track_caller]
fn check(curve: Curve, top: u128, seconds: u128, expected: u128, bound: u128) {
    curve.validate().unwrap();
    let price = curve.price(Price(top), u64::try_from(seconds).unwrap() * 1_000).unwrap().0;
    assert!(price >= expected, "{curve:?} {top} {seconds}: {price} is below {expected}");
    assert!(price - expected <= bound, "{curve:?} {top} {seconds}: {price} is {} above {expected}", price - expected);
}

#[test]
fn curves_agree_with_executed_contracts() {
    let Some(data) = reference("maker_jug_abaci.json") else { return };
    let mut count = [0; 3];
    for row in rows(&data, "linear") {
        let [tau, top, seconds, price] = row[..] else { panic!("{row:?}") };
        check(Curve::Linear { duration_ms: tau as u64 * 1_000 }, top, seconds, price, power_bound(top, 0));
        count[0] += 1;
    }
    for row in rows(&data, "stairstep") {
        let [step, cut, top, seconds, price] = row[..] else { panic!("{row:?}") };
        let curve = Curve::StairExponential { step_ms: step as u64 * 1_000, cut: ratio(cut) };
        check(curve, top, seconds, price, power_bound(top, seconds / step));
        count[1] += 1;
    }
    for row in rows(&data, "exponential") {
        let [cut, top, seconds, price] = row[..] else { panic!("{row:?}") };
        check(Curve::Exponential { cut: ratio(cut) }, top, seconds, price, power_bound(top, seconds));
        count[2] += 1;
    }
    println!("checked {count:?} rows of the linear, stair and exponential curve");
    assert!(count.iter().all(|rows| *rows >= 20), "{count:?}");
}

#[test]
fn curves_agree_with_own_rows() {
    let top = 1_000 * ONE;
    for (seconds, price) in [(0, top), (900, 750 * ONE), (1_800, 500 * ONE), (3_600, 0), (9_999, 0)] {
        check(Curve::Linear { duration_ms: 3_600_000 }, top, seconds, price, 0);
    }
    // 0.99^10 = 0.904382075008804490 06..., computed exactly: 0.99^10 = 90438207500880449001e-20.
    let stairs = Curve::StairExponential { step_ms: 90_000, cut: Ratio(ONE / 100 * 99) };
    check(stairs, top, 900, 904_382_075_008_804_490_010, 0);
    check(stairs, top, 989, 904_382_075_008_804_490_010, 0);
    // 0.999^3 = 0.997002999, exactly.
    check(Curve::Exponential { cut: Ratio(ONE / 1_000 * 999) }, top, 3, 997_002_999_000_000_000_000, 0);
    // A price of 7 smallest units, halved four times, is 7/16: rounded up it is 1.
    check(Curve::Exponential { cut: Ratio(ONE / 2) }, 7, 4, 1, 0);
}

/// One vault's 1,000 ETH against 113,000 DAI, three takes: what each take pays, to the last digit that
/// prices in 1e-18 can tell. The contract's price has 27 decimals and rounds down, ours 18 and rounds
/// up, so a payment is higher by at most 2e-18 per whole unit taken, plus one smallest unit.
#[test]
fn takes_agree_with_the_executed_clipper() {
    let Some(data) = reference("maker_clip_scenario.json") else { return };
    let steps = data["steps"].as_array().unwrap();
    let wide = |value: &Value| -> U256 { value.as_str().unwrap().parse().unwrap() };
    // Six fields come, for seven names: pos, tab, lot, usr, tic, top.
    let sale = |step: &Value, field: usize| wide(&step["sale(pos,tab,lot,tot?,usr,tic,top)"][field]);
    let bark = steps.iter().find(|step| step["tag"] == "bark").unwrap();
    let rad = U256::from(10).pow(U256::from(27));
    let narrow = |wide: U256| u128::try_from(wide).unwrap();

    let mut world = World::new();
    let mut new = weth_lot(narrow(sale(bark, 2)), narrow(sale(bark, 5) / U256::from(1_000_000_000)), 1);
    new.raise_max = Amount(narrow(sale(bark, 1) / rad));
    new.dust = Amount(113 * ONE);
    let lot = world.open(new).unwrap();
    world.mint(world.users[1], GUSD, 200_000 * ONE);
    let (start, mut at) = (world.time, bark["t"].as_u64().unwrap());
    let mut paid_before = wide(&bark["dai(user)"]);
    let mut takes = 0;
    for step in steps.iter().filter(|step| step["tag"].as_str().unwrap().starts_with("take ")) {
        let t = step["t"].as_u64().unwrap();
        world.pass((t - at) * 1_000);
        at = t;
        assert_eq!(world.time.0 - start.0, (t - bark["t"].as_u64().unwrap()) * 1_000);
        let wanted = narrow(wide(&Value::from(step["tag"].as_str().unwrap().split(' ').nth(1).unwrap())));
        let before = world.free(world.users[1], GUSD);
        let output = world.run(1, take_weth(lot, wanted, u128::MAX)).unwrap().unwrap();
        let paid = U256::from(before - world.free(world.users[1], GUSD)) * rad;
        let theirs = paid_before - wide(&step["dai(user)"]);
        paid_before = wide(&step["dai(user)"]);
        let bound = U256::from(output.amount.0) * U256::from(2_000_000_000) + rad;
        assert!(paid >= theirs && paid - theirs <= bound, "{}: {paid} against {theirs}", step["tag"]);
        let left = gage_auctions::lot(&world.draft, lot).unwrap().remaining;
        assert_eq!(U256::from(left.0), sale(step, 2), "{}", step["tag"]);
        takes += 1;
    }
    assert_eq!(takes, 3);
    assert_eq!(world.free(world.users[1], common::WETH), 1_000 * ONE);
}

/// The same story in own numbers: 10 WETH at 200, stairs of 1%.
#[test]
fn takes_agree_with_a_pencil() {
    let mut world = World::new();
    let mut new = weth_lot(10 * ONE, 200 * ONE, 100 * ONE);
    new.raise_max = Amount(1_500 * ONE);
    let lot = world.open(new).unwrap();
    world.mint(world.users[1], GUSD, 10_000 * ONE);
    world.pass(180_000);
    // Two stairs: 196.02. 4 WETH cost 784.08.
    world.run(1, take_weth(lot, 4 * ONE, 196_020_000_000_000_000_000)).unwrap();
    assert_eq!(world.free(OWNER, GUSD), 784_080_000_000_000_000_000);
    world.pass(90_000);
    // Three stairs: 194.0598. 715.92 are left to raise: 715.92 / 194.0598 = 3.689172100558693..., rounded up.
    let output = world.run(1, take_weth(lot, 6 * ONE, 200 * ONE)).unwrap().unwrap();
    let price = 194_059_800_000_000_000_000u128;
    let expected = plan::affordable(Amount(715_920_000_000_000_000_000 - 1), Price(price), ONE).unwrap().0 + 1;
    assert_eq!((output.amount.0, expected / 1_000), (expected, 3_689_172_100_558_693));
    let raised = world.free(OWNER, GUSD);
    assert!(raised >= 1_500 * ONE && raised - 1_500 * ONE < 195, "the change of one smallest unit at most: {raised}");
}
