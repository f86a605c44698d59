//! Lots at auction.

use axum::response::Response;
use gage_auctions::{LotId, query};
use gage_units::{Amount, Price};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// `GET /v1/auctions`
pub(crate) async fn list(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?.min(gage_auctions::params::LOTS_PAGE_MAX);
    let after = cursor::<u64>(asked.cursor.as_deref())?.map(LotId);
    let page = api.read(move |chain, ctx| {
        let items = query::lots(chain.draft(), after, limit, ctx.time).map_err(Problem::read)?;
        Ok(Page::of(items, limit, |lot| lot.id.0))
    });
    Ok(ok(&page.await?))
}

/// `GET /v1/auctions/{id}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    let lot = api.read(move |chain, ctx| query::lot_view(chain.draft(), LotId(id), ctx.time).map_err(Problem::read));
    Ok(ok(&lot.await?))
}

/// The query of a preview.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewQuery {
    amount: Amount,
    #[serde(default = "any_price")]
    price_max: Price,
}

fn any_price() -> Price {
    Price(u128::MAX)
}

/// What a take would move.
#[derive(Serialize)]
struct PreviewReply {
    taken: Amount,
    payment: Amount,
}

/// `GET /v1/auctions/{id}/preview`
pub(crate) async fn preview(
    api: Shared,
    Segment(id): Segment<u64>,
    Params(asked): Params<PreviewQuery>,
) -> Result<Response, Problem> {
    let plan = api.read(move |chain, ctx| {
        let plan = query::preview_take(chain.draft(), LotId(id), asked.amount, asked.price_max, ctx.time);
        let plan = plan.map_err(Problem::read)?;
        Ok(PreviewReply { taken: plan.taken, payment: plan.payment })
    });
    Ok(ok(&plan.await?))
}
