//! Blocks: what was ordered, and what it did.

use std::sync::Arc;

use axum::response::Response;
use gage_chain::{BlockResult, Header, Outcome};
use gage_crypto::{AccountId, Hash};
use gage_units::{Amount, AssetId, Height, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Shared, history as past};
use crate::decoded::{DecodedBlock, EventView, Wanted};
use crate::extract::{Params, Segment, Segments, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::{Cause, Problem};

/// A block with one page of its receipts.
#[derive(Serialize)]
pub(crate) struct BlockReply {
    /// Its height.
    height: Height,
    /// Its hash.
    block: Hash,
    /// Its header.
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
pub(crate) struct ReceiptLine {
    /// Its position in the block.
    index: usize,
    /// The transaction, or the bundle.
    transaction: String,
    /// `done`, `rejected` or `internal`.
    outcome: &'static str,
    /// The stable number of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    /// The stable name of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it paid.
    fee: Amount,
    /// The work it was charged for.
    weight: u64,
    /// How many events it has.
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
        let result = past::result(api, Height(height))?;
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

/// A block in short.
#[derive(Serialize)]
pub(crate) struct BlockLine {
    /// Its height.
    height: Height,
    /// Its hash.
    block: Hash,
    /// Its time.
    time: Timestamp,
    /// How many receipts it has; null if they are no longer kept.
    receipts: Option<usize>,
}

/// `GET /v1/blocks`: the newest first; the cursor is a height.
pub(crate) async fn list(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, before) = asked.read::<u64>()?;
    let page = api.blocking(move |api| {
        let head = api.node.progress().borrow().executed.0;
        let newest = before.map_or(head, |before| before.saturating_sub(1).min(head));
        let mut items = Vec::new();
        for height in (1..=newest).rev().take(limit) {
            // Where the log begins, the list ends.
            let Some(header) = api.node.header(Height(height)) else { break };
            let receipts = api.node.result(Height(height)).map(|result| result.receipts.len());
            items.push(BlockLine {
                height: header.height,
                block: header.hash(&api.node.genesis()),
                time: header.time,
                receipts,
            });
        }
        let next = items.last().map(|line| line.height.0).filter(|height| *height > 1 && items.len() >= limit);
        Ok(Page { items, next: next.map(|height| height.to_string()) })
    });
    Ok(ok(&page.await?))
}

/// `GET /v1/blocks/{height}/certified`
pub(crate) async fn certified(api: Shared, Segment(height): Segment<u64>) -> Result<Response, Problem> {
    let found = api.blocking(move |api| {
        let none = || {
            let detail = format!("there is no certified block {height} here: not yet, no longer, or on no solo node");
            Problem::new(Cause::UnknownBlock, detail)
        };
        api.node.certified_blocks(Height(height)).ok_or_else(none)
    });
    Ok(ok(&found.await?))
}

/// `GET /v1/snapshots/{height}/parts/{part}`
pub(crate) async fn snapshot_part(
    api: Shared,
    Segments(height, part): Segments<u64, u64>,
) -> Result<Response, Problem> {
    let found = api.blocking(move |api| {
        let found = api.node.snapshot_part(Height(height), part);
        let found = found.map_err(|error| Problem::new(Cause::Internal, error.to_string()))?;
        found.ok_or_else(|| {
            let detail = format!("the snapshot of height {height} is not kept here, or has no part {part}");
            Problem::new(Cause::UnknownBlock, detail)
        })
    });
    Ok(ok(&found.await?))
}

/// The query of events.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EventsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only events that name this account.
    account: Option<AccountId>,
    /// Only events that name this asset, by number.
    asset: Option<u32>,
    /// Only events of this module, by name.
    module: Option<String>,
    /// Only events of this kind, like `posted`.
    kind: Option<String>,
}

impl EventsQuery {
    async fn wanted(&self, api: &Shared) -> Result<Wanted, Problem> {
        let (module, kind) = (self.module.as_deref(), self.kind.clone());
        Wanted::asked(api, (module, kind), (self.account, self.asset.map(AssetId))).await
    }
}

/// `GET /v1/blocks/{height}/events`
pub(crate) async fn events(
    api: Shared,
    Segment(height): Segment<u64>,
    Params(asked): Params<EventsQuery>,
) -> Result<Response, Problem> {
    let (limit, from) = (limit(asked.limit)?, cursor::<usize>(asked.cursor.as_deref())?.unwrap_or(0));
    let wanted = asked.wanted(&api).await?;
    let page = api.blocking(move |api| {
        let block = match api.decoded.get(&api.node, Height(height)) {
            Some(block) => block,
            None => Arc::new(DecodedBlock::of(&*past::result(api, Height(height))?.ok_or_else(|| unknown(height))?)),
        };
        let items: Vec<EventView> = block.wanted(&wanted, from).take(limit).map(|event| event.view.clone()).collect();
        Ok(Page::of(items, limit, |event| event.number.saturating_add(1)))
    });
    Ok(ok(&page.await?))
}

/// The most blocks that one page of events looks at.
const BLOCKS_MAX: u64 = 200;

/// `GET /v1/events`: over the blocks that are kept, the oldest first; the cursor is a height and a number.
pub(crate) async fn all_events(api: Shared, Params(asked): Params<EventsQuery>) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?;
    let start = asked.cursor.as_deref().map(place).transpose()?;
    let wanted = asked.wanted(&api).await?;
    let page = api.blocking(move |api| {
        let head = api.node.progress().borrow().executed.0;
        let oldest = api.node.oldest_result().map_or(head.saturating_add(1), |oldest| oldest.0);
        let (first, mut from) = start.filter(|(height, _)| *height >= oldest).unwrap_or((oldest, 0));
        let mut items: Vec<EventView> = Vec::new();
        for height in first..=head.min(first.saturating_add(BLOCKS_MAX)) {
            let Some(block) = api.decoded.get(&api.node, Height(height)) else { continue };
            for event in block.wanted(&wanted, from) {
                items.push(event.view.clone());
                if items.len() >= limit {
                    let next = Some(format!("{height}.{}", event.view.number.saturating_add(1)));
                    return Ok(Page { items, next });
                }
            }
            from = 0;
        }
        // The end of what there is now: whoever comes back with it goes on from there.
        Ok(Page { items, next: Some(format!("{}.0", head.min(first.saturating_add(BLOCKS_MAX)).saturating_add(1))) })
    });
    Ok(ok(&page.await?))
}

fn place(cursor: &str) -> Result<(u64, usize), Problem> {
    let parts = cursor.split_once('.').and_then(|(height, number)| Some((height.parse().ok()?, number.parse().ok()?)));
    parts.ok_or_else(|| Problem::parameter("cursor", "the `next` of an earlier page"))
}
