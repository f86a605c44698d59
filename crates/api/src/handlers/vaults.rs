//! Vaults and the facilities they belong to.

use axum::response::Response;
use gage_auctions::LotId;
use gage_crypto::AccountId;
use gage_vaults::query::{self, PoolView, VaultLotView, VaultView};
use gage_vaults::{FacilityId, VaultId};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::{Cause, Problem};

/// The query of the list of vaults.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VaultsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only vaults of this account.
    owner: Option<AccountId>,
    /// Only vaults of this facility, by number.
    facility: Option<u32>,
}

/// `GET /v1/vaults`
pub(crate) async fn list(api: Shared, Params(asked): Params<VaultsQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u32>(asked.cursor.as_deref())?);
    api.answer(move |chain, _| {
        let draft = chain.draft();
        let owner = asked.owner.map(|id| gage_accounts::resolve(draft, &id).map_err(Problem::read)).transpose()?;
        let read = |after: Option<u32>, count| match owner {
            None => query::vaults(draft, after.map(VaultId), count).map_err(Problem::read),
            Some(owner) => query::vaults_of(draft, owner, after.map(VaultId), count).map_err(Problem::read),
        };
        let keep = |view: &VaultView| asked.facility.is_none_or(|id| view.facility == FacilityId(id));
        Page::filtered(limit, after, read, |vault| vault.id.0, keep)
    })
    .await
}

/// `GET /v1/vaults/{vault}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::vault(chain.draft(), VaultId(id)).map_err(Problem::read)).await
}

/// `GET /v1/vaults/{vault}/protection`
pub(crate) async fn protection(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::protection(chain.draft(), VaultId(id)).map_err(Problem::read)).await
}

/// The query of the list of vaults' lots.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VaultLotsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only lots of this vault, by number.
    vault: Option<u32>,
}

/// `GET /v1/vault-lots`
pub(crate) async fn lots(api: Shared, Params(asked): Params<VaultLotsQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u64>(asked.cursor.as_deref())?);
    api.answer(move |chain, _| {
        let read = |after: Option<u64>, count| Ok(query::lots(chain.draft(), after.map(LotId), count));
        let keep = |view: &VaultLotView| asked.vault.is_none_or(|id| view.record.vault == VaultId(id));
        Page::filtered(limit, after, read, |view| view.lot.0, keep)
    })
    .await
}

/// `GET /v1/facilities`
pub(crate) async fn facilities(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u32>()?;
    api.answer(move |chain, _| {
        // Facilities have dense numbers from 1: the first unknown one is the end.
        let numbers = (after.unwrap_or(0).saturating_add(1)..).take(limit);
        let found = numbers.map_while(|id| query::facility(chain.draft(), FacilityId(id)).ok());
        Ok(Page::of(found.collect(), limit, |facility| facility.id.0))
    })
    .await
}

/// `GET /v1/facilities/{facility}`
pub(crate) async fn facility(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::facility(chain.draft(), FacilityId(id)).map_err(Problem::read)).await
}

/// `GET /v1/facilities/{facility}/pool`
pub(crate) async fn pool(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| -> Result<PoolView, Problem> {
        let view = query::facility(chain.draft(), FacilityId(id)).map_err(Problem::read)?;
        let none =
            || Problem::new(Cause::UnknownRecord, "the facility mints what it lends: it has no pool of suppliers");
        view.pool.ok_or_else(none)
    })
    .await
}

/// The work of a facility's next liquidations.
#[derive(Serialize)]
pub(crate) struct CandidatesReply {
    /// How many vaults the index cannot call safe.
    candidates: usize,
}

/// `GET /v1/facilities/{facility}/candidates`
pub(crate) async fn candidates(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        query::facility(chain.draft(), FacilityId(id)).map_err(Problem::read)?;
        Ok(CandidatesReply { candidates: query::candidates(chain.draft(), FacilityId(id)) })
    })
    .await
}
