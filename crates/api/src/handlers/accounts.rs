//! Accounts: keys, what guards them, what they hold.

use axum::response::Response;
use gage_accounts::query::{AccountView, GuardView, account, guard};
use gage_accounts::{Question, id_of, policy_proof};
use gage_chain::{credit, deposit};
use gage_crypto::AccountId;
use gage_ledger::query::HoldingView;
use gage_units::{AccountNumber, Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment};
use crate::paging::{List, Page, PageQuery};
use crate::problem::Problem;

/// The most assets or account numbers that one page looks at.
const SCANNED_MAX: u32 = 5_000;

/// An account with its fee credit.
#[derive(Serialize)]
pub(crate) struct AccountReply {
    /// The account.
    #[serde(flatten)]
    account: AccountView,
    /// Fee credit, in smallest units of the fee asset.
    credit: Amount,
    /// What it has left as deposits for records, in smallest units of the fee asset.
    deposit: Amount,
}

/// An account's names.
#[derive(Serialize)]
pub(crate) struct AccountLine {
    /// Its number, as events name it.
    number: AccountNumber,
    /// Its name.
    id: AccountId,
}

/// `GET /v1/accounts`
pub(crate) async fn list(api: Shared, Params(asked): Params<PageQuery>) -> Result<Response, Problem> {
    let (limit, after) = asked.read::<u32>()?;
    api.answer(move |chain, _| {
        let from = after.map_or(0, |after| after.saturating_add(1));
        let mut items = Vec::new();
        // Numbers are dense but for those of modules at the beginning.
        for number in from..from.saturating_add(SCANNED_MAX) {
            let Some(id) = id_of(chain.draft(), AccountNumber(number)) else {
                if number > u32::from(u8::MAX) {
                    return Ok(Page { items, next: None });
                }
                continue;
            };
            items.push(AccountLine { number: AccountNumber(number), id });
            if items.len() >= limit {
                break;
            }
        }
        Ok(Page::of(items, limit, |line| line.number.0))
    })
    .await
}

/// `GET /v1/accounts/{account}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<AccountId>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let view = account(chain.draft(), &id).map_err(Problem::read)?;
        let (credit, deposit) = (credit(chain.draft(), view.number), deposit(chain.draft(), view.number));
        Ok(AccountReply { credit, deposit, account: view })
    })
    .await
}

/// `GET /v1/accounts/{account}/guard`
pub(crate) async fn guarded(api: Shared, Segment(id): Segment<AccountId>) -> Result<Response, Problem> {
    api.answer(move |chain, ctx| -> Result<GuardView, Problem> {
        guard(chain.draft(), &id, ctx.time).map_err(Problem::read)
    })
    .await
}

/// What is asked of an account's policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofQuery {
    /// Of which asset, by number.
    asset: u32,
    /// How many keys act together; keys of sessions count too.
    keys: u8,
    /// Within which time, in milliseconds.
    time_ms: u64,
}

/// `GET /v1/accounts/{account}/policy-proof`
pub(crate) async fn proof(
    api: Shared,
    Segment(id): Segment<AccountId>,
    Params(asked): Params<ProofQuery>,
) -> Result<Response, Problem> {
    let question = Question { asset: AssetId(asked.asset), keys: asked.keys, time_ms: asked.time_ms };
    api.answer(move |chain, ctx| policy_proof(chain.draft(), ctx.time, &id, question).map_err(Problem::read)).await
}

/// `GET /v1/accounts/{account}/holdings`
pub(crate) async fn holdings(
    api: Shared,
    Segment(id): Segment<AccountId>,
    Params(asked): Params<PageQuery>,
) -> Result<Response, Problem> {
    let (limit, from) = asked.read::<u32>()?;
    let from = from.unwrap_or(0);
    api.answer(move |chain, _| {
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
    })
    .await
}

/// What an account is exposed to.
#[derive(Serialize)]
pub(crate) struct ExposureLine {
    /// The base asset.
    asset: AssetId,
    /// How much of it, in its smallest unit.
    amount: Amount,
}

/// `GET /v1/accounts/{account}/exposure`
pub(crate) async fn exposure(api: Shared, Segment(id): Segment<AccountId>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let account = gage_accounts::resolve(chain.draft(), &id).map_err(Problem::read)?;
        let found = gage_securities::query::account_exposure(chain.draft(), account).map_err(Problem::read)?;
        Ok(List { items: found.into_iter().map(|(asset, amount)| ExposureLine { asset, amount }).collect() })
    })
    .await
}
