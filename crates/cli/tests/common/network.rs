//! Validators as processes of their own, on loopback, and a client that remembers what it was told.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gage_chain::{SignedTransaction, TransactionHash};
use gage_client::{Client, ClientConfig, Stage, Status};
use gage_crypto::Hash;
use gage_network::sim::{genesis, user_transfer};
use serde_json::Value;

/// How long anything may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// As many ports in a row that nobody listens on, below those that the system gives to clients; others at each call,
/// since nobody listens on the first before its process is up.
pub fn ports(count: u16) -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let begin = 20_000 + (std::process::id() % 500) as u16 * 20 + TAKEN.fetch_add(count, Ordering::Relaxed);
    let free = |port: &u16| (0..count).all(|next| TcpListener::bind(("127.0.0.1", port + next)).is_ok());
    (begin..32_000).step_by(usize::from(count)).find(free).expect("ports that nobody listens on")
}

/// Asks until it is so.
#[track_caller]
pub fn wait<T>(what: &str, mut reached: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = reached() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A network whose validators are processes of this machine.
pub struct Cluster {
    pub dir: PathBuf,
    pub genesis: Hash,
    pub nodes: Vec<Process>,
}

/// Where a validator runs.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The words before the program, as `ip netns exec NAME`.
    pub runner: Vec<String>,
    /// Where its peers reach it.
    pub peers: SocketAddr,
    /// Where its API listens.
    pub api: SocketAddr,
}

/// One validator, running or not.
pub struct Process {
    /// What it is run by, where not directly.
    runner: Vec<String>,
    dir: PathBuf,
    arguments: Vec<String>,
    child: Option<Child>,
    pub client: Client,
}

impl Cluster {
    /// Makes the files of `count` validators and starts them, with options.
    pub fn start(dir: &Path, count: u16, options: &[&str]) -> Cluster {
        let first = ports(2 * count);
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let places = (0..count).map(|index| Seat {
            runner: Vec::new(),
            peers: local(first + count + index),
            api: local(first + index),
        });
        Cluster::start_at(dir, &places.collect::<Vec<_>>(), options)
    }

    /// The same, each at its place.
    pub fn start_at(dir: &Path, seats: &[Seat], options: &[&str]) -> Cluster {
        let genesis = genesis();
        let file = dir.join("genesis.json");
        gage_node::write_genesis(&file, &genesis).unwrap();
        let net = dir.join("net");
        let mut made = Command::new(env!("CARGO_BIN_EXE_gage"));
        made.args(["network", "init", "--validators", &seats.len().to_string(), "--dir"]).arg(&net);
        made.arg("--genesis").arg(&file);
        for seat in seats {
            made.args(["--address", &seat.peers.to_string()]);
        }
        let made = made.output().unwrap();
        assert!(made.status.success(), "{made:?}");
        let node = |(index, seat): (usize, &Seat)| {
            let api = seat.api.to_string();
            let url = format!("http://{api}");
            let config = ClientConfig { timeout: Duration::from_secs(10), ..ClientConfig::new(url) };
            let dir = net.join(format!("validator-{index}"));
            let mut arguments = vec!["--validator".to_owned(), dir.display().to_string(), "--listen".to_owned(), api];
            arguments.extend(options.iter().map(|option| (*option).to_owned()));
            let (runner, client) = (seat.runner.clone(), Client::with(config).unwrap());
            Process { runner, dir, arguments, child: None, client }
        };
        let nodes = seats.iter().enumerate().map(node).collect();
        let mut cluster = Cluster { dir: net.clone(), genesis: genesis.hash(), nodes };
        cluster.nodes.iter_mut().for_each(Process::start);
        cluster
    }

    pub fn clients(&self) -> Vec<Client> {
        self.nodes.iter().map(|node| node.client.clone()).collect()
    }

    /// The highest block that any node which runs has executed.
    pub fn height(&self) -> u64 {
        self.nodes.iter().filter_map(Process::height).max().unwrap_or(0)
    }

    /// Waits until every node which runs has executed `more` blocks beyond the highest now.
    #[track_caller]
    pub fn go_on(&self, more: u64) {
        let wanted = self.height() + more;
        for node in self.nodes.iter().filter(|node| node.child.is_some()) {
            wait("every node goes on", || node.height().filter(|height| *height >= wanted));
        }
    }

    /// All nodes have the same block and the same published roots at the lowest of their heights.
    pub fn agree(&self) -> u64 {
        let heights: Vec<u64> = self.nodes.iter().map(|node| wait("the node answers", || node.height())).collect();
        let height = heights.into_iter().min().unwrap();
        let block = |node: &Process| {
            let found: Value = node.client.get(&format!("/v1/blocks/{height}")).unwrap();
            (found["block"].clone(), found["header"].clone())
        };
        let first = block(&self.nodes[0]);
        assert!(first.1["executed"]["state_root"].is_string(), "{first:?}");
        for node in &self.nodes {
            assert_eq!(block(node), first, "height {height}");
        }
        height
    }
}

impl Process {
    /// A node that follows, through these nodes.
    pub fn follower(dir: &Path, cluster: &Cluster, sources: &[usize]) -> Process {
        std::fs::create_dir_all(dir).unwrap();
        let listen = format!("127.0.0.1:{}", ports(1));
        let text = |path: PathBuf| path.display().to_string();
        let mut arguments = vec!["--dir".to_owned(), text(dir.join("data")), "--listen".to_owned(), listen.clone()];
        arguments.extend(["--genesis".to_owned(), text(cluster.dir.join("genesis.json"))]);
        arguments.extend(["--validators".to_owned(), text(cluster.dir.join("validators.toml"))]);
        for source in sources {
            arguments.extend(["--follow".to_owned(), cluster.nodes[*source].client.url().to_owned()]);
        }
        let client = Client::new(&format!("http://{listen}")).unwrap();
        let mut process = Process { runner: Vec::new(), dir: dir.to_path_buf(), arguments, child: None, client };
        process.start();
        process
    }

    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.dir.join("log.txt")).unwrap();
        let own = [env!("CARGO_BIN_EXE_gage").to_owned()];
        let mut words = self.runner.iter().chain(&own);
        let mut command = Command::new(words.next().expect("at least the program"));
        let child = command
            .args(words)
            .args(["node", "--history", "none"])
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// From its next start on it first takes what it lacks from these nodes.
    pub fn follows(&mut self, sources: &[Client]) {
        self.arguments.extend(sources.iter().flat_map(|source| ["--follow".to_owned(), source.url().to_owned()]));
    }

    /// Where the node keeps what it keeps.
    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// What the node keeps is gone; the votes are not.
    pub fn lose_data(&self) {
        for part in ["log", "snapshots"] {
            std::fs::remove_dir_all(self.data().join(part)).unwrap();
        }
    }

    /// SIGKILL: nothing is written, nobody is told.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// The process stands still; its connections stay open.
    pub fn stop(&self) {
        self.signal("-STOP");
    }

    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// The last executed block; none while it does not answer.
    pub fn height(&self) -> Option<u64> {
        self.child.as_ref()?;
        let status = self.client.status().ok()?;
        assert!(status["stopped"].is_null(), "{status}; {}", self.log());
        status["head"]["height"].as_u64()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("log.txt")).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// What a node said of a transaction.
pub type Told = BTreeMap<TransactionHash, Status>;

/// A client that pays all the time, through one node after the other, and keeps what it was told.
pub struct Payer {
    told: Arc<Mutex<Told>>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Payer {
    pub fn start(cluster: &Cluster, user: u8) -> Payer {
        let (clients, genesis) = (cluster.clients(), cluster.genesis);
        let (told, end) = (Arc::new(Mutex::new(Told::new())), Arc::new(AtomicBool::new(false)));
        let (kept, ended) = (Arc::clone(&told), Arc::clone(&end));
        let thread = std::thread::spawn(move || {
            let mut door = usize::from(user);
            for nonce in 0.. {
                let signed = user_transfer(&genesis, user, nonce, (user + 1) % 6, 1 + u128::from(nonce));
                // Until some node says that it is executed; the same bytes again change nothing.
                loop {
                    if ended.load(Ordering::Relaxed) {
                        return;
                    }
                    door += 1;
                    match pay(&clients[door % clients.len()], &signed) {
                        Some(status) if status.status >= Stage::Ordered => {
                            let executed = status.status >= Stage::Executed;
                            kept.lock().unwrap().insert(status.transaction, status);
                            if executed {
                                break;
                            }
                        }
                        // It is away, or behind.
                        _ => std::thread::sleep(Duration::from_millis(20)),
                    }
                }
            }
        });
        Payer { told, end, thread: Some(thread) }
    }

    pub fn count(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// Ends; what it was told.
    pub fn finish(mut self) -> Told {
        self.end.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

fn pay(client: &Client, signed: &SignedTransaction) -> Option<Status> {
    client.submit_and_wait(signed, Stage::Executed, Duration::from_secs(4)).ok()
}

/// Every node says of every transaction what one of them told the client.
pub fn check(cluster: &Cluster, told: &Told) {
    let highest = told.values().filter_map(|status| status.height).max().expect("something was ordered").0;
    for node in &cluster.nodes {
        wait("every node has what the client was told", || node.height().filter(|height| *height >= highest));
        for (hash, first) in told {
            let now = node.client.transaction(hash).unwrap().unwrap_or_else(|| panic!("{hash} is lost"));
            // A node that began anew from a snapshot knows of older ones that they were ordered, and where.
            assert!(now.status >= Stage::Ordered, "{hash}: {now:?}");
            assert_eq!(now.height, first.height, "{hash}");
            if let (Some(now), Some(first)) = (&now.receipt, &first.receipt) {
                assert_eq!(now, first, "{hash}");
            }
        }
    }
}
