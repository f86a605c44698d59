//! The WebSocket: subscriptions, filters, sequences without gaps, resuming, lag, bounds.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use std::net::TcpStream;

use common::{ALICE, BOB, USD, World, id, transfer};
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

struct Client(WebSocket<TcpStream>);

impl Client {
    fn open(world: &World) -> Client {
        let url = format!("ws://{}/v1/stream", world.server().address());
        Client(tungstenite::client(url, world.connect()).unwrap().0)
    }

    fn say(&mut self, message: &Value) {
        self.0.send(Message::Text(message.to_string().into())).unwrap();
    }

    fn hear(&mut self) -> Value {
        // A silent node still sends pings: a few of them mean that nothing will come.
        for _ in 0..3 {
            match self.0.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(_) => panic!("closed"),
                _ => {}
            }
        }
        panic!("nothing but pings")
    }

    /// Subscribes and takes the answer.
    fn subscribe(&mut self, message: Value) -> Value {
        self.say(&message);
        let answer = self.hear();
        assert_eq!(answer["type"], "subscribed", "{answer}");
        answer
    }
}

fn sequences(client: &mut Client, count: usize) -> Vec<u64> {
    (0..count).map(|_| client.hear()["sequence"].as_u64().unwrap()).collect()
}

#[test]
fn blocks_come_without_gaps_and_resume_after_a_break() {
    let mut world = World::new();
    let mut client = Client::open(&world);
    let answer = client.subscribe(json!({ "type": "subscribe", "id": "b", "channel": "blocks" }));
    assert_eq!((&answer["next"], &answer["head"]), (&json!(1), &json!(0)));
    for _ in 0..3 {
        world.seal();
    }
    assert_eq!(sequences(&mut client, 3), [1, 2, 3]);
    drop(client);

    // Missed while away: fetched from the sequence after the last one seen, then live.
    for _ in 0..40 {
        world.seal();
    }
    let mut client = Client::open(&world);
    client.subscribe(json!({ "type": "subscribe", "id": "b", "channel": "blocks", "from": 4 }));
    assert_eq!(sequences(&mut client, 40), (4..44).collect::<Vec<_>>());
    world.seal();
    assert_eq!(sequences(&mut client, 1), [44]);
}

#[test]
fn what_is_no_longer_kept_is_a_lag_and_the_rest_follows() {
    let mut world = World::with(|config| config.receipts_retained_blocks = 5, |_| {});
    for _ in 0..20 {
        world.seal();
    }
    let mut client = Client::open(&world);
    client.subscribe(json!({ "type": "subscribe", "id": "late", "channel": "blocks", "from": 3 }));
    let lag = client.hear();
    assert_eq!(lag, json!({ "type": "lag", "id": "late", "missed_from": 3, "missed_to": 15 }));
    assert_eq!(sequences(&mut client, 5), [16, 17, 18, 19, 20]);
}

#[test]
fn events_are_filtered_by_account_and_module() {
    let mut world = World::new();
    let mut client = Client::open(&world);
    client.subscribe(json!({ "type": "subscribe", "id": "bob", "channel": "events", "account": id(BOB) }));
    client.subscribe(json!({ "type": "subscribe", "id": "oracle", "channel": "events", "module": "oracle" }));
    client.subscribe(json!({ "type": "subscribe", "id": "prices", "channel": "prices" }));
    client.subscribe(json!({ "type": "subscribe", "id": "lots", "channel": "auctions" }));
    world.run(ALICE, vec![transfer(id(BOB), USD, 5)]);
    let message = client.hear();
    assert_eq!((&message["id"], message["events"].as_array().unwrap().len()), (&json!("bob"), 1), "{message}");
    assert!(message["events"][0]["event"]["posted"].is_object(), "{message}");
    world.furnish();
    let prices: Vec<Value> = (0..2).map(|_| client.hear()).collect();
    assert_eq!((&prices[0]["id"], &prices[1]["id"]), (&json!("oracle"), &json!("prices")), "{prices:?}");
    assert!(prices[1]["events"][0]["event"]["price_updated"]["price"].is_string(), "{prices:?}");
    client.say(&json!({ "type": "unsubscribe", "id": "oracle" }));
    assert_eq!(client.hear(), json!({ "type": "unsubscribed", "id": "oracle" }));
    world.report(120);
    let mut heard = vec![client.hear(), client.hear()];
    heard.sort_by_key(|message| message["id"].to_string());
    assert_eq!((&heard[0]["id"], &heard[1]["id"]), (&json!("lots"), &json!("prices")), "{heard:?}");
    assert!(heard[0]["events"][0]["event"]["lot_opened"].is_object(), "{heard:?}");
    let mut client = Client::open(&world);
    let wanted =
        json!({ "type": "subscribe", "id": "k", "channel": "events", "kind": "lot_opened", "asset": 1, "from": 1 });
    client.subscribe(wanted);
    let message = client.hear();
    assert!(message["events"].as_array().unwrap().iter().all(|event| event["kind"] == "lot_opened"), "{message}");
}

#[test]
fn bad_messages_are_problems_and_bounds_hold() {
    let world = World::with(|_| {}, |config| config.streams_max = 1);
    let mut client = Client::open(&world);
    let rows = [
        ("not JSON", Message::Text("{".into()), "MalformedJson"),
        ("unknown type", Message::Text(json!({ "type": "dance" }).to_string().into()), "MalformedJson"),
        ("no channel", Message::Text(json!({ "type": "subscribe", "id": "x" }).to_string().into()), "MalformedJson"),
        (
            "a filter elsewhere",
            Message::Text(
                json!({ "type": "subscribe", "id": "x", "channel": "blocks", "module": "ledger" }).to_string().into(),
            ),
            "BadParameter",
        ),
        (
            "unknown module",
            Message::Text(
                json!({ "type": "subscribe", "id": "x", "channel": "events", "module": "zz" }).to_string().into(),
            ),
            "BadParameter",
        ),
    ];
    for (what, message, name) in rows {
        client.0.send(message).unwrap();
        let answer = client.hear();
        assert_eq!(
            (&answer["type"], &answer["problem"]["name"]),
            (&json!("problem"), &json!(name)),
            "{what}: {answer}"
        );
    }
    for number in 0..32 {
        client.subscribe(json!({ "type": "subscribe", "id": number.to_string(), "channel": "blocks" }));
    }
    client.say(&json!({ "type": "subscribe", "id": "one more", "channel": "blocks" }));
    assert_eq!(client.hear()["problem"]["name"], "Busy");

    let second = tungstenite::client(format!("ws://{}/v1/stream", world.server().address()), world.connect());
    assert!(second.is_err(), "the most streams are open");

    client.0.send(Message::Text("x".repeat(10_000).into())).unwrap();
    let closed = loop {
        match client.0.read() {
            Ok(Message::Close(_)) | Err(_) => break true,
            Ok(Message::Text(_)) => break false,
            Ok(_) => {}
        }
    };
    assert!(closed, "a message above the largest ends the stream");
}

#[test]
fn a_stop_ends_streams() {
    let mut world = World::new();
    let mut client = Client::open(&world);
    client.subscribe(json!({ "type": "subscribe", "id": "b", "channel": "blocks" }));
    let start = std::time::Instant::now();
    world.stop_server();
    // A ping may be on its way already.
    while !matches!(client.0.read(), Ok(Message::Close(_)) | Err(_)) {}
    assert!(start.elapsed() < std::time::Duration::from_secs(4));
}

/// A message of a kind, with the messages before it left out.
fn until(client: &mut Client, kind: &str) -> Value {
    loop {
        let message = client.hear();
        if message["type"] == kind {
            return message;
        }
    }
}

#[test]
fn one_thing_comes_whole_and_then_as_it_changes() {
    let mut world = World::new();
    world.furnish();
    let mut client = Client::open(&world);
    let alice = id(ALICE);
    client.subscribe(json!({ "type": "subscribe", "id": "v", "channel": "vault", "vault": 1 }));
    let whole = until(&mut client, "snapshot");
    assert_eq!((&whole["id"], &whole["data"]["vault"]["owner"]), (&json!("v"), &json!(alice)), "{whole}");
    client.subscribe(json!({ "type": "subscribe", "id": "a", "channel": "account", "account": alice }));
    let account = until(&mut client, "snapshot");
    assert_eq!(account["data"]["holdings"]["0"]["symbol"], "USD", "{account}");
    client.subscribe(json!({ "type": "subscribe", "id": "p", "channel": "price", "feed": 0 }));
    assert_eq!(until(&mut client, "snapshot")["data"]["feed"]["feed"], 0);

    // A payment changes the account, and nothing of the vault.
    world.run(ALICE, vec![transfer(id(BOB), USD, 5)]);
    let delta = loop {
        let message = until(&mut client, "delta");
        assert_ne!(message["id"], "v", "{message}");
        if message["id"] == "a" {
            break message;
        }
    };
    assert_eq!(delta["previous"], account["sequence"], "no change is left out");
    let head = world.node().read(|chain| chain.head().height.0);
    assert_eq!(delta["sequence"], head);
    assert!(delta["changes"]["holdings"]["0"]["free"].is_string(), "only what changed: {delta}");
    assert_eq!(delta["changes"]["holdings"].as_object().unwrap().len(), 1, "{delta}");
    let last = delta["sequence"].as_u64().unwrap();
    drop(client);

    // Missed while away: changes from the last one seen on, no second snapshot.
    world.run(ALICE, vec![transfer(id(BOB), USD, 6)]);
    std::thread::sleep(std::time::Duration::from_millis(300));
    world.run(ALICE, vec![transfer(id(BOB), USD, 7)]);
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut client = Client::open(&world);
    let from = last + 1;
    client.subscribe(json!({ "type": "subscribe", "id": "a", "channel": "account", "account": alice, "from": from }));
    let first = client.hear();
    assert_eq!((&first["type"], &first["previous"]), (&json!("delta"), &json!(last)), "{first}");
    let second = client.hear();
    assert_eq!((&second["type"], &second["previous"]), (&json!("delta"), &first["sequence"]), "{second}");
    // Who has seen what nobody has is told everything.
    client.subscribe(json!({ "type": "subscribe", "id": "b", "channel": "account", "account": alice, "from": 9_999 }));
    assert_eq!(client.hear()["type"], "snapshot");
}

#[test]
fn a_lot_is_followed_to_its_end() {
    let mut world = World::new();
    world.furnish();
    // Bob borrows what he will take the lot with.
    world.act(BOB, json!({ "vaults": { "open_vault": { "facility": 1 } } }));
    let pledge = json!({ "exact": (50 * common::ONE).to_string() });
    world.act(BOB, json!({ "vaults": { "deposit": { "vault": 2, "asset": 1, "amount": pledge } } }));
    let amount = (3_000 * common::ONE).to_string();
    world.act(BOB, json!({ "vaults": { "borrow": { "vault": 2, "asset": 2, "amount": amount } } }));
    world.report(120);
    let lot = world.get("/v1/auctions").json()["items"][0]["id"].as_u64().unwrap();
    let mut client = Client::open(&world);
    client.subscribe(json!({ "type": "subscribe", "id": "l", "channel": "auction", "lot": lot }));
    let whole = client.hear();
    assert_eq!((&whole["type"], &whole["data"]["asset"]), (&json!("snapshot"), &json!(1)), "{whole}");
    let price: u128 = whole["data"]["price"].as_str().unwrap().parse().unwrap();
    world.seal_after(100_000);
    let delta = client.hear();
    let lower: u128 = delta["changes"]["price"].as_str().unwrap().parse().unwrap();
    assert!(lower < price, "{delta}");
    let remaining = world.get(&format!("/v1/auctions/{lot}")).json()["remaining"].as_str().unwrap().to_owned();
    let take = json!({ "auctions": { "take": {
        "lot": lot, "asset": 1, "amount": { "exact": remaining }, "want": 2, "price_max": (1_000 * common::ONE).to_string(),
    } } });
    world.act(BOB, take);
    world.seal();
    let end = until(&mut client, "gone");
    assert!(end["previous"].as_u64() < end["sequence"].as_u64(), "{end}");

    let refused = |client: &mut Client, message: Value| {
        client.say(&message);
        until(client, "problem")["problem"]["name"].clone()
    };
    assert_eq!(
        refused(&mut client, json!({ "type": "subscribe", "id": "x", "channel": "auction", "lot": 99 })),
        "UnknownLot"
    );
    assert_eq!(refused(&mut client, json!({ "type": "subscribe", "id": "x", "channel": "auction" })), "BadParameter");
    let other = json!({ "type": "subscribe", "id": "x", "channel": "price", "feed": 0, "vault": 1 });
    assert_eq!(refused(&mut client, other), "BadParameter");
}

#[test]
fn a_client_that_reads_nothing_is_closed_with_the_reason() {
    let mut world = World::with(|_| {}, |config| config.stream_timeout = std::time::Duration::from_millis(300));
    let mut slow = Client::open(&world);
    let mut quick = Client::open(&world);
    for number in 0..32 {
        slow.subscribe(json!({ "type": "subscribe", "id": format!("{number}{}", "x".repeat(60)), "channel": "events", "module": "ledger" }));
    }
    quick.subscribe(json!({ "type": "subscribe", "id": "b", "channel": "blocks" }));
    // Many postings in a block, thirty-two times over: more than all buffers on the way hold.
    let payments = || (0..60).map(|_| transfer(id(BOB), USD, 1)).collect::<Vec<_>>();
    let start = std::time::Instant::now();
    let mut sequences = 0;
    while !world.get("/metrics").body.contains("gage_streams_slow_total 1") {
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "it is not closed");
        let mut transaction = world.transaction(ALICE, payments());
        transaction.max_fee = gage_units::Amount(50_000);
        let bytes = world.sign_with(&common::secret(ALICE), transaction).to_bytes();
        world.submit(&bytes);
        world.seal();
        sequences += 1;
        assert_eq!(quick.hear()["sequence"], sequences, "others are served as before");
    }
    // What was on its way comes first, then the reason.
    let frame = loop {
        match slow.0.read() {
            Ok(Message::Close(frame)) => break frame.unwrap(),
            Ok(_) => {}
            Err(error) => panic!("closed without a reason: {error}"),
        }
    };
    assert_eq!(u16::from(frame.code), 4_001);
    assert!(frame.reason.starts_with("SlowReader:") && frame.reason.contains("resume"), "{frame:?}");
}

#[test]
fn a_stop_says_so() {
    let mut world = World::new();
    let mut client = Client::open(&world);
    client.subscribe(json!({ "type": "subscribe", "id": "b", "channel": "blocks" }));
    world.stop_server();
    let frame = loop {
        if let Message::Close(frame) = client.0.read().unwrap() {
            break frame.unwrap();
        }
    };
    assert_eq!(u16::from(frame.code), 1_001);
    assert!(frame.reason.starts_with("Stopping:"), "{frame:?}");
}
