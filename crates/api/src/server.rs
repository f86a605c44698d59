//! The server: a thread with a runtime, an accept loop with bounds, connections with time limits.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::IntoResponse;
use gage_node::NodeHandle;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use crate::api::Api;
use crate::config::ApiConfig;
use crate::limits::Connections;
use crate::problem::{Cause, Problem};
use crate::{hub, routes, tls};

/// Threads for requests; reads of the state run beside them.
const WORKERS: usize = 2;
/// The most threads that wait for the state at a time.
const READERS_MAX: usize = 16;
/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// The most connections beyond the most that are told so at a time; further ones are closed.
const REFUSALS_MAX: usize = 64;
/// How long telling may take.
const REFUSAL: Duration = Duration::from_secs(2);
/// A connection that carries nothing for so long is closed; streams send a ping more often.
const IDLE: Duration = Duration::from_secs(90);

/// Who sent a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub SocketAddr);

/// Why the API does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is reachable from outside.
    #[error(
        "{0} is not a loopback address, and there is no encryption: give --tls-cert and --tls-key, or --allow-remote with a proxy in front"
    )]
    NotLoopback(SocketAddr),
    /// The file of API keys cannot be used.
    #[error("the API keys in {} cannot be read: {reason}", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The certificate or its key cannot be used.
    #[error("{} cannot be used for TLS: {reason}", path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A setting out of its bounds.
    #[error("{0}")]
    Config(&'static str),
    /// The address cannot be taken.
    #[error("cannot listen on {address}: {reason}; choose another port with --listen or stop who holds it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: io::Error,
    },
    /// No thread or runtime.
    #[error("cannot start the server's threads: {0}")]
    Threads(io::Error),
}

/// A running API. Dropping it stops it.
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens and answers until [`Server::stop`].
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(node: NodeHandle, config: ApiConfig) -> Result<Server, StartError> {
        config.check()?;
        let keys = config.keys()?;
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listen = |reason| StartError::Listen { address: config.listen, reason };
        let listener = std::net::TcpListener::bind(config.listen).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .max_blocking_threads(READERS_MAX)
            .thread_name("gage-api")
            .enable_all()
            .build()
            .map_err(StartError::Threads)?;
        let (stop, stopped) = watch::channel(false);
        let api = Arc::new(Api::new(node, config, keys, stopped.clone()));
        let thread = std::thread::Builder::new()
            .name("gage-api".to_owned())
            .spawn(move || {
                runtime.block_on(serve(listener, api, tls, stopped));
                // Whoever still computes an answer nobody waits for any more does not hold up the stop.
                runtime.shutdown_timeout(Duration::from_millis(100));
            })
            .map_err(StartError::Threads)?;
        Ok(Server { address, scheme, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` or `https://` and the address.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Accepts nothing more, lets open requests finish within the configured time, and ends.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported where it happened; stopping is what was asked for.
            let _ended = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// What every connection shares.
#[derive(Clone)]
struct Front {
    api: Arc<Api>,
    app: Router,
    tls: Option<TlsAcceptor>,
    permits: Arc<Semaphore>,
    /// Connections that are only told that there are too many.
    refusals: Arc<Semaphore>,
    connections: Arc<Connections>,
    stopped: watch::Receiver<bool>,
}

async fn serve(
    listener: std::net::TcpListener,
    api: Arc<Api>,
    tls: Option<TlsAcceptor>,
    stopped: watch::Receiver<bool>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let connections_max = api.config.connections_max;
    let front = Front {
        app: routes::router(&api),
        tls,
        permits: Arc::new(Semaphore::new(connections_max)),
        refusals: Arc::new(Semaphore::new(REFUSALS_MAX)),
        connections: Arc::default(),
        stopped: stopped.clone(),
        api: Arc::clone(&api),
    };
    tokio::spawn(hub::watch(Arc::clone(&api)));
    let mut stopping = stopped;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = asked(&mut stopping) => break,
        };
        match accepted {
            Ok((stream, peer)) => front.take(stream, peer),
            // Out of file handles, or a client that went away: neither is a reason to stop, nor to spin.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let all = |permits: usize| u32::try_from(permits).unwrap_or(u32::MAX);
    let ended = async {
        drop(front.permits.acquire_many(all(connections_max)).await);
        // Streams outlive the connections that they came by: they still say why they end.
        drop(api.streams.acquire_many(all(api.config.streams_max)).await);
    };
    // Either everything has ended or its time is up; both end the server.
    drop(tokio::time::timeout(api.config.shutdown_timeout, ended).await);
}

impl Front {
    /// Serves a connection, or tells it that there are too many: it never waits unheard.
    fn take(&self, stream: TcpStream, peer: SocketAddr) {
        // A connection whose delay cannot be turned off is only slower.
        drop(stream.set_nodelay(true));
        let counted = self.connections.count(peer.ip(), self.api.config.connections_per_address_max);
        let permit = Arc::clone(&self.permits).try_acquire_owned();
        let front = self.clone();
        match (counted, permit) {
            (Some(counted), Ok(permit)) => {
                tokio::spawn(async move {
                    front.connection(stream, Peer(peer)).await;
                    drop((counted, permit));
                });
            }
            _ => {
                if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
                    tokio::spawn(async move {
                        drop(tokio::time::timeout(REFUSAL, front.refuse(stream)).await);
                        drop(permit);
                    });
                }
            }
        }
    }

    async fn connection(&self, stream: TcpStream, peer: Peer) {
        let mut stream = TimeoutStream::new(stream);
        stream.set_read_timeout(Some(IDLE));
        stream.set_write_timeout(Some(self.api.config.write_timeout));
        let stream = Box::pin(stream);
        match &self.tls {
            None => self.speak(stream, peer).await,
            Some(tls) => {
                let greeted = tokio::time::timeout(self.api.config.header_timeout, tls.accept(stream)).await;
                // Who speaks no TLS, or another, is not answered: there is nothing to answer in.
                if let Ok(Ok(stream)) = greeted {
                    self.speak(stream, peer).await;
                }
            }
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(&self, stream: S, peer: Peer) {
        let app = self.app.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            let mut app = app.clone();
            app.call(request.map(Body::new))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.api.config.header_timeout)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let mut stopped = self.stopped.clone();
        // How a connection ends is the client's business: cut off, too slow, or done.
        tokio::select! {
            _ended = connection.as_mut() => {}
            () = asked(&mut stopped) => {
                connection.as_mut().graceful_shutdown();
                let _ended = connection.await;
            }
        }
    }

    /// Answers the first request of a connection that is one too many.
    async fn refuse(&self, stream: TcpStream) {
        self.api.metrics.refused();
        let problem = Problem::new(Cause::Busy, "as many connections are open as may be, in all or from this address");
        let (parts, body) = problem.into_response().into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\ncontent-length: {}\r\n", parts.status, body.len());
        for (name, value) in &parts.headers {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
        }
        head.push_str("\r\n");
        let text = [head.as_bytes(), &body].concat();
        match &self.tls {
            None => say(stream, &text).await,
            Some(tls) => {
                if let Ok(stream) = tls.accept(stream).await {
                    say(stream, &text).await;
                }
            }
        }
    }
}

/// Says a text and hears the rest: a connection that is closed while bytes wait loses what was said.
async fn say<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, text: &[u8]) {
    let said = stream.write_all(text).await;
    if said.is_ok() && stream.shutdown().await.is_ok() {
        let mut heard = [0; 4_096];
        while stream.read(&mut heard).await.is_ok_and(|count| count > 0) {}
    }
}

/// Ends when the server is asked to stop, or is gone.
pub(crate) async fn asked(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stop| *stop).await);
}
