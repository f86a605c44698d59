//! What every request shares.

use std::sync::{Arc, PoisonError, RwLock};

use axum::http::HeaderMap;
use axum::response::Response;
use gage_accounts::{Context, Signer};
use gage_chain::Chain;
use gage_node::NodeHandle;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::config::ApiConfig;
use crate::decoded::DecodedBlocks;
use crate::extract::ok;
use crate::handlers::audit::Kept;
use crate::handlers::dry_run::Gate;
use crate::hub::Hub;
use crate::idempotency::Idempotency;
use crate::keys::{ApiKey, Keys, Role};
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::problem::{Cause, Problem, now_ms};

/// Streams that read what is not at hand at a time.
const LATE_MAX: usize = 4;

/// What every request shares.
pub struct Api {
    pub(crate) node: NodeHandle,
    pub(crate) config: ApiConfig,
    pub(crate) limiter: Limiter,
    pub(crate) metrics: Metrics,
    pub(crate) streams: Arc<Semaphore>,
    /// Reads that wait or run.
    pub(crate) readers: Arc<Semaphore>,
    /// Streams that read what is not at hand, in their turn.
    pub(crate) late: Arc<Semaphore>,
    /// One audit at a time, kept for its height.
    pub(crate) audit: Arc<tokio::sync::Mutex<Option<Kept>>>,
    /// Dry runs, one at a time.
    pub(crate) dry_runs: Gate,
    /// The events of late blocks, decoded once for all who ask.
    pub(crate) decoded: DecodedBlocks,
    /// What streams follow.
    pub(crate) hub: Hub,
    /// Answers remembered by the clients' words.
    pub(crate) idempotency: Idempotency,
    pub(crate) stopped: watch::Receiver<bool>,
    /// The OpenAPI document, written once.
    pub(crate) openapi: String,
    pub(crate) keys: RwLock<Keys>,
}

impl Api {
    pub(crate) fn new(node: NodeHandle, config: ApiConfig, keys: Keys, stopped: watch::Receiver<bool>) -> Api {
        Api {
            limiter: Limiter::new(config.requests_per_second, config.requests_burst),
            metrics: Metrics::default(),
            streams: Arc::new(Semaphore::new(config.streams_max)),
            readers: Arc::new(Semaphore::new(config.reads_max)),
            late: Arc::new(Semaphore::new(LATE_MAX)),
            audit: Arc::default(),
            dry_runs: Gate::default(),
            decoded: DecodedBlocks::default(),
            hub: Hub::default(),
            idempotency: Idempotency::default(),
            stopped,
            openapi: crate::openapi::document().to_string(),
            keys: RwLock::new(keys),
            node,
            config,
        }
    }

    /// Reads the head, off the threads that serve connections. `read` is bounded work.
    pub(crate) async fn read<T, F>(self: &Arc<Self>, read: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Chain, &Context) -> Result<T, Problem> + Send + 'static,
    {
        self.blocking(move |api| api.node.read(|chain| read(chain, &context(chain)))).await
    }

    /// Answers with what a read of the head gives.
    pub(crate) async fn answer<T, F>(self: &Arc<Self>, read: F) -> Result<Response, Problem>
    where
        T: Serialize + Send + 'static,
        F: FnOnce(&Chain, &Context) -> Result<T, Problem> + Send + 'static,
    {
        Ok(ok(&self.read(read).await?))
    }

    /// Runs what may wait for the node. When more waits than may, it is refused at once.
    pub(crate) async fn blocking<T, F>(self: &Arc<Self>, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Api) -> Result<T, Problem> + Send + 'static,
    {
        let permit = Arc::clone(&self.readers).try_acquire_owned();
        let permit = permit.map_err(|_| {
            Problem::new(Cause::Busy, format!("{} reads wait for the node already", self.config.reads_max))
        })?;
        self.run(permit, work).await
    }

    /// Runs what may wait for the node, in its turn: for streams, which are late before reads are refused.
    pub(crate) async fn patient<T, F>(self: &Arc<Self>, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Api) -> Result<T, Problem> + Send + 'static,
    {
        let permit = Arc::clone(&self.late).acquire_owned().await;
        let permit = permit.map_err(|_| Problem::new(Cause::Internal, "the places of readers are gone"))?;
        self.run(permit, work).await
    }

    async fn run<T, F>(self: &Arc<Self>, permit: OwnedSemaphorePermit, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Api) -> Result<T, Problem> + Send + 'static,
    {
        let api = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&api);
            drop(permit);
            done
        });
        done.await.map_err(|_| Problem::new(Cause::Internal, "a fault of the program was met; nothing was changed"))?
    }

    /// Who stands for what is final: this node alone, or the validators.
    pub(crate) fn finality(&self) -> &'static str {
        if self.node.is_network() { "validators" } else { "solo" }
    }

    /// Whether anybody listens to a stream.
    pub(crate) fn streams_open(&self) -> bool {
        self.streams.available_permits() < self.config.streams_max
    }

    /// The key that a request brings.
    ///
    /// # Errors
    /// [`Cause::Unauthorized`] for one that is none.
    pub(crate) fn key_of(&self, headers: &HeaderMap) -> Result<Option<ApiKey>, Problem> {
        let Some(value) = headers.get(axum::http::header::AUTHORIZATION) else { return Ok(None) };
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        if keys.is_empty() {
            return Ok(None);
        }
        let sent = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let found = keys.find(sent.trim(), now_ms()).cloned();
        let wrong =
            || Problem::new(Cause::Unauthorized, "the API key in the header Authorization is not known or has ended");
        found.map(Some).ok_or_else(wrong)
    }

    /// Passes the holder of a key with a role.
    ///
    /// # Errors
    /// [`Cause::UnknownRoute`] on a node without keys, [`Cause::Unauthorized`], [`Cause::Forbidden`].
    pub(crate) fn require(&self, headers: &HeaderMap, needed: Role) -> Result<(), Problem> {
        if self.keys.read().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return Err(Problem::new(
                Cause::UnknownRoute,
                "this node was started without API keys: it has no such route",
            ));
        }
        match self.key_of(headers)? {
            None => Err(Problem::new(Cause::Unauthorized, "send an API key in the header Authorization: Bearer")),
            Some(key) if key.role.permits(needed) => Ok(()),
            Some(key) => {
                let (has, needs) = (key.role.word(), needed.word());
                Err(Problem::new(Cause::Forbidden, format!("the key has the role {has}, the route needs {needs}")))
            }
        }
    }
}

/// The surroundings of a read: the head's height and time.
pub(crate) fn context(chain: &Chain) -> Context<'static> {
    let head = chain.head();
    Context { height: head.height, time: head.time, signer: Signer::Protocol, outputs: &[] }
}
