//! A node that keeps its history is killed again and again: the history is whole, and what it would have been in peace.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use common::*;
use gage_history::{Follower, History, Location, Replay, catch_up};
use gage_node::{NodeConfig, Sealing};

const CHILD_DIR: &str = "GAGE_HISTORY_CHILD_DIR";
const ROUNDS: u64 = 12;

fn options(dir: &Path) -> NodeConfig {
    let mut options = config(&dir.join("node"));
    options.sealing = Sealing::Every(Duration::from_millis(2));
    options.snapshot_every = 50;
    // So little is remembered that the history has to execute blocks again.
    options.receipts_retained_blocks = 20;
    options
}

fn location(dir: &Path) -> Location {
    Location::Sqlite(dir.join("history.sqlite"))
}

/// Not a test by itself: the process that is started and killed.
#[test]
fn child_records_until_killed() {
    let Ok(dir) = env::var(CHILD_DIR) else { return };
    let dir = Path::new(&dir);
    let mut world = World::start(options(dir));
    let history = History::open(&location(dir), &genesis()).unwrap();
    let _follower = Follower::start(world.handle(), history.clone()).unwrap();
    let mut out = std::io::stdout();
    loop {
        for (from, to) in [(ALICE, BOB), (BOB, ALICE), (ISSUER, PUBLISHER)] {
            world.pay(from, to, 1);
        }
        let height = history.status().unwrap().height.map_or(0, |height| height.0);
        out.write_all(format!("\nRECORDED {height}\n").as_bytes()).unwrap();
        out.flush().unwrap();
        thread::sleep(Duration::from_millis(1));
        // Times go on with the node's clock.
        world.time = world.handle().read(|chain| chain.head().time.0);
    }
}

#[test]
fn killed_at_random_points_the_history_is_whole() {
    let scratch = Scratch::new("history-kill");
    let dir = scratch.path();
    let (mut random, mut last, mut grown) = (0x9e37_79b9_7f4a_7c15u64, 0, 0);
    for round in 0..ROUNDS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child_records_until_killed", "--nocapture"])
            .env(CHILD_DIR, dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let (works, begun) = channel();
        let reader = thread::spawn(move || {
            let mut heights = Vec::new();
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(height) = line.strip_prefix("RECORDED ").and_then(|text| text.parse::<u64>().ok()) {
                    heights.push(height);
                    // After the first report nobody listens any more.
                    works.send(()).unwrap_or_default();
                }
            }
            heights
        });
        begun.recv_timeout(Duration::from_secs(60)).expect("the child records something within a minute");
        thread::sleep(Duration::from_micros((random >> 33) % 150_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let told = reader.join().unwrap().into_iter().max().unwrap_or(0);
        // What was once recorded stays recorded.
        let history = History::open_existing(&location(dir)).unwrap();
        let found = history.status().unwrap().height.map_or(0, |height| height.0);
        assert!(found >= told && found >= last, "round {round}: {found} after {told} and {last}");
        grown += u64::from(found > last);
        last = found;
        let blocks = history.sql("SELECT count(*), min(height), max(height) FROM blocks").unwrap().remove(0);
        assert_eq!(blocks, [(found + 1).to_string(), "0".to_owned(), found.to_string()], "there are no gaps");
        let counts = "SELECT b.height FROM blocks b WHERE b.header IS NOT NULL AND \
                      (b.events <> (SELECT count(*) FROM events e WHERE e.height = b.height) OR \
                       b.transactions + b.bundles <> (SELECT count(*) FROM transactions t WHERE t.height = b.height))";
        assert!(history.sql(counts).unwrap().is_empty(), "a height is there whole or not at all");
    }
    assert!(grown > ROUNDS / 2 && last > 50, "the load was too small: {last} blocks, {grown} rounds");

    let mut calm = options(dir);
    calm.sealing = Sealing::Manual;
    let world = World::start(calm);
    let killed = follow(&world.handle(), &location(dir));
    let peaceful = History::open(&sqlite(&scratch, "peaceful.sqlite"), &genesis()).unwrap();
    let mut recorder = peaceful.recorder().unwrap();
    let mut replay = Replay::start(&dir.join("node"), &genesis(), None).unwrap();
    catch_up(&mut recorder, &mut replay, |_| true).unwrap();
    assert_same(&dump(&peaceful), &dump(&killed));
    // The last balances recorded are those of the state.
    for user in [ISSUER, ALICE, BOB, PUBLISHER] {
        let number = world.handle().read(|chain| gage_accounts::resolve(chain.draft(), &id(user)).unwrap());
        let free = world.handle().read(|chain| gage_ledger::balance(chain.draft(), number, USD).free);
        let sql = format!("SELECT free FROM holdings WHERE account = '{}' AND symbol = 'USD'", id(user));
        assert_eq!(killed.sql(&sql).unwrap(), [[free.to_string()]]);
    }
}
