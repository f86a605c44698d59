//! Searches for value that one person extracts without risk; `GAGE_ADVERSARY_RUNS=20000` searches longer.

use gage_testkit::adversary::{Effort, Market, search};

fn runs(few: usize) -> usize {
    std::env::var("GAGE_ADVERSARY_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// What the bank, holders and the adversary as payer do with what assets pay, in every market.
const PAID: [&str; 9] = [
    "distribution_declared",
    "distribution_funded",
    "register_taken",
    "payout_elected",
    "distribution_claimed",
    "surrendered",
    "distribution_reclaimed",
    "payment_missed",
    "retired",
];

/// What happens when facilities end.
const ENDED: [&str; 6] =
    ["shutdown_started", "vault_settled", "shutdown_paying", "basket_redeemed", "part_kept", "part_claimed"];

/// Searches, and tells what it did. These events must have happened, else the search has not tried them.
#[track_caller]
fn nothing_is_extracted(market: Market, seed: u64, happened: &[&str]) {
    let report = search(Effort { market, seed, runs: runs(250) });
    println!("{market:?}: {report}");
    for ((verb, outcome), sequences) in &report.outcomes {
        println!("act {verb}: {outcome} in {sequences} sequences");
    }
    if let Some(finding) = report.finding {
        panic!("{finding}");
    }
    // A search whose acts are all refused searches nothing.
    assert!(report.done > 200 && report.done_verbs.len() > 20, "{report}");
    for event in happened {
        let count = report.events.get(*event).copied().unwrap_or(0);
        println!("event {event}: {count} times");
        assert!(count > 0, "{event} has not happened in {report}");
    }
}

#[test]
fn nothing_is_extracted_while_prices_stand() {
    nothing_is_extracted(Market::Still, 1, &PAID);
}

#[test]
fn nothing_but_the_price_of_risk_is_extracted_while_prices_move() {
    nothing_is_extracted(Market::Moving, 2, &PAID);
}

#[test]
fn nothing_is_extracted_while_facilities_end() {
    nothing_is_extracted(Market::Ending, 3, &[&PAID[..], &ENDED[..]].concat());
}
