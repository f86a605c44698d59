//! Assets, and what each of them is.

use axum::response::Response;
use gage_securities::Coverage;
use gage_securities::query;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment};
use crate::paging::{List, Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// The query of the list of assets.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AssetsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only assets with this symbol.
    symbol: Option<String>,
}

/// `GET /v1/assets`
pub(crate) async fn list(api: Shared, Params(asked): Params<AssetsQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u32>(asked.cursor.as_deref())?);
    api.answer(move |chain, _| {
        let read = |after: Option<u32>, count| {
            let from = AssetId(after.map_or(0, |after| after.saturating_add(1)));
            Ok(gage_ledger::query::assets(chain.draft(), from, count))
        };
        let keep = |view: &gage_ledger::query::AssetView| {
            asked.symbol.as_ref().is_none_or(|symbol| view.asset.symbol == *symbol)
        };
        Page::filtered(limit, after, read, |asset| asset.id.0, keep)
    })
    .await
}

/// `GET /v1/assets/{asset}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let found = gage_ledger::query::asset(chain.draft(), AssetId(id));
        found.ok_or_else(|| Problem::read(gage_ledger::Error::UnknownAsset))
    })
    .await
}

/// `GET /v1/securities/{asset}`
pub(crate) async fn security(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| query::asset(chain.draft(), ctx, AssetId(id)).map_err(Problem::read)).await
}

/// `GET /v1/securities/{asset}/attestations`: what the asset's verifiers said last.
pub(crate) async fn attestations(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        let view = query::asset(chain.draft(), ctx, AssetId(id)).map_err(Problem::read)?;
        Ok(List { items: view.backing.map(|backing| backing.verifiers).unwrap_or_default() })
    })
    .await
}

/// `GET /v1/listings`
pub(crate) async fn listings(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u32>()?;
    api.answer(move |chain, ctx| {
        let items = query::listings(chain.draft(), ctx, after.map(AssetId), limit).map_err(Problem::read)?;
        Ok(Page::of(items, limit, |listed| listed.asset.0))
    })
    .await
}

/// Backing over claims of one asset.
#[derive(Serialize)]
pub(crate) struct CoverageReply {
    /// The asset.
    asset: AssetId,
    /// Backing, claims and their ratio.
    #[serde(flatten)]
    coverage: Coverage,
}

/// `GET /v1/coverage`
pub(crate) async fn coverage(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u32>()?;
    api.answer(move |chain, ctx| {
        let all = query::coverages(chain.draft(), ctx).map_err(Problem::read)?.into_iter();
        let behind = all.filter(|(asset, _)| after.is_none_or(|after| asset.0 > after));
        let items = behind.take(limit).map(|(asset, coverage)| CoverageReply { asset, coverage }).collect();
        Ok(Page::of(items, limit, |line: &CoverageReply| line.asset.0))
    })
    .await
}
