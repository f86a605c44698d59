//! `gage audit`: recomputes conservation, and what backs each asset that is backed.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use gage_units::format_decimal;
use serde_json::{Value, json};

use crate::common::{NodeUrl, tell};
use crate::exit::{CHECK_FAILED, DONE, code};
use crate::progress;
use crate::say;

/// What to audit.
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(flatten)]
    node: NodeUrl,
    /// A snapshot file instead of a node: its records, its root and every invariant are recomputed here
    #[arg(long, conflicts_with = "node")]
    snapshot: Option<PathBuf>,
}

/// Audits. The exit code is 0 only if every unit is accounted for.
pub fn audit(args: &AuditArgs) -> Result<ExitCode> {
    let report: Value = match &args.snapshot {
        None => args.node.client()?.get("/v1/audit")?,
        Some(path) => {
            let bar = progress::spinner("recomputing the snapshot");
            bar.enable_steady_tick(std::time::Duration::from_millis(100));
            let loaded = gage_node::read_snapshot_file(path)
                .with_context(|| format!("reading the snapshot {}", path.display()))?;
            let audit = gage_api::audit_chain(&loaded.chain).map_err(|problem| anyhow!("{problem}"))?;
            let mut report = serde_json::to_value(audit).context("writing the audit")?;
            if let Some(fields) = report.as_object_mut() {
                fields.insert("root".to_owned(), json!(loaded.header.executed.state_root));
            }
            bar.finish_and_clear();
            report
        }
    };
    let sound = report["conservation_ok"] == Value::Bool(true);
    tell(&report, || show(&report, args.snapshot.is_some()));
    Ok(code(if sound { DONE } else { CHECK_FAILED }))
}

fn show(report: &Value, from_snapshot: bool) {
    say!("height {}, time {}", report["height"], report["time"]);
    if let Some(root) = report["root"].as_str() {
        say!("root   {root} (recomputed from the records)");
    }
    let whose =
        if from_snapshot { "recomputed here from the snapshot" } else { "recomputed by the node from its records" };
    match report["broken"].as_str() {
        None if report["conservation_ok"] == Value::Bool(true) => {
            say!("\nEvery unit is accounted for; every invariant of every module holds ({whose}).");
        }
        None => say!("\nNOT CONSERVED: a facility's identity does not hold."),
        Some(broken) => say!("\nBROKEN: {broken}"),
    }
    say!("\n{:<16} {:>32}", "asset", "exists");
    for asset in list(&report["assets"]) {
        let name = format!("{}#{}", text(&asset["symbol"]), asset["asset"]);
        say!("{name:<16} {:>32}", decimal(&asset["supply"], asset["decimals"].as_u64().unwrap_or(0)));
    }
    say!("\n{:<16} {:>9} {:>12}  {}", "backed asset", "coverage", "status", "backing / claims, smallest units");
    for line in list(&report["coverage"]) {
        let name = format!("{}#{}", text(&line["symbol"]), line["asset"]);
        let ratio = percent(&line["ratio"]);
        say!(
            "{name:<16} {ratio:>9} {:>12}  {} / {}",
            text(&line["status"]),
            text(&line["backing"]),
            text(&line["claims"])
        );
    }
    for facility in list(&report["facilities"]) {
        let holds = if facility["identity"]["holds"] == Value::Bool(true) { "holds" } else { "DOES NOT HOLD" };
        say!(
            "\nfacility {}: collateral over supply {}; its identity {holds}: supply {} + rounding {} = debt {} + at auction {} + bad debt {}",
            facility["facility"],
            percent(&facility["coverage"]),
            text(&facility["identity"]["supply"]),
            text(&facility["identity"]["rounding"]),
            text(&facility["identity"]["bucket_debt"]),
            text(&facility["identity"]["auctioned"]),
            text(&facility["identity"]["bad_debt"]),
        );
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

fn decimal(value: &Value, decimals: u64) -> String {
    let units: Option<u128> = value.as_str().and_then(|text| text.parse().ok());
    match (units, u8::try_from(decimals)) {
        (Some(units), Ok(decimals)) => format_decimal(units, decimals),
        _ => "-".to_owned(),
    }
}

/// A ratio in 1e-18 as per cent with two decimals, cut off.
fn percent(value: &Value) -> String {
    let units: Option<u128> = value.as_str().and_then(|text| text.parse().ok());
    match units {
        None => "-".to_owned(),
        Some(u128::MAX) => "no claims".to_owned(),
        Some(units) => {
            let hundredths = units / 100_000_000_000_000;
            format!("{}.{:02} %", hundredths / 100, hundredths % 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_shown_in_per_cent() {
        assert_eq!(percent(&json!("1534999999999999999")), "153.49 %");
        assert_eq!(percent(&Value::Null), "-");
        assert_eq!(percent(&json!(u128::MAX.to_string())), "no claims");
    }
}
