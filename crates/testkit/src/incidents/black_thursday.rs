//! Black Thursday, 12 March 2020: auctions without a floor, won with bids of zero while the network was jammed.
//!
//! The old design is [`crate::design_2020`]. Here are three vaults of 10 ETH that owe 1,000, one keeper with
//! money, one who bids zero, and a fall from 200 to 112 within eighty minutes during which one transaction a
//! block gets in.

use crate::design_2020::{Keeper, Outcome, Step, Terms, Vault, run};

/// What came of it. `jammed` is whether the network was.
pub fn old_design(jammed: bool) -> Outcome {
    let terms = Terms {
        step_s: 240,
        liquidation_ratio: 1.5,
        penalty: 0.13,
        price_delay_s: 3_600,
        lot_max: 50.0,
        bid_increase: 0.03,
        bid_duration_s: 600,
        auction_duration_s: 21_600,
        opening_bid: 0.8,
        zero_bidders: 1,
        exit_base: 0.003,
        exit_slope: 0.5,
        return_steps: 2,
    };
    let vault = Vault { collateral: 10.0, debt: 1_000.0, reserve: 0.0, trigger: 1.6, restore: 2.0 };
    let vaults = vec![vault; 3];
    // The honest keeper has money for every lot; the second is the one who tries zero.
    let keepers = [8_000.0, 0.0].map(|inventory| Keeper { inventory, profit: 0.01 });
    let block = |number: u64| Step {
        time_s: number * 240,
        price: (200.0 - 4.4 * number as f64).max(112.0),
        hour_volume: 100_000.0,
        transactions_max: jammed.then_some(1),
    };
    let steps: Vec<Step> = (0..=120).map(block).collect();
    let outcome = run(&terms, &vaults, &keepers, &steps, 400, 1);
    // Step by step it is long, and the sum says enough.
    Outcome { bad_debt_by_step: Vec::new(), ..outcome }
}
