//! What an operator may set, with defaults for one machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use gage_history::History;

use crate::StartError;
use crate::keys::{ApiKey, KeyFileError, Keys, Role};
use crate::tls::TlsFiles;

/// The shortest admin token, in characters.
pub const ADMIN_TOKEN_MIN: usize = 16;

/// Where the API listens and what it lets one client do.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether an address that other machines reach is allowed without encryption: with a proxy in front.
    pub allow_remote: bool,
    /// Certificate and key; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// Origins whose pages may read answers and open streams; `*` is any.
    pub cors_origins: Vec<String>,
    /// The most connections at a time; further ones are told so.
    pub connections_max: usize,
    /// The most connections of one address.
    pub connections_per_address_max: usize,
    /// The most WebSocket streams at a time.
    pub streams_max: usize,
    /// How many requests one address may make per second, in the long run.
    pub requests_per_second: u32,
    /// How many requests one address may make at once.
    pub requests_burst: u32,
    /// How long a client may take to send the head of a request; also how long a connection may idle.
    pub header_timeout: Duration,
    /// How long a client may take to send the body of a request.
    pub body_timeout: Duration,
    /// How long a client may take nothing of an answer.
    pub write_timeout: Duration,
    /// How long a stream's client may take nothing of a message.
    pub stream_timeout: Duration,
    /// How long open requests may take to finish after a stop.
    pub shutdown_timeout: Duration,
    /// The most reads that wait for the node at a time; further ones are refused.
    pub reads_max: usize,
    /// A key with the role of an admin, for programs that start the server themselves.
    pub admin_token: Option<String>,
    /// What happened before what the node remembers; without it, those routes say that there is none.
    pub history: Option<History>,
    /// A file with the hashes of API keys. Operators' routes do not exist without any key.
    pub keys_file: Option<PathBuf>,
}

impl Default for ApiConfig {
    fn default() -> ApiConfig {
        ApiConfig {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            allow_remote: false,
            tls: None,
            cors_origins: Vec::new(),
            connections_max: 4_096,
            connections_per_address_max: 1_024,
            streams_max: 2_048,
            requests_per_second: 500,
            requests_burst: 2_000,
            header_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(20),
            stream_timeout: Duration::from_secs(10),
            shutdown_timeout: Duration::from_secs(5),
            reads_max: 512,
            admin_token: None,
            history: None,
            keys_file: None,
        }
    }
}

impl ApiConfig {
    /// The keys of the file, and the admin's token as one more.
    pub(crate) fn keys(&self) -> Result<Keys, StartError> {
        let mut keys = match &self.keys_file {
            Some(path) => {
                let refused = |error: KeyFileError| StartError::Keys { path: path.clone(), reason: error.to_string() };
                Keys::read(path).map_err(refused)?
            }
            None => Keys::default(),
        };
        if let Some(token) = &self.admin_token {
            keys.push(ApiKey::of("admin token", Role::Admin, token));
        }
        Ok(keys)
    }

    /// Checks what can be said without starting.
    ///
    /// # Errors
    /// [`StartError::NotLoopback`], [`StartError::Config`].
    pub fn check(&self) -> Result<(), StartError> {
        if !self.listen.ip().is_loopback() && !self.allow_remote && self.tls.is_none() {
            return Err(StartError::NotLoopback(self.listen));
        }
        let short = self.admin_token.as_ref().is_some_and(|token| token.chars().count() < ADMIN_TOKEN_MIN);
        let zero = [
            self.connections_max == 0,
            self.connections_per_address_max == 0,
            self.reads_max == 0,
            self.requests_per_second == 0,
            self.requests_burst == 0,
        ];
        if short {
            return Err(StartError::Config("an admin token has at least 16 characters"));
        }
        if zero.contains(&true) {
            return Err(StartError::Config("the most connections and requests are at least 1"));
        }
        Ok(())
    }
}
