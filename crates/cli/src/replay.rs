//! `gage replay`: the same run on any price file.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use gage_agents::bars::{self, Bars};

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
    }
    scenario.prices = None;
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
