//! `gage history` and `gage export`: what happened, from the database beside a node.

mod remote;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gage_history::query::Span;
use gage_history::{Format, History, Location, Recorder, Replay, catch_up};
use gage_node::{genesis_path, read_genesis};
use gage_units::{Height, Timestamp};
use serde_json::json;

use crate::common::{NodeUrl, print, tell};
use crate::progress;
use crate::say;
use crate::settings::{settings, variable};

/// How often a log is looked at for new blocks.
const LOOK: Duration = Duration::from_millis(100);

/// Where a history is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The node's data directory
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The history: a SQLite file or postgres://user@host/database; else GAGE_HISTORY, else `history` of the configuration, else history.sqlite in the data directory
    #[arg(long)]
    history: Option<String>,
}

impl Place {
    fn location(&self) -> Result<Location> {
        let named = self.history.clone().or_else(|| variable("GAGE_HISTORY")).or_else(|| settings().history.clone());
        match (&named, &self.dir) {
            (Some(text), _) => Ok(text.parse()?),
            (None, Some(dir)) => Ok(default_location(dir)),
            (None, None) => {
                bail!("say where the history is: --history FILE or URL, or --dir the node's data directory")
            }
        }
    }

    fn dir(&self) -> Result<&Path> {
        self.dir.as_deref().context("say where the log is: --dir the node's data directory")
    }
}

/// Where a node keeps its history unless told otherwise.
pub fn default_location(dir: &Path) -> Location {
    Location::Sqlite(dir.join("history.sqlite"))
}

/// What to do with a history.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// How far a history has come
    Status(StatusArgs),
    /// Empty a history and write it anew from the node's log; works beside a running node
    Rebuild(Place),
    /// Record a node's blocks from another process, until interrupted: from its log with --dir, else from its API
    #[command(after_help = "Example:\n  gage history follow --dir data --history history.sqlite\n  \
                            gage history follow --node http://127.0.0.1:7800 --history postgres://gage@localhost/history")]
    Follow(FollowArgs),
    /// Run a statement of SQL on a history and print its rows; nothing it changes stays
    Sql(SqlArgs),
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub struct FollowArgs {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    node: NodeUrl,
    /// The genesis file that the node's must agree with; without, the node's own is believed
    #[arg(long, conflicts_with = "dir")]
    genesis: Option<PathBuf>,
    /// Execute every block here, in place of believing what the node says it did
    #[arg(long, conflicts_with = "dir")]
    execute: bool,
    /// End when everything that is there now is recorded
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Args)]
pub struct SqlArgs {
    #[command(flatten)]
    place: Place,
    /// The statement, for instance "SELECT * FROM statement LIMIT 10"
    statement: String,
    /// Print the names of the columns first
    #[arg(long)]
    columns: bool,
}

/// `gage history`
pub fn history(command: &HistoryCommand) -> Result<ExitCode> {
    match command {
        HistoryCommand::Status(args) => status(args)?,
        HistoryCommand::Rebuild(place) => {
            let (history, mut recorder) = open(place)?;
            recorder.clear()?;
            let count = record(place, &mut recorder, &AtomicBool::new(false), true)?;
            let location = history.location().to_string();
            tell(&json!({ "blocks": count, "history": location }), || say!("{count} blocks recorded in {location}"));
        }
        HistoryCommand::Follow(args) => {
            let stop = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&stop);
            ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed)).context("listening for signals")?;
            let count = follow(args, &stop)?;
            tell(&json!({ "blocks": count }), || say!("{count} blocks recorded"));
        }
        HistoryCommand::Sql(args) => {
            let history = History::open_existing(&args.place.location()?)?;
            if args.columns {
                let names = history.sql_columns(&args.statement)?;
                tell(&json!(names), || say!("{}", names.join("\t")));
            }
            for row in history.sql(&args.statement)? {
                tell(&json!(row), || say!("{}", row.join("\t")));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn follow(args: &FollowArgs, stop: &AtomicBool) -> Result<u64> {
    if args.place.dir.is_some() {
        let (_, mut recorder) = open(&args.place)?;
        return record(&args.place, &mut recorder, stop, args.once);
    }
    let (location, client) = (args.place.location()?, args.node.client()?);
    let (genesis, execute, once) = (args.genesis.as_deref(), args.execute, args.once);
    remote::Remote { client: &client, genesis, execute, once }.follow(&location, stop)
}

fn open(place: &Place) -> Result<(History, Recorder)> {
    let genesis = read_genesis(&genesis_path(place.dir()?))?;
    let history = History::open(&place.location()?, &genesis)?;
    let recorder = history.recorder()?;
    Ok((history, recorder))
}

fn status(args: &StatusArgs) -> Result<()> {
    let history = History::open_existing(&args.place.location()?)?;
    let status = history.status()?;
    let mut shown = serde_json::to_value(&status).context("writing the status")?;
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("history".to_owned(), json!(history.location().to_string()));
        fields.insert("genesis".to_owned(), json!(history.genesis()));
        // A fault is known to the process that records.
        fields.remove("fault");
    }
    print(&shown);
    Ok(())
}

/// Records what the log has; then ends, or goes on as it grows.
fn record(place: &Place, recorder: &mut Recorder, stop: &AtomicBool, once: bool) -> Result<u64> {
    let dir = place.dir()?;
    let genesis = read_genesis(&genesis_path(dir))?;
    let mut replay = Replay::start(dir, &genesis, recorder.height())?;
    let spinner = progress::spinner("recording block");
    let mut count = 0u64;
    let mut told = |height: Height| {
        spinner.set_position(height.0);
        !stop.load(Ordering::Relaxed)
    };
    loop {
        count = count.saturating_add(catch_up(recorder, &mut replay, &mut told)?);
        if once || stop.load(Ordering::Relaxed) {
            spinner.finish_and_clear();
            return Ok(count);
        }
        std::thread::sleep(LOOK);
    }
}

/// What to export.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    place: Place,
    /// Write Parquet files into this directory
    #[arg(long, value_name = "DIR", required_unless_present_any = ["csv", "snapshot"])]
    parquet: Option<PathBuf>,
    /// Write CSV files into this directory
    #[arg(long, value_name = "DIR")]
    csv: Option<PathBuf>,
    /// Write the newest snapshot of the state that reads whole, with its root recomputed, into this file
    #[arg(long, value_name = "FILE", requires = "dir")]
    snapshot: Option<PathBuf>,
    /// Only these subjects: blocks, transactions, postings, events, prices, vaults, auctions, takes
    #[arg(long = "only", value_name = "SUBJECT")]
    only: Vec<String>,
    /// From this time on, in milliseconds since 1970
    #[arg(long, value_name = "MS")]
    from: Option<u64>,
    /// Before this time, in milliseconds since 1970
    #[arg(long, value_name = "MS")]
    to: Option<u64>,
}

/// `gage export`
pub fn export(args: &ExportArgs) -> Result<ExitCode> {
    if let Some(unknown) = args.only.iter().find(|name| !History::exports().any(|known| known == name.as_str())) {
        let known: Vec<&str> = History::exports().collect();
        bail!("{unknown:?} cannot be exported; choose among {}", known.join(", "));
    }
    let span = Span { from: args.from.map(Timestamp), to: args.to.map(Timestamp) };
    let mut written = Vec::new();
    for (dir, format) in [(&args.parquet, Format::Parquet), (&args.csv, Format::Csv)] {
        if let Some(dir) = dir {
            let bar = progress::spinner("exporting");
            bar.enable_steady_tick(LOOK);
            let history = History::open_existing(&args.place.location()?)?;
            written.extend(history.export(dir, format, &args.only, &span)?);
            bar.finish_and_clear();
        }
    }
    let snapshot = match &args.snapshot {
        Some(file) => Some((export_snapshot(args.place.dir()?, file)?, file)),
        None => None,
    };
    let files: Vec<_> =
        written.iter().map(|file| json!({ "file": file.path.display().to_string(), "rows": file.rows })).collect();
    let height = snapshot.map(|(height, file)| json!({ "file": file, "height": height }));
    tell(&json!({ "files": files, "snapshot": height }), || {
        if let Some((height, file)) = snapshot {
            say!("snapshot of block {height}  {}", file.display());
        }
        for file in &written {
            say!("{:>12} rows  {}", file.rows, file.path.display());
        }
    });
    Ok(ExitCode::SUCCESS)
}

/// Copies the newest snapshot that reads whole, and gives its height.
fn export_snapshot(dir: &Path, file: &Path) -> Result<Height> {
    if file.exists() {
        bail!("{} exists already; choose another file", file.display());
    }
    let folder = dir.join("snapshots");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut sound = Vec::new();
    for entry in entries {
        let path = entry?.path();
        // One that is being written, or is damaged, is passed over as the node passes it over.
        if let Ok(loaded) = gage_node::read_snapshot_file(&path) {
            sound.push((loaded.header.executed.height, path));
        }
    }
    let newest = sound.into_iter().max_by_key(|(height, _)| *height);
    let (height, path) = newest.with_context(|| {
        format!("{} holds no snapshot yet; a node writes one every --snapshot-every blocks", folder.display())
    })?;
    std::fs::copy(&path, file).with_context(|| format!("writing {}", file.display()))?;
    Ok(height)
}
