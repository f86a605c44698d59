//! What assets pay: distributions, contracts, and units that were retired.

use axum::response::Response;
use gage_crypto::AccountId;
use gage_securities::DistributionId;
use gage_securities::query::{self, DistributionView, RetirementView};
use gage_securities::retirement::RetirementId;
use gage_units::AssetId;
use serde::Deserialize;

use super::Shared;
use crate::extract::{Params, Segment, Segments};
use crate::paging::{Page, cursor, limit};
use crate::problem::Problem;

/// The query of what belongs to assets.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OfAssetQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only of this asset, by number.
    asset: Option<u32>,
}

impl OfAssetQuery {
    fn takes(&self, asset: AssetId) -> bool {
        self.asset.is_none_or(|wanted| asset == AssetId(wanted))
    }
}

/// The number behind the last one that was given.
fn from(after: Option<u64>) -> u64 {
    after.map_or(0, |after| after.saturating_add(1))
}

/// `GET /v1/distributions`
pub(crate) async fn distributions(api: Shared, Params(asked): Params<OfAssetQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u64>(asked.cursor.as_deref())?);
    api.answer(move |chain, _| {
        let read = |after, count| Ok(query::distributions(chain.draft(), None, DistributionId(from(after)), count));
        let keep = |view: &DistributionView| asked.takes(view.asset);
        Page::filtered(limit, after, read, |view| view.distribution.0, keep)
    })
    .await
}

/// `GET /v1/distributions/{distribution}`
pub(crate) async fn distribution(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::distribution_view(chain.draft(), DistributionId(id)).map_err(Problem::read)).await
}

/// `GET /v1/distributions/{distribution}/entitlements/{account}`
pub(crate) async fn entitlement(
    api: Shared,
    Segments(id, account): Segments<u64, AccountId>,
) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        let account = gage_accounts::resolve(chain.draft(), &account).map_err(Problem::read)?;
        query::entitlement(chain.draft(), ctx, DistributionId(id), account).map_err(Problem::read)
    })
    .await
}

/// `GET /v1/securities/{asset}/contract`
pub(crate) async fn contract(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        gage_ledger::asset(chain.draft(), AssetId(id)).map_err(Problem::read)?;
        query::contract_view(chain.draft(), AssetId(id)).map_err(|error| match error {
            gage_securities::Error::NoContract(_) => Problem::unknown(error),
            other => Problem::read(other),
        })
    })
    .await
}

/// `GET /v1/retirements`
pub(crate) async fn retirements(api: Shared, Params(asked): Params<OfAssetQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u64>(asked.cursor.as_deref())?);
    api.answer(move |chain, _| {
        let read = |after, count| Ok(query::retirements(chain.draft(), None, RetirementId(from(after)), count));
        let keep = |view: &RetirementView| asked.takes(view.asset);
        Page::filtered(limit, after, read, |view| view.retirement.0, keep)
    })
    .await
}
