//! Bonds, and what was taken from them.

use axum::response::Response;
use gage_crypto::AccountId;
use gage_staking::query::{self, PAGE_MAX};
use gage_staking::{BondId, Role, RoleTerms, SlashId};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::paging::{List, Page, PageQuery};
use crate::problem::Problem;

/// A role with its terms.
#[derive(Serialize)]
pub(crate) struct RoleReply {
    /// The role.
    role: Role,
    /// On which terms it is taken on.
    terms: RoleTerms,
}

/// `GET /v1/staking/roles`
pub(crate) async fn roles(api: Shared) -> Result<Response, Problem> {
    api.answer(|chain, _| {
        let roles = query::roles(chain.draft()).into_iter();
        Ok(List { items: roles.map(|(role, terms)| RoleReply { role, terms }).collect() })
    })
    .await
}

/// The query of bonds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BondsQuery {
    /// As what.
    role: Role,
    /// For what: a feed for publishers, a facility for curators, an asset for listings; 0 if not given.
    #[serde(default)]
    purpose: Option<u64>,
}

/// `GET /v1/staking/bonds`: the largest first, at most 100.
pub(crate) async fn bonds(api: Shared, Params(asked): Params<BondsQuery>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        Ok(List { items: query::bonds_of_purpose(chain.draft(), asked.role, asked.purpose.unwrap_or(0)) })
    })
    .await
}

/// `GET /v1/staking/validators`
pub(crate) async fn validators(api: Shared) -> Result<Response, Problem> {
    api.answer(|chain, ctx| Ok(query::validators(chain.draft(), ctx.height))).await
}

/// The query of handovers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HandoversQuery {
    /// The epoch whose validators the reader knows; 0, the founders, if not given.
    after: u64,
}

/// `GET /v1/staking/handovers`: the oldest first, at most 100.
pub(crate) async fn handovers(api: Shared, Params(asked): Params<HandoversQuery>) -> Result<Response, Problem> {
    api.blocking(move |api| Ok(ok(&List { items: api.node.handovers(asked.after, PAGE_MAX) }))).await
}

/// `GET /v1/staking/equivocations`
pub(crate) async fn equivocations(api: Shared) -> Result<Response, Problem> {
    api.blocking(|api| Ok(ok(&List { items: api.node.equivocations() }))).await
}

/// `GET /v1/staking/bonds/{bond}`
pub(crate) async fn bond(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::bond(chain.draft(), BondId(id)).map_err(Problem::read)).await
}

/// `GET /v1/accounts/{account}/bonds`
pub(crate) async fn of_account(
    api: Shared,
    Segment(id): Segment<AccountId>,
    Params(asked): Params<PageQuery>,
) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u64>()?;
    let limit = limit.min(PAGE_MAX);
    api.answer(move |chain, _| {
        let owner = gage_accounts::resolve(chain.draft(), &id).map_err(Problem::read)?;
        let mut items = query::bonds_of_owner(chain.draft(), owner, after.map(BondId));
        items.truncate(limit);
        Ok(Page::of(items, limit, |bond| bond.bond.0))
    })
    .await
}

/// `GET /v1/staking/slashes`
pub(crate) async fn slashes(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u64>()?;
    let limit = limit.min(PAGE_MAX);
    api.answer(move |chain, _| {
        let from = SlashId(after.map_or(0, |after| after.saturating_add(1)));
        let mut items = query::slashes(chain.draft(), from);
        items.truncate(limit);
        Ok(Page::of(items, limit, |slash| slash.slash.0))
    })
    .await
}
