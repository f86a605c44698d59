//! Each assumption of the model, one by one.

use super::*;

fn terms() -> Terms {
    Terms {
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
    }
}

fn vault(collateral: f64, debt: f64) -> Vault {
    Vault { collateral, debt, reserve: 0.0, trigger: 1.6, restore: 2.0 }
}

fn keepers(count: usize, inventory: f64) -> Vec<Keeper> {
    (0..count).map(|_| Keeper { inventory, profit: 0.01 }).collect()
}

/// Blocks at the prices of `price(minute)`.
fn path(minutes: u64, price: impl Fn(u64) -> f64, transactions_max: impl Fn(u64) -> Option<usize>) -> Vec<Step> {
    (0..=minutes / 4)
        .map(|block| Step {
            time_s: block * 240,
            price: price(block * 4),
            hour_volume: 100_000.0,
            transactions_max: transactions_max(block * 4),
        })
        .collect()
}

#[test]
fn a_calm_market_has_no_bad_debt() {
    // Slowly from 200 to 180: vaults at 160 % become unsafe, keepers have money and get in.
    let steps = path(1_440, |minute| 200.0 - minute as f64 / 72.0, |_| None);
    let vaults: Vec<Vault> = (0..100).map(|_| vault(80.0, 10_000.0)).collect();
    let outcome = run(&terms(), &vaults, &keepers(6, 250_000.0), &steps, 200, 1);
    assert_eq!(outcome.vaults_liquidated, 100);
    assert_eq!(outcome.zero_bid_wins, 0);
    assert_eq!((outcome.bad_debt, outcome.debt_unsettled), (0.0, 0.0));
    assert!((outcome.recovered_fraction() - 1.0).abs() < 1e-12);
    // 80 each is two lots; the penalty is earned and owners get back what the second phase saves them.
    assert_eq!(outcome.auctions, 200);
    assert!((outcome.penalties - 130_000.0).abs() < 1.0, "{outcome:?}");
    assert!(outcome.collateral_returned > 0.0);
}

#[test]
fn congestion_in_a_falling_market_gives_collateral_away() {
    let falling = |minute: u64| 200.0 - (minute as f64 / 6.0).min(100.0);
    let vaults: Vec<Vault> = (0..300).map(|index| vault(80.0, 9_000.0 + f64::from(index))).collect();
    let run = |congested: bool| {
        let cap = move |minute: u64| (congested && (120..360).contains(&minute)).then_some(25);
        run(&terms(), &vaults, &keepers(6, 1_000_000.0), &path(900, falling, cap), 400, 1)
    };
    let (open, jammed) = (run(false), run(true));
    assert!(jammed.zero_bid_wins > 20, "{jammed:?}");
    assert!(jammed.zero_bid_wins > 5 * open.zero_bid_wins, "{} {}", jammed.zero_bid_wins, open.zero_bid_wins);
    assert!(jammed.bad_debt > 2.0 * open.bad_debt, "{} {}", jammed.bad_debt, open.bad_debt);
    assert!(jammed.zero_bid_value > 0.0 && jammed.transactions_left_out > 0);
}

#[test]
fn money_is_conserved() {
    let falling = |minute: u64| 200.0 - (minute as f64 / 4.0).min(120.0);
    let vaults: Vec<Vault> = (0..200).map(|index| vault(80.0, 8_000.0 + 10.0 * f64::from(index))).collect();
    let steps = path(1_200, falling, |_| None);
    let outcome = run(&terms(), &vaults, &keepers(3, 60_000.0), &steps, 2_000, 3);
    assert_eq!(outcome.debt_unsettled, 0.0);
    // Debt out of vaults = bids for it + what no bid covered.
    let for_debt = outcome.raised - outcome.penalties;
    assert!((outcome.debt_liquidated - for_debt - outcome.bad_debt).abs() < 1e-3, "{outcome:?}");
    assert_eq!(outcome.auctions, outcome.auctions_won);
    assert_eq!(outcome.bad_debt_by_step.last(), Some(&outcome.bad_debt));
}

#[test]
fn the_valid_price_is_one_to_two_hours_old() {
    let steps = path(240, |minute| minute as f64, |_| None);
    let at = |minute: usize| valid_price(&terms(), &steps[..=minute / 4]);
    assert_eq!(at(0), 0.0);
    assert_eq!(at(56), 0.0);
    assert_eq!(at(60), 0.0);
    assert_eq!(at(120), 60.0);
    assert_eq!(at(176), 60.0);
    assert_eq!(at(180), 120.0);
}

#[test]
fn a_bid_locks_money_and_an_outbid_frees_it() {
    // Two lots of 50, one keeper with money for one: the second waits until the first is over.
    let steps = path(120, |_| 100.0, |_| None);
    let honest = Terms { zero_bidders: 0, price_delay_s: 0, ..terms() };
    let outcome = run(&honest, &[vault(100.0, 7_000.0)], &keepers(1, 4_100.0), &steps, 0, 1);
    assert_eq!((outcome.auctions, outcome.auctions_won), (2, 2));
    // 12 minutes of the bid, plus for the second 12 of waiting and 8 until the money is back.
    assert!(outcome.seconds_to_clear_mean > 1_000.0, "{outcome:?}");
    assert_eq!(outcome.zero_bid_wins, 0);
}

#[test]
fn the_only_bid_wins_even_if_it_is_zero() {
    let steps = path(60, |_| 100.0, |_| None);
    let only_zero = Terms { price_delay_s: 0, ..terms() };
    let outcome = run(&only_zero, &[vault(50.0, 3_500.0)], &keepers(1, 0.0), &steps, 0, 1);
    assert_eq!((outcome.zero_bid_wins, outcome.zero_bid_collateral), (1, 50.0));
    assert_eq!((outcome.zero_bid_value, outcome.bad_debt), (5_000.0, 3_500.0));
}

#[test]
fn bids_rise_by_the_least_increase_and_then_the_lot_shrinks() {
    let mut auction = Auction::begin(&terms(), 50.0, 3_000.0, 0);
    assert!(auction.accepts(&terms(), 100.0, 50.0));
    assert_eq!(auction.place(0, 100.0, 50.0, 0), None);
    assert!(!auction.accepts(&terms(), 102.9, 50.0));
    assert!(!auction.accepts(&terms(), 103.0, 49.0), "the lot shrinks only once the sum is bid");
    assert!(auction.accepts(&terms(), 103.0, 50.0));
    assert!(!auction.accepts(&terms(), 3_400.0, 50.0), "never above the sum to be raised");
    let sum = 3_000.0 * 1.13;
    assert!(auction.accepts(&terms(), sum, 50.0));
    assert_eq!(auction.place(1, sum, 50.0, 240), Some((0, 100.0)));
    assert!(!auction.accepts(&terms(), sum, 49.0));
    assert!(auction.accepts(&terms(), sum, 48.5));
    assert_eq!(auction.next_bid(&terms(), 1, 100.0), None, "nobody outbids himself");
    assert_eq!(auction.next_bid(&terms(), 0, 60.0), None, "48.5 x 60 is less than the sum");
    assert!(auction.next_bid(&terms(), 0, 80.0).is_some());
    assert!(matches!(auction.close(&terms(), 600), Close::Open));
    assert!(matches!(auction.close(&terms(), 840), Close::Won { bidder: 1, .. }));
}

#[test]
fn owners_who_watch_save_their_vaults() {
    let falling = |minute: u64| 200.0 - (minute as f64 / 6.0).min(60.0);
    let watched = Vault { reserve: 40.0, ..vault(80.0, 9_000.0) };
    let steps = path(600, falling, |_| None);
    let outcome = run(&terms(), &[watched, vault(80.0, 9_000.0)], &keepers(2, 50_000.0), &steps, 200, 1);
    assert_eq!(outcome.vaults_liquidated, 1);
}
