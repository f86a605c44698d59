//! Price feeds, each with its price and everything it stands on.

use axum::response::Response;
use gage_oracle::FeedId;

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// `GET /v1/feeds`
pub(crate) async fn list(api: Shared, Params(query): Params<PageQuery>) -> Result<Response, Problem> {
    let limit = limit(query.limit)?.min(gage_oracle::query::PAGE_MAX);
    let from = cursor::<u32>(query.cursor.as_deref())?.map_or(0, |last| last.saturating_add(1));
    let page = api.read(move |chain, _| {
        let items = gage_oracle::query::feeds(chain.draft(), FeedId(from), limit);
        Ok(Page::of(items, limit, |feed| feed.feed.0))
    });
    Ok(ok(&page.await?))
}

/// `GET /v1/feeds/{id}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    let price =
        api.read(move |chain, ctx| gage_oracle::query::price(chain.draft(), ctx, FeedId(id)).map_err(Problem::read));
    Ok(ok(&price.await?))
}
