//! Assets, and what each of them is.

use axum::response::Response;
use gage_units::AssetId;

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// `GET /v1/assets`
pub(crate) async fn list(api: Shared, Params(query): Params<PageQuery>) -> Result<Response, Problem> {
    let limit = limit(query.limit)?;
    let from = cursor::<u32>(query.cursor.as_deref())?.map_or(0, |last| last.saturating_add(1));
    let page = api.read(move |chain, _| {
        let items = gage_ledger::query::assets(chain.draft(), AssetId(from), limit);
        Ok(Page::of(items, limit, |asset| asset.id))
    });
    Ok(ok(&page.await?))
}

/// `GET /v1/assets/{id}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    let asset = api.read(move |chain, _| {
        let found = gage_ledger::query::asset(chain.draft(), AssetId(id));
        found.ok_or_else(|| Problem::read(gage_ledger::Error::UnknownAsset))
    });
    Ok(ok(&asset.await?))
}

/// `GET /v1/securities/{asset}`
pub(crate) async fn security(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    let view = api
        .read(move |chain, ctx| gage_securities::query::asset(chain.draft(), ctx, AssetId(id)).map_err(Problem::read));
    Ok(ok(&view.await?))
}
