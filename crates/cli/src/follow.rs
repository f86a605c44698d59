//! `gage node --follow`: blocks come from other nodes' APIs, one source after the other where one fails. A validator
//! follows until it has what its sources have, and then takes its seat.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail, ensure};
use gage_client::{Client, Error};
use gage_network::{Committee, FollowError, Follower, ValidatorConfig, Validators, begin_at};
use gage_node::{NodeConfig, NodeHandle, SnapshotPart, install_snapshot};
use gage_units::Height;
use gage_verify::{Authority, CertifiedBlocks, Evidence};
use serde::Deserialize;
use serde_json::Value;

/// Between two questions where there is nothing new.
const PAUSE: Duration = Duration::from_millis(100);
/// After an answer that does not hold, or none.
const TROUBLE: Duration = Duration::from_secs(1);
/// How long a state from a snapshot may wait for the network's word on it.
const AGREEMENT: Duration = Duration::from_secs(120);
/// How old the last block of a validator may be that takes its seat while there is more.
const NEAR: Duration = Duration::from_secs(2);
/// The most parts of a snapshot that are read: 1 TiB.
const PARTS_MAX: u64 = 1 << 20;

/// In the data directory: the height of a snapshot whose root the validators have not published yet.
const UNCONFIRMED: &str = "SNAPSHOT_UNCONFIRMED";

/// A follower, and the thread that feeds it.
pub struct Following {
    handle: NodeHandle,
    sources: Vec<String>,
    validators: usize,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Following {
    /// Opens the directory, begins with a snapshot where the blocks are not kept any more, and follows. A state from a
    /// snapshot is answered from only after the validators have published the same root.
    pub fn start(config: NodeConfig, validators: Option<&Path>, urls: &[String]) -> Result<Following> {
        let committee = committee(&config, validators)?;
        let (mut follower, mut feed) = open(&config, &committee, urls)?;
        let (handle, end) = (follower.handle(), Arc::new(AtomicBool::new(false)));
        let ended = Arc::clone(&end);
        let run = move || {
            while !ended.load(Ordering::Relaxed) && follower.handle().stopped().is_none() {
                std::thread::sleep(feed.step(&mut follower).pause());
            }
            Ok(follower.stop()?)
        };
        let thread = std::thread::Builder::new().name("gage-follow".to_owned()).spawn(run).context("following")?;
        let (sources, validators) = (urls.to_vec(), committee.keys().len());
        Ok(Following { handle, sources, validators, end, thread: Some(thread) })
    }

    pub fn handle(&self) -> NodeHandle {
        self.handle.clone()
    }

    /// What the operator reads at the start.
    pub fn describe(&self) -> String {
        format!(
            "none: follows a network that {} validators founded through {}",
            self.validators,
            self.sources.join(", ")
        )
    }

    pub fn stop(mut self) -> Result<()> {
        self.end.store(true, Ordering::Relaxed);
        let thread = self.thread.take().context("it is stopped once")?;
        thread.join().map_err(|_| anyhow!("the thread that follows met a fault of the program"))?
    }
}

/// Brings the node of a validator to where its sources are, and notes where its engine begins. Where the
/// sources have nothing it starts without them: the whole network may be starting.
pub fn catch_up(config: &ValidatorConfig, urls: &[String]) -> Result<()> {
    let (mut follower, mut feed) = open(&config.node, &config.committee, urls)?;
    let (first, mut silent) = (follower.next(), 0);
    loop {
        let floor = follower.floor().map_err(|reason| anyhow!("what was taken could not be executed: {reason}"))?;
        if let Some(certificate) = floor.filter(|_| silent == 0) {
            begin_at(&config.consensus_dir, certificate)?;
        }
        // Near is enough, for the engine fetches the rest: a busy network never stands still.
        if silent >= urls.len() || (floor.is_some() && is_near(&follower)) {
            break;
        }
        silent = if feed.step(&mut follower) == Step::Taken { 0 } else { silent + 1 };
    }
    eprintln!("gage: took {} blocks from {}", follower.next().0 - first.0, urls.join(", "));
    Ok(follower.stop()?)
}

/// Whether the last block that was executed is of the last seconds.
fn is_near(follower: &Follower) -> bool {
    let time = follower.handle().read(|chain| chain.head().time);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(Duration::from_millis(time.0)) < NEAR
}

/// Refuses a state from a snapshot whose root the validators have not published: nobody may vote from there.
pub fn ensure_confirmed(dir: &Path) -> Result<()> {
    let told = "has begun with a snapshot that the validators have not confirmed; start with --follow URL";
    ensure!(!dir.join(UNCONFIRMED).exists(), "{} {told}", dir.display());
    Ok(())
}

/// Opens the directory, begins with a snapshot where the blocks are not kept any more, and waits until the validators
/// have published the same root.
fn open(config: &NodeConfig, committee: &Committee, urls: &[String]) -> Result<(Follower, Feed)> {
    let sources: Vec<Client> = urls.iter().map(|url| Client::new(url)).collect::<Result<_, _>>()?;
    let (mut follower, began) = begin(config, committee, &sources)?;
    let mut feed = Feed { sources, at: 0, told: None };
    if let Some(height) = began {
        agree(&mut follower, &mut feed, height)?;
        follower.confirm();
        let doubt = config.dir.join(UNCONFIRMED);
        std::fs::remove_file(&doubt).with_context(|| format!("removing {}", doubt.display()))?;
    }
    Ok((follower, feed))
}

/// Who orders: named by the genesis file, else by the list of validators.
fn committee(config: &NodeConfig, validators: Option<&Path>) -> Result<Committee> {
    if let Some(founders) = Committee::founders(&config.genesis)? {
        return Ok(founders);
    }
    let path = validators.context("the genesis file names no validators: give their list with --validators")?;
    let list = Validators::read(path)?;
    ensure!(list.genesis == config.genesis.hash(), "{} is of another network than the genesis file", path.display());
    Ok(list.committee()?)
}

/// Who certifies, as far as any source proves it from the validators that the reader knows; what is proved is kept.
fn authority(follower: &Follower, committee: &Committee, sources: &[Client]) -> Authority {
    let node = follower.handle();
    let mut authority = Authority::new(&committee.public_keys());
    for source in sources {
        let mut after = 0;
        // Who answers what does not hold, or nothing, is passed over; another may have more.
        while let Ok(Handovers { items }) = source.get(&format!("/v1/staking/handovers?after={after}")) {
            let last = items.last().and_then(gage_verify::set_of).map_or(after, |set| set.epoch);
            let Ok(grown) = authority.clone().after(&node.genesis(), &items) else { break };
            authority = grown;
            // The disk fails: the node says so itself.
            drop(node.adopt_handovers(items));
            if last <= after {
                break;
            }
            after = last;
        }
    }
    authority
}

fn write_synced(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    path.parent().map_or(Ok(()), |dir| std::fs::File::open(dir)?.sync_all())
}

/// A page of handovers.
#[derive(Deserialize)]
struct Handovers {
    items: Vec<Evidence>,
}

/// Starts from what the directory holds, or from a source's snapshot where no source keeps the blocks after that; with
/// the height of a snapshot that is not confirmed.
fn begin(config: &NodeConfig, committee: &Committee, sources: &[Client]) -> Result<(Follower, Option<Height>)> {
    let mut follower = Follower::start(config.clone(), committee)?;
    let next = follower.next().0;
    let doubt = config.dir.join(UNCONFIRMED);
    let doubted = std::fs::read_to_string(&doubt).ok().and_then(|text| text.trim().parse().ok()).map(Height);
    if doubted.is_some() {
        // Until a source proves later ones, nobody else is believed.
        follower.doubt(Authority::new(&committee.public_keys()));
    }
    let mut offered: Option<(u64, &Client)> = None;
    for source in sources {
        // Who does not answer now may answer later.
        let Ok(status) = source.status() else { continue };
        let number = |path: &str| status.pointer(path).and_then(Value::as_u64);
        if number("/log/first_height").is_some_and(|first| first <= next) {
            if doubted.is_some() {
                follower.doubt(authority(&follower, committee, sources));
            }
            return Ok((follower, doubted));
        }
        let snapshots = status.get("snapshots").and_then(Value::as_array).into_iter().flatten();
        let newest = snapshots.filter_map(Value::as_u64).max().filter(|height| *height >= next);
        if let Some(height) = newest
            && offered.is_none_or(|(best, _)| best < height)
        {
            offered = Some((height, source));
        }
    }
    let Some((height, source)) = offered else { return Ok((follower, doubted)) };
    follower.stop()?;
    eprintln!("gage: block {next} is not kept by any source; beginning with the snapshot of height {height}");
    let part = |number: u64| -> Result<SnapshotPart> {
        Ok(source.get::<SnapshotPart>(&format!("/v1/snapshots/{height}/parts/{number}"))?)
    };
    let parts = part(0)?.parts;
    ensure!(parts <= PARTS_MAX, "the snapshot of {} has {parts} parts, at most {PARTS_MAX} are read", source.url());
    // On the disk before anything else is done: until the validators confirm it, nobody may begin here.
    write_synced(&doubt, &format!("{height}\n")).with_context(|| format!("writing {}", doubt.display()))?;
    // What this node kept ends before blocks that nobody has.
    let log = config.dir.join("log");
    if log.exists() {
        std::fs::remove_dir_all(&log).with_context(|| format!("removing {}", log.display()))?;
    }
    install_snapshot::<anyhow::Error>(&config.dir, Height(height), parts, |number| Ok(part(number)?.bytes.0))?;
    let mut follower = Follower::start(config.clone(), committee)?;
    follower.doubt(authority(&follower, committee, sources));
    Ok((follower, Some(Height(height))))
}

/// Waits until the validators have published the root of a height from the snapshot's on, and it is this node's.
fn agree(follower: &mut Follower, feed: &mut Feed, height: Height) -> Result<()> {
    let start = Instant::now();
    while follower.handle().agreed() < height {
        if let Some(reason) = follower.handle().stopped() {
            bail!("the snapshot is not the network's: {reason}; remove the data directory and follow another source");
        }
        ensure!(start.elapsed() < AGREEMENT, "no source has blocks after the snapshot of height {height}");
        std::thread::sleep(feed.step(follower).pause());
    }
    Ok(())
}

/// What asking once came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Blocks were taken.
    Taken,
    /// Nobody asked had more.
    Nothing,
    /// No answer, or one that does not hold.
    Trouble,
}

impl Step {
    /// How long to wait before the next question.
    const fn pause(self) -> Duration {
        match self {
            Step::Taken => Duration::ZERO,
            Step::Nothing => PAUSE,
            Step::Trouble => TROUBLE,
        }
    }
}

/// Who is asked, in turn.
struct Feed {
    sources: Vec<Client>,
    at: usize,
    /// The last trouble, told once.
    told: Option<String>,
}

impl Feed {
    /// Asks for the next blocks and hands them to the node.
    fn step(&mut self, follower: &mut Follower) -> Step {
        let source = &self.sources[self.at % self.sources.len()];
        let path = format!("/v1/blocks/{}/certified", follower.next());
        let trouble = match source.get::<CertifiedBlocks>(&path) {
            Ok(blocks) => match follower.take(&blocks) {
                Ok(()) => None,
                // The node says itself why it has stopped.
                Err(FollowError::Stopped(_)) => return Step::Nothing,
                Err(FollowError::Refused(error)) => Some(format!("{} sent what does not hold: {error}", source.url())),
            },
            Err(Error::Refused(problem)) if problem.name == "UnknownBlock" => {
                match forgotten(source, follower.next()) {
                    Some(sentence) => Some(sentence),
                    None => {
                        // Another source may have more.
                        self.at += 1;
                        return Step::Nothing;
                    }
                }
            }
            Err(error) => Some(error.to_string()),
        };
        if trouble.is_some() && trouble != self.told {
            eprintln!("gage: following: {}", trouble.as_deref().unwrap_or_default());
        }
        let step = if trouble.is_some() { Step::Trouble } else { Step::Taken };
        self.at += usize::from(trouble.is_some());
        self.told = trouble;
        step
    }
}

/// What to tell where a source has forgotten the next block: it is not there yet otherwise.
fn forgotten(source: &Client, next: Height) -> Option<String> {
    let status = source.status().ok()?;
    let first = status.pointer("/log/first_height").and_then(Value::as_u64).filter(|first| *first > next.0)?;
    let url = source.url();
    Some(format!(
        "{url} keeps blocks from {first} on, and not {next} any more; started anew, it begins with a snapshot"
    ))
}
