//! Incidents of other systems: what the design that failed came to, and what the same acts come to here.
//! `cargo nextest run -p gage-testkit --test incidents --no-capture` prints the figures.

use std::fs;
use std::path::Path;

use gage_testkit::incidents::erc4626_inflation;
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
