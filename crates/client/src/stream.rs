//! Blocks, events, and accounts, vaults, lots and prices as they change, over a WebSocket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use gage_crypto::AccountId;
use serde::Serialize;
use serde_json::Value;
use tungstenite::{Message, WebSocket};

use crate::Error;
use crate::trust::Roots;

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
    /// One account, whole and then as it changes.
    Account,
    /// One vault, whole and then as it changes.
    Vault,
    /// One lot, whole and then as it changes.
    Auction,
    /// One price, whole and then as it changes.
    Price,
}

impl Channel {
    /// All of them, in the order of the API.
    pub const ALL: [Channel; 8] = [
        Channel::Blocks,
        Channel::Events,
        Channel::Prices,
        Channel::Auctions,
        Channel::Account,
        Channel::Vault,
        Channel::Auction,
        Channel::Price,
    ];
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
    #[serde(skip_serializing_if = "Option::is_none")]
    vault: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<u32>,
}

impl<'a> Subscribe<'a> {
    fn to(id: &'a str, channel: Channel, from: Option<u64>) -> Subscribe<'a> {
        let (account, module, vault, lot, feed) = Default::default();
        Subscribe { kind: "subscribe", id, channel, from, account, module, vault, lot, feed }
    }
}

/// A connection, encrypted or not.
enum Wire {
    Plain(TcpStream),
    Encrypted(Box<rustls::StreamOwned<rustls::ClientConnection, TcpStream>>),
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read(bytes),
            Wire::Encrypted(stream) => stream.read(bytes),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.write(bytes),
            Wire::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.flush(),
            Wire::Encrypted(stream) => stream.flush(),
        }
    }
}

/// An open stream. After a break, open another and subscribe `from` the last sequence plus one.
pub struct Stream {
    socket: WebSocket<Wire>,
}

impl Stream {
    pub(crate) fn open(url: &str, roots: Option<&Roots>) -> Result<Stream, Error> {
        let unreachable = |reason: String| Error::connecting(url, reason);
        let host = url.split_once("://").map_or(url, |(_, host)| host);
        let standard = if roots.is_some() { 443 } else { 80 };
        let (name, address) = match host.rsplit_once(':') {
            Some((name, _)) => (name, host.to_owned()),
            None => (host, format!("{host}:{standard}")),
        };
        let tcp = TcpStream::connect(&address).map_err(|error| unreachable(error.to_string()))?;
        tcp.set_read_timeout(Some(SILENCE)).map_err(|error| unreachable(error.to_string()))?;
        tcp.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
        let wire = match roots {
            None => Wire::Plain(tcp),
            Some(roots) => {
                let name = name.trim_matches(['[', ']']).to_owned().try_into();
                let name =
                    name.map_err(|_| unreachable("its name is not one that a certificate can have".to_owned()))?;
                let connection = rustls::ClientConnection::new(roots.for_streams()?, name);
                let connection = connection.map_err(|error| unreachable(error.to_string()))?;
                Wire::Encrypted(Box::new(rustls::StreamOwned::new(connection, tcp)))
            }
        };
        // The wire is encrypted already where it is to be.
        let opened = tungstenite::client(format!("ws://{host}/v1/stream"), wire);
        let (socket, _) = opened.map_err(|error| match Error::connecting(url, error.to_string()) {
            Error::Unreachable { reason, .. } => Error::Stream(reason),
            untrusted => untrusted,
        })?;
        Ok(Stream { socket })
    }

    /// Subscribes to a channel under a name of one's own, from the next block or from a sequence.
    ///
    /// # Errors
    /// [`Error::Stream`].
    pub fn subscribe(&mut self, id: &str, channel: Channel, from: Option<u64>) -> Result<(), Error> {
        self.send(&Subscribe::to(id, channel, from))
    }

    /// Follows an account: a `snapshot`, then a `delta` with every change.
    ///
    /// # Errors
    /// [`Error::Stream`].
    pub fn follow_account(&mut self, id: &str, account: AccountId, from: Option<u64>) -> Result<(), Error> {
        self.send(&Subscribe { account: Some(account), ..Subscribe::to(id, Channel::Account, from) })
    }

    /// Follows a vault.
    ///
    /// # Errors
    /// [`Error::Stream`].
    pub fn follow_vault(&mut self, id: &str, vault: u32, from: Option<u64>) -> Result<(), Error> {
        self.send(&Subscribe { vault: Some(vault), ..Subscribe::to(id, Channel::Vault, from) })
    }

    /// Follows a lot at auction, until it is `gone`.
    ///
    /// # Errors
    /// [`Error::Stream`].
    pub fn follow_auction(&mut self, id: &str, lot: u64, from: Option<u64>) -> Result<(), Error> {
        self.send(&Subscribe { lot: Some(lot), ..Subscribe::to(id, Channel::Auction, from) })
    }

    /// Follows a price.
    ///
    /// # Errors
    /// [`Error::Stream`].
    pub fn follow_price(&mut self, id: &str, feed: u32, from: Option<u64>) -> Result<(), Error> {
        self.send(&Subscribe { feed: Some(feed), ..Subscribe::to(id, Channel::Price, from) })
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
        self.send(&Subscribe { account, module, ..Subscribe::to(id, Channel::Events, from) })
    }

    /// The next message: `subscribed`, `block`, `events`, `snapshot`, `delta`, `gone`, `lag` or `problem` in its
    /// `type`.
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
                Message::Close(frame) => {
                    let reason = frame.map_or("without a reason".to_owned(), |frame| frame.reason.to_string());
                    return Err(Error::Stream(format!("the node closed it: {reason}")));
                }
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
