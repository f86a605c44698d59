//! `gage node`: a solo node, a validator or a follower, with its API, until it is asked to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use gage_api::{ApiConfig, Server, TlsFiles};
use gage_chain::Genesis;
use gage_history::{Follower, History};
use gage_network::{Validator, read_validator};
use gage_node::{Node, NodeConfig, NodeHandle, Sealing, StopReason, genesis_path, read_genesis};

use crate::common::{LISTEN, fields};
use crate::follow::{Following, catch_up, ensure_confirmed};
use crate::history::default_location;

/// How a node is run.
#[derive(Debug, Args)]
pub struct NodeArgs {
    /// The data directory; made if it does not exist
    #[arg(long, required_unless_present = "validator")]
    dir: Option<PathBuf>,
    /// Run the validator of this directory, which `gage network init` made, instead of a solo node
    #[arg(long, conflicts_with_all = ["dir", "genesis", "manual", "interval_ms"])]
    validator: Option<PathBuf>,
    /// Follow the network of the nodes at these URLs, and only read: believes the validators' signatures, and nobody
    /// else. A validator first takes from them what it lacks, where its peers do not keep it any more
    #[arg(long, value_name = "URL", conflicts_with_all = ["manual", "interval_ms"])]
    follow: Vec<String>,
    /// The validators' keys, for --follow where the genesis file names none: the file validators.toml that `gage network
    /// init` made
    #[arg(long, value_name = "FILE", requires = "follow", conflicts_with = "validator")]
    validators: Option<PathBuf>,
    /// The genesis file; not needed for a directory that has one
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// Where the API listens; 127.0.0.1:7800 if not given, or what the validator's node.toml says
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Allow an address that other machines reach without encryption: put a proxy in front
    #[arg(long)]
    allow_remote: bool,
    /// The server's chain of certificates in PEM: the API is then served by HTTPS
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// An origin whose pages may read answers, like https://desk.example; `*` is any; may be repeated
    #[arg(long = "cors-origin")]
    cors_origins: Vec<String>,
    /// A file with the hashes of API keys; `gage api-key` makes it
    #[arg(long)]
    api_keys: Option<PathBuf>,
    /// The most connections at a time
    #[arg(long, default_value_t = 4_096)]
    connections_max: usize,
    /// The most connections of one address
    #[arg(long, default_value_t = 1_024)]
    connections_per_address_max: usize,
    /// The most WebSocket streams at a time
    #[arg(long, default_value_t = 2_048)]
    streams_max: usize,
    /// Make blocks only when the admin says so
    #[arg(long)]
    manual: bool,
    /// Milliseconds between blocks while something waits
    #[arg(long, default_value_t = 500, conflicts_with = "manual")]
    interval_ms: u64,
    /// Blocks between snapshots; 0 is never
    #[arg(long, default_value_t = 1_000)]
    snapshot_every: u64,
    /// Delete blocks below the oldest of the two snapshots that are kept
    #[arg(long)]
    prune: bool,
    /// Length of the log's files in bytes; deleted whole
    #[arg(long, default_value_t = gage_node::disk::SEGMENT_BYTES_DEFAULT)]
    log_segment_bytes: u64,
    /// A file with the admin's token; with --manual one is made in the data directory if none is given
    #[arg(long)]
    admin_token_file: Option<PathBuf>,
    /// Where the history is kept: a SQLite file, postgres://user@host/database, or `none`; history.sqlite in the data
    /// directory if not given
    #[arg(long)]
    history: Option<String>,
    /// Requests per second that one address may make
    #[arg(long, default_value_t = 500)]
    requests_per_second: u32,
}

/// Runs a node until a signal.
pub fn node(args: &NodeArgs) -> Result<ExitCode> {
    let (node, dir, listen) = start(args)?;
    let genesis = node.handle().config().genesis.clone();
    let admin_token = admin_token(args, &dir)?;
    let history = open_history(args, &dir, &genesis)?;
    let follower = history.clone().map(|history| Follower::start(node.handle(), history)).transpose()?;
    let api = ApiConfig {
        listen,
        allow_remote: args.allow_remote,
        requests_per_second: args.requests_per_second,
        requests_burst: args.requests_per_second.saturating_mul(4),
        admin_token,
        history: history.clone(),
        keys_file: args.api_keys.clone(),
        tls: args.tls_cert.clone().zip(args.tls_key.clone()).map(|(certificate, key)| TlsFiles { certificate, key }),
        cors_origins: args.cors_origins.clone(),
        connections_max: args.connections_max,
        connections_per_address_max: args.connections_per_address_max,
        streams_max: args.streams_max,
        ..ApiConfig::default()
    };
    let server = Server::start(node.handle(), api)?;

    let handle = node.handle();
    let head = handle.read(|chain| chain.head());
    let url = server.url();
    let sealing = if let Running::Validator(_, committee) = &node {
        format!("by consensus of {committee} validators")
    } else if let Running::Follower(follower) = &node {
        follower.describe()
    } else if args.manual {
        format!("when told: POST {url}/v1/admin/seal with the admin's token")
    } else {
        format!("every {} ms while something waits", args.interval_ms)
    };
    let mut started = vec![
        ("network", format!("{} with genesis {}", handle.network(), handle.genesis())),
        ("head", format!("height {}, time {}", head.height, head.time)),
        ("api", url.clone()),
        ("document", format!("{url}/reference")),
        ("figures", format!("{url}/metrics")),
        ("sealing", sealing),
    ];
    started.extend(history.as_ref().map(|history| ("history", history.location().to_string())));
    fields(&started);

    let (asked, stop) = channel();
    // The receiver is gone only once the node is stopping.
    let ask = move || asked.send(()).unwrap_or_default();
    ctrlc::set_handler(ask).context("listening for signals")?;
    // A node that stopped by itself goes on answering reads, so that its operator can look; said once.
    let (mut told, mut troubled) = (false, None);
    while stop.recv_timeout(Duration::from_secs(1)).is_err() {
        // What broke consensus or its disk a restart mends; a fault of execution it would repeat.
        if matches!(handle.stopped(), Some(StopReason::Consensus { .. })) {
            break;
        }
        if let (Some(reason), false) = (handle.stopped(), told) {
            eprintln!("gage: the node makes no more blocks: {reason}; reads still work; stop it with ctrl-c");
            told = true;
        }
        let trouble = history.as_ref().and_then(History::fault);
        if trouble != troubled {
            match &trouble {
                Some(sentence) => eprintln!("gage: the history falls behind: {sentence}"),
                None => eprintln!("gage: the history goes on"),
            }
            troubled = trouble;
        }
    }
    eprintln!("gage: stopping");
    server.stop();
    if let Some(follower) = follower {
        follower.stop();
    }
    node.stop()?;
    Ok(ExitCode::SUCCESS)
}

/// What runs: the rest is the same.
enum Running {
    Solo(Box<Node>),
    /// A validator, and how many there are.
    Validator(Box<Validator>, usize),
    Follower(Following),
}

impl Running {
    fn handle(&self) -> NodeHandle {
        match self {
            Running::Solo(node) => node.handle(),
            Running::Validator(validator, _) => validator.handle(),
            Running::Follower(follower) => follower.handle(),
        }
    }

    fn stop(self) -> Result<()> {
        match self {
            Running::Solo(node) => Ok((*node).stop()?),
            Running::Validator(validator, _) => Ok(validator.stop()?),
            Running::Follower(follower) => follower.stop(),
        }
    }
}

/// Starts what the arguments name; with its data directory, and where its API listens.
fn start(args: &NodeArgs) -> Result<(Running, PathBuf, SocketAddr)> {
    if let Some(dir) = &args.validator {
        let (mut config, file) = read_validator(dir)?;
        keep(args, &mut config.node);
        if !args.follow.is_empty() {
            catch_up(&config, &args.follow)?;
        }
        ensure_confirmed(&config.node.dir)?;
        let (data, members) = (config.node.dir.clone(), config.committee.keys().len());
        let validator = Validator::start(config)?;
        return Ok((Running::Validator(Box::new(validator), members), data, args.listen.unwrap_or(file.api)));
    }
    let dir = args.dir.clone().context("a solo node needs --dir")?;
    let known = genesis_path(&dir);
    let path = match &args.genesis {
        Some(path) => path.clone(),
        None if known.exists() => known,
        None => bail!(
            "{} holds no network yet; say which with --genesis FILE (`gage genesis new` makes one)",
            dir.display()
        ),
    };
    let mut config = NodeConfig::new(&dir, read_genesis(&path)?);
    keep(args, &mut config);
    let listen = match args.listen {
        Some(listen) => listen,
        None => LISTEN.parse().context("the address that is the default")?,
    };
    if !args.follow.is_empty() {
        let following = Following::start(config, args.validators.as_deref(), &args.follow)?;
        return Ok((Running::Follower(following), dir, listen));
    }
    config.sealing =
        if args.manual { Sealing::Manual } else { Sealing::Every(Duration::from_millis(args.interval_ms)) };
    Ok((Running::Solo(Box::new(Node::start(config)?)), dir, listen))
}

/// What of the past stays on the disk.
fn keep(args: &NodeArgs, config: &mut NodeConfig) {
    config.snapshot_every = args.snapshot_every;
    config.prune_log = args.prune;
    config.log_segment_bytes = args.log_segment_bytes;
}

/// The history that the arguments name, opened before anything is recorded.
fn open_history(args: &NodeArgs, dir: &Path, genesis: &Genesis) -> Result<Option<History>> {
    let location = match args.history.as_deref() {
        Some("none") => return Ok(None),
        Some(text) => text.parse()?,
        None => default_location(dir),
    };
    Ok(Some(History::open(&location, genesis)?))
}

fn admin_token(args: &NodeArgs, dir: &Path) -> Result<Option<String>> {
    let made = dir.join("admin-token");
    match (&args.admin_token_file, args.manual) {
        (Some(path), _) => read_token(path).map(Some),
        (None, false) => Ok(None),
        (None, true) if made.exists() => read_token(&made).map(Some),
        (None, true) => {
            let (_, bytes) = gage_client::keystore::generate(gage_crypto::Scheme::Ed25519)?;
            let token = hex::encode(bytes.as_slice());
            write_private(&made, &token).with_context(|| format!("writing {}", made.display()))?;
            eprintln!("gage: the admin's token is in {}", made.display());
            Ok(Some(token))
        }
    }
}

fn read_token(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the token in {}", path.display()))?;
    Ok(text.trim().to_owned())
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
