//! Who bears a loss: waterfalls, deposits, receipts.

use axum::response::Response;
use gage_backstop::{ReceiptId, WaterfallId, query};
use gage_crypto::AccountId;

use super::Shared;
use crate::extract::{Params, Segment, Segments, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::{Cause, Problem};

/// `GET /v1/backstop/{id}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    let view = api.read(move |chain, ctx| {
        query::waterfall_view(chain.draft(), WaterfallId(id), ctx.height).map_err(Problem::read)
    });
    Ok(ok(&view.await?))
}

/// `GET /v1/backstop/{id}/deposits/{account}`
pub(crate) async fn deposit(api: Shared, Segments(id, account): Segments<u32, AccountId>) -> Result<Response, Problem> {
    let view = api.read(move |chain, ctx| {
        let draft = chain.draft();
        let account = gage_accounts::resolve(draft, &account).map_err(Problem::read)?;
        let deposit = query::deposit_view(draft, WaterfallId(id), account, ctx.height).map_err(Problem::read)?;
        deposit.ok_or_else(|| Problem::new(Cause::UnknownRecord, "the account has no deposit in this waterfall"))
    });
    Ok(ok(&view.await?))
}

/// `GET /v1/backstop-receipts`
pub(crate) async fn receipts(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?.min(gage_backstop::params::PAGE_MAX);
    let after = cursor::<u64>(asked.cursor.as_deref())?.map(ReceiptId);
    let page = api.read(move |chain, _| {
        let items = query::receipts(chain.draft(), after, limit);
        Ok(Page::of(items, limit, |receipt| receipt.id.0))
    });
    Ok(ok(&page.await?))
}
