//! Searches for value that one person extracts without risk; `GAGE_ADVERSARY_RUNS=20000` searches longer.

use gage_testkit::adversary::{Effort, Market, search};

fn runs(few: usize) -> usize {
    std::env::var("GAGE_ADVERSARY_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// Searches, and tells what it did.
#[track_caller]
fn nothing_is_extracted(market: Market, seed: u64) {
    let report = search(Effort { market, seed, runs: runs(150) });
    println!("{market:?}: {report}");
    for ((verb, outcome), sequences) in &report.outcomes {
        println!("act {verb}: {outcome} in {sequences} sequences");
    }
    if let Some(finding) = report.finding {
        panic!("{finding}");
    }
    // A search whose acts are all refused searches nothing.
    assert!(report.done > 200 && report.done_verbs.len() > 20, "{report}");
}

#[test]
fn nothing_is_extracted_while_prices_stand() {
    nothing_is_extracted(Market::Still, 1);
}

#[test]
fn nothing_but_the_price_of_risk_is_extracted_while_prices_move() {
    nothing_is_extracted(Market::Moving, 2);
}
