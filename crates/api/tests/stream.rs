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
