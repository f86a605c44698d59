//! Where a transaction stands, and what became of it.

use std::time::Duration;

use axum::response::Response;
use gage_chain::{Outcome, Receipt, TransactionHash, module_name, readable_event};
use gage_crypto::Hash;
use gage_node::{ProveError, Stage, TxStatus};
use gage_units::{Amount, Height};
use gage_verify::Document;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use super::{Shared, history as past};
use crate::api::Api;
use crate::extract::{Segment, ok};
use crate::problem::{Cause, Problem};
use crate::server::asked;

/// Where a transaction stands.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StatusReply {
    /// Its name.
    pub transaction: String,
    /// `accepted` (waits), `ordered` (on this node's disk), `executed` (has a receipt), `certified` (a root
    /// stands for its effects, so that they can be proved); `dropped` if it could not run any more.
    pub status: &'static str,
    /// Whether it can no longer be undone: from `ordered` on, and once it is dropped.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Who stands for that: `solo` is this node alone, nobody else has agreed; `validators` have agreed on its block.
    pub finality: &'static str,
    /// Its block, once it is ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<Height>,
    /// The position of its receipt, once it is executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// What became of it, once it is executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptReply>,
    /// Why it was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What became of a transaction.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReceiptReply {
    /// `done`, `rejected` or `internal`.
    pub outcome: &'static str,
    /// The operation that was refused, from zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<u8>,
    /// The stable number of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// The stable name of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// What it paid, in smallest units of the fee asset.
    pub fee: Amount,
    /// The work it was charged for.
    pub weight: u64,
    /// What happened.
    pub events: Vec<ReceiptEvent>,
}

/// One event of a receipt.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReceiptEvent {
    /// Whose.
    module: &'static str,
    /// What happened: the name of the event with its fields.
    event: Value,
}

impl ReceiptReply {
    pub(crate) fn of(receipt: &Receipt) -> ReceiptReply {
        let (outcome, operation, reason) = match &receipt.outcome {
            Outcome::Done => ("done", None, None),
            Outcome::Rejected { operation, reason } => ("rejected", *operation, Some(reason)),
            Outcome::Internal => ("internal", None, None),
        };
        let event =
            |(module, bytes)| ReceiptEvent { module: module_name(module), event: readable_event(module, bytes) };
        ReceiptReply {
            outcome,
            operation,
            code: reason.map(|reason| reason.code),
            name: reason.map(|reason| reason.name.clone()),
            sentence: reason.map(|reason| reason.sentence.clone()),
            fee: receipt.fee,
            weight: receipt.weight,
            events: receipt.events.iter().map(event).collect(),
        }
    }
}

impl StatusReply {
    pub(crate) fn of(api: &Api, hash: &TransactionHash, status: &TxStatus) -> StatusReply {
        let index = match status {
            TxStatus::Executed { index, .. } | TxStatus::Certified { index, .. } => Some(*index),
            _ => None,
        };
        let problem = match status {
            TxStatus::Dropped { reason } => Some(Problem::refused(reason)),
            _ => None,
        };
        StatusReply {
            transaction: hash.to_string(),
            status: status.word(),
            is_final: !matches!(status, TxStatus::Accepted | TxStatus::Unknown),
            finality: api.finality(),
            height: status.height(),
            index,
            receipt: status.receipt().map(ReceiptReply::of),
            problem,
        }
    }
}

/// Waits without a thread until transactions that the node has taken reach a stage or are dropped, or the
/// time is over.
pub(crate) async fn wait(api: &Api, hashes: &[TransactionHash], at_least: Stage, most: Duration) {
    let deadline = Instant::now() + most;
    let (mut progress, mut stopping) = (api.node.progress_to(at_least), api.stopped.clone());
    for hash in hashes {
        loop {
            let stopped = progress.borrow_and_update().stopped;
            if stopped || api.node.stage(hash).is_none_or(|stage| stage >= at_least) {
                break;
            }
            let go_on = tokio::select! {
                changed = tokio::time::timeout_at(deadline, progress.changed()) => matches!(changed, Ok(Ok(()))),
                // Whoever waits while the server stops is told how far it has come.
                () = asked(&mut stopping) => false,
            };
            // The time is over, or the node is gone.
            if !go_on {
                return;
            }
        }
    }
}

/// `GET /v1/transactions/{hash}`
pub(crate) async fn get(api: Shared, Segment(hash): Segment<Hash>) -> Result<Response, Problem> {
    let hash = TransactionHash(hash);
    let status = match api.node.status(&hash) {
        // What the node has forgotten, the history tells.
        forgotten @ (TxStatus::Unknown | TxStatus::Ordered { .. }) => {
            past::receipt_of(&api, hash).await?.unwrap_or(forgotten)
        }
        known => known,
    };
    match status {
        TxStatus::Unknown => {
            let detail = "this node has not seen the transaction, or no longer keeps its receipt";
            Err(Problem::new(Cause::UnknownTransaction, detail))
        }
        status => Ok(ok(&StatusReply::of(&api, &hash, &status))),
    }
}

/// `GET /v1/transactions/{hash}/proof`
pub(crate) async fn proof(api: Shared, Segment(hash): Segment<Hash>) -> Result<Response, Problem> {
    let hash = TransactionHash(hash);
    let evidence = api.blocking(move |api| {
        let young = api.node.receipt_proof(&hash);
        match (young, &api.config.history) {
            (Err(ProveError::NoReceipt), Some(history)) => past::proved(api, history, hash),
            (Ok(evidence), Some(history)) if evidence.header.is_none() => past::anchored(api, history, evidence),
            (young, _) => young.map_err(|error| Problem::prove(&error)),
        }
    });
    Ok(ok(&Document::Receipt(Box::new(evidence.await?))))
}
