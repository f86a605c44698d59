//! Reads for the API.

mod payments;

use std::ops::Bound;

use gage_accounts::{Context, id_of};
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, MathError, Ratio, Rounding, Timestamp};
use serde::Serialize;

use crate::composition::composition;
use crate::exposure::exposure;
use crate::listing::{collateral_cap, has_bond};
use crate::redemption::{JOINING, QUEUES, Queue, REQUESTS, Request, RequestId, unfold};
use crate::state::{ATTESTATIONS, BACKINGS, COMPOSITIONS, Document, INSTRUMENTS, LISTINGS, MODULE_BACKINGS, of_asset};
use crate::status::proof_at;
use crate::{AssetStatus, BackingStatus, Cfi, Coverage, Error, Isin, Lei, Part, asset_status, coverage};

pub use payments::{
    ContractView, DistributionView, EntitlementView, FLOWS_MAX, FlowView, PotView, RetirementView, contract_view,
    distribution_view, distributions, entitlement, retirements,
};

/// Everything known of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssetView {
    /// The asset.
    pub asset: AssetId,
    /// What others may rely on, as of the time asked.
    pub status: AssetStatus,
    /// What it is.
    pub instrument: Option<InstrumentView>,
    /// What it is made of directly.
    pub parts: Vec<Part>,
    /// What it is made of in the end.
    pub base: Vec<ExposureView>,
    /// What backs it.
    pub backing: Option<BackingView>,
    /// Backing over claims.
    pub coverage: Option<Coverage>,
    /// How it is admitted.
    pub listing: Option<ListingView>,
}

/// An instrument as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstrumentView {
    /// The version.
    pub version: u32,
    /// Who answers for it.
    pub issuer: Option<AccountId>,
    /// Its name.
    pub name: String,
    /// ISIN.
    pub isin: Option<Isin>,
    /// The issuer's LEI.
    pub lei: Option<Lei>,
    /// CFI code.
    pub cfi: Option<Cfi>,
    /// The governing law.
    pub governing_law: String,
    /// The hash of the terms.
    pub terms: Hash,
    /// Further documents.
    pub documents: Vec<Document>,
    /// Who keeps the register.
    pub registrar: Option<AccountId>,
    /// Who pays.
    pub paying_agent: Option<AccountId>,
    /// Who computes what is due.
    pub calculation_agent: Option<AccountId>,
    /// When this version was registered.
    pub registered_at: Timestamp,
}

/// A base asset with its weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExposureView {
    /// The base asset.
    pub asset: AssetId,
    /// Whole units of it in one whole unit.
    pub weight: Ratio,
}

/// Backing as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackingView {
    /// The status.
    pub status: BackingStatus,
    /// How much of the asset is covered.
    pub proven: Amount,
    /// The haircut.
    pub haircut: Bps,
    /// When the proof lapses or lapsed.
    pub lapses_at: Option<Timestamp>,
    /// What backs it, in words, for attested backing.
    pub description: Option<String>,
    /// The module that reports it, for backing on this ledger.
    pub module: Option<u8>,
    /// How many verifiers must confirm, for attested backing.
    pub threshold: Option<u8>,
    /// The verifiers with their last statements.
    pub verifiers: Vec<VerifierView>,
}

/// A verifier with its last statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifierView {
    /// Who.
    pub verifier: Option<AccountId>,
    /// How much it confirmed.
    pub amount: Option<Amount>,
    /// The date of the statement.
    pub as_of: Option<Timestamp>,
    /// Until when it counts.
    pub expires: Option<Timestamp>,
    /// The hash of the evidence.
    pub evidence: Option<Hash>,
}

/// A listing as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListingView {
    /// The tier.
    pub tier: u8,
    /// Who answers for it.
    pub curator: Option<AccountId>,
    /// Whether the curator's bond stands.
    pub bonded: bool,
    /// The most that may be minted here.
    pub supply_cap: Amount,
    /// The most that may ever serve as collateral.
    pub collateral_cap: Amount,
    /// The most that may serve as collateral now, by age and depth.
    pub collateral_cap_now: Amount,
    /// Since when.
    pub since: Timestamp,
}

/// Everything known of `asset` as of the context's time.
///
/// # Errors
/// [`Error::Ledger`] for an unknown asset, [`Error::Math`].
pub fn asset(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<AssetView, Error> {
    gage_ledger::asset(draft, asset)?;
    let weighted = |(asset, weight)| ExposureView { asset, weight };
    Ok(AssetView {
        asset,
        status: asset_status(draft, ctx, asset)?,
        instrument: instrument(draft, asset),
        parts: COMPOSITIONS.get(draft, &asset).unwrap_or_default().parts,
        // What was recomposed beyond the bounds has no expansion, and its status says so.
        base: composition(draft, asset).unwrap_or_default().into_iter().map(weighted).collect(),
        backing: backing(draft, ctx, asset)?,
        coverage: coverage(draft, ctx, asset)?,
        listing: listing(draft, ctx, asset)?,
    })
}

/// Every asset with backing, with its coverage, in order: what an audit lists.
///
/// # Errors
/// [`Error::Math`].
pub fn coverages(draft: &Draft, ctx: &Context) -> Result<Vec<(AssetId, Coverage)>, Error> {
    let attested = BACKINGS.iter(draft).map(|(asset, _)| asset);
    let mut assets: Vec<AssetId> = attested.chain(MODULE_BACKINGS.iter(draft).map(|(asset, _)| asset)).collect();
    assets.sort_unstable();
    assets.dedup();
    let mut found = Vec::with_capacity(assets.len());
    for asset in assets {
        found.extend(coverage(draft, ctx, asset)?.map(|coverage| (asset, coverage)));
    }
    Ok(found)
}

fn instrument(draft: &Draft, asset: AssetId) -> Option<InstrumentView> {
    let record = INSTRUMENTS.get(draft, &asset)?;
    let agent = |number: Option<AccountNumber>| number.and_then(|number| id_of(draft, number));
    Some(InstrumentView {
        version: record.version,
        issuer: id_of(draft, record.issuer),
        registrar: agent(record.registrar),
        paying_agent: agent(record.paying_agent),
        calculation_agent: agent(record.calculation_agent),
        name: record.name,
        isin: record.isin,
        lei: record.lei,
        cfi: record.cfi,
        governing_law: record.governing_law,
        terms: record.terms,
        documents: record.documents,
        registered_at: record.registered_at,
    })
}

fn backing(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Option<BackingView>, Error> {
    let Some(proof) = proof_at(draft, ctx.time, asset)? else { return Ok(None) };
    let terms = BACKINGS.get(draft, &asset).map(|backing| backing.terms);
    let verifier = |number: AccountNumber| {
        let record = ATTESTATIONS.range(draft, of_asset(asset)).find(|((_, by), _)| *by == number).map(|(_, r)| *r);
        VerifierView {
            verifier: id_of(draft, number),
            amount: record.map(|record| record.amount),
            as_of: record.map(|record| record.as_of),
            expires: record.map(|record| record.expires),
            evidence: record.map(|record| record.evidence),
        }
    };
    Ok(Some(BackingView {
        status: proof.status,
        proven: proof.proven,
        haircut: proof.haircut,
        lapses_at: proof.lapses_at,
        module: MODULE_BACKINGS.get(draft, &asset).map(|record| record.module),
        threshold: terms.as_ref().map(|terms| terms.threshold),
        verifiers: terms.iter().flat_map(|terms| terms.verifiers.iter().copied()).map(verifier).collect(),
        description: terms.map(|terms| terms.description),
    }))
}

/// What an account is exposed to in base assets, over all its fungible holdings.
///
/// # Errors
/// As [`exposure`].
pub fn account_exposure(draft: &Draft, account: AccountNumber) -> Result<Vec<(AssetId, Amount)>, Error> {
    let holdings = gage_ledger::query::holdings(draft, account, AssetId(0), usize::MAX);
    let mut all = Vec::with_capacity(holdings.len());
    for holding in holdings {
        all.push((holding.asset, holding.balance.total()?));
    }
    Ok(exposure(draft, &all)?.into_iter().collect())
}

/// A redemption request as of the last closed window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestView {
    /// Its number.
    pub id: RequestId,
    /// Its record, all windows counted.
    #[serde(flatten)]
    pub request: Request,
}

/// How long a request made now would wait if nobody cancels and the funds are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WaitView {
    /// When the first window closes that it takes part in.
    pub first: Timestamp,
    /// When the last of it is redeemed.
    pub last: Timestamp,
    /// How many windows that takes.
    pub windows: u64,
}

/// The queue of an asset, if it has one.
pub fn queue(draft: &Draft, asset: AssetId) -> Option<Queue> {
    QUEUES.get(draft, &asset)
}

/// A queue with its asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueueView {
    /// What is redeemed.
    pub asset: AssetId,
    /// The record.
    #[serde(flatten)]
    pub queue: Queue,
}

/// The queues of assets behind `after`, at most `limit`.
pub fn queues(draft: &Draft, after: Option<AssetId>, limit: usize) -> Vec<QueueView> {
    let behind = QUEUES.iter(draft).filter(|(asset, _)| after.is_none_or(|after| *asset > after));
    behind.take(limit).map(|(asset, queue)| QueueView { asset, queue: *queue }).collect()
}

/// Requests behind `after` by number, all windows counted, at most `limit`.
///
/// # Errors
/// [`Error::Math`].
pub fn requests(draft: &Draft, after: Option<RequestId>, limit: usize) -> Result<Vec<RequestView>, Error> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = REQUESTS.range(draft, (from, Bound::Unbounded)).take(limit);
    page.map(|(id, _)| request(draft, *id)).collect()
}

/// A listing with its asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedView {
    /// The asset.
    pub asset: AssetId,
    /// How it is admitted.
    #[serde(flatten)]
    pub listing: ListingView,
}

/// The listings of assets behind `after`, at most `limit`.
///
/// # Errors
/// [`Error::Math`].
pub fn listings(draft: &Draft, ctx: &Context, after: Option<AssetId>, limit: usize) -> Result<Vec<ListedView>, Error> {
    let behind = LISTINGS.iter(draft).map(|(asset, _)| asset).filter(|asset| after.is_none_or(|after| *asset > after));
    let page: Vec<AssetId> = behind.take(limit).collect();
    let view = |asset| Ok(listing(draft, ctx, asset)?.map(|listing| ListedView { asset, listing }));
    page.into_iter().filter_map(|asset| view(asset).transpose()).collect()
}

fn listing(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Option<ListingView>, Error> {
    let collateral_cap_now = collateral_cap(draft, ctx, asset)?;
    Ok(LISTINGS.get(draft, &asset).map(|listing| ListingView {
        tier: listing.tier,
        curator: listing.curator.and_then(|number| id_of(draft, number)),
        bonded: listing.curator.is_some_and(|curator| has_bond(draft, curator, asset)),
        supply_cap: listing.supply_cap,
        collateral_cap: listing.collateral_cap,
        collateral_cap_now,
        since: listing.since,
    }))
}

/// A request, all windows counted.
///
/// # Errors
/// [`Error::UnknownRequest`], [`Error::Math`].
pub fn request(draft: &Draft, id: RequestId) -> Result<RequestView, Error> {
    let request = REQUESTS.get(draft, &id).ok_or(Error::UnknownRequest)?;
    Ok(RequestView { id, request: unfold(draft, request, usize::MAX)? })
}

/// How long `amount` of `asset` would wait if it were requested now: everybody who waits is redeemed by
/// the same part of what the gate lets out of today's supply; rounded up.
///
/// # Errors
/// [`Error::NoQueue`], [`Error::Math`].
pub fn expected_wait(draft: &Draft, ctx: &Context, asset: AssetId, amount: Amount) -> Result<WaitView, Error> {
    let queue = crate::redemption::queue(draft, asset)?;
    let window = queue.terms.window_ms;
    let closes_at = if queue.is_busy() { queue.closes_at } else { ctx.time.plus_ms(window)? };
    let noticed = ctx.time.plus_ms(queue.terms.notice_ms)?;
    let skipped = noticed.0.saturating_sub(closes_at.0).div_ceil(window);
    let gate = queue.terms.gate.apply(gage_ledger::supply(draft, asset).0, Rounding::Down)?.max(1);
    // Who joins until then waits beside it; what is redeemed until then does not.
    let last = queue.window.checked_add(skipped).ok_or(MathError::Overflow)?;
    let joins = JOINING.iter(draft).filter(|((of, index), _)| *of == asset && *index <= last);
    let joined = joins.map(|(_, amount)| *amount).try_fold(queue.waiting, Amount::plus)?;
    let gone = gate.saturating_mul(skipped.into());
    let beside = Amount(joined.0.saturating_sub(gone));
    let windows = beside.plus(amount)?.0.div_ceil(gate);
    let windows = u64::try_from(windows).map_err(|_| MathError::Overflow)?;
    let ahead = |count: u64| count.checked_mul(window).ok_or(MathError::Overflow);
    let first = closes_at.plus_ms(ahead(skipped)?)?;
    let last = first.plus_ms(ahead(windows.saturating_sub(1))?)?;
    Ok(WaitView { first, last, windows })
}
