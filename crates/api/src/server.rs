//! The server: a thread with a runtime, an accept loop with bounds, connections with time limits.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use gage_node::NodeHandle;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

use crate::api::Api;
use crate::config::ApiConfig;
use crate::routes;

/// Threads for requests; reads of the state run beside them.
const WORKERS: usize = 2;
/// The most threads that wait for the state at a time.
const READERS_MAX: usize = 16;
/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// A connection that carries nothing for so long is closed; streams send a ping more often.
const IDLE: Duration = Duration::from_secs(90);

/// Who sent a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub SocketAddr);

/// Why the API does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is reachable from outside.
    #[error("{0} is not a loopback address; there is no encryption here: allow it explicitly and put a proxy in front")]
    NotLoopback(SocketAddr),
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
        let api = Arc::new(Api::new(node, config, stopped.clone()));
        let thread = std::thread::Builder::new()
            .name("gage-api".to_owned())
            .spawn(move || {
                runtime.block_on(serve(listener, api, stopped));
                // Whoever still computes an answer nobody waits for any more does not hold up the stop.
                runtime.shutdown_timeout(Duration::from_millis(100));
            })
            .map_err(StartError::Threads)?;
        Ok(Server { address, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

async fn serve(listener: std::net::TcpListener, api: Arc<Api>, mut stopped: watch::Receiver<bool>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let connections_max = api.config.connections_max;
    let permits = Arc::new(Semaphore::new(connections_max));
    let app = routes::router(Arc::clone(&api));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &permits) => accepted,
            () = asked(&mut stopped) => break,
        };
        match accepted {
            Ok((stream, peer, permit)) => {
                tokio::spawn(connection(stream, Peer(peer), permit, app.clone(), Arc::clone(&api), stopped.clone()));
            }
            // Out of file handles, or a client that went away: neither is a reason to stop, nor to spin.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let all = u32::try_from(connections_max).unwrap_or(u32::MAX);
    let ended = tokio::time::timeout(api.config.shutdown_timeout, permits.acquire_many(all)).await;
    // Either every connection has ended or its time is up; both end the server.
    drop(ended);
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

async fn connection(
    stream: TcpStream,
    peer: Peer,
    permit: OwnedSemaphorePermit,
    app: Router,
    api: Arc<Api>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(IDLE));
    stream.set_write_timeout(Some(api.config.write_timeout));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let mut app = app.clone();
        app.call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(api.config.header_timeout)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // How a connection ends is the client's business: cut off, too slow, or done.
    tokio::select! {
        _ended = connection.as_mut() => {}
        () = asked(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            let _ended = connection.await;
        }
    }
    drop(permit);
}

/// Ends when the server is asked to stop, or is gone.
pub(crate) async fn asked(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stop| *stop).await);
}
