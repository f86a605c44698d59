//! `gage demo` and `gage replay`: a solo node in this process, a market played through its public API.
//!
//! In reading order: [`world`] (accounts, keys, genesis), [`sign`] (what agents sign), [`stack`] (what is played through), [`door`] (HTTP),
//! [`play`] (the run, block by block), [`books`] (what events tell), [`checks`] (audit and proofs),
//! [`record`] (the report's record), [`view`] (the terminal while it runs).

pub mod books;
pub mod checks;
pub mod door;
pub mod play;
pub mod record;
pub mod sign;
pub mod stack;
pub mod view;
pub mod world;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use gage_agents::bars::Bars;
use gage_agents::path::{self, PathRules};
use gage_agents::population;
use gage_agents::scenario::{ETH_CRASH_2020_03, Scenario};
use gage_units::Timestamp;

use self::door::Door;
use self::play::{Play, SETUP_BLOCKS};
use self::record::Sources;
use self::stack::Stack;
use self::view::View;
use self::world::World;
use crate::common::json;
use crate::exit::{CHECK_FAILED, DONE, code};
use crate::report::{self, RunRecord};

/// What both commands take.
#[derive(Clone, Debug, clap::Args)]
pub struct RunArgs {
    /// A scenario file in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Another seed than the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Another number of vaults; keepers' money is scaled with it.
    #[arg(long)]
    pub vaults: Option<u32>,
    /// Where the node keeps its data; a temporary folder, removed at the end, if not given.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Where to write the HTML report.
    #[arg(long, value_name = "FILE", default_value = "demo-report.html")]
    pub html: PathBuf,
    /// Write no HTML report.
    #[arg(long)]
    pub no_html: bool,
    /// Play it through four validators on loopback instead of a solo node; they are told the time
    #[arg(long)]
    pub network: bool,
    /// Leave the node running and say how to look around.
    #[arg(long)]
    pub keep: bool,
    /// Show no progress.
    #[arg(long)]
    pub quiet: bool,
}

/// Plays the ETH crash of 12 and 13 March 2020 through a solo node.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArgs {
    #[command(flatten)]
    run: RunArgs,
}

/// `gage demo`
///
/// # Errors
/// What, where, and what to do.
pub fn demo(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let scenario = load_scenario(&args.run)?;
    let bars = scenario.bars()?;
    let source = scenario.prices.as_ref().map_or_else(String::new, |prices| prices.source.clone());
    execute(&args.run, &scenario, &bars, source)
}

/// The scenario asked for.
///
/// # Errors
/// The file cannot be read, or names a key that is wrong.
pub fn load_scenario(args: &RunArgs) -> anyhow::Result<Scenario> {
    let mut scenario = match &args.scenario {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
            Scenario::parse(&text).with_context(|| format!("in {}", file.display()))?
        }
        None => Scenario::parse(ETH_CRASH_2020_03).context("in the built-in scenario")?,
    };
    if let Some(seed) = args.seed {
        scenario.seed = seed;
    }
    if let Some(vaults) = args.vaults {
        anyhow::ensure!((1..=100_000).contains(&vaults), "--vaults is {vaults}; it must be from 1 to 100,000");
        scenario = scenario.with_vaults(vaults);
    }
    Ok(scenario)
}

/// Runs, reports and tidies up. The exit code says whether every check held.
///
/// # Errors
/// What, where, and what to do.
pub fn execute(args: &RunArgs, scenario: &Scenario, bars: &Bars, source: String) -> anyhow::Result<ExitCode> {
    let temporary = args.dir.is_none();
    let dir = args.dir.clone().unwrap_or_else(temporary_dir);
    // A run begins at genesis; the blocks of another run are not for us to continue or to remove.
    let used = std::fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_some());
    anyhow::ensure!(!used, "{} is not empty; give --dir a folder that is new or empty", dir.display());
    let symbols = [scenario.assets.collateral.clone(), scenario.assets.stable.clone()];
    let mut view = View::new(args.quiet, symbols);
    let finished = run(args, scenario, bars, source, &dir, &mut view);
    let (record, stack) = match finished {
        Ok(finished) => finished,
        Err(error) => {
            if temporary {
                remove(&dir);
            }
            return Err(error);
        }
    };

    let text = report::terminal(&record);
    if !args.no_html {
        let page = report::html(&record).map_err(|error| anyhow::anyhow!("drawing the report: {error}"))?;
        std::fs::write(&args.html, page).with_context(|| format!("writing {}", args.html.display()))?;
    }
    let written = if args.no_html { String::new() } else { format!("Report           {}\n", args.html.display()) };
    if json() {
        std::io::stderr().write_all(format!("{text}{written}").as_bytes())?;
        writeln!(std::io::stdout(), "{}", report::summary(&record))?;
    } else {
        std::io::stdout().write_all(format!("{text}{written}").as_bytes())?;
    }
    std::io::stdout().flush()?;

    if args.keep {
        stack.keep(&dir, &record)?;
    } else {
        stack.stop()?;
        if temporary {
            remove(&dir);
        }
    }
    Ok(code(if record.ok() { DONE } else { CHECK_FAILED }))
}

/// Plays a scenario through a node in `dir`; the node is still up when it returns.
///
/// # Errors
/// What, where, and what to do.
pub fn run(
    args: &RunArgs,
    scenario: &Scenario,
    bars: &Bars,
    price_source: String,
    dir: &Path,
    view: &mut View,
) -> anyhow::Result<(RunRecord, Stack)> {
    let began = Instant::now();
    let interval_ms = scenario.ledger.block_interval_s * 1_000;
    let rules =
        PathRules { seed: scenario.seed, block_interval_ms: interval_ms, noise_bps: scenario.ledger.path_noise_bps };
    let ticks = path::make(bars, &rules)?;
    let first = *ticks.first().context("the prices hold no bar")?;
    let people = population::make(scenario, first.market);
    let keys = World::new(scenario.seed, &people)?;
    let before_ms = (SETUP_BLOCKS + 1) * interval_ms;
    let start = first.time_ms.checked_sub(before_ms).context("the prices begin at the very beginning of time")?;
    let genesis = world::genesis(scenario, &people, &keys, Timestamp(start));
    let network = genesis.hash();
    let world = keys.on(network, genesis.params.base_fee_min);
    let stack = if args.network {
        Stack::network(genesis, dir, scenario.seed)?
    } else {
        Stack::solo(genesis, dir, scenario.seed)?
    };
    view.say(&format!(
        "{} at {}, data in {}; opening {} vaults",
        stack.describe(),
        stack.url(),
        dir.display(),
        people.borrowers.len()
    ));
    let door = Door::new(stack.clients(network)?, network)?;
    let mut play = Play::new(scenario, &people, world, door, &ticks)?;
    play.run(&mut |point, planned| view.point(point, planned))?;
    view.finish();
    view.say("Checking the books and every proof");
    let subjects = checks::Subjects {
        vaults: play.books.vaults.keys().map(|vault| vault.0).collect(),
        lots: play.books.auctions.keys().copied().collect(),
        holders: play.holders(),
    };
    let at = checks::newest(play.door())?;
    let mut found = checks::run(play.door(), &subjects, network, at)?;
    checks::agree(play.door(), stack.validators(), &subjects, at, &mut found)?;
    found.unsafe_left_ok = play.unflagged.is_empty();
    found.conservation.extend(play.unflagged.iter().cloned());
    let sources = Sources { scenario, people: &people, bars, ticks: &ticks, price_source };
    let record = record::make(play, &sources, found, at.root.to_string(), began.elapsed().as_secs_f64());
    Ok((record, stack))
}

/// A folder of this process alone.
fn temporary_dir() -> PathBuf {
    std::env::temp_dir().join(format!("gage-demo-{}", std::process::id()))
}

fn remove(dir: &Path) {
    // What cannot be removed is left to the system's own tidying of its temporary folder.
    std::fs::remove_dir_all(dir).unwrap_or(());
}
