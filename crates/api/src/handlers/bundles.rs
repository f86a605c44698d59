//! What accounts of several keys propose.

use axum::response::Response;
use gage_accounts::query::{bundle, bundles};
use gage_crypto::AccountId;
use serde::Serialize;

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// `GET /v1/accounts/{id}/bundles`
pub(crate) async fn list(
    api: Shared,
    Segment(id): Segment<AccountId>,
    Params(query): Params<PageQuery>,
) -> Result<Response, Problem> {
    let (limit, after) = (limit(query.limit)?, cursor::<u64>(query.cursor.as_deref())?);
    let page = api.read(move |chain, _| {
        // An account has few: `BUNDLES_OF_ACCOUNT_MAX`.
        let all = bundles(chain.draft(), &id).map_err(Problem::read)?.into_iter();
        let behind = all.filter(|view| after.is_none_or(|after| view.number > after));
        Ok(Page::of(behind.take(limit).collect(), limit, |view| view.number))
    });
    Ok(ok(&page.await?))
}

/// `GET /v1/bundles/{number}`
pub(crate) async fn get(api: Shared, Segment(number): Segment<u64>) -> Result<Response, Problem> {
    let view = api.read(move |chain, _| bundle(chain.draft(), number).map_err(Problem::read));
    Ok(ok(&view.await?))
}

/// A bundle that governance has scheduled.
#[derive(Serialize)]
pub(crate) struct ScheduledReply {
    /// Its number.
    number: u64,
    /// The record.
    #[serde(flatten)]
    bundle: gage_chain::Bundle,
}

/// `GET /v1/governance/bundles`
pub(crate) async fn scheduled(api: Shared, Params(query): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = query.read::<u64>()?;
    api.answer(move |chain, _| {
        let behind = gage_chain::scheduled(chain.draft())
            .into_iter()
            .filter(|(number, _)| after.is_none_or(|after| *number > after));
        let items = behind.take(limit).map(|(number, bundle)| ScheduledReply { number, bundle }).collect();
        Ok(Page::of(items, limit, |line: &ScheduledReply| line.number))
    })
    .await
}
