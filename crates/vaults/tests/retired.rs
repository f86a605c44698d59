//! A group whose index left its range: its vaults have no order until they are touched.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::*;
use gage_vaults::Event;

/// A budget that does not reach around the group must still come to an end of it.
#[test]
fn a_retired_group_larger_than_a_block_stalls_its_liquidations() {
    let mut world = World::new();
    world.vault(BOB, WETH, 10 * ONE, 100 * ONE);
    // A rise of nearly 2^26: the index of the group stands just below the end of its range.
    world.block(60_000, [6_200_000_000, 1_000, 1]);
    for debt in 0..30 {
        world.vault(ALICE, WETH, 160_000_000_000, (600 + debt) * ONE);
    }
    // A little more retires it, in a block without budget; then every vault but the first is unsafe.
    world.prices[0] = 7_400_000_000 * ONE;
    world.begin(60_000);
    world.end_with(0);
    world.events();
    world.prices[0] = 4_400_000_000 * ONE;
    let mut sold = 0;
    for _ in 0..4 {
        world.begin(60_000);
        world.end_with(gage_vaults::LIQUIDATION_WEIGHT + 3 * gage_vaults::EVALUATION_WEIGHT);
        sold += world.events().iter().filter(|event| matches!(event, Event::Liquidated { .. })).count();
    }
    assert!(sold >= 2, "in four blocks {sold} of thirty");
}
