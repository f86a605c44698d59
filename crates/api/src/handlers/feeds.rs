//! Price feeds, each with its price and everything it stands on.

use axum::response::Response;
use gage_crypto::Hash;
use gage_oracle::FeedId;
use gage_oracle::query::{self, PAGE_MAX};
use gage_units::{AccountNumber, AssetId, Timestamp};

use super::Shared;
use crate::extract::{Params, Segment};
use crate::paging::{List, Page, PageQuery, limit};
use crate::problem::{Cause, Problem};

/// `GET /v1/feeds`
pub(crate) async fn list(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u32>()?;
    let (limit, from) = (limit.min(PAGE_MAX), after.map_or(0, |last| last.saturating_add(1)));
    api.answer(move |chain, _| {
        Ok(Page::of(query::feeds(chain.draft(), FeedId(from), limit), limit, |feed| feed.feed.0))
    })
    .await
}

/// `GET /v1/feeds/{feed}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| query::price(chain.draft(), ctx, FeedId(id)).map_err(Problem::read)).await
}

/// `GET /v1/assets/{asset}/price`
pub(crate) async fn of_asset(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        gage_ledger::asset(chain.draft(), AssetId(id)).map_err(Problem::read)?;
        let price = query::asset_price(chain.draft(), ctx, AssetId(id)).map_err(Problem::read)?;
        price.ok_or_else(|| Problem::new(Cause::UnknownRecord, "no feed prices the asset in the numeraire"))
    })
    .await
}

/// `GET /v1/feeds/{feed}/publishers`
pub(crate) async fn publishers(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| Ok(List { items: query::publishers(chain.draft(), FeedId(id)).map_err(Problem::read)? }))
        .await
}

/// `GET /v1/feeds/{feed}/bands`
pub(crate) async fn bands(
    api: Shared,
    Segment(id): Segment<u32>,
    Params(asked): Params<PageQuery>,
) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u64>()?;
    let limit = limit.min(PAGE_MAX);
    api.answer(move |chain, _| {
        let from = Timestamp(after.map_or(0, |after| after.saturating_add(1)));
        let items = query::bands(chain.draft(), FeedId(id), from, limit).map_err(Problem::read)?;
        Ok(Page::of(items, limit, |band| band.from.0))
    })
    .await
}

/// `GET /v1/oracle/matrix`
pub(crate) async fn matrix(api: Shared) -> Result<Response, Problem> {
    api.answer(|chain, _| Ok(List { items: query::matrix(chain.draft()) })).await
}

/// `GET /v1/oracle/offences`: the cursor is publisher and evidence.
pub(crate) async fn offences(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?.min(PAGE_MAX);
    let after = asked.cursor.as_deref().map(place).transpose()?;
    api.answer(move |chain, _| {
        let items = query::offences(chain.draft(), after, limit);
        Ok(Page::of(items, limit, |offence| format!("{}.{}", offence.number.0, offence.evidence)))
    })
    .await
}

fn place(cursor: &str) -> Result<(AccountNumber, Hash), Problem> {
    let parts = cursor
        .split_once('.')
        .and_then(|(number, hash)| Some((AccountNumber(number.parse().ok()?), hash.parse().ok()?)));
    parts.ok_or_else(|| Problem::parameter("cursor", "the `next` of an earlier page"))
}
