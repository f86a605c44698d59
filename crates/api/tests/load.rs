//! Many subscribers at once, some of them reading nothing: the others hear every block, soon.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

mod common;

use std::time::{Duration, Instant};

use common::{ALICE, BOB, USD, World, id, transfer};
use subscribers::{Reader, open_many};

/// Subscribers that are read without a thread each.
mod subscribers {
    use std::io::ErrorKind;
    use std::net::TcpStream;

    use serde_json::{Value, json};
    use tungstenite::{Error, Message, WebSocket};

    use super::World;

    /// A subscriber, and what it has heard.
    pub struct Reader {
        socket: WebSocket<TcpStream>,
        pub sequences: Vec<u64>,
    }

    impl Reader {
        /// Takes what is there, without waiting.
        pub fn poll(&mut self) {
            loop {
                match self.socket.read() {
                    Ok(Message::Text(text)) => {
                        let message: Value = serde_json::from_str(&text).unwrap();
                        self.sequences.extend(message["sequence"].as_u64());
                    }
                    Ok(Message::Close(frame)) => panic!("closed: {frame:?}"),
                    Ok(_) => {}
                    Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return,
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    /// Opens streams that are subscribed to a channel.
    pub fn open_many(world: &World, count: usize, channel: &Value) -> Vec<Reader> {
        let open = |_| {
            let url = format!("ws://{}/v1/stream", world.server().address());
            let mut socket = tungstenite::client(url, world.connect()).unwrap().0;
            let mut message = channel.clone();
            (message["type"], message["id"]) = (json!("subscribe"), json!("s"));
            socket.send(Message::Text(message.to_string().into())).unwrap();
            // A ping may come first.
            while !matches!(socket.read().unwrap(), Message::Text(text) if text.contains("subscribed")) {}
            socket.get_mut().set_nonblocking(true).unwrap();
            Reader { socket, sequences: Vec::new() }
        };
        (0..count).map(open).collect()
    }
}

/// Reads all until each has heard `count` messages; how long that took.
fn hear(readers: &mut [Reader], count: usize) -> Duration {
    let start = Instant::now();
    loop {
        readers.iter_mut().for_each(Reader::poll);
        if readers.iter().all(|reader| reader.sequences.len() >= count) {
            return start.elapsed();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "somebody is not served");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_thousand_subscribers_hear_every_block_beside_slow_ones() {
    const SUBSCRIBERS: usize = 1_000;
    const SLOW: usize = 50;
    const BLOCKS: usize = 10;
    let mut world = World::with(
        |_| {},
        |config| {
            (config.connections_max, config.connections_per_address_max, config.streams_max) = (3_000, 3_000, 3_000);
            config.stream_timeout = Duration::from_millis(500);
        },
    );
    let mut readers = open_many(&world, SUBSCRIBERS, &serde_json::json!({ "channel": "blocks" }));
    let mut followers = open_many(&world, 200, &serde_json::json!({ "channel": "account", "account": id(BOB) }));
    // Each has the account as it is now: what comes later is a change for all of them.
    hear(&mut followers, 1);
    // They ask for everything and read nothing.
    let slow = open_many(&world, SLOW, &serde_json::json!({ "channel": "events" }));
    let mut longest = Duration::ZERO;
    for block in 1..=BLOCKS {
        let payments = (0..50).map(|_| transfer(id(BOB), USD, 1)).collect();
        let bytes = world.signed(ALICE, payments).to_bytes();
        world.submit(&bytes);
        world.seal();
        longest = longest.max(hear(&mut readers, block));
    }
    // The snapshot, and a change: looks that fell together are one.
    hear(&mut followers, 2);
    for reader in &readers {
        assert_eq!(reader.sequences, (1..=BLOCKS as u64).collect::<Vec<_>>(), "no gap, nothing twice");
    }
    assert!(followers.iter().all(|follower| follower.sequences.is_sorted_by(|a, b| a < b)));
    println!("{SUBSCRIBERS} subscribers beside {SLOW} slow ones: a block reached all within {longest:?}");
    assert_eq!(world.get("/v1/fees").status, 200, "requests are answered as before");
    drop(slow);
}
