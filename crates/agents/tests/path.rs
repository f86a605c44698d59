//! The path meets every bar's four prices, repeats by seed, and says nothing in a gap.

use gage_agents::bars::{self, Bar, Bars};
use gage_agents::path::{self, PathError, PathRules, Tick};
use gage_units::Price;
use proptest::prelude::*;

const HOUR: u64 = 3_600_000;
const RULES: PathRules = PathRules { seed: 42, block_interval_ms: 240_000, noise_bps: 1_000 };

fn price(units: f64) -> Price {
    Price((units * 100.0).round() as u128 * 10_000_000_000_000_000)
}

fn bar(hour: u64, [open, high, low, close]: [f64; 4]) -> Bar {
    let [open, high, low, close] = [open, high, low, close].map(price);
    Bar { time_ms: 1_000_000_000 + hour * HOUR, open, high, low, close, volume: Some(5), line: hour + 2 }
}

fn file(rows: Vec<Bar>) -> Bars {
    bars::from_rows(rows, Vec::new()).expect("two bars or more")
}

fn of_bar(ticks: &[Tick], bar: &Bar) -> Vec<Price> {
    let inside = |tick: &&Tick| tick.time_ms >= bar.time_ms && tick.time_ms <= bar.time_ms + HOUR;
    ticks.iter().filter(inside).map(|tick| tick.market).collect()
}

#[test]
fn it_repeats_by_seed_and_changes_with_it() {
    let bars = file(vec![bar(0, [100.0, 110.0, 90.0, 105.0]), bar(1, [105.0, 106.0, 60.0, 70.0])]);
    let one = path::make(&bars, &RULES).expect("a path");
    assert_eq!(one.len(), 31);
    assert_eq!(one, path::make(&bars, &RULES).expect("a path"));
    assert_ne!(one, path::make(&bars, &PathRules { seed: 43, ..RULES }).expect("a path"));
    assert!(one.iter().all(|tick| tick.venue == Some(tick.market)));
}

#[test]
fn in_a_gap_blocks_go_on_without_a_price() {
    let bars = file(vec![
        bar(0, [100.0, 110.0, 90.0, 105.0]),
        bar(1, [105.0, 106.0, 100.0, 101.0]),
        bar(4, [99.0, 106.0, 90.0, 95.0]),
    ]);
    let ticks = path::make(&bars, &RULES).expect("a path");
    assert_eq!(ticks.len(), 5 * 15 + 1);
    let silent = ticks.iter().filter(|tick| tick.venue.is_none()).count();
    assert_eq!(silent, 30);
    assert!(ticks.iter().filter(|tick| tick.venue.is_none()).all(|tick| tick.market == price(101.0)));
    assert!(ticks.windows(2).all(|pair| pair[1].time_ms == pair[0].time_ms + 240_000));
}

#[test]
fn an_absurd_wick_is_the_venues_and_not_the_markets() {
    let bars = file(vec![
        bar(0, [100.0, 101.0, 99.0, 100.0]),
        bar(1, [100.0, 101.0, 0.01, 100.0]),
        bar(2, [100.0, 101.0, 99.0, 100.0]),
    ]);
    let ticks = path::make(&bars, &RULES).expect("a path");
    assert_eq!(ticks.iter().filter_map(|tick| tick.venue).min(), Some(price(0.01)));
    assert_eq!(ticks.iter().map(|tick| tick.market).min(), Some(price(99.0)));
}

#[test]
fn intervals_that_do_not_fit_are_refused() {
    let bars = file(vec![bar(0, [1.0; 4]), bar(1, [1.0; 4])]);
    for block_interval_ms in [0, 7, 7_000_000, HOUR] {
        let refused = path::make(&bars, &PathRules { block_interval_ms, ..RULES });
        assert_eq!(refused, Err(PathError::Interval { interval_ms: HOUR, block_interval_ms }));
    }
    let long = file(vec![bar(0, [1.0; 4]), bar(1, [1.0; 4]), bar(9_000, [1.0; 4])]);
    assert!(matches!(path::make(&long, &RULES), Err(PathError::TooLong { .. })));
}

proptest! {
    #[test]
    fn every_bar_meets_its_four_prices_and_stays_inside(
        seed in any::<u64>(), mid in 1_000u64..100_000, rows in proptest::collection::vec(proptest::array::uniform4(0u64..100), 2..6),
    ) {
        let rows: Vec<Bar> = (0..).zip(rows).map(|(hour, [a, b, c, d])| {
            let at = |part: u64| mid + mid * part / 1_000;
            let (open, close) = (at(a), at(b));
            let cents = [open, open.max(close) + c, open.min(close) - d, close];
            bar(hour, cents.map(|cents| cents as f64 / 100.0))
        }).collect();
        let bars = file(rows);
        let ticks = path::make(&bars, &PathRules { seed, ..RULES }).expect("a path");
        for (index, bar) in bars.bars.iter().enumerate() {
            let prices = of_bar(&ticks, bar);
            prop_assert_eq!(prices.len(), 16);
            prop_assert_eq!(prices.last(), Some(&bar.close));
            if index == 0 { prop_assert_eq!(prices[0], bar.open); }
            // The opening may differ from the close before, whose block it shares.
            let inside = &prices[1..];
            prop_assert!(inside.contains(&bar.high) && inside.contains(&bar.low));
            prop_assert!(inside.iter().all(|price| *price >= bar.low && *price <= bar.high));
        }
    }
}
