//! Blocks: what was ordered, and what it did.

use axum::response::Response;
use gage_chain::{BlockResult, Header, Outcome, module_number};
use gage_crypto::{AccountId, Hash};
use gage_units::{Amount, Height};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::events::{Wanted, of_block};
use crate::extract::{Params, Segment, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::{Cause, Problem};

/// A block with one page of its receipts.
#[derive(Serialize)]
struct BlockReply {
    height: Height,
    /// Its hash.
    block: Hash,
    header: Header,
    /// How many transactions it orders.
    transactions: usize,
    /// Its receipts in the order of execution; null if they are no longer kept.
    receipts: Option<Page<ReceiptLine>>,
    /// The root of receipts and due events; null if they are no longer kept.
    events_root: Option<Hash>,
    /// How many events due work emitted; null if they are no longer kept.
    due_events: Option<usize>,
}

/// One receipt in short.
#[derive(Serialize)]
struct ReceiptLine {
    index: usize,
    transaction: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    fee: Amount,
    weight: u64,
    events: usize,
}

fn unknown(height: u64) -> Problem {
    let detail = format!("there is no block {height} here: it is not made yet, or no longer kept");
    Problem::new(Cause::UnknownBlock, detail)
}

/// `GET /v1/blocks/{height}`
pub(crate) async fn get(
    api: Shared,
    Segment(height): Segment<u64>,
    Params(query): Params<PageQuery>,
) -> Result<Response, Problem> {
    let (limit, from) = (limit(query.limit)?, cursor::<usize>(query.cursor.as_deref())?.unwrap_or(0));
    let reply = api.blocking(move |api| {
        let block = api.node.block(Height(height)).ok_or_else(|| unknown(height))?;
        let result = api.node.result(Height(height));
        Ok(BlockReply {
            height: block.header.height,
            block: block.header.hash(&api.node.genesis()),
            transactions: block.transactions.len(),
            receipts: result.as_ref().map(|result| receipts(result, from, limit)),
            events_root: result.as_ref().map(|result| result.events_root),
            due_events: result.as_ref().map(|result| result.due.len()),
            header: block.header,
        })
    });
    Ok(ok(&reply.await?))
}

fn receipts(result: &BlockResult, from: usize, limit: usize) -> Page<ReceiptLine> {
    let lines = result.receipts.iter().enumerate().skip(from).take(limit).map(|(index, receipt)| {
        let (outcome, reason) = match &receipt.outcome {
            Outcome::Done => ("done", None),
            Outcome::Rejected { reason, .. } => ("rejected", Some(reason)),
            Outcome::Internal => ("internal", None),
        };
        ReceiptLine {
            index,
            transaction: receipt.transaction.to_string(),
            outcome,
            code: reason.map(|reason| reason.code),
            name: reason.map(|reason| reason.name.clone()),
            fee: receipt.fee,
            weight: receipt.weight,
            events: receipt.events.len(),
        }
    });
    Page::of(lines.collect(), limit, |line| line.index.saturating_add(1))
}

/// The query of a block's events.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EventsQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    account: Option<AccountId>,
    module: Option<String>,
}

/// `GET /v1/blocks/{height}/events`
pub(crate) async fn events(
    api: Shared,
    Segment(height): Segment<u64>,
    Params(query): Params<EventsQuery>,
) -> Result<Response, Problem> {
    let (limit, from) = (limit(query.limit)?, cursor::<usize>(query.cursor.as_deref())?.unwrap_or(0));
    let named = query.module.map(|name| module_number(&name).ok_or(name)).transpose();
    let module = named.map_err(|_| Problem::parameter("module", "the name of a module"))?;
    let account = match query.account {
        Some(id) => {
            Some(api.read(move |chain, _| gage_accounts::resolve(chain.draft(), &id).map_err(Problem::read)).await?)
        }
        None => None,
    };
    let page = api.blocking(move |api| {
        let result = api.node.result(Height(height)).ok_or_else(|| unknown(height))?;
        let items = of_block(&result, Wanted { module, account }, from, limit);
        Ok(Page::of(items, limit, |event| event.number.saturating_add(1)))
    });
    Ok(ok(&page.await?))
}
