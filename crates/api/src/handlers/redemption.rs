//! Queues in which assets are redeemed.

use axum::response::Response;
use gage_crypto::AccountId;
use gage_securities::RequestId;
use gage_securities::query::{self, QueueView, RequestView};
use gage_units::{Amount, AssetId};
use serde::Deserialize;

use super::Shared;
use crate::extract::{Params, Segment};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// `GET /v1/redemptions`
pub(crate) async fn queues(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u32>()?;
    api.answer(move |chain, _| {
        Ok(Page::of(query::queues(chain.draft(), after.map(AssetId), limit), limit, |queue| queue.asset.0))
    })
    .await
}

/// `GET /v1/redemptions/{asset}`
pub(crate) async fn queue(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let queue = query::queue(chain.draft(), AssetId(id));
        let queue = queue.ok_or_else(|| Problem::unknown(gage_securities::Error::NoQueue(AssetId(id))))?;
        Ok(QueueView { asset: AssetId(id), queue })
    })
    .await
}

/// How much would be redeemed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitQuery {
    /// How much, in smallest units.
    amount: Amount,
}

/// `GET /v1/redemptions/{asset}/wait`
pub(crate) async fn wait(
    api: Shared,
    Segment(id): Segment<u32>,
    Params(asked): Params<WaitQuery>,
) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        query::queue(chain.draft(), AssetId(id))
            .ok_or_else(|| Problem::unknown(gage_securities::Error::NoQueue(AssetId(id))))?;
        query::expected_wait(chain.draft(), ctx, AssetId(id), asked.amount).map_err(Problem::read)
    })
    .await
}

/// The query of the list of requests.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RequestsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only requests of this account.
    owner: Option<AccountId>,
    /// Only requests for this asset, by number.
    asset: Option<u32>,
}

/// `GET /v1/redemption-requests`
pub(crate) async fn requests(api: Shared, Params(asked): Params<RequestsQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u64>(asked.cursor.as_deref())?);
    api.answer(move |chain, _| {
        let draft = chain.draft();
        let owner = asked.owner.map(|id| gage_accounts::resolve(draft, &id).map_err(Problem::read)).transpose()?;
        let read =
            |after: Option<u64>, count| query::requests(draft, after.map(RequestId), count).map_err(Problem::read);
        let keep = |view: &RequestView| {
            owner.is_none_or(|owner| view.request.owner == owner)
                && asked.asset.is_none_or(|asset| view.request.asset == AssetId(asset))
        };
        Page::filtered(limit, after, read, |view| view.id.0, keep)
    })
    .await
}

/// `GET /v1/redemption-requests/{request}`
pub(crate) async fn request(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::request(chain.draft(), RequestId(id)).map_err(Problem::read)).await
}
