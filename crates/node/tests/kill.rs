//! A loaded node is killed again and again: nothing that was reported as ordered is lost, and the root
//! is that of the same blocks executed in peace.

mod common;

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use common::*;
use gage_chain::{Chain, TransactionHash};
use gage_node::{Node, NodeConfig, Sealing, Stage};
use gage_store::certified::{Certified, Changes};
use gage_units::{Height, Timestamp};

const CHILD_DIR: &str = "GAGE_NODE_CHILD_DIR";
const ROUNDS: u64 = 30;

/// Says a line to the parent; the leading line feed ends what the test harness may have begun.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{text}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn options(dir: &Path) -> NodeConfig {
    let mut options = config(dir);
    options.sealing = Sealing::Every(Duration::from_millis(2));
    options.snapshot_every = 20;
    options.log_segment_bytes = 32 << 10;
    options
}

/// Not a test by itself: the process that is started and killed.
#[test]
fn child_runs_until_killed() {
    let Ok(dir) = env::var(CHILD_DIR) else { return };
    let node = Node::start(options(Path::new(&dir))).unwrap();
    let handle = node.handle();
    say(&format!("UP {} {}", head(&handle), node.recovery().snapshot.map_or(0, |height| height.0)));
    let mut threads = Vec::new();
    for user in 0..USERS {
        let handle = handle.clone();
        threads.push(thread::spawn(move || {
            // Nonces above any that an earlier life may have used.
            let mut nonce = handle.read(|chain| chain.head().height.0) * 100 + 1;
            loop {
                let bytes = transfer(&handle, user, nonce, (user + 1) % USERS, 1);
                nonce += 1;
                let Ok(hash) = handle.submit(&bytes) else { continue };
                let status = handle.wait(&hash, Stage::Ordered, Duration::from_secs(10));
                if let Some(height) = status.height() {
                    say(&format!("ORDERED {height} {hash}"));
                }
            }
        }));
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn killed_at_random_points_nothing_ordered_is_lost() {
    let scratch = Scratch::new("kill");
    let dir = scratch.path();
    let mut ordered: BTreeMap<String, u64> = BTreeMap::new();
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    let (mut from_snapshot, mut before_up) = (0, 0);
    for round in 0..ROUNDS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child_runs_until_killed", "--nocapture"])
            .env(CHILD_DIR, dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let (works, begun) = channel();
        let reader = thread::spawn(move || {
            let mut lines = Vec::new();
            // A line that was cut by the kill is no report.
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if line.starts_with("ORDERED") {
                    // After the last that is waited for nobody listens any more.
                    works.send(()).unwrap_or_default();
                }
                lines.push(line);
            }
            lines
        });
        // One life in five ends anywhere, also while it starts; the others after so many reports and a little.
        let reports = if round % 5 == 4 { 0 } else { 5 + random % 16 };
        for _ in 0..reports {
            begun.recv_timeout(Duration::from_secs(60)).expect("the child orders something within a minute");
        }
        thread::sleep(Duration::from_micros((random >> 33) % 20_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let lines = reader.join().unwrap();
        match lines.iter().find_map(|line| line.strip_prefix("UP ")) {
            None => before_up += 1,
            Some(up) => from_snapshot += u32::from(!up.ends_with(" 0")),
        }
        for line in &lines {
            let Some((height, hash)) = line.strip_prefix("ORDERED ").and_then(|rest| rest.split_once(' ')) else {
                continue;
            };
            if hash.len() == 64 {
                ordered.insert(hash.to_owned(), height.parse().unwrap());
            }
        }
        assert!(round + 1 < ROUNDS || ordered.len() > 100, "the load was too small: {}", ordered.len());
    }

    let mut options = options(dir);
    options.sealing = Sealing::Manual;
    let node = Node::start(options).unwrap();
    let handle = node.handle();
    let head = head(&handle);

    // Every block again, in peace, without node, log order or snapshots.
    let mut chain = Chain::from_genesis(&genesis(), 99).unwrap();
    let mut tree = Certified::new(1);
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for height in 0..=head.0 {
        if height > 0 {
            let block = handle.block(Height(height)).unwrap();
            for signed in &block.transactions {
                let hash: TransactionHash = signed.transaction.hash(&handle.genesis());
                found.insert(hash.to_string(), height);
            }
            chain.execute(&block).unwrap();
        }
        let mut changes = Changes::new();
        chain.drain_changes(|key, value| changes.push(key, value).unwrap());
        tree.apply(height, &changes).unwrap();
    }
    for (hash, height) in &ordered {
        assert_eq!(found.get(hash), Some(height), "{hash} was reported as ordered in block {height}");
    }
    assert_eq!(handle.checkpoint(), Some((head, tree.root())));
    chain.check_invariants().unwrap();
    handle.seal(Timestamp(chain.head().time.0 + 1)).unwrap();
    assert!(from_snapshot > 0, "no life began from a snapshot");
    println!(
        "{} transactions in {head} blocks reported as ordered over {ROUNDS} lives, {from_snapshot} from a snapshot, \
         {before_up} killed before they were up",
        ordered.len()
    );
}
