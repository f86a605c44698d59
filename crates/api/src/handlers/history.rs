//! What happened: statements, lists and charts, from the history beside the node.

use std::sync::Arc;

use axum::response::Response;
use gage_chain::{BlockResult, TransactionHash, accumulator_key_bytes};
use gage_crypto::AccountId;
use gage_history::query::{EventsAsked, LotsAsked, PageAsked, ReceiptFound, Span, StatementAsked};
use gage_history::{History, HistoryError, HistoryStatus};
use gage_node::{ProveError, TxStatus};
use gage_units::{AssetId, Height, Timestamp};
use gage_verify::{Accumulated, ReceiptEvidence};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::api::Api;
use crate::decoded::module_of;
use crate::extract::{Params, Segment, ok};
use crate::paging::{PageQuery, limit};
use crate::problem::{Cause, Problem};

/// The longest interval of a candle: about a year.
const INTERVAL_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1000;
/// The interval of a candle where none is asked for: an hour.
const INTERVAL_MS: u64 = 60 * 60 * 1000;

/// The query of a list of the past.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PastQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// From this time on, in milliseconds since 1970.
    from: Option<u64>,
    /// Before this time, in milliseconds since 1970.
    to: Option<u64>,
}

/// The query of a statement.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatementQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// From this time on, in milliseconds since 1970.
    from: Option<u64>,
    /// Before this time, in milliseconds since 1970.
    to: Option<u64>,
    /// Only this asset, by number.
    asset: Option<u32>,
}

/// The query of events of the past.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PastEventsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// From this time on, in milliseconds since 1970.
    from: Option<u64>,
    /// Before this time, in milliseconds since 1970.
    to: Option<u64>,
    /// Only events that name this account.
    account: Option<AccountId>,
    /// Only events of this module, by name.
    module: Option<String>,
    /// Only events of this name, like `lot_taken`.
    kind: Option<String>,
    /// Only events of this vault, by number.
    vault: Option<u32>,
    /// Only events of this lot, by number.
    lot: Option<u64>,
}

/// The query of lots of the past.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PastLotsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// From this time on, in milliseconds since 1970.
    from: Option<u64>,
    /// Before this time, in milliseconds since 1970.
    to: Option<u64>,
    /// Only lots sold for this vault, by number.
    vault: Option<u32>,
    /// Only lots of this asset, by number.
    asset: Option<u32>,
}

/// The query of candles.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CandlesQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// From this time on, in milliseconds since 1970.
    from: Option<u64>,
    /// Before this time, in milliseconds since 1970.
    to: Option<u64>,
    /// How long an interval is, in milliseconds: up to 366 days, an hour if not given.
    interval_ms: Option<u64>,
}

/// How far the history has come.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HistoryReply {
    /// `sqlite` or `postgres`.
    engine: &'static str,
    /// The number of its schema.
    schema: i64,
    /// The height of the state it begins with: 0 is the genesis. Null while nothing is recorded.
    begins: Option<Height>,
    /// The last block recorded. Null while nothing is.
    height: Option<Height>,
    /// How many executed blocks are not recorded yet.
    behind: u64,
    /// Why nothing more is recorded, or not at the moment.
    fault: Option<String>,
}

fn span(from: Option<u64>, to: Option<u64>) -> Span {
    Span { from: from.map(Timestamp), to: to.map(Timestamp) }
}

fn page(asked: Option<usize>, cursor: Option<String>) -> Result<PageAsked, Problem> {
    Ok(PageAsked { limit: limit(asked)?, cursor })
}

/// What a refusal of the history is to a client.
pub(crate) fn refused(error: &HistoryError) -> Problem {
    match error {
        HistoryError::BadCursor => Problem::parameter("cursor", "the `next` of an earlier page"),
        HistoryError::TooMuch(_) | HistoryError::OutOfRange(_) => Problem::new(Cause::BadParameter, error.to_string()),
        // What a database says may name hosts and users: the operator finds it in the status of the history.
        HistoryError::Database { .. } => {
            Problem::new(Cause::HistoryUnavailable, "the database of the history does not answer; the ledger does")
        }
        _ => Problem::new(Cause::Internal, "the history cannot be read; its operator finds the reason in its status"),
    }
}

/// Answers with what the history says.
async fn ask<T, F>(api: &Shared, work: F) -> Result<Response, Problem>
where
    T: Serialize + Send + 'static,
    F: FnOnce(&History) -> Result<T, Problem> + Send + 'static,
{
    let none = || Problem::new(Cause::NoHistory, "this node keeps no history: it was started with --history none");
    let history = api.config.history.clone().ok_or_else(none)?;
    Ok(ok(&api.blocking(move |_| work(&history)).await?))
}

fn found<T>(found: Result<Option<T>, HistoryError>, what: &str) -> Result<T, Problem> {
    let unknown = || Problem::new(Cause::UnknownRecord, format!("the history knows no such {what}"));
    found.map_err(|error| refused(&error))?.ok_or_else(unknown)
}

/// `GET /v1/history`
pub(crate) async fn status(api: Shared) -> Result<Response, Problem> {
    let executed = api.node.progress().borrow().executed;
    ask(&api, move |history| {
        let HistoryStatus { engine, schema, begins, height, fault } =
            history.status().map_err(|error| refused(&error))?;
        let behind = executed.0.saturating_sub(height.map_or(0, |height| height.0));
        // Where it is kept is for the operator to know.
        let fault = fault.map(|_| "nothing is recorded at the moment; the node's log says why".to_owned());
        Ok(HistoryReply { engine, schema, begins, height, behind, fault })
    })
    .await
}

/// `GET /v1/history/accounts/{account}/statement`
pub(crate) async fn statement(
    api: Shared,
    Segment(account): Segment<AccountId>,
    Params(asked): Params<StatementQuery>,
) -> Result<Response, Problem> {
    let page = page(asked.limit, asked.cursor)?;
    let asked = StatementAsked { asset: asked.asset.map(AssetId), span: span(asked.from, asked.to), page };
    ask(&api, move |history| found(history.statement(&account, &asked), "account")).await
}

/// `GET /v1/history/accounts/{account}/transactions`
pub(crate) async fn transactions(
    api: Shared,
    Segment(account): Segment<AccountId>,
    Params(asked): Params<PastQuery>,
) -> Result<Response, Problem> {
    let (span, page) = (span(asked.from, asked.to), page(asked.limit, asked.cursor)?);
    ask(&api, move |history| found(history.transactions_of(&account, &span, &page), "account")).await
}

/// `GET /v1/history/events`
pub(crate) async fn events(api: Shared, Params(asked): Params<PastEventsQuery>) -> Result<Response, Problem> {
    let module = module_of(asked.module.as_deref())?;
    let asked = EventsAsked {
        account: asked.account,
        module,
        kind: asked.kind,
        vault: asked.vault.map(u64::from),
        lot: asked.lot,
        span: span(asked.from, asked.to),
        page: page(asked.limit, asked.cursor)?,
    };
    ask(&api, move |history| found(history.events(&asked), "account")).await
}

/// `GET /v1/history/vaults/{vault}`
pub(crate) async fn vault(
    api: Shared,
    Segment(vault): Segment<u32>,
    Params(asked): Params<PastQuery>,
) -> Result<Response, Problem> {
    let (span, page) = (span(asked.from, asked.to), page(asked.limit, asked.cursor)?);
    ask(&api, move |history| found(history.vault_history(vault, &span, &page), "vault")).await
}

/// `GET /v1/history/auctions`
pub(crate) async fn lots(api: Shared, Params(asked): Params<PastLotsQuery>) -> Result<Response, Problem> {
    let asked = LotsAsked {
        vault: asked.vault.map(u64::from),
        asset: asked.asset.map(AssetId),
        span: span(asked.from, asked.to),
        page: page(asked.limit, asked.cursor)?,
    };
    ask(&api, move |history| history.lots(&asked).map_err(|error| refused(&error))).await
}

/// `GET /v1/history/auctions/{lot}`
pub(crate) async fn lot(
    api: Shared,
    Segment(lot): Segment<u64>,
    Params(asked): Params<PageQuery>,
) -> Result<Response, Problem> {
    let page = page(asked.limit, asked.cursor)?;
    ask(&api, move |history| found(history.lot_history(lot, &page), "lot")).await
}

/// `GET /v1/history/prices/{feed}`
pub(crate) async fn candles(
    api: Shared,
    Segment(feed): Segment<u32>,
    Params(asked): Params<CandlesQuery>,
) -> Result<Response, Problem> {
    let interval = asked.interval_ms.unwrap_or(INTERVAL_MS);
    if !(1..=INTERVAL_MS_MAX).contains(&interval) {
        return Err(Problem::parameter("interval_ms", "between 1 and 31,622,400,000"));
    }
    let (span, page) = (span(asked.from, asked.to), page(asked.limit, asked.cursor)?);
    ask(&api, move |history| history.candles(feed, interval, &span, &page).map_err(|error| refused(&error))).await
}

/// What a block did: from the node, or, where it has forgotten, from the history.
pub(crate) fn result(api: &Api, height: Height) -> Result<Option<Arc<BlockResult>>, Problem> {
    if let Some(result) = api.node.result(height) {
        return Ok(Some(result));
    }
    let Some(history) = &api.config.history else { return Ok(None) };
    Ok(history.result(height).map_err(|error| refused(&error))?.map(Arc::new))
}

/// Where a transaction stands that the node has forgotten; `None` if the history has no receipt of it either.
pub(crate) async fn receipt_of(api: &Shared, hash: TransactionHash) -> Result<Option<TxStatus>, Problem> {
    let Some(history) = api.config.history.clone() else { return Ok(None) };
    let certified = api.node.progress().borrow().certified;
    let found = api.blocking(move |_| history.receipt(&hash).map_err(|error| refused(&error))).await?;
    Ok(found.map(|ReceiptFound { height, index, receipt }| match height <= certified {
        true => TxStatus::Certified { height, index, receipt },
        false => TxStatus::Executed { height, index, receipt },
    }))
}

/// The receipt of a transaction that the node has forgotten, with its proof.
pub(crate) fn proved(api: &Api, history: &History, hash: TransactionHash) -> Result<ReceiptEvidence, Problem> {
    let found = history.receipt(&hash).map_err(|error| refused(&error))?;
    let none = || Problem::prove(&ProveError::NoReceipt);
    let ReceiptFound { height, index, .. } = found.ok_or_else(none)?;
    let result = history.result(height).map_err(|error| refused(&error))?.ok_or_else(none)?;
    let evidence = api.node.prove_receipt(&result, index).map_err(|error| Problem::prove(&error))?;
    if evidence.header.is_some() { Ok(evidence) } else { anchored(api, history, evidence) }
}

/// Only the events roots of checkpoints are published. Any other block is proved as one of all blocks before a checkpoint,
/// whose accumulator is a record of the state. Without a later checkpoint the evidence stays as it is.
pub(crate) fn anchored(api: &Api, history: &History, evidence: ReceiptEvidence) -> Result<ReceiptEvidence, Problem> {
    let Some(newest) = api.node.published().filter(|newest| *newest >= evidence.height) else { return Ok(evidence) };
    let proof = history.block_proof(evidence.height, newest).map_err(|error| refused(&error))?;
    let (Some(proof), Some(header)) = (proof, api.node.header(evidence.height)) else { return Ok(evidence) };
    let record = api.node.prove(&accumulator_key_bytes(), Some(newest)).map_err(|error| Problem::prove(&error))?;
    let accumulated = Some(Accumulated { block: header.hash(&evidence.genesis), proof, record });
    Ok(ReceiptEvidence { accumulated, ..evidence })
}
