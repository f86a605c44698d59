//! The summary that `--json` prints as the last line.

use serde_json::{Value, json};

use super::RunRecord;

/// One object. Money in whole units; times in seconds; `root` in hexadecimal.
pub fn summary(run: &RunRecord) -> Value {
    let [per_debt, per_debt_2020] = run.bad_debt_per_debt();
    let clear = run.seconds_to_clear();
    json!({
        "conservation_ok": run.checks.conservation_ok,
        "proofs_ok": run.checks.proofs_ok,
        "unsafe_left_ok": run.checks.unsafe_left_ok,
        "vaults": run.totals.vaults,
        "liquidated": run.totals.vaults_liquidated,
        "auctions": run.auctions.len(),
        "recovered_fraction": run.recovered_fraction(),
        "bad_debt": run.totals.bad_debt,
        "bad_debt_2020_design": run.design_2020.bad_debt,
        "root": run.root,
        "name": run.name,
        "seed": run.seed,
        "blocks": run.blocks,
        "debt_at_start": run.totals.debt_at_start,
        "debt_liquidated": run.totals.debt_liquidated,
        "debt_liquidated_2020_design": run.design_2020.debt_liquidated,
        "bad_debt_per_debt_liquidated": per_debt,
        "bad_debt_per_debt_liquidated_2020_design": per_debt_2020,
        "zero_bid_wins_2020_design": run.design_2020.zero_bid_wins,
        "raised": run.totals.raised,
        "covered_by": run.bearers.iter().map(|bearer| json!({ "who": bearer.who, "amount": bearer.amount }))
            .collect::<Vec<_>>(),
        "seconds_to_clear_median": clear.map(|(median, _)| median),
        "seconds_to_clear_max": clear.map(|(_, longest)| longest),
        "transactions_executed": run.transactions.executed,
        "transactions_refused": run.transactions.refused,
        "transactions_left_out": run.transactions.left_out,
        "proofs_verified": run.checks.proofs_verified,
        "price_file_findings": run.findings.len(),
        "wall_s": (run.wall_s * 10.0).round() / 10.0,
    })
}
