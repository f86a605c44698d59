//! What an operator may set, with defaults for one machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::StartError;

/// The shortest admin token, in characters.
pub const ADMIN_TOKEN_MIN: usize = 16;

/// Where the API listens and what it lets one client do.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether an address that other machines reach is allowed. There is no encryption: put a proxy in front.
    pub allow_remote: bool,
    /// The most connections at a time; further ones wait to be accepted.
    pub connections_max: usize,
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
    /// How long open requests may take to finish after a stop.
    pub shutdown_timeout: Duration,
    /// Opens the admin routes to whoever sends it as a bearer token; they do not exist without it.
    pub admin_token: Option<String>,
}

impl Default for ApiConfig {
    fn default() -> ApiConfig {
        ApiConfig {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            allow_remote: false,
            connections_max: 512,
            streams_max: 64,
            requests_per_second: 500,
            requests_burst: 2_000,
            header_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(20),
            shutdown_timeout: Duration::from_secs(5),
            admin_token: None,
        }
    }
}

impl ApiConfig {
    /// Checks what can be said without starting.
    ///
    /// # Errors
    /// [`StartError::NotLoopback`], [`StartError::Config`].
    pub fn check(&self) -> Result<(), StartError> {
        if !self.listen.ip().is_loopback() && !self.allow_remote {
            return Err(StartError::NotLoopback(self.listen));
        }
        let short = self.admin_token.as_ref().is_some_and(|token| token.chars().count() < ADMIN_TOKEN_MIN);
        let zero = [self.connections_max == 0, self.requests_per_second == 0, self.requests_burst == 0];
        if short {
            return Err(StartError::Config("an admin token has at least 16 characters"));
        }
        if zero.contains(&true) {
            return Err(StartError::Config("the most connections and requests are at least 1"));
        }
        Ok(())
    }
}
