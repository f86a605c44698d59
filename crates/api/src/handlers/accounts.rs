//! Accounts and what they hold.

use axum::response::Response;
use gage_accounts::query::{AccountView, account};
use gage_chain::credit;
use gage_crypto::AccountId;
use gage_ledger::query::HoldingView;
use gage_units::{Amount, AssetId};
use serde::Serialize;

use super::Shared;
use crate::extract::{Params, Segment, ok};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::Problem;

/// The most assets that one page of holdings looks at.
const SCANNED_MAX: u32 = 5_000;

/// An account with its fee credit.
#[derive(Serialize)]
struct AccountReply {
    #[serde(flatten)]
    account: AccountView,
    /// Fee credit, in smallest units of the fee asset.
    credit: Amount,
}

/// `GET /v1/accounts/{id}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<AccountId>) -> Result<Response, Problem> {
    let reply = api.read(move |chain, _| {
        let view = account(chain.draft(), &id).map_err(Problem::read)?;
        Ok(AccountReply { credit: credit(chain.draft(), view.number), account: view })
    });
    Ok(ok(&reply.await?))
}

/// `GET /v1/accounts/{id}/holdings`
pub(crate) async fn holdings(
    api: Shared,
    Segment(id): Segment<AccountId>,
    Params(query): Params<PageQuery>,
) -> Result<Response, Problem> {
    let (limit, from) = (limit(query.limit)?, cursor::<u32>(query.cursor.as_deref())?.unwrap_or(0));
    let page = api.read(move |chain, _| {
        let draft = chain.draft();
        let account = gage_accounts::resolve(draft, &id).map_err(Problem::read)?;
        let mut items = Vec::new();
        let end = from.saturating_add(SCANNED_MAX);
        let mut next = from;
        // Assets have dense numbers: the first unknown one is the end.
        while next < end && items.len() < limit {
            let Ok(asset) = gage_ledger::asset(draft, AssetId(next)) else {
                return Ok(Page { items, next: None });
            };
            let balance = gage_ledger::balance(draft, account, AssetId(next));
            if !balance.is_empty() {
                let (symbol, decimals) = (asset.symbol, asset.decimals);
                items.push(HoldingView { asset: AssetId(next), symbol, decimals, balance });
            }
            next = next.saturating_add(1);
        }
        Ok(Page { items, next: Some(next.to_string()) })
    });
    Ok(ok(&page.await?))
}
