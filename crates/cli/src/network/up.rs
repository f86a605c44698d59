//! `gage network up`: every validator as a process of its own, on loopback, with a view of how they do.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use gage_client::Client;
use gage_network::Validators;
use serde_json::Value;

use super::init::{InitArgs, make};
use crate::say;

/// What to run.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// How many validators, where the network has to be made
    #[arg(long, default_value_t = 4)]
    validators: usize,
    /// The directory of the network; made if it holds none
    #[arg(long, default_value = "gage-network")]
    dir: PathBuf,
    /// Where the network has to be made: the API of validator i listens on this port plus i
    #[arg(long, default_value_t = 7_800)]
    api_port: u16,
    /// Stop after so many seconds; else at ctrl-c
    #[arg(long)]
    seconds: Option<u64>,
}

/// Runs them until it is told to stop.
pub fn up(args: &UpArgs) -> Result<ExitCode> {
    let list = args.dir.join("validators.toml");
    if !list.exists() {
        make(&InitArgs::local(args.validators, &args.dir, args.api_port))?;
        say!("network  made in {}", args.dir.display());
    }
    let seats = Validators::read(&list)?.validators;
    let mut processes = Vec::new();
    for seat in &seats {
        processes.push(Process::start(&args.dir.join(&seat.name), &seat.name)?);
    }
    let (asked, stop) = channel();
    // The receiver is gone only once all are stopping.
    let ask = move || asked.send(()).unwrap_or_default();
    ctrlc::set_handler(ask).context("listening for signals")?;
    let shown = watch(&mut processes, &stop, args.seconds.map(Duration::from_secs));
    say!("stopping");
    // Dropping a process ends it and waits.
    drop(processes);
    shown
}

/// One validator.
struct Process {
    name: String,
    child: Child,
    client: Client,
    log: PathBuf,
}

impl Process {
    fn start(dir: &Path, name: &str) -> Result<Process> {
        let (_, file) = gage_network::read_validator(dir)?;
        let log = dir.join("log.txt");
        let out = std::fs::File::options().create(true).append(true).open(&log);
        let out = out.with_context(|| format!("writing {}", log.display()))?;
        let program = std::env::current_exe().context("finding this program")?;
        let child = Command::new(program)
            .args(["node", "--history", "none", "--validator"])
            .arg(dir)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let client = Client::new(&format!("http://{}", file.api))?;
        Ok(Process { name: name.to_owned(), child, client, log })
    }

    fn line(&mut self) -> String {
        if let Ok(Some(status)) = self.child.try_wait() {
            return format!("{:<14} ended ({status}); see {}", self.name, self.log.display());
        }
        let Ok(status) = self.client.status() else { return format!("{:<14} starting", self.name) };
        let field = |name: &str| status.get(name).map_or(String::new(), Value::to_string);
        let head = status.pointer("/head/height").map_or(String::new(), Value::to_string);
        let waiting = status.pointer("/mempool/waiting").map_or(String::new(), Value::to_string);
        let stopped = status.get("stopped").filter(|it| !it.is_null()).map_or(String::new(), Value::to_string);
        let (name, ordered, certified) = (&self.name, field("ordered"), field("certified"));
        let root = field("root");
        let root = root.trim_matches('"');
        let root = root.get(..16).unwrap_or(root);
        format!("{name:<14} {ordered:>9} {head:>9} {certified:>9} {waiting:>8}  {root:<16} {stopped}")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // What is ordered survives any end; a process that has ended already is fine.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn watch(processes: &mut [Process], stop: &Receiver<()>, most: Option<Duration>) -> Result<ExitCode> {
    let (start, terminal) = (Instant::now(), std::io::stdout().is_terminal());
    let mut shown = 0;
    loop {
        if stop.recv_timeout(Duration::from_secs(1)).is_ok() {
            return Ok(ExitCode::SUCCESS);
        }
        if terminal && shown > 0 {
            // Up to the first line of the table, and clear from there.
            say!("\x1b[{shown}A\x1b[J{}", HEADING);
        } else {
            say!("{HEADING}");
        }
        let lines: Vec<String> = processes.iter_mut().map(Process::line).collect();
        lines.iter().for_each(|line| say!("{line}"));
        shown = lines.len() + 1;
        let ended = processes.iter_mut().all(|it| matches!(it.child.try_wait(), Ok(Some(_))));
        ensure!(!ended, "every validator has ended; see their log.txt");
        if most.is_some_and(|most| start.elapsed() >= most) {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

const HEADING: &str = "validator        ordered  executed certified  waiting  root";
