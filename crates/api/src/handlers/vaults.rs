//! Vaults and the facilities they belong to.

use axum::response::Response;
use gage_crypto::AccountId;
use gage_vaults::{FacilityId, VaultId, query};
use serde::Deserialize;

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// The query of the list of vaults.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VaultsQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    owner: Option<AccountId>,
}

/// `GET /v1/vaults`
pub(crate) async fn list(api: Shared, Params(asked): Params<VaultsQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u32>(asked.cursor.as_deref())?.map(VaultId));
    let page = api.read(move |chain, _| {
        let draft = chain.draft();
        let items = match asked.owner {
            None => query::vaults(draft, after, limit),
            Some(owner) => {
                let owner = gage_accounts::resolve(draft, &owner).map_err(Problem::read)?;
                query::vaults_of(draft, owner, after, limit)
            }
        };
        Ok(Page::of(items.map_err(Problem::read)?, limit, |vault| vault.id.0))
    });
    Ok(ok(&page.await?))
}

/// `GET /v1/vaults/{id}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    let vault = api.read(move |chain, _| query::vault(chain.draft(), VaultId(id)).map_err(Problem::read));
    Ok(ok(&vault.await?))
}

/// `GET /v1/facilities`
pub(crate) async fn facilities(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u32>(asked.cursor.as_deref())?.unwrap_or(0));
    let page = api.read(move |chain, _| {
        // Facilities have dense numbers from 1: the first unknown one is the end.
        let numbers = (after.saturating_add(1)..).take(limit);
        let found = numbers.map_while(|id| query::facility(chain.draft(), FacilityId(id)).ok());
        Ok(Page::of(found.collect(), limit, |facility| facility.id.0))
    });
    Ok(ok(&page.await?))
}

/// `GET /v1/facilities/{id}`
pub(crate) async fn facility(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    let view = api.read(move |chain, _| query::facility(chain.draft(), FacilityId(id)).map_err(Problem::read));
    Ok(ok(&view.await?))
}
