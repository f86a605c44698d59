//! Single signed transfers, streamed over loopback into a node of its own process, at a fixed rate whatever
//! the node answers (open loop).

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use gage_chain::SignedTransaction;
use gage_client::{Client, Stage, Taken};
use gage_ledger::AssetNames;
use gage_node::write_genesis;

use super::Scale;
use super::measure::{cpu, median, percentile};
use super::table::Table;
use super::world::{self, Keys, Signers, Transfers};

const ACCOUNTS: usize = 10_000;
/// Transfers per second, and how often those that are due are sent.
const RATE: usize = 12_000;
const TICK: Duration = Duration::from_millis(5);
/// How often the node makes a block while something waits.
const BLOCK_MS: u64 = 5;
/// Connections that take turns, so that none waits for an answer when its turn comes.
const CONNECTIONS: usize = 16;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let count = scale.of(120_000);
    let mut table = Table::new(
        "signed",
        format!(
            "{count} transactions of one transfer each (ed25519, 10,000 accounts with a key each, seed 42), {RATE} a second in open loop, \
             those due sent every 5 ms over 16 connections; the node is a process of its own without a history, syncs every block and makes \
             one every {BLOCK_MS} ms while something waits. Latency from the instant a transfer was due to the answer at the client."
        ),
    );
    let dir = tempfile::tempdir().context("a directory for the node")?;
    let keys = Keys::new(ACCOUNTS);
    let genesis = world::genesis_with(ACCOUNTS, &keys);
    let file = dir.path().join("genesis.json");
    write_genesis(&file, &genesis)?;
    let verification = verification(&genesis, &keys)?;
    let mut transfers = Transfers::of(Signers::with(keys, ACCOUNTS, genesis.hash()));
    let drawn: Vec<SignedTransaction> = (0..count).map(|_| transfers.single()).collect();

    let mut node = start_node(&file, &dir.path().join("node"))?;
    let measured = measure(&mut node, &drawn);
    // The node has done its part; its end tells nothing more.
    node.process.kill().and_then(|()| node.process.wait()).context("ending the node")?;
    let Measured { per_transaction, mut ordered, mut executed } = measured?;

    table.time("processor time of the node per transaction", per_transaction);
    table.time("  of which one signature check, measured alone", verification);
    table.time("  the rest", per_transaction.saturating_sub(verification));
    table.time("due to ordered, p50", median(&mut ordered));
    table.time("due to ordered, p99", percentile(&mut ordered, 99));
    table.time("due to executed, p50", median(&mut executed));
    table.time("due to executed, p99", percentile(&mut executed, 99));
    let mut syncs = syncs(dir.path())?;
    table.time("limit: append 4 KiB and fdatasync, p50", median(&mut syncs));
    table.time("limit: append 4 KiB and fdatasync, p99", percentile(&mut syncs, 99));
    Ok(table)
}

struct RunningNode {
    process: Child,
    url: String,
}

struct Measured {
    per_transaction: Duration,
    ordered: Vec<Duration>,
    executed: Vec<Duration>,
}

/// This binary as a node, on a free port.
fn start_node(genesis: &Path, dir: &Path) -> Result<RunningNode> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("node").arg("--dir").arg(dir).arg("--genesis").arg(genesis);
    command.args(["--listen", "127.0.0.1:0", "--interval-ms", &BLOCK_MS.to_string(), "--snapshot-every", "0"]);
    command.args(["--requests-per-second", "1000000", "--history", "none"]).stdout(Stdio::piped());
    let mut process = command.spawn().context("starting the node")?;
    let output = process.stdout.take().context("the node's output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some(url) = line.strip_prefix("api ").and_then(|rest| rest.split_whitespace().next()) {
            return Ok(RunningNode { url: url.to_owned(), process });
        }
    }
    anyhow::bail!("the node ended before it listened")
}

/// What one signature check takes: the median of a thousand.
fn verification(genesis: &gage_chain::Genesis, keys: &Keys) -> Result<Duration> {
    let hash = genesis.hash();
    let mut transfers = Transfers::of(Signers::with(keys.clone(), ACCOUNTS, hash));
    let chain = world::chain(genesis)?;
    let mut series = Vec::new();
    for _ in 0..1_000 {
        let signed = transfers.single();
        let (sound, time) = cpu(|| signed.verify_signatures(&hash, &AssetNames(chain.draft())));
        sound?;
        series.push(time);
    }
    Ok(median(&mut series))
}

fn measure(node: &mut RunningNode, drawn: &[SignedTransaction]) -> Result<Measured> {
    let client = Client::new(&node.url)?;
    let per_tick = (RATE as u128 * TICK.as_millis() / 1_000) as usize;
    let before = processor_time(node.process.id())?;
    let (tell, told) = channel();
    let start = Instant::now() + Duration::from_millis(50);
    let ticks: Vec<(usize, &[SignedTransaction])> = drawn.chunks(per_tick).enumerate().collect();
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let (client, ticks, tell) = (client.clone(), &ticks, tell.clone());
            scope.spawn(move || {
                for (tick, due) in ticks.iter().skip(connection).step_by(CONNECTIONS) {
                    let at = start + TICK * u32::try_from(*tick).unwrap_or(u32::MAX);
                    std::thread::sleep(at.saturating_duration_since(Instant::now()));
                    let stage = if (tick / CONNECTIONS).is_multiple_of(2) { Stage::Ordered } else { Stage::Executed };
                    let answer = client.submit_batch_until(due, stage);
                    // The reader is there until all senders are gone.
                    tell.send((stage, at.elapsed(), answer)).unwrap_or_default();
                }
            });
        }
    });
    drop(tell);
    let (mut ordered, mut executed): (Vec<Duration>, Vec<Duration>) = Default::default();
    for (stage, latency, answer) in told {
        let reached = |taken: &Taken| matches!(taken, Taken::Accepted { status, .. } if *status >= stage);
        let answer = answer?;
        ensure!(answer.iter().all(reached), "a transfer was not taken: {answer:?}");
        if stage == Stage::Ordered { ordered.push(latency) } else { executed.push(latency) }
    }
    let used = processor_time(node.process.id())?.saturating_sub(before);
    Ok(Measured { per_transaction: used / u32::try_from(drawn.len())?, ordered, executed })
}

/// User and system time of a process so far, threads that have ended included, in steps of 10 ms.
fn processor_time(process: u32) -> Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).context("the node's processor time")?;
    // Behind the name, which may hold anything, come the fields from the third on.
    let fields = text.rsplit_once(')').map(|(_, fields)| fields).context("the form of /proc/PID/stat")?;
    let ticks = |field: usize| fields.split_whitespace().nth(field - 3).and_then(|ticks| ticks.parse::<u64>().ok());
    let (user, system) = ticks(14).zip(ticks(15)).context("the fields of /proc/PID/stat")?;
    Ok(Duration::from_millis((user + system) * 10))
}

/// Appends of 4 KiB to a file, each synced.
fn syncs(dir: &Path) -> Result<Vec<Duration>> {
    let mut file = std::fs::File::create(dir.join("syncs"))?;
    let mut series = Vec::new();
    for _ in 0..1_000 {
        let start = Instant::now();
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        series.push(start.elapsed());
    }
    Ok(series)
}
