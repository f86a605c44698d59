//! `gage history follow --node`: a process apart from the node records the same as the node's own log gives.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

#[path = "../../history/tests/common/mod.rs"]
mod common;

use std::process::{Command, Output};

use common::server::Server as Postgres;
use common::*;
use gage_api::{ApiConfig, Server};
use gage_history::{History, Location};
use gage_node::NodeConfig;

fn gage(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gage")).args(arguments).env_remove("GAGE_HISTORY").output().unwrap()
}

fn follow_url(url: &str, to: &Location, options: &[&str]) -> Output {
    let to = to.to_string();
    gage(&[&["--json", "history", "follow", "--node", url, "--history", to.as_str(), "--once"], options].concat())
}

fn ok(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn recorded(location: &Location) -> String {
    dump(&History::open_existing(location).unwrap())
}

/// What the node's own follower records.
fn expected(world: &World, scratch: &Scratch) -> String {
    dump(&follow(&world.handle(), &sqlite(scratch, "own.sqlite")))
}

fn world(scratch: &Scratch, change: impl FnOnce(&mut NodeConfig)) -> (World, Server) {
    let mut config = config(&scratch.path().join("node"));
    change(&mut config);
    let world = World::start(config);
    let server = Server::start(world.handle(), ApiConfig::default()).unwrap();
    (world, server)
}

#[test]
fn a_history_from_the_api_is_that_from_the_log() {
    let scratch = Scratch::new("remote");
    let (mut world, server) = world(&scratch, |_| {});
    let url = format!("http://{}", server.address());
    let (told, executed) = (sqlite(&scratch, "told.sqlite"), sqlite(&scratch, "executed.sqlite"));
    // In two parts: the second goes on where the first ended.
    world.pay(ALICE, BOB, 3);
    world.seal();
    assert_eq!(ok(&follow_url(&url, &told, &[]))["blocks"], 1);
    world.play();
    let head = world.handle().progress_now().executed.0;
    assert_eq!(ok(&follow_url(&url, &told, &[]))["blocks"], head - 1);
    assert_eq!(ok(&follow_url(&url, &told, &[]))["blocks"], 0, "nothing is recorded twice");
    assert_eq!(ok(&follow_url(&url, &executed, &["--execute"]))["blocks"], head);
    let expected = expected(&world, &scratch);
    assert_same(&expected, &recorded(&told));
    assert_same(&expected, &recorded(&executed));
    if let Some(postgres) = Postgres::start() {
        let remote = postgres.database("remote");
        assert_eq!(ok(&follow_url(&url, &remote, &[]))["blocks"], head);
        assert_same(&expected, &recorded(&remote));
    }
    server.stop();
}

#[test]
fn what_the_node_forgot_is_executed_by_the_indexer() {
    let scratch = Scratch::new("remote-forgot");
    let (mut world, server) = world(&scratch, |config| config.receipts_retained_blocks = 2);
    let url = format!("http://{}", server.address());
    world.play();
    let late = sqlite(&scratch, "late.sqlite");
    ok(&follow_url(&url, &late, &[]));
    // And once more, from the middle: what is missing again is more than the node remembers.
    world.play_on();
    ok(&follow_url(&url, &late, &[]));
    assert_same(&expected(&world, &scratch), &recorded(&late));
    server.stop();
}

#[test]
fn a_genesis_that_is_not_the_nodes_is_refused() {
    let scratch = Scratch::new("remote-genesis");
    let (_world, server) = world(&scratch, |_| {});
    let url = format!("http://{}", server.address());
    let mut other = genesis();
    other.network = "another".to_owned();
    let file = scratch.path().join("other.toml");
    gage_node::write_genesis(&file, &other).unwrap();
    let to = sqlite(&scratch, "history.sqlite");
    let refused = follow_url(&url, &to, &["--genesis", file.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && said.contains("give its own with --genesis"), "{said}");
    gage_node::write_genesis(&file, &genesis()).unwrap();
    assert_eq!(ok(&follow_url(&url, &to, &["--genesis", file.to_str().unwrap()]))["blocks"], 0);
    server.stop();
}
