//! A network of validators: as processes on loopback, and simulated with links of known delay. The mark is the same
//! engine with empty blocks, measured in the same run.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use gage_chain::{Genesis, SignedTransaction};
use gage_client::{Client, Stage};
use gage_crypto::{PublicKey, Scheme};
use gage_network::sim::{Plan, Twist, run as simulate};
use gage_network::{ARCHIVE_SECTION, Committee, Timing, Validator, ValidatorConfig, ValidatorSecret};
use gage_node::{NodeConfig, write_genesis};
use serde_json::Value;

use super::Scale;
use super::measure::{median, percentile, rate};
use super::table::Table;
use super::world::{self, Keys, Signers, Transfers};
use crate::network::{InitArgs, make};

const VALIDATORS: usize = 4;
const ACCOUNTS: usize = 10_000;
/// Transfers of one request.
const BATCH: usize = 500;
/// How long a network may take to start, or to finish.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let (singles, many, missed) = (scale.of(400), scale.of(40_000), scale.of(20_000));
    let mut table = Table::new(
        "network",
        format!(
            "4 validators as processes of one machine, on loopback, each with its own disk files and API, ed25519. Latency: {singles} transfers \
             one after the other, submitted to one node, the receipt read from the next (asked every half millisecond). Throughput: {many} \
             transfers of 10,000 accounts (seed 42) in requests of {BATCH} to all four nodes, until all are executed on all. Catch-up: a \
             validator killed before {missed} more transfers, and a follower without data, each from the start of its process until it \
             has executed what the others have. Mark: four \
             validators in one process on loopback that order empty blocks as fast as they can. Simulated: one-way delays of 25, 50 and 100 ms \
             with a tenth of jitter, virtual time, 10 s; finality is from a block's proposal to its delivery on every node, latency from the \
             submission at one node to the receipt on the next; mark: the engine alone, which proposes at once and votes for everything."
        ),
    );
    let keys = Keys::new(ACCOUNTS);
    let genesis = world::genesis_with(ACCOUNTS, &keys);
    let mut transfers = Transfers::of(Signers::with(keys, ACCOUNTS, genesis.hash()));
    let drawn: Vec<SignedTransaction> = (0..singles + many + missed).map(|_| transfers.single()).collect();
    let (singles, rest) = drawn.split_at(singles);
    let (many, missed) = rest.split_at(many);

    let dir = tempfile::tempdir().context("a directory for the network")?;
    let mut network = Processes::start(dir.path(), &genesis)?;
    let mut latencies = network.latencies(singles)?;
    table.time("loopback: submitted to receipt on another node, p50", median(&mut latencies));
    table.time("loopback: submitted to receipt on another node, p99", percentile(&mut latencies, 99));
    let (took, blocks) = network.throughput(many)?;
    table.per_second("loopback: signed transfers executed on all four", rate(many.len(), took));
    table.number("loopback: blocks for them", blocks as f64, "blocks");
    let took = network.come_back(missed)?;
    table.per_second("catch-up: transfers that a validator missed", rate(missed.len(), took));
    table.time("catch-up: that validator, started to executed", took);
    let took = network.follow(&dir.path().join("follower"))?;
    table.per_second("catch-up: transfers, by a follower from the first block", rate(drawn.len(), took));
    table.time("catch-up: that follower, started to executed", took);
    drop(network);
    let mut empty = empty_blocks(&dir.path().join("empty"), &genesis, scale.of(400) as u64)?;
    table.time("mark: empty block proposed to executed, p50", median(&mut empty));
    table.time("mark: empty block proposed to executed, p99", percentile(&mut empty, 99));

    for validators in [4, 10, 25, 50] {
        for delay in [25, 50, 100] {
            simulated(&mut table, scale, validators, delay);
        }
        certificate(&mut table, validators)?;
    }
    Ok(table)
}

/// The validators of one run, ended with it.
struct Processes {
    children: Vec<Child>,
    clients: Vec<Client>,
    /// Where the directories of the validators are.
    net: PathBuf,
    /// Where the first API listens; the others follow.
    port: u16,
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in &mut self.children {
            // They have done their part; one that has ended already is fine.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Processes {
    fn start(dir: &Path, genesis: &Genesis) -> Result<Processes> {
        let file = dir.join("genesis.json");
        write_genesis(&file, genesis)?;
        let (port, net) = (free_ports()?, dir.join("net"));
        make(&InitArgs::local(VALIDATORS, &net, port).with_genesis(file))?;
        let mut processes = Processes { children: Vec::new(), clients: Vec::new(), net, port };
        for index in 0..VALIDATORS {
            processes.children.push(processes.validator(index)?);
            processes.clients.push(Client::new(&processes.url(index))?);
        }
        let deadline = Instant::now() + PATIENCE;
        while !processes.clients.iter().all(|client| number(client, "/head/height").is_ok_and(|height| height >= 2)) {
            ensure!(Instant::now() < deadline, "the validators do not make blocks");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(processes)
    }

    fn url(&self, index: usize) -> String {
        format!("http://127.0.0.1:{}", usize::from(self.port) + index)
    }

    fn validator(&self, index: usize) -> Result<Child> {
        let mut command = node()?;
        command.arg("--validator").arg(self.net.join(format!("validator-{index}")));
        command.spawn().context("starting a validator")
    }

    fn latencies(&self, drawn: &[SignedTransaction]) -> Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        for (index, signed) in drawn.iter().enumerate() {
            let (door, reader) = (&self.clients[index % VALIDATORS], &self.clients[(index + 1) % VALIDATORS]);
            let start = Instant::now();
            let hash = door.submit(signed)?;
            while reader.transaction(&hash)?.is_none_or(|status| status.status < Stage::Executed) {
                ensure!(start.elapsed() < PATIENCE, "a transfer is not executed");
                std::thread::sleep(Duration::from_micros(500));
            }
            latencies.push(start.elapsed());
        }
        Ok(latencies)
    }

    /// How long all of them take, and in how many blocks.
    fn throughput(&self, drawn: &[SignedTransaction]) -> Result<(Duration, u64)> {
        let before = number(&self.clients[0], "/head/height")?;
        let start = Instant::now();
        let share = drawn.len().div_ceil(VALIDATORS);
        let sent: Vec<Result<()>> = std::thread::scope(|scope| {
            let parts = self.clients.iter().zip(drawn.chunks(share));
            let senders: Vec<_> = parts.map(|(client, part)| scope.spawn(move || send(client, part))).collect();
            let ended = |sender: std::thread::ScopedJoinHandle<'_, Result<()>>| {
                sender.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a sender met a fault of the program")))
            };
            senders.into_iter().map(ended).collect()
        });
        sent.into_iter().collect::<Result<()>>()?;
        until_empty(&self.clients)?;
        let took = start.elapsed();
        let after = number(&self.clients[0], "/head/height")?;
        let mut executed = 0;
        for height in before + 1..=after {
            let block: Value = self.clients[0].get(&format!("/v1/blocks/{height}?limit=1"))?;
            executed += block["transactions"].as_u64().unwrap_or(0);
        }
        ensure!(executed == drawn.len() as u64, "{executed} of {} transfers were executed", drawn.len());
        Ok((took, after - before))
    }

    /// How long a validator takes that was away for these transfers, from its start until it has executed them.
    fn come_back(&mut self, missed: &[SignedTransaction]) -> Result<Duration> {
        let away = VALIDATORS - 1;
        self.children[away].kill()?;
        self.children[away].wait()?;
        send(&self.clients[0], missed)?;
        until_empty(&self.clients[..away])?;
        let start = Instant::now();
        self.children[away] = self.validator(away)?;
        until_at(&self.clients[away], number(&self.clients[0], "/head/height")?)?;
        Ok(start.elapsed())
    }

    /// How long a new follower takes to where the network is.
    fn follow(&self, dir: &Path) -> Result<Duration> {
        let source = self.net.join("validator-0");
        let (start, listen) = (Instant::now(), TcpListener::bind("127.0.0.1:0")?.local_addr()?);
        let mut command = node()?;
        command.arg("--dir").arg(dir).arg("--genesis").arg(source.join("genesis.json"));
        command.arg("--validators").arg(source.join("validators.toml"));
        command.args(["--follow", &self.url(0), "--listen", &listen.to_string()]);
        let mut follower = command.spawn().context("starting a follower")?;
        let client = Client::new(&format!("http://{listen}"))?;
        let there = number(&self.clients[0], "/head/height").and_then(|height| until_at(&client, height));
        let took = start.elapsed();
        follower.kill()?;
        follower.wait()?;
        there.map(|()| took)
    }
}

/// A node of this program that keeps no history and no snapshots.
fn node() -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["node", "--history", "none", "--snapshot-every", "0", "--requests-per-second", "1000000"]);
    command.stdout(Stdio::null());
    Ok(command)
}

/// Submits these to a node, which takes every one of them.
fn send(client: &Client, part: &[SignedTransaction]) -> Result<()> {
    for batch in part.chunks(BATCH) {
        let taken = client.submit_many(batch)?;
        let refused = taken.iter().find(|taken| matches!(taken, gage_client::Taken::Refused { .. }));
        ensure!(refused.is_none(), "a transfer was not taken: {refused:?}");
    }
    Ok(())
}

/// Waits until nothing waits at these nodes, and what is ordered is executed.
fn until_empty(clients: &[Client]) -> Result<()> {
    let empty = |client: &Client| {
        let is = |path| number(client, path).unwrap_or(u64::MAX);
        is("/mempool/waiting") == 0 && is("/ordered") == is("/head/height")
    };
    let start = Instant::now();
    while !clients.iter().all(empty) {
        ensure!(start.elapsed() < PATIENCE, "the transfers are not executed");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn until_at(client: &Client, height: u64) -> Result<()> {
    let start = Instant::now();
    while !number(client, "/head/height").is_ok_and(|at| at >= height) {
        ensure!(start.elapsed() < PATIENCE, "{} does not catch up", client.url());
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn number(client: &Client, path: &str) -> Result<u64> {
    client.status()?.pointer(path).and_then(Value::as_u64).with_context(|| format!("{path} of the status"))
}

/// Ports for APIs, and as many a thousand above for peers, that nobody listens on.
fn free_ports() -> Result<u16> {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let all = |port: &u16| (*port..*port + VALIDATORS as u16).all(|port| free(port) && free(port + 1_000));
    (21_000..30_000).step_by(10).find(all).context("no ports are free")
}

/// Four validators in this process that make empty blocks without waiting; from a block's time to its execution, on the
/// first of them. Times of blocks are in milliseconds.
fn empty_blocks(dir: &Path, genesis: &Genesis, count: u64) -> Result<Vec<Duration>> {
    let secret = |index: usize| ValidatorSecret::from_bytes(&[index as u8 + 1; 32]);
    let keys: Vec<[u8; 32]> = (0..VALIDATORS).map(|index| secret(index).public()).collect();
    let committee = Committee::new(genesis.hash(), &keys)?;
    let listeners: Vec<TcpListener> =
        (0..VALIDATORS).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    let addresses: Vec<SocketAddr> = listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>()?;
    drop(listeners);
    let mut validators = Vec::new();
    for (index, listen) in addresses.iter().enumerate() {
        let own = dir.join(index.to_string());
        validators.push(Validator::start(ValidatorConfig {
            node: NodeConfig { snapshot_every: 0, ..NodeConfig::new(own.join("data"), genesis.clone()) },
            committee: committee.clone(),
            secret: secret(index),
            consensus_dir: own.join("consensus"),
            listen: *listen,
            addresses: keys.iter().copied().zip(addresses.iter().copied()).collect::<BTreeMap<_, _>>(),
            timing: Timing { heartbeat: Duration::ZERO, ..Timing::default() },
            archive_section: ARCHIVE_SECTION,
        })?);
    }
    let first = validators.first().context("there are four")?.handle();
    let (mut seen, mut series, deadline) = (2, Vec::new(), Instant::now() + PATIENCE);
    while (series.len() as u64) < count {
        ensure!(Instant::now() < deadline, "the validators do not make blocks");
        let executed = first.progress_now().executed.0;
        if executed <= seen {
            std::thread::sleep(Duration::from_micros(200));
            continue;
        }
        // Only the newest was executed just now.
        seen = executed;
        let header = first.header(gage_units::Height(executed)).context("the header of a block that is executed")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        series.push(now.saturating_sub(Duration::from_millis(header.time.0)));
    }
    validators.into_iter().try_for_each(Validator::stop)?;
    Ok(series)
}

fn simulated(table: &mut Table, scale: Scale, validators: usize, delay: u64) {
    let seconds = Duration::from_secs(scale.of(10) as u64);
    let plan = |twist| {
        let mut plan = Plan::quiet(42, validators, seconds);
        (plan.latency_ms, plan.twists) = (delay, vec![twist; validators]);
        plan
    };
    let (network, bare) = (simulate(&plan(Twist::Honest)), simulate(&plan(Twist::Bare)));
    let delays = |series: &[u64], percent| {
        let mut series: Vec<Duration> = series.iter().map(|ms| Duration::from_millis(*ms)).collect();
        percentile(&mut series, percent).as_secs_f64() * 1e3 / delay as f64
    };
    let mut row = |what: &str, value| {
        table.number(format!("simulated, {validators:>2} validators, {delay:>3} ms: {what}"), value, "delays");
    };
    row("latency p50", delays(&network.latency_ms, 50));
    row("latency p99", delays(&network.latency_ms, 99));
    row("finality p50", delays(&network.finality_ms, 50));
    row("mark: finality of the engine alone p50", delays(&bare.finality_ms, 50));
}

/// Size of a certificate, and the time a reader needs to check it.
fn certificate(table: &mut Table, validators: usize) -> Result<()> {
    let outcome = simulate(&Plan::quiet(43, validators, Duration::from_secs(2)));
    let evidence = outcome.evidence.context("a run ends with a proof")?;
    let certificate = evidence.finality.context("a proof of a network has a certificate")?.certificate;
    let keys: Vec<PublicKey> =
        outcome.keys.iter().map(|key| PublicKey::new(Scheme::Ed25519, key)).collect::<Result<_, _>>()?;
    let mut series = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        certificate.verify(&evidence.genesis, &keys)?;
        series.push(start.elapsed());
    }
    table.time(format!("certificate of {validators} validators, check"), median(&mut series));
    let bytes = certificate.votes.len() * (2 + 64) + 3 * 8 + 32;
    table.number(format!("certificate of {validators} validators, content"), bytes as f64, "bytes");
    Ok(())
}
