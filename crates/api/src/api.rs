//! What every request shares.

use std::sync::Arc;

use gage_accounts::{Context, Signer};
use gage_chain::Chain;
use gage_crypto::Hash;
use gage_crypto::hash::sha256;
use gage_node::NodeHandle;
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, watch};

use crate::config::ApiConfig;
use crate::handlers::audit::Kept;
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::problem::{Cause, Problem};

/// What every request shares.
pub struct Api {
    pub(crate) node: NodeHandle,
    pub(crate) config: ApiConfig,
    pub(crate) limiter: Limiter,
    pub(crate) metrics: Metrics,
    pub(crate) streams: Arc<Semaphore>,
    /// One audit at a time, kept for its height.
    pub(crate) audit: tokio::sync::Mutex<Option<Kept>>,
    pub(crate) stopped: watch::Receiver<bool>,
    /// The OpenAPI document, written once.
    pub(crate) openapi: String,
    admin: Option<Hash>,
}

impl Api {
    pub(crate) fn new(node: NodeHandle, config: ApiConfig, stopped: watch::Receiver<bool>) -> Api {
        Api {
            limiter: Limiter::new(config.requests_per_second, config.requests_burst),
            metrics: Metrics::default(),
            streams: Arc::new(Semaphore::new(config.streams_max)),
            audit: tokio::sync::Mutex::default(),
            stopped,
            openapi: crate::openapi::document().to_string(),
            admin: config.admin_token.as_ref().map(|token| sha256(token.as_bytes())),
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

    /// Runs what may wait for the node.
    pub(crate) async fn blocking<T, F>(self: &Arc<Self>, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Api) -> Result<T, Problem> + Send + 'static,
    {
        let api = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&api)).await;
        done.map_err(|_| Problem::new(Cause::Internal, "a fault of the program was met; nothing was changed"))?
    }

    /// Passes the holder of the admin token. The comparison takes the same time whatever is sent.
    pub(crate) fn require_admin(&self, headers: &axum::http::HeaderMap) -> Result<(), Problem> {
        let Some(admin) = &self.admin else {
            return Err(Problem::new(Cause::UnknownRoute, "this node was started without an admin token"));
        };
        let value = headers.get(axum::http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let same = bool::from(sha256(token.as_bytes()).0.ct_eq(&admin.0));
        if same {
            Ok(())
        } else {
            Err(Problem::new(Cause::Unauthorized, "send the admin token in the header Authorization: Bearer"))
        }
    }
}

/// The surroundings of a read: the head's height and time.
pub(crate) fn context(chain: &Chain) -> Context<'static> {
    let head = chain.head();
    Context { height: head.height, time: head.time, signer: Signer::Protocol, outputs: &[] }
}
