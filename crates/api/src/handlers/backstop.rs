//! Who bears a loss: waterfalls, deposits, receipts.

use axum::response::Response;
use gage_backstop::params::PAGE_MAX;
use gage_backstop::query::{self, ReceiptView};
use gage_backstop::{ReceiptId, WaterfallId};
use gage_crypto::AccountId;
use gage_units::Amount;
use serde::Deserialize;

use super::Shared;
use crate::extract::{Params, Segment, Segments, ThreeSegments};
use crate::paging::{List, Page, PageQuery, cursor, limit};
use crate::problem::{Cause, Problem};

/// `GET /v1/backstop`
pub(crate) async fn list(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u32>()?;
    let limit = limit.min(PAGE_MAX);
    api.answer(move |chain, ctx| {
        let found = query::waterfalls(chain.draft(), after.map(WaterfallId), limit, ctx.height);
        Ok(Page::of(found.map_err(Problem::read)?, limit, |waterfall| waterfall.id.0))
    })
    .await
}

/// `GET /v1/backstop/{waterfall}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        query::waterfall_view(chain.draft(), WaterfallId(id), ctx.height).map_err(Problem::read)
    })
    .await
}

/// How much would be lost.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CoverageQuery {
    /// The loss, in smallest units of the waterfall's stable asset.
    stressed_loss: Amount,
}

/// `GET /v1/backstop/{waterfall}/coverage`
pub(crate) async fn coverage(
    api: Shared,
    Segment(id): Segment<u32>,
    Params(asked): Params<CoverageQuery>,
) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        query::coverage_proof(chain.draft(), WaterfallId(id), asked.stressed_loss, ctx.height).map_err(Problem::read)
    })
    .await
}

fn none() -> Problem {
    Problem::new(Cause::UnknownRecord, "the account has no deposit there")
}

/// `GET /v1/backstop/{waterfall}/deposits/{account}`
pub(crate) async fn deposit(api: Shared, Segments(id, account): Segments<u32, AccountId>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        let draft = chain.draft();
        let account = gage_accounts::resolve(draft, &account).map_err(Problem::read)?;
        let deposit = query::deposit_view(draft, WaterfallId(id), account, ctx.height).map_err(Problem::read)?;
        deposit.ok_or_else(none)
    })
    .await
}

/// `GET /v1/backstop/{waterfall}/insurance/{tier}/deposits/{account}`
pub(crate) async fn insurance(
    api: Shared,
    ThreeSegments(id, tier, account): ThreeSegments<u32, u8, AccountId>,
) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        let draft = chain.draft();
        let account = gage_accounts::resolve(draft, &account).map_err(Problem::read)?;
        let deposit =
            query::insurance_view(draft, WaterfallId(id), tier, account, ctx.height).map_err(Problem::read)?;
        deposit.ok_or_else(none)
    })
    .await
}

/// `GET /v1/accounts/{account}/deposits`
pub(crate) async fn of_account(api: Shared, Segment(id): Segment<AccountId>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        let account = gage_accounts::resolve(chain.draft(), &id).map_err(Problem::read)?;
        Ok(List { items: query::deposits_of(chain.draft(), account, ctx.height).map_err(Problem::read)? })
    })
    .await
}

/// `GET /v1/accounts/{account}/gain-batches`
pub(crate) async fn batches(api: Shared, Segment(id): Segment<AccountId>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let account = gage_accounts::resolve(chain.draft(), &id).map_err(Problem::read)?;
        Ok(List { items: query::batches_of(chain.draft(), account) })
    })
    .await
}

/// The query of the list of receipts.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReceiptsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only losses of this waterfall, by number.
    waterfall: Option<u32>,
}

/// `GET /v1/backstop-receipts`
pub(crate) async fn receipts(api: Shared, Params(asked): Params<ReceiptsQuery>) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?.min(PAGE_MAX);
    let after = cursor::<u64>(asked.cursor.as_deref())?;
    api.answer(move |chain, _| {
        let read = |after: Option<u64>, count| Ok(query::receipts(chain.draft(), after.map(ReceiptId), count));
        let keep = |view: &ReceiptView| asked.waterfall.is_none_or(|id| view.receipt.waterfall == WaterfallId(id));
        Page::filtered(limit, after, read, |receipt| receipt.id.0, keep)
    })
    .await
}

/// `GET /v1/backstop-receipts/{receipt}`
pub(crate) async fn receipt(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let found = query::receipt(chain.draft(), ReceiptId(id));
        found.ok_or_else(|| Problem::new(Cause::UnknownRecord, "there is no receipt of that number"))
    })
    .await
}
