//! The report on a terminal: plain lines, 100 columns.

use std::fmt::Write as _;

use super::published::FIGURES;
use super::{RunRecord, duration, grouped, percent, price, utc};

/// The report as text.
pub fn terminal(run: &RunRecord) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let mut line = |words: String| writeln!(text, "{words}").unwrap_or(());
    let [collateral, stable] = &run.symbols;
    let totals = &run.totals;
    let [per_debt, per_debt_2020] = run.bad_debt_per_debt();

    line(String::new());
    line(format!("== {} ==", run.name));
    if let (Some(first), Some(last)) = (run.points.first(), run.points.last()) {
        line(format!(
            "   {} to {} UTC, {} blocks of {} s, seed {}; prices: {}",
            utc(first.time_ms),
            utc(last.time_ms),
            run.blocks,
            run.block_interval_s,
            run.seed,
            run.price_source
        ));
        let lowest = run.points.iter().map(|point| point.market).fold(f64::INFINITY, f64::min);
        line(format!("   market {} -> lowest {} -> {}", price(first.market), price(lowest), price(last.market)));
    }
    for finding in run.findings.iter().take(12) {
        line(format!("   price file, {finding}"));
    }
    if run.findings.len() > 12 {
        line(format!("   price file: {} further findings in the HTML report", run.findings.len() - 12));
    }
    line(String::new());
    line(format!("Vaults           {:>14}   liquidated {} of them", totals.vaults, totals.vaults_liquidated));
    line(format!("Debt at start    {:>14} {stable}", grouped(totals.debt_at_start)));
    line(format!("Collateral       {:>14} {collateral}", grouped(totals.collateral_at_start)));
    line(format!("Owners' top-ups  {:>14}", totals.top_ups));
    line(String::new());
    line(format!("{:<34}{:>22}{:>26}", "", "this ledger", "the 2020 design (model)"));
    let mut row = |what: &str, ours: String, theirs: String| line(format!("{what:<34}{ours:>22}{theirs:>26}"));
    let design = &run.design_2020;
    row("vaults liquidated", totals.vaults_liquidated.to_string(), design.vaults_liquidated.to_string());
    row("debt liquidated", grouped(totals.debt_liquidated), grouped(design.debt_liquidated));
    row("auctions", run.auctions.len().to_string(), design.auctions.to_string());
    row("won with a bid of zero", "not possible".to_owned(), design.zero_bid_wins.to_string());
    row("recovered by auctions", percent(run.recovered_fraction()), percent(design.recovered_fraction()));
    if let Some((median, longest)) = run.seconds_to_clear() {
        let theirs = format!("mean {}", duration(design.seconds_to_clear_mean as u64));
        row("time to clear, median", duration(median), theirs);
        row("time to clear, longest", duration(longest), String::new());
    }
    row("BAD DEBT", grouped(totals.bad_debt), grouped(design.bad_debt));
    row("bad debt per debt liquidated", percent(per_debt), percent(per_debt_2020));
    line(String::new());
    line("Who bore what auctions did not raise:".to_owned());
    for bearer in &run.bearers {
        line(format!("  {:<28}{:>16} {stable}   {}", bearer.who, grouped(bearer.amount), bearer.note));
    }
    line(format!(
        "Stability pool: depositors' loss {} {stable} (below zero: gain); keepers' profit {} {stable}",
        grouped(totals.pool_loss),
        grouped(totals.keeper_profit)
    ));
    line(String::new());
    if run.published {
        line("Published for 12-13 March 2020 (another book of vaults: compare shares, not sums):".to_owned());
        for figure in FIGURES {
            line(format!("  {}: {}", figure.what, figure.figure));
        }
        line(
            "  Sources: see the HTML report; whiterabbit_hq on medium.com (14 March 2020), thebulletintime.com"
                .to_owned(),
        );
        line("  (4 May 2020), forum.makerdao.com/t/auction-parameter-derivations/781".to_owned());
        line(String::new());
    }
    let transactions = &run.transactions;
    line(format!(
        "Transactions     {} executed, {} refused by a rule, {} left out by congestion",
        transactions.executed, transactions.refused, transactions.left_out
    ));
    for (reason, count) in run.refusals.iter().take(8) {
        line(format!("                 {count} x {reason}"));
    }
    let checks = &run.checks;
    line(format!("Conservation     {}", verdict(checks.conservation_ok)));
    for words in &checks.conservation {
        line(format!("                 {words}"));
    }
    line(format!("Proofs           {}   {} verified", verdict(checks.proofs_ok), checks.proofs_verified));
    for words in checks.proofs_failed.iter().take(10) {
        line(format!("                 {words}"));
    }
    line(format!(
        "Completeness     {}   all vaults read after every block: none unsafe was forgotten",
        verdict(checks.unsafe_left_ok)
    ));
    line(format!("State root       {}", run.root));
    line(format!("Took             {:.1} s", run.wall_s));
    text
}

fn verdict(ok: bool) -> &'static str {
    if ok { "ok" } else { "FAILED" }
}
