//! Incidents of other systems: what the design that failed came to, and what the same acts come to here.
//! `cargo nextest run -p gage-testkit --test incidents --no-capture` prints the figures.

use std::fs;
use std::path::Path;

use gage_testkit::incidents::{aave_crv, black_thursday, erc4626_inflation, euler_donation, pool_evasion};
use gage_testkit::scenario;

/// Plays the scenario of an incident; its expectations are the figures of this design.
fn play(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../scenarios/incidents/{name}.gage"));
    let text = fs::read_to_string(&path).unwrap();
    let summary = scenario::play(&text).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
    println!("{name}: after: {} steps held in {} blocks", summary.steps, summary.blocks);
}

#[test]
fn erc4626_inflation_gains_nothing() {
    const UNIT: u128 = 1_000_000;
    let before = erc4626_inflation::attack(1, 10_000 * UNIT, 10_000 * UNIT);
    println!(
        "erc4626-inflation: before: the attacker gains {} and the victim {} units",
        before.attacker, before.victim
    );
    assert_eq!((before.attacker, before.victim), (10_000_000_000, -10_000_000_000), "all of the deposit");
    // After: the attacker loses his gift of 10,000, the victim nothing.
    play("erc4626-inflation");
}

#[test]
fn black_thursday_zero_bids() {
    let (calm, jammed) = (black_thursday::old_design(false), black_thursday::old_design(true));
    println!("black-thursday, before: {jammed:?}");
    println!("  the same without congestion: {calm:?}");
    assert_eq!(jammed.vaults_liquidated, 3);
    assert!(jammed.zero_bid_wins > 0 && jammed.zero_bid_value > 0.0, "{jammed:?}");
    assert!(jammed.bad_debt > 900.0, "a lot won with nothing leaves its whole debt: {jammed:?}");
    assert!(jammed.bad_debt > calm.bad_debt, "{calm:?}");
    // After: every bid near zero is below the floor, and no debt is left uncovered.
    play("black-thursday");
}

#[test]
fn stability_pool_loss_evasion() {
    let (before, fair) = (pool_evasion::old_design(true), pool_evasion::fair());
    println!("pool-evasion, before: {before:?}");
    println!("  if nobody could leave: {fair:?}");
    // Ninety per cent of the loss were his; he bears nothing, the other all the pool can bear, the rest is bad debt.
    assert_eq!((before.evader_change, before.other_change, before.uncovered), (0.0, -20.0, 80.0));
    assert_eq!((fair.evader_change, fair.other_change, fair.uncovered), (-90.0, -10.0, 0.0));
    // After: he bears his ninety per cent.
    play("pool-evasion");
}

/// Collateral beyond the depth of its market.
#[test]
fn aave_crv_stays_within_depth() {
    let before = aave_crv::as_it_was();
    println!("aave-crv: before, in cents: {before:?}");
    assert!(before.bad_debt > before.lent / 2, "most of the loan is lost: {before:?}");
    assert!(before.price_fall > 2_500, "and its liquidation takes a quarter off the price: {before:?}");
    let capped = aave_crv::capped_by_depth();
    println!("aave-crv: the same market with debt capped by depth: {capped:?}");
    assert!(capped.lent > 0 && capped.bad_debt == 0, "{capped:?}");
    assert!(capped.price_fall < before.price_fall / 2, "{capped:?}");
    play("aave-crv");
}

/// A gift that makes the giver's loan unsafe.
#[test]
fn euler_donation_is_no_way_out() {
    let before = euler_donation::attack(false);
    println!("euler-donation: before, in thousands: {before:?}");
    assert_eq!(before.taken_out - before.paid_in, 8_900, "all that others had deposited: {before:?}");
    let asked = euler_donation::attack(true);
    println!("euler-donation: the same with health asked: {asked:?}");
    assert_eq!((asked.taken_out, asked.bad_debt), (0, 0));
    play("euler-donation");
}
