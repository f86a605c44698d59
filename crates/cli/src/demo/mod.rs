//! `gage demo` and `gage replay`: a solo node in this process, a market played through its public API.
//!
//! In reading order: [`world`] (accounts, keys, genesis), [`sign`] (what agents sign), [`door`] (HTTP),
//! [`play`] (the run, block by block), [`books`] (what events tell), [`checks`] (audit and proofs),
//! [`record`] (the report's record), [`view`] (the terminal while it runs).

pub mod books;
pub mod checks;
pub mod door;
pub mod play;
pub mod record;
pub mod sign;
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
use gage_api::{ApiConfig, Server};
use gage_client::{Client, ClientConfig};
use gage_crypto::hash::sha256_parts;
use gage_node::{Node, NodeConfig, Sealing};
use gage_units::Timestamp;

use self::door::Door;
use self::play::{Play, SETUP_BLOCKS};
use self::record::Sources;
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
    let finished = run(scenario, bars, source, &dir, &mut view);
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

/// A node with its API, both in this process.
pub struct Stack {
    node: Node,
    server: Server,
    token: String,
}

impl Stack {
    fn start(genesis: gage_chain::Genesis, dir: &Path, seed: u64) -> anyhow::Result<Stack> {
        let mut config = NodeConfig::new(dir, genesis);
        config.sealing = Sealing::Manual;
        // One publisher of the outside world sends thousands of vaults' transactions in one block.
        config.mempool_max = config.mempool_max.max(200_000);
        let node = Node::start(config).with_context(|| format!("starting a node in {}", dir.display()))?;
        // The token keeps other programs of this machine from sealing by mistake; nothing is at stake.
        let id = std::process::id().to_be_bytes();
        let token = sha256_parts(&[b"gage demo token", &seed.to_be_bytes(), &id]).to_string();
        let limits = ApiConfig::default();
        let api = ApiConfig {
            admin_token: Some(token.clone()),
            // All agents of the run share one address.
            requests_per_second: 1_000_000,
            requests_burst: 1_000_000,
            ..limits
        };
        let server = Server::start(node.handle(), api).context("starting the API on a loopback port")?;
        Ok(Stack { node, server, token })
    }

    fn stop(self) -> anyhow::Result<()> {
        self.server.stop();
        self.node.stop().context("stopping the node")
    }

    /// Says how to look around, and waits for a line or the end of the process.
    fn keep(self, dir: &Path, record: &RunRecord) -> anyhow::Result<()> {
        let url = self.server.url();
        let lot = record.auctions.first().map_or(1, |row| row.lot);
        let vault = record.auctions.first().map_or(1, |row| row.vault);
        let words = format!(
            "\nThe node is up at {url}, data in {dir}. Look around:\n\
             \x20 curl -s {url}/v1/status\n\
             \x20 curl -s {url}/v1/facilities/1\n\
             \x20 curl -s {url}/v1/vaults/{vault}\n\
             \x20 curl -s {url}/v1/feeds/0\n\
             \x20 curl -s {url}/v1/backstop/1\n\
             \x20 curl -s '{url}/v1/backstop-receipts?limit=5'\n\
             \x20 curl -s '{url}/v1/vaults/{vault}/proof?at=published' > proof.json && gage verify proof.json\n\
             \x20 curl -s {url}/v1/auctions/{lot}/proof    (an ended lot is proved absent)\n\
             \x20 gage audit --node {url}\n\
             \x20 gage show --node {url} vault {vault}\n\
             \x20 curl -s -X POST {url}/v1/admin/seal -H 'Authorization: Bearer {token}' \
             -H 'Content-Type: application/json' -d '{{\"time\": {next}}}'    (the next block)\n\
             (In the repository `cargo gage` stands for `gage`.) Press Enter or Ctrl-C to stop it.\n",
            dir = dir.display(),
            token = self.token,
            next = record.points.last().map_or(0, |point| point.time_ms) + 4 * record.block_interval_s * 1_000,
        );
        std::io::stderr().write_all(words.as_bytes())?;
        let mut line = String::new();
        while std::io::stdin().read_line(&mut line).context("waiting on the input")? == 0 {
            // No input at all, as in the background: until the process is ended. What is ordered is on the disk.
            std::thread::park();
        }
        self.stop()
    }
}

/// Plays a scenario through a node in `dir`; the node is still up when it returns.
///
/// # Errors
/// What, where, and what to do.
pub fn run(
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
    let stack = Stack::start(genesis, dir, scenario.seed)?;
    view.say(&format!(
        "Node at {}, data in {}; opening {} vaults",
        stack.server.url(),
        dir.display(),
        people.borrowers.len()
    ));
    let config = ClientConfig {
        admin_token: Some(stack.token.clone()),
        genesis: Some(network),
        ..ClientConfig::new(stack.server.url())
    };
    let client = Client::with(config).context("connecting to the node")?;
    let mut play = Play::new(scenario, &people, world, Door::new(client, network), &ticks)?;
    play.run(&mut |point, planned| view.point(point, planned))?;
    view.finish();
    view.say("Checking the books and every proof");
    let subjects = checks::Subjects {
        vaults: play.books.vaults.keys().map(|vault| vault.0).collect(),
        lots: play.books.auctions.keys().copied().collect(),
        holders: play.holders(),
    };
    let root = checks::root(play.door())?;
    let mut found = checks::run(play.door(), &subjects, network, root)?;
    found.unsafe_left_ok = play.unflagged.is_empty();
    found.conservation.extend(play.unflagged.iter().cloned());
    let sources = Sources { scenario, people: &people, bars, ticks: &ticks, price_source };
    let record = record::make(play, &sources, found, root.to_string(), began.elapsed().as_secs_f64());
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
