//! What the node has forgotten, the history tells; and what it says when there is none.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use common::{ALICE, BOB, USD, World, id, transfer};
use gage_chain::BlockResult;
use gage_node::NodeConfig;
use gage_units::Height;
use gage_verify::{Document, Trust};
use serde_json::{Value, json};

#[test]
fn receipts_older_than_memory_are_answered() {
    let mut world = World::with(|config| config.receipts_retained_blocks = 2, |_| {});
    world.furnish();
    let young = world.run(ALICE, vec![transfer(id(BOB), USD, 250)]);
    let (hash, height) = (young["transaction"].as_str().unwrap().to_owned(), young["height"].as_u64().unwrap());
    let (block, events) = (format!("/v1/blocks/{height}"), format!("/v1/blocks/{height}/events"));
    let known = (world.get(&block).json(), world.get(&events).json());
    assert_eq!(known.0["receipts"]["items"][0]["transaction"], hash);
    for _ in 0..6 {
        world.seal();
    }
    world.recorded();
    assert!(world.node().result(gage_units::Height(height)).is_none(), "the node has forgotten");
    let old = world.get(&format!("/v1/transactions/{hash}")).json();
    assert_eq!(
        (old["status"].as_str(), &old["receipt"], &old["index"]),
        (Some("certified"), &young["receipt"], &young["index"])
    );
    assert_eq!((world.get(&block).json(), world.get(&events).json()), known);
    let never = world.get(&format!("/v1/transactions/{}", "ab".repeat(32)));
    assert_eq!((never.status, never.problem().0.as_str()), (404, "UnknownTransaction"));
}

/// Only every fourth root is published here, and the node forgets receipts after two blocks.
#[test]
fn receipts_older_than_memory_are_proved_against_todays_header() {
    let rare = |config: &mut NodeConfig| {
        config.receipts_retained_blocks = 2;
        config.genesis.params.checkpoint_every = 4;
    };
    let mut world = World::with(rare, |_| {});
    let mut paid = Vec::new();
    for amount in 1..=9 {
        let status = world.run(ALICE, vec![transfer(id(BOB), USD, amount)]);
        paid.push((status["transaction"].as_str().unwrap().to_owned(), status["height"].as_u64().unwrap()));
    }
    // One that nothing can prove yet: its evidence says so.
    let (youngest, at) = paid.last().unwrap().clone();
    world.recorded();
    let young = world.get(&format!("/v1/transactions/{youngest}/proof")).json();
    assert_eq!((&young["height"], &young["header"], young.get("accumulated")), (&json!(at), &Value::Null, None));
    for _ in 0..8 {
        world.seal();
    }
    world.recorded();
    let newest = world.node().published().unwrap();
    let header = world.node().header(Height(newest.0 + 2)).unwrap().hash(&world.genesis());
    let mut through = Vec::new();
    for (hash, height) in paid {
        assert!(world.node().result(Height(height)).is_none(), "the node has forgotten");
        let answer = world.get(&format!("/v1/transactions/{hash}/proof"));
        let document = Document::parse(&answer.body).unwrap();
        let Document::Receipt(evidence) = &document else { panic!("a receipt was asked for") };
        through.push((height % 4 == 0, evidence.accumulated.is_some()));
        // An old checkpoint has a header of its own; the others rest on the newest.
        let own = evidence.header.as_ref().map(|header| header.hash(&world.genesis()));
        let trust = Trust { genesis: Some(world.genesis()), header: own.or(Some(header)), ..Trust::default() };
        let verified = document.verify(&trust).unwrap();
        assert!(verified.anchored && verified.height == Height(height), "{verified:?}");
    }
    assert!(through.iter().all(|(checkpoint, accumulated)| checkpoint != accumulated), "{through:?}");
    assert!(through.iter().filter(|(_, accumulated)| *accumulated).count() >= 6, "{through:?}");
    let never = world.get(&format!("/v1/transactions/{}/proof", "ab".repeat(32)));
    assert_eq!((never.status, never.problem().0.as_str()), (404, "NoReceipt"));
}

/// Whoever takes blocks and results from the API has what the node had.
#[test]
fn raw_blocks_come_with_what_they_did_however_old() {
    let mut world = World::with(|config| config.receipts_retained_blocks = 2, |_| {});
    world.furnish();
    for _ in 0..4 {
        world.seal();
    }
    world.recorded();
    let head = world.node().progress_now().executed.0;
    let (mut taken, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("/v1/raw-blocks?limit=3{cursor}")).json();
        taken.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(taken.len() as u64, head);
    let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
    for (raw, height) in taken.iter().zip(1u64..) {
        assert_eq!(raw["height"], height);
        let block = world.node().block(Height(height)).unwrap();
        assert_eq!(bytes(&raw["block"]), block.to_bytes());
        let result = BlockResult::from_bytes(&block, &world.genesis(), &bytes(&raw["result"])).unwrap();
        if let Some(known) = world.node().result(Height(height)) {
            assert_eq!(result, *known);
        }
        let listed = world.get(&format!("/v1/blocks/{height}")).json();
        assert_eq!(listed["events_root"], result.events_root.to_string(), "block {height}");
        let mut shorter = bytes(&raw["result"]);
        shorter.pop();
        assert_eq!(BlockResult::from_bytes(&block, &world.genesis(), &shorter), None);
    }
    assert_eq!(world.get(&format!("/v1/raw-blocks?cursor={head}")).json(), json!({ "items": [], "next": null }));
    let genesis: gage_chain::Genesis = serde_json::from_value(world.get("/v1/genesis").json()).unwrap();
    assert_eq!(genesis.hash(), world.genesis());
}

#[test]
fn a_statement_comes_in_pages_and_adds_up() {
    let mut world = World::new();
    for cents in [250, 30, 4] {
        world.run(ALICE, vec![transfer(id(BOB), USD, cents)]);
    }
    world.recorded();
    let bob = id(BOB);
    let (mut cursor, mut sum, mut pages) = (String::new(), 0i64, 0);
    let closing = loop {
        let page = world.get(&format!("/v1/history/accounts/{bob}/statement?asset=0&limit=2{cursor}")).json();
        for line in page["items"].as_array().unwrap() {
            let amount: i64 = line["amount"].as_str().unwrap().parse().unwrap();
            sum += if line["side"] == "credit" { amount } else { -amount };
        }
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break page["closing"].clone(),
        }
    };
    assert!(pages > 1, "{pages}");
    assert_eq!(closing, json!([closing[0].clone()]));
    assert_eq!(closing[0]["total"], sum.to_string());
    let holdings = world.get(&format!("/v1/accounts/{bob}/holdings")).json();
    assert_eq!(closing[0]["free"], holdings["items"][0]["free"], "it is what the state says");
}

#[test]
fn what_cannot_be_answered_is_a_problem() {
    let world = World::new();
    world.recorded();
    let problem = |path: &str| {
        let answer = world.get(path);
        (answer.status, answer.problem().0)
    };
    let bob = id(BOB);
    for (path, status, name) in [
        (format!("/v1/history/accounts/{}/statement", id(common::STRANGER)), 404, "UnknownRecord"),
        (format!("/v1/history/accounts/{bob}/statement?cursor=7"), 400, "BadParameter"),
        (format!("/v1/history/accounts/{bob}/statement?limit=501"), 400, "BadParameter"),
        (format!("/v1/history/accounts/{bob}/transactions?nonsense=1"), 400, "BadParameter"),
        ("/v1/history/events?module=nothing".to_owned(), 400, "BadParameter"),
        ("/v1/history/prices/0?interval_ms=0".to_owned(), 400, "BadParameter"),
        ("/v1/history/vaults/77".to_owned(), 404, "UnknownRecord"),
        ("/v1/history/auctions/18446744073709551615".to_owned(), 400, "BadParameter"),
    ] {
        assert_eq!(problem(&path), (status, name.to_owned()), "{path}");
    }
    let without = World::with(|_| {}, |api| api.history = None);
    let answer = without.get("/v1/history");
    assert_eq!((answer.status, answer.problem().0.as_str()), (404, "NoHistory"));
}
