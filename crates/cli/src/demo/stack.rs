//! What is played through: a solo node, or four validators, with their APIs in this process.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context as _;
use gage_api::{ApiConfig, Server};
use gage_chain::Genesis;
use gage_client::{Client, ClientConfig};
use gage_crypto::hash::sha256_parts;
use gage_crypto::{Hash, PublicKey, Scheme};
use gage_network::{ARCHIVE_SECTION, Committee, Timing, Validator, ValidatorConfig, ValidatorSecret};
use gage_node::{Node, NodeConfig, NodeHandle, Sealing};

use crate::report::RunRecord;

/// How many validators: one of them may fail.
const VALIDATORS: usize = 4;

/// Nodes with their APIs, all in this process.
pub struct Stack {
    nodes: Nodes,
    servers: Vec<Server>,
    token: String,
    validators: Vec<PublicKey>,
}

enum Nodes {
    Solo(Box<Node>),
    Network(Vec<Validator>),
}

impl Stack {
    /// A solo node.
    ///
    /// # Errors
    /// What, where, and what to do.
    pub fn solo(genesis: Genesis, dir: &Path, seed: u64) -> anyhow::Result<Stack> {
        let config = config(genesis, dir, Sealing::Manual);
        let node = Node::start(config).with_context(|| format!("starting a node in {}", dir.display()))?;
        let token = token(seed);
        let servers = vec![serve(node.handle(), &token)?];
        Ok(Stack { nodes: Nodes::Solo(Box::new(node)), servers, token, validators: Vec::new() })
    }

    /// Validators that find each other on loopback.
    ///
    /// # Errors
    /// What, where, and what to do.
    pub fn network(genesis: Genesis, dir: &Path, seed: u64) -> anyhow::Result<Stack> {
        let secret = |index: usize| {
            let bytes = sha256_parts(&[b"gage demo validator", &seed.to_be_bytes(), &index.to_be_bytes()]).0;
            ValidatorSecret::from_bytes(&bytes)
        };
        let keys: Vec<[u8; 32]> = (0..VALIDATORS).map(|index| secret(index).public()).collect();
        let committee = Committee::new(genesis.hash(), &keys)?;
        let addresses = addresses()?;
        let token = token(seed);
        let (mut validators, mut servers) = (Vec::new(), Vec::new());
        for (index, listen) in addresses.iter().enumerate() {
            let own = dir.join(format!("validator-{index}"));
            let validator = Validator::start(ValidatorConfig {
                node: config(genesis.clone(), &own.join("data"), Sealing::Told),
                committee: committee.clone(),
                secret: secret(index),
                consensus_dir: own.join("consensus"),
                listen: *listen,
                addresses: keys.iter().copied().zip(addresses.iter().copied()).collect::<BTreeMap<_, _>>(),
                timing: Timing::default(),
                archive_section: ARCHIVE_SECTION,
            });
            let validator = validator.with_context(|| format!("starting a validator in {}", own.display()))?;
            servers.push(serve(validator.handle(), &token)?);
            validators.push(validator);
        }
        let keys = keys.iter().map(|key| PublicKey::new(Scheme::Ed25519, key)).collect::<Result<_, _>>()?;
        Ok(Stack { nodes: Nodes::Network(validators), servers, token, validators: keys })
    }

    /// The keys of the validators; none of a solo node.
    pub fn validators(&self) -> &[PublicKey] {
        &self.validators
    }

    /// Where the first node's API listens.
    pub fn url(&self) -> String {
        self.servers.first().map(Server::url).unwrap_or_default()
    }

    /// What it is, for people.
    pub fn describe(&self) -> String {
        match &self.nodes {
            Nodes::Solo(_) => "Node".to_owned(),
            Nodes::Network(validators) => format!("{} validators, the first", validators.len()),
        }
    }

    /// A client of each node.
    ///
    /// # Errors
    /// A URL that is none.
    pub fn clients(&self, network: Hash) -> anyhow::Result<Vec<Client>> {
        let client = |server: &Server| {
            let admin_token = Some(self.token.clone());
            let config = ClientConfig { admin_token, genesis: Some(network), ..ClientConfig::new(server.url()) };
            Client::with(config).context("connecting to the node")
        };
        self.servers.iter().map(client).collect()
    }

    /// Stops everything.
    ///
    /// # Errors
    /// A node had stopped by itself before.
    pub fn stop(self) -> anyhow::Result<()> {
        self.servers.into_iter().for_each(Server::stop);
        match self.nodes {
            Nodes::Solo(node) => node.stop().context("stopping the node"),
            Nodes::Network(validators) => {
                validators.into_iter().try_for_each(|validator| validator.stop().context("stopping a validator"))
            }
        }
    }

    /// Says how to look around, and waits for a line or the end of the process.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn keep(self, dir: &Path, record: &RunRecord) -> anyhow::Result<()> {
        let url = self.url();
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

fn config(genesis: Genesis, dir: &Path, sealing: Sealing) -> NodeConfig {
    let mut config = NodeConfig::new(dir, genesis);
    config.sealing = sealing;
    // One publisher of the outside world sends thousands of vaults' transactions in one block.
    config.mempool_max = config.mempool_max.max(200_000);
    config
}

/// The token keeps other programs of this machine from sealing by mistake; nothing is at stake.
fn token(seed: u64) -> String {
    let id = std::process::id().to_be_bytes();
    sha256_parts(&[b"gage demo token", &seed.to_be_bytes(), &id]).to_string()
}

fn serve(node: NodeHandle, token: &str) -> anyhow::Result<Server> {
    let api = ApiConfig {
        admin_token: Some(token.to_owned()),
        // All agents of the run share one address.
        requests_per_second: 1_000_000,
        requests_burst: 1_000_000,
        ..ApiConfig::default()
    };
    Server::start(node, api).context("starting the API on a loopback port")
}

/// Ports that nobody listens on now.
fn addresses() -> anyhow::Result<Vec<SocketAddr>> {
    let listeners: Vec<TcpListener> =
        (0..VALIDATORS).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    Ok(listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>()?)
}
