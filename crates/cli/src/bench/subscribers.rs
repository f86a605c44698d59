//! Subscribers of the stream, some of them reading nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use gage_api::{ApiConfig, Server};
use gage_node::{Node, NodeConfig, NodeHandle};
use gage_units::Timestamp;
use tungstenite::{Error, Message, WebSocket};

use super::Scale;
use super::measure::{median, percentile};
use super::table::Table;
use super::world::{self, START, Signers, Transfers};

const ACCOUNTS: usize = 100;
/// Payments of a block.
const PAYMENTS: usize = 200;
const BLOCKS: usize = 20;
/// How long a stream may read nothing before it is closed.
const PATIENCE: Duration = Duration::from_secs(1);
/// What is subscribed to, in turn.
const CHANNELS: [&str; 2] = ["blocks", "events"];

/// A stream that is read without a thread of its own.
struct Subscriber {
    socket: WebSocket<TcpStream>,
    heard: usize,
    bytes: usize,
}

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let count = scale.of(4_000).max(40);
    let slow = count / 20;
    let mut table = Table::new(
        "subscribers",
        format!(
            "{count} WebSocket streams over loopback hear 20 blocks of 200 payments each, half of them the blocks, half \
             every event; then the same beside {slow} more that ask for every event and read nothing. From a block's \
             seal to its being read by all; one thread reads them all, on the same two cores."
        ),
    );
    let dir = tempfile::tempdir().context("a directory for the node")?;
    let mut config = NodeConfig::new(dir.path().join("node"), world::genesis(ACCOUNTS));
    config.snapshot_every = 0;
    let node = Node::start(config)?;
    let most = 2 * count + 100;
    let api = ApiConfig {
        connections_max: most,
        connections_per_address_max: most,
        streams_max: most,
        requests_per_second: 1_000_000,
        requests_burst: 1_000_000,
        stream_timeout: PATIENCE,
        ..ApiConfig::default()
    };
    let server = Server::start(node.handle(), api)?;
    let mut transfers = Transfers::of(Signers::on(ACCOUNTS, node.handle().genesis()));
    let mut time = START;

    let begun = Instant::now();
    let mut subscribers = (0..count).map(|number| open(&server, CHANNELS[number % 2])).collect::<Result<Vec<_>>>()?;
    table.number(
        "streams opened and subscribed per second",
        (count as f64 / begun.elapsed().as_secs_f64()).round(),
        "/s",
    );
    let mut alone = play(&node.handle(), &mut transfers, &mut time, &mut subscribers)?;
    table.time("a block read by all, middle of 20", median(&mut alone));
    table.time("a block read by all, longest of 20", percentile(&mut alone, 100));

    let silent = (0..slow).map(|_| open(&server, "events")).collect::<Result<Vec<_>>>()?;
    let mut beside = play(&node.handle(), &mut transfers, &mut time, &mut subscribers)?;
    table.time("the same beside those who read nothing, middle of 20", median(&mut beside));
    table.time("the same beside those who read nothing, longest of 20", percentile(&mut beside, 100));
    let bytes: usize = subscribers.iter().map(|subscriber| subscriber.bytes).sum();
    drop((silent, subscribers));
    server.stop();
    node.stop()?;
    let each = bytes / (2 * BLOCKS * count);
    let mut bare = bare(count, each)?;
    table.time(format!("limit: {each} bytes over each of as many bare sockets, middle of 20"), median(&mut bare));
    table.time(
        format!("limit: {each} bytes over each of as many bare sockets, longest of 20"),
        percentile(&mut bare, 100),
    );
    Ok(table)
}

fn open(server: &Server, channel: &str) -> Result<Subscriber> {
    let tcp = TcpStream::connect(server.address()).context("connecting; does `ulimit -n` allow so many?")?;
    tcp.set_nodelay(true)?;
    let (mut socket, _) = tungstenite::client(format!("ws://{}/v1/stream", server.address()), tcp)?;
    let message = serde_json::json!({ "type": "subscribe", "id": "s", "channel": channel });
    socket.send(Message::Text(message.to_string().into()))?;
    let answer = loop {
        match socket.read()? {
            // The server asks for a sign of life from the first moment on.
            Message::Ping(_) => {}
            other => break other,
        }
    };
    ensure!(answer.to_text().is_ok_and(|text| text.contains("subscribed")), "not subscribed: {answer:?}");
    socket.get_mut().set_nonblocking(true)?;
    Ok(Subscriber { socket, heard: 0, bytes: 0 })
}

/// Seals blocks, each read by all before the next; how long each took to reach the last reader.
fn play(
    node: &NodeHandle,
    transfers: &mut Transfers,
    time: &mut Timestamp,
    subscribers: &mut [Subscriber],
) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(BLOCKS);
    for _ in 0..BLOCKS {
        for _ in 0..PAYMENTS {
            node.submit(&transfers.single().to_bytes())?;
        }
        *time = Timestamp(time.0 + 1_000);
        let wanted: Vec<usize> = subscribers.iter().map(|subscriber| subscriber.heard + 1).collect();
        node.seal(*time)?;
        let start = Instant::now();
        while subscribers.iter().zip(&wanted).any(|(subscriber, wanted)| subscriber.heard < *wanted) {
            ensure!(start.elapsed() < Duration::from_secs(60), "somebody is not served");
            subscribers.iter_mut().try_for_each(poll)?;
        }
        times.push(start.elapsed());
    }
    Ok(times)
}

/// Takes what is there, without waiting.
fn poll(subscriber: &mut Subscriber) -> Result<()> {
    loop {
        match subscriber.socket.read() {
            // A block's events may come in several messages; the last says so.
            Ok(Message::Text(text)) => {
                subscriber.heard += usize::from(!text.contains("\"last\":false"));
                subscriber.bytes += text.len();
            }
            Ok(Message::Close(frame)) => bail!("a reader that reads was closed: {frame:?}"),
            Ok(_) => {}
            Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// What the system itself needs: the bytes of a block written to as many sockets by one thread and read by another.
fn bare(count: usize, bytes: usize) -> Result<Vec<Duration>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (mut writers, mut readers) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for _ in 0..count {
        let reader = TcpStream::connect(listener.local_addr()?).context("connecting a bare socket")?;
        reader.set_nonblocking(true)?;
        writers.push(listener.accept()?.0);
        readers.push(reader);
    }
    let (block, mut buffer) = (vec![b'x'; bytes], vec![0; 64 * 1024]);
    let mut times = Vec::with_capacity(BLOCKS);
    for _ in 0..BLOCKS {
        let start = Instant::now();
        let mut left = vec![bytes; count];
        std::thread::scope(|scope| -> Result<()> {
            let written = scope.spawn(|| writers.iter_mut().try_for_each(|writer| writer.write_all(&block)));
            while left.iter().any(|left| *left > 0) {
                ensure!(start.elapsed() < Duration::from_secs(60), "a bare socket is not served");
                for (reader, left) in readers.iter_mut().zip(&mut left) {
                    match reader.read(&mut buffer) {
                        Ok(count) => *left = left.saturating_sub(count),
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            written.join().map_err(|_| anyhow::anyhow!("the writer panicked"))?.context("writing to a bare socket")
        })?;
        times.push(start.elapsed());
    }
    Ok(times)
}
