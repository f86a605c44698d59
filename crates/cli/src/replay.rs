//! `gage replay`: the same run on any price file.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use gage_agents::bars::{self, Bars};
use gage_agents::path::{self, PathRules};

use crate::demo::{self, RunArgs};

/// Plays a price file through a solo node.
#[derive(Clone, Debug, clap::Args)]
pub struct ReplayArgs {
    /// A CSV file with the columns timestamp_ms (or date, in ms), open, high, low, close, volume.
    #[arg(long, value_name = "FILE")]
    prices: PathBuf,
    /// Leave out bars that open before this time, in milliseconds since 1970.
    #[arg(long, value_name = "MS")]
    from: Option<u64>,
    /// Leave out bars that open at or after this time, in milliseconds since 1970.
    #[arg(long, value_name = "MS")]
    to: Option<u64>,
    #[command(flatten)]
    run: RunArgs,
}

/// `gage replay`
///
/// # Errors
/// What, where, and what to do.
pub fn replay(args: &ReplayArgs) -> anyhow::Result<ExitCode> {
    let mut scenario = demo::load_scenario(&args.run)?;
    let name = args.prices.display().to_string();
    let file = File::open(&args.prices).with_context(|| format!("opening {name}"))?;
    let whole = bars::read(file).with_context(|| format!("in {name}"))?;
    let bars = within(whole, args.from, args.to).with_context(|| format!("in {name}"))?;
    if args.run.scenario.is_none() {
        scenario.name = format!("Replay of {name}");
        scenario.about = "The built-in scenario's people and terms on another file's prices.".to_owned();
        scenario.ledger.block_interval_s = block_interval_s(bars.interval_ms, scenario.ledger.block_interval_s)
            .with_context(|| format!("in {name}: no block interval divides bars of {} ms", bars.interval_ms))?;
    }
    scenario.prices = None;
    let rules = PathRules { seed: 0, block_interval_ms: scenario.ledger.block_interval_s * 1_000, noise_bps: 0 };
    let too_long = "choose a time range with --from and --to, or another block interval in a scenario file";
    path::make(&bars, &rules).with_context(|| format!("in {name}: {too_long}"))?;
    demo::execute(&args.run, &scenario, &bars, name)
}

/// The bars of a time range, with the findings on their lines and on lines that gave no bar.
fn within(whole: Bars, from: Option<u64>, to: Option<u64>) -> anyhow::Result<Bars> {
    if from.is_none() && to.is_none() {
        return Ok(whole);
    }
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(u64::MAX));
    let kept: Vec<_> = whole.bars.into_iter().filter(|bar| (from..to).contains(&bar.time_ms)).collect();
    ensure!(kept.len() >= 2, "{} bars open from {from} to {to}; two are needed", kept.len());
    let first = kept.iter().map(|bar| bar.line).min().unwrap_or(0);
    let last = kept.iter().map(|bar| bar.line).max().unwrap_or(0);
    let findings = whole.findings.into_iter().filter(|finding| (first..=last).contains(&finding.line)).collect();
    Ok(Bars { bars: kept, findings, ..whole })
}

/// The longest interval of whole seconds, at most `longest_s`, that divides a bar into at least two.
fn block_interval_s(bar_ms: u64, longest_s: u64) -> Option<u64> {
    let fits = |seconds: &u64| bar_ms.is_multiple_of(seconds * 1_000) && bar_ms / (seconds * 1_000) >= 2;
    (1..=longest_s).rev().find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_divide_bars() {
        assert_eq!(block_interval_s(3_600_000, 240), Some(240));
        assert_eq!(block_interval_s(60_000, 240), Some(30));
        assert_eq!(block_interval_s(86_400_000, 240), Some(240));
        assert_eq!(block_interval_s(420_000, 240), Some(210));
        assert_eq!(block_interval_s(1_500, 240), None);
    }
}
