//! Eligibility: who may hold what, why not, and what is counted.

use axum::response::Response;
use borsh::BorshDeserialize;
use gage_compliance::query::{self, ClaimView};
use gage_compliance::{ClaimKey, IdentityId};
use gage_crypto::AccountId;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment, read_hex};
use crate::paging::{List, Page, PageQuery, limit};
use crate::problem::Problem;

/// A transfer that has not happened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainQuery {
    /// Of which asset, by number.
    asset: u32,
    /// Who would send.
    from: AccountId,
    /// Who would receive.
    to: AccountId,
    /// How much, in smallest units; 1 if not given.
    amount: Option<Amount>,
}

/// `GET /v1/compliance/explain`
pub(crate) async fn explain(api: Shared, Params(asked): Params<ExplainQuery>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| {
        let (asset, amount) = (AssetId(asked.asset), asked.amount.unwrap_or(Amount(1)));
        gage_ledger::asset(chain.draft(), asset).map_err(Problem::read)?;
        query::dry_run(chain.draft(), ctx, &asked.from, &asked.to, asset, amount).map_err(Problem::read)
    })
    .await
}

/// `GET /v1/compliance/rules/{asset}`
pub(crate) async fn rules(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::rules(chain.draft(), AssetId(id)).map_err(Problem::read)).await
}

/// `GET /v1/accounts/{account}/standing`
pub(crate) async fn standing(api: Shared, Segment(id): Segment<AccountId>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::standing(chain.draft(), &id).map_err(Problem::read)).await
}

/// `GET /v1/compliance/identities/{identity}`
pub(crate) async fn identity(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::identity(chain.draft(), IdentityId(id)).map_err(Problem::read)).await
}

/// `GET /v1/compliance/identities/{identity}/claims`: the cursor is a claim's key.
pub(crate) async fn claims(
    api: Shared,
    Segment(id): Segment<u32>,
    Params(asked): Params<PageQuery>,
) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?;
    let after = asked.cursor.map(|text| read_hex("cursor", &text)).transpose()?;
    let key = |bytes: Vec<u8>| {
        ClaimKey::try_from_slice(&bytes).map_err(|_| Problem::parameter("cursor", "the `next` of an earlier page"))
    };
    let after = after.map(key).transpose()?;
    api.answer(move |chain, ctx| {
        let draft = chain.draft();
        query::identity(draft, IdentityId(id)).map_err(Problem::read)?;
        let items = query::claims(draft, IdentityId(id), ctx.time, after, limit);
        let key = |claim: &ClaimView| {
            let issuer =
                claim.issuer.and_then(|issuer| gage_accounts::resolve(draft, &issuer).ok()).unwrap_or_default();
            let (topic, scope, jurisdiction) = (claim.topic, claim.scope, claim.jurisdiction);
            let key = ClaimKey { subject: IdentityId(id), topic, issuer, scope, jurisdiction };
            hex::encode(borsh::to_vec(&key).expect("writing to memory cannot fail"))
        };
        Ok(Page::of(items, limit, key))
    })
    .await
}

/// `GET /v1/compliance/statistics/{asset}`
pub(crate) async fn statistics(api: Shared, Segment(id): Segment<u32>) -> Result<Response, Problem> {
    api.answer(move |chain, _| query::statistics(chain.draft(), AssetId(id)).map_err(Problem::read)).await
}

/// One of the largest holders of a counted asset.
#[derive(Serialize)]
pub(crate) struct HolderLine {
    /// Which identity.
    identity: IdentityId,
    /// How much, in smallest units.
    total: Amount,
}

/// How many of the largest.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LargestQuery {
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
}

/// `GET /v1/compliance/statistics/{asset}/largest`
pub(crate) async fn largest(
    api: Shared,
    Segment(id): Segment<u32>,
    Params(asked): Params<LargestQuery>,
) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?;
    api.answer(move |chain, _| {
        query::rules(chain.draft(), AssetId(id)).map_err(Problem::read)?;
        let found = query::largest(chain.draft(), AssetId(id), limit).into_iter();
        Ok(List { items: found.map(|(identity, total)| HolderLine { identity, total }).collect() })
    })
    .await
}
