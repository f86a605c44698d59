//! What only the operator may ask.

use std::sync::PoisonError;

use axum::response::Response;
use gage_chain::Outcome;
use gage_crypto::Hash;
use gage_store::proof::Root;
use gage_units::{Height, Timestamp};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::api::Api;
use crate::extract::{Bounded, ok, read_json};
use crate::keys::{ApiKey, Role};
use crate::paging::List;
use crate::problem::{Cause, Problem};

/// The most bytes of an admin's request.
pub(crate) const ADMIN_BYTES_MAX: usize = 1_024;

/// The time of the block to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seal {
    /// Its time, later than the last block's.
    time: Timestamp,
}

/// The block that was made.
#[derive(Serialize)]
pub(crate) struct SealedReply {
    /// Its height.
    height: Height,
    /// Its time.
    time: Timestamp,
    /// Its hash.
    block: Hash,
    /// The newest certified height.
    certified: Height,
    /// Its root.
    root: Root,
    /// The root of the block's receipts.
    events_root: Hash,
    /// How many receipts.
    receipts: usize,
    /// Of them done.
    done: usize,
    /// Of them rejected.
    rejected: usize,
    /// Of them met a fault.
    internal: usize,
}

/// `POST /v1/admin/seal`: answers when the block is durable, executed and certified.
pub(crate) async fn seal(api: Shared, body: Bounded<ADMIN_BYTES_MAX>) -> Result<Response, Problem> {
    let Seal { time } = read_json(&body.0, &body.1)?;
    let reply = api.blocking(move |api| {
        let sealed = api.node.seal(time).map_err(|error| Problem::seal(&error))?;
        let receipts = &sealed.result.receipts;
        let count = |is: fn(&Outcome) -> bool| receipts.iter().filter(|receipt| is(&receipt.outcome)).count();
        Ok(SealedReply {
            height: sealed.height,
            time,
            block: sealed.block,
            certified: sealed.certified,
            root: sealed.root,
            events_root: sealed.result.events_root,
            receipts: receipts.len(),
            done: count(|outcome| matches!(outcome, Outcome::Done)),
            rejected: count(|outcome| matches!(outcome, Outcome::Rejected { .. })),
            internal: count(|outcome| matches!(outcome, Outcome::Internal)),
        })
    });
    Ok(ok(&reply.await?))
}

/// `POST /v1/admin/snapshot`: writes a snapshot of the newest checkpoint.
pub(crate) async fn snapshot(api: Shared) -> Result<Response, Problem> {
    let path = api.blocking(|api| {
        let refused =
            |error: gage_node::NodeError| Problem::new(Cause::NotReady, format!("no snapshot was written: {error}"));
        api.node.snapshot_now().map_err(refused)
    });
    Ok(ok(&SnapshotReply { file: path.await?.display().to_string() }))
}

/// The snapshot that was written.
#[derive(Serialize)]
pub(crate) struct SnapshotReply {
    /// Where.
    file: String,
}

/// An API key without its secret.
#[derive(Serialize)]
pub(crate) struct KeyReply {
    /// Whose it is.
    name: String,
    /// What it is for.
    role: Role,
    /// When it ends, in milliseconds since 1970.
    expires: Option<u64>,
    /// Its own rate of requests.
    requests_per_second: Option<u32>,
}

fn keys_of(api: &Api) -> List<KeyReply> {
    let keys = api.keys.read().unwrap_or_else(PoisonError::into_inner);
    let view = |key: &ApiKey| KeyReply {
        name: key.name.clone(),
        role: key.role,
        expires: key.expires,
        requests_per_second: key.requests_per_second,
    };
    List { items: keys.all().iter().map(view).collect() }
}

/// `GET /v1/admin/keys`
pub(crate) async fn keys(api: Shared) -> Response {
    ok(&keys_of(&api))
}

/// `POST /v1/admin/keys/reload`: reads the file of keys anew; if it cannot be read, the keys stay as they were.
pub(crate) async fn reload(api: Shared) -> Result<Response, Problem> {
    let list = api.blocking(|api| {
        let refused =
            |error: crate::StartError| Problem::new(Cause::NotReady, format!("the keys stay as they were: {error}"));
        let keys = api.config.keys().map_err(refused)?;
        *api.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(keys_of(api))
    });
    Ok(ok(&list.await?))
}

/// How busy the server is.
#[derive(Serialize)]
pub(crate) struct LoadReply {
    /// Open WebSocket streams.
    streams: usize,
    /// The most there may be.
    streams_max: usize,
    /// Reads that wait for the node or run.
    reads: usize,
    /// The most there may be.
    reads_max: usize,
    /// Requests refused because an address or a key made too many.
    rate_limited: u64,
}

/// `GET /v1/admin/load`
pub(crate) async fn load(api: Shared) -> Response {
    let (streams_max, reads_max) = (api.config.streams_max, api.config.reads_max);
    ok(&LoadReply {
        streams: streams_max.saturating_sub(api.streams.available_permits()),
        streams_max,
        reads: reads_max.saturating_sub(api.readers.available_permits()),
        reads_max,
        rate_limited: api.metrics.rate_limited_count(),
    })
}
