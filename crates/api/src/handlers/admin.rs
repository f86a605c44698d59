//! What only the operator may ask.

use axum::http::HeaderMap;
use axum::response::Response;
use gage_chain::Outcome;
use gage_crypto::Hash;
use gage_store::proof::Root;
use gage_units::{Height, Timestamp};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Bounded, ok, read_json};
use crate::problem::Problem;

/// The most bytes of an admin's request.
pub(crate) const ADMIN_BYTES_MAX: usize = 1_024;

/// The time of the block to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    time: Timestamp,
}

/// The block that was made.
#[derive(Serialize)]
struct SealedReply {
    height: Height,
    time: Timestamp,
    block: Hash,
    /// The newest certified height, and its root.
    certified: Height,
    root: Root,
    events_root: Hash,
    receipts: usize,
    done: usize,
    rejected: usize,
    internal: usize,
}

/// `POST /v1/admin/seal`: answers when the block is durable, executed and certified.
pub(crate) async fn seal(api: Shared, headers: HeaderMap, body: Bounded<ADMIN_BYTES_MAX>) -> Result<Response, Problem> {
    api.require_admin(&headers)?;
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
pub(crate) async fn snapshot(api: Shared, headers: HeaderMap) -> Result<Response, Problem> {
    api.require_admin(&headers)?;
    let path = api.blocking(|api| {
        let refused = |error: gage_node::NodeError| {
            Problem::new(crate::problem::Cause::NotReady, format!("no snapshot was written: {error}"))
        };
        api.node.snapshot_now().map_err(refused)
    });
    Ok(ok(&serde_json::json!({ "file": path.await?.display().to_string() })))
}
