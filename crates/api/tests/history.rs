//! What the node has forgotten, the history tells; and what it says when there is none.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use common::{ALICE, BOB, USD, World, id, transfer};
use serde_json::json;

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
