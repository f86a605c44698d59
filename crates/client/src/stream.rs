//! Blocks, events, prices and auctions as they happen, over a WebSocket.

use std::net::TcpStream;
use std::time::Duration;

use gage_crypto::AccountId;
use serde::Serialize;
use serde_json::Value;
use tungstenite::{Message, WebSocket};

use crate::Error;

/// How long a node may stay silent before a read ends; it sends a ping every 20 seconds.
const SILENCE: Duration = Duration::from_secs(75);

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// One message per block.
    Blocks,
    /// Events, of an account or a module if wanted.
    Events,
    /// Events of the oracle.
    Prices,
    /// Events of auctions.
    Auctions,
}

#[derive(Serialize)]
struct Subscribe<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    channel: Channel,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'a str>,
}

/// An open stream. After a break, open another and subscribe `from` the last sequence plus one.
pub struct Stream {
    socket: WebSocket<TcpStream>,
}

impl Stream {
    pub(crate) fn open(url: &str) -> Result<Stream, Error> {
        let unreachable = |reason: String| Error::Unreachable { url: url.to_owned(), reason };
        let host = url.strip_prefix("http://").unwrap_or(url);
        let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        let tcp = TcpStream::connect(&address).map_err(|error| unreachable(error.to_string()))?;
        tcp.set_read_timeout(Some(SILENCE)).map_err(|error| unreachable(error.to_string()))?;
        tcp.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
        let opened = tungstenite::client(format!("ws://{host}/v1/stream"), tcp);
        let (socket, _) = opened.map_err(|error| Error::Stream(error.to_string()))?;
        Ok(Stream { socket })
    }

    /// Subscribes to a channel under a name of one's own, from the next block or from a sequence.
    ///
    /// # Errors
    /// [`Error::Stream`].
    pub fn subscribe(&mut self, id: &str, channel: Channel, from: Option<u64>) -> Result<(), Error> {
        self.send(&Subscribe { kind: "subscribe", id, channel, from, account: None, module: None })
    }

    /// Subscribes to the events of an account, of a module, or both.
    ///
    /// # Errors
    /// [`Error::Stream`].
    pub fn subscribe_events(
        &mut self,
        id: &str,
        account: Option<AccountId>,
        module: Option<&str>,
        from: Option<u64>,
    ) -> Result<(), Error> {
        self.send(&Subscribe { kind: "subscribe", id, channel: Channel::Events, from, account, module })
    }

    /// The next message: `subscribed`, `block`, `events`, `lag` or `problem` in its `type`.
    ///
    /// # Errors
    /// [`Error::Stream`] when the node closes or stays silent.
    pub fn read(&mut self) -> Result<Value, Error> {
        loop {
            let message = self.socket.read().map_err(|error| Error::Stream(error.to_string()))?;
            match message {
                Message::Text(text) => {
                    return serde_json::from_str(&text).map_err(|error| Error::Stream(error.to_string()));
                }
                Message::Close(_) => return Err(Error::Stream("the node closed the stream".to_owned())),
                // Pings are answered by the next read or write.
                _ => {}
            }
        }
    }

    fn send(&mut self, command: &impl Serialize) -> Result<(), Error> {
        let failed = |reason: String| Error::Stream(reason);
        let text = serde_json::to_string(command).map_err(|error| failed(error.to_string()))?;
        self.socket.send(Message::Text(text.into())).map_err(|error| failed(error.to_string()))
    }
}
