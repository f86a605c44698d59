//! Lots that are sold: at a falling price, or at one price for all.

use axum::response::Response;
use gage_auctions::params::LOTS_PAGE_MAX;
use gage_auctions::query::{self, LotView};
use gage_auctions::{LotId, UniformLot};
use gage_units::{Amount, Price};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment};
use crate::paging::{List, Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// The query of the list of lots.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LotsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only lots of this asset, by number.
    asset: Option<u32>,
    /// Only lots that want this asset, by number.
    want: Option<u32>,
}

/// `GET /v1/auctions`
pub(crate) async fn list(api: Shared, Params(asked): Params<LotsQuery>) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?.min(LOTS_PAGE_MAX);
    let after = cursor::<u64>(asked.cursor.as_deref())?;
    api.answer(move |chain, ctx| {
        let read = |after: Option<u64>, count| {
            query::lots(chain.draft(), after.map(LotId), count, ctx.time).map_err(Problem::read)
        };
        let keep = |view: &LotView| {
            asked.asset.is_none_or(|asset| view.lot.asset.0 == asset)
                && asked.want.is_none_or(|want| view.lot.want.0 == want)
        };
        Page::filtered(limit, after, read, |lot| lot.id.0, keep)
    })
    .await
}

/// `GET /v1/auctions/{lot}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| query::lot_view(chain.draft(), LotId(id), ctx.time).map_err(Problem::read)).await
}

/// The query of a preview.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewQuery {
    /// The most to take, in smallest units.
    amount: Amount,
    /// The highest price, in 1e-18; any if not given.
    #[serde(default)]
    price_max: Option<Price>,
}

/// What a take would move.
#[derive(Serialize)]
pub(crate) struct PreviewReply {
    /// Of the lot's asset.
    taken: Amount,
    /// Of the wanted asset.
    payment: Amount,
}

/// `GET /v1/auctions/{lot}/preview`
pub(crate) async fn preview(
    api: Shared,
    Segment(id): Segment<u64>,
    Params(asked): Params<PreviewQuery>,
) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        let price_max = asked.price_max.unwrap_or(Price(u128::MAX));
        let plan = query::preview_take(chain.draft(), LotId(id), asked.amount, price_max, ctx.time);
        let plan = plan.map_err(Problem::read)?;
        Ok(PreviewReply { taken: plan.taken, payment: plan.payment })
    })
    .await
}

/// `GET /v1/auctions-held`: what the module's account holds for lots.
pub(crate) async fn held(api: Shared) -> Result<Response, Problem> {
    api.answer(|chain, _| Ok(List { items: query::held(chain.draft()) })).await
}

/// A uniform-price lot without its book.
#[derive(Serialize)]
pub(crate) struct UniformReply {
    /// Its number.
    id: LotId,
    /// The record.
    #[serde(flatten)]
    lot: UniformLot,
}

/// `GET /v1/uniform-lots`
pub(crate) async fn uniform_list(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u64>()?;
    let limit = limit.min(LOTS_PAGE_MAX);
    api.answer(move |chain, _| {
        let found = query::uniform_lots(chain.draft(), after.map(LotId), limit).into_iter();
        let items = found.map(|(id, lot)| UniformReply { id, lot }).collect();
        Ok(Page::of(items, limit, |lot: &UniformReply| lot.id.0))
    })
    .await
}

/// `GET /v1/uniform-lots/{lot}`
pub(crate) async fn uniform(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::uniform_view(chain.draft(), LotId(id)).map_err(Problem::read)).await
}
