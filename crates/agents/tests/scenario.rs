//! The scenario of the demo is sound; a wrong key or number is named.

use gage_agents::path::{self, PathRules};
use gage_agents::scenario::{ETH_CRASH_2020_03, Scenario};
use gage_agents::{population, publisher};
use gage_units::{Amount, Price};

fn demo() -> Scenario {
    Scenario::parse(ETH_CRASH_2020_03).expect("the built-in scenario is sound")
}

#[test]
fn the_built_in_bars_are_those_two_days() {
    let bars = demo().bars().expect("sound bars");
    assert_eq!(bars.bars.len(), 48);
    assert_eq!(bars.bars[0].time_ms, 1_583_971_200_000);
    assert_eq!(bars.bars[0].open.to_string(), "194.61");
    assert_eq!(bars.bars.iter().map(|bar| bar.low).min().map(|low| low.to_string()), Some("86".to_owned()));
    assert!(bars.findings.is_empty());
}

#[test]
fn errors_name_the_key() {
    let changed = |from: &str, to: &str| {
        assert!(ETH_CRASH_2020_03.contains(from), "{from}");
        Scenario::parse(&ETH_CRASH_2020_03.replacen(from, to, 1)).map(drop).expect_err(to).to_string()
    };
    assert!(changed("quorum = 4", "quorum = 8").contains("`feed.quorum` is 8; it must be from 1 to 7"));
    assert!(changed("ratio_spread_sigma = 0.8", "ratio_spread_sigma = nan").contains("ratio_spread_sigma"));
    assert!(changed("count = 2000", "count = 0").contains("vaults.count"));
    assert!(changed("count = 2000", "cuont = 2000").contains("cuont"));
    assert!(changed("ratio_min_bps = 16000", "ratio_min_bps = 15000").contains("vaults.ratio_min_bps"));
    assert!(changed("inventory = 400000", "inventory = 4000000").contains("keepers.inventory"));
    assert!(changed("publisher = 3", "publisher = 7").contains("publishers.outages[0].publisher"));
    let text = ETH_CRASH_2020_03.replacen("\"195.55\"", "\"-195.55\"", 1);
    let error = Scenario::parse(&text).expect("form is right").bars().expect_err("a negative price");
    assert!(error.to_string().contains("row 1"), "{error}");
}

#[test]
fn people_follow_from_the_seed_and_fit_the_terms() {
    let scenario = demo();
    let price = Price(194_610_000_000_000_000_000);
    let people = population::make(&scenario, price);
    assert_eq!(people, population::make(&scenario, price));
    assert_eq!(people.borrowers.len(), 2_000);

    let ratio = |owner: &population::Borrower| owner.collateral.0 as f64 * 194.61 / owner.debt.0 as f64;
    assert!(people.borrowers.iter().all(|owner| ratio(owner) >= 1.6 && ratio(owner) < 10.01));
    let below_290 = people.borrowers.iter().filter(|owner| ratio(owner) < 2.9).count();
    assert!((900..1_100).contains(&below_290), "{below_290}");
    // A heavy tail: the largest one percent hold more than a tenth of all debt.
    let mut debts: Vec<u128> = people.borrowers.iter().map(|owner| owner.debt.0).collect();
    debts.sort_unstable();
    assert!(debts[1_980..].iter().sum::<u128>() * 10 > people.debt.0);
    let deposits: u128 = people.depositors.iter().map(|depositor| depositor.deposit.0).sum();
    assert!(deposits <= people.debt.0 / 100 * 8 && deposits > people.debt.0 / 100 * 7);
    let spent = deposits + people.first_loss.0 + people.keepers.iter().map(|keeper| keeper.inventory.0).sum::<u128>();
    assert!(spent < people.debt.0, "all stable is borrowed stable");
    assert_ne!(people.first_loss, Amount::ZERO);
}

#[test]
fn publishers_stay_close_to_the_market_and_one_is_silent() {
    let scenario = demo();
    let bars = scenario.bars().expect("sound bars");
    let rules = PathRules { seed: scenario.seed, block_interval_ms: 240_000, noise_bps: 300 };
    let ticks = path::make(&bars, &rules).expect("a path");
    assert_eq!(ticks.len(), 48 * 15 + 1);
    let people = population::make(&scenario, ticks[0].market);
    let mut silent = 0;
    for end in 1..=ticks.len() {
        for (index, agent) in people.publishers.iter().enumerate() {
            match publisher::observe(agent, scenario.seed, index as u64, &ticks[..end]) {
                None => silent += 1,
                Some(seen) => {
                    let of = ticks.iter().find(|tick| tick.time_ms == seen.observed_at_ms).expect("a block's time");
                    let off = seen.price.0.abs_diff(of.market.0) as f64 / of.market.0 as f64;
                    assert!(off <= 0.0049, "{off}");
                    assert!(seen.confidence < Price(seen.price.0 / 20));
                }
            }
        }
    }
    assert_eq!(silent, 60, "four hours of one publisher");
}

#[test]
fn a_short_run_keeps_the_proportions() {
    let short = demo().with_vaults(200);
    assert_eq!(short.vaults.count, 200);
    assert_eq!(short.keepers.inventory, 40_000);
}
