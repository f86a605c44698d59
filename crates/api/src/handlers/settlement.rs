//! Settlement instructions, holds, and what lies behind a holder of record.

use axum::response::Response;
use gage_crypto::{AccountId, Hash};
use gage_ledger::query::{self, InstructionView, SubHoldingView};
use gage_ledger::{Hold, HoldId, InstructionId, SubOwner};
use gage_units::{AccountNumber, AssetId};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::extract::{Params, Segment, Segments};
use crate::paging::{Page, PageQuery, cursor, limit};
use crate::problem::{Cause, Problem};

/// The query of the list of instructions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InstructionsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// The most entries, 1 to 500, 50 if not given.
    limit: Option<usize>,
    /// Only those in which this account delivers or receives, or which it proposed.
    account: Option<AccountId>,
}

/// `GET /v1/instructions`
pub(crate) async fn list(api: Shared, Params(asked): Params<InstructionsQuery>) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, cursor::<u64>(asked.cursor.as_deref())?);
    api.answer(move |chain, _| {
        let draft = chain.draft();
        let account = asked.account.map(|id| gage_accounts::resolve(draft, &id).map_err(Problem::read)).transpose()?;
        let concerns = |view: &InstructionView| {
            let party = |account| {
                view.record.proposer == account || view.record.parties.iter().any(|party| party.account == account)
            };
            account.is_none_or(party)
        };
        let read = |after: Option<u64>, count| {
            let from = InstructionId(after.map_or(0, |after| after.saturating_add(1)));
            Ok(query::instructions(draft, from, count))
        };
        Page::filtered(limit, after, read, |view| view.id.0, concerns)
    })
    .await
}

/// `GET /v1/instructions/{instruction}`
pub(crate) async fn get(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let id = InstructionId(id);
        let record = gage_ledger::instruction(chain.draft(), id).map_err(Problem::read)?;
        Ok(InstructionView { id, record })
    })
    .await
}

/// A hold with its number.
#[derive(Serialize)]
pub(crate) struct HoldReply {
    /// Its number.
    id: HoldId,
    /// The record.
    #[serde(flatten)]
    record: Hold,
}

/// `GET /v1/holds/{hold}`
pub(crate) async fn hold(api: Shared, Segment(id): Segment<u64>) -> Result<Response, Problem> {
    api.answer(move |chain, _| {
        let id = HoldId(id);
        let gone = || Problem::new(Cause::UnknownRecord, "there is no such hold: it is settled, released or never was");
        Ok(HoldReply { id, record: gage_ledger::hold_record(chain.draft(), id).ok_or_else(gone)? })
    })
    .await
}

/// `GET /v1/accounts/{account}/sub-holdings/{asset}`
pub(crate) async fn sub_holdings(
    api: Shared,
    Segments(id, asset): Segments<AccountId, u32>,
    Params(asked): Params<PageQuery>,
) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?;
    let after = asked.cursor.as_deref().map(owner).transpose()?;
    api.answer(move |chain, _| {
        let draft = chain.draft();
        let holder = gage_accounts::resolve(draft, &id).map_err(Problem::read)?;
        gage_ledger::asset(draft, AssetId(asset)).map_err(Problem::read)?;
        let items = query::sub_holdings(draft, holder, AssetId(asset), after, limit);
        Ok(Page::of(items, limit, |holding: &SubHoldingView| match holding.owner {
            SubOwner::Account(number) => number.0.to_string(),
            SubOwner::Reference(hash) => hash.to_string(),
        }))
    })
    .await
}

/// An owner as a cursor has it: an account's number, or the hash that stands for one known to the holder alone.
fn owner(text: &str) -> Result<SubOwner, Problem> {
    let number = text.parse().map(|number| SubOwner::Account(AccountNumber(number))).ok();
    let hash = || text.parse::<Hash>().map(SubOwner::Reference).ok();
    // A hash of digits alone is too long for a number.
    number.or_else(hash).ok_or_else(|| Problem::parameter("cursor", "the `next` of an earlier page"))
}
