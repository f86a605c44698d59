//! The books recomputed: conservation of every asset, and what backs each asset that is backed.

use std::sync::Arc;

use axum::response::Response;
use gage_chain::Chain;
use gage_units::{Amount, AssetId, Height, Timestamp};
use serde::Serialize;
use tokio::time::Instant;

use super::Shared;
use crate::extract::ok;
use crate::problem::Problem;

/// The most assets an audit lists one by one; the invariants cover all.
const LISTED_MAX: usize = 1_000;

/// What an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The audited height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Whether every unit is accounted for and every invariant of every module holds.
    pub conservation_ok: bool,
    /// The first invariant that does not hold.
    pub broken: Option<String>,
    /// The assets with what exists of them.
    pub assets: Vec<AssetLine>,
    /// The assets with backing.
    pub coverage: Vec<CoverageLine>,
    /// The facilities with the identity of their stable asset.
    pub facilities: Vec<FacilityLine>,
}

/// What exists of an asset.
#[derive(Clone, Debug, Serialize)]
pub struct AssetLine {
    /// The asset.
    pub asset: AssetId,
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// What exists of it.
    pub supply: Amount,
}

/// Backing over claims.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageLine {
    /// The asset.
    pub asset: AssetId,
    /// Its symbol.
    pub symbol: String,
    /// Backing, claims and their ratio.
    #[serde(flatten)]
    pub coverage: gage_securities::Coverage,
}

/// A facility's identity and collateral over supply.
#[derive(Clone, Debug, Serialize)]
pub struct FacilityLine {
    /// The facility.
    pub facility: u32,
    /// What it lends.
    pub stable: AssetId,
    /// Both sides of its identity.
    pub identity: gage_vaults::query::IdentityView,
    /// Pledges at liquidation quotes, in 1e-18 of the numeraire.
    pub collateral_value: Amount,
    /// Collateral value over supply.
    pub coverage: Option<gage_units::Ratio>,
}

/// The last audit, and when the next may begin.
pub(crate) struct Kept {
    audit: Audit,
    next: Instant,
}

/// An audit holds the state while it runs; it may take at most one part in so many of the time.
const SHARE: u32 = 10;

/// `GET /v1/audit`: one at a time, once per height, and never more than a tenth of the time.
pub(crate) async fn get(api: Shared) -> Result<Response, Problem> {
    let mut kept = Arc::clone(&api.audit).lock_owned().await;
    let height = api.read(|_, ctx| Ok(ctx.height)).await?;
    if let Some(last) = kept.as_ref() {
        if last.audit.height == height {
            return Ok(ok(&last.audit));
        }
        tokio::time::sleep_until(last.next).await;
    }
    // The turn goes with the work: a client that leaves does not let the next one in before its time.
    let answer = api.blocking(move |api| {
        let started = Instant::now();
        let audit = api.node.read(audit_chain)?;
        let answer = ok(&audit);
        let next = Instant::now() + started.elapsed().saturating_mul(SHARE);
        *kept = Some(Kept { audit, next });
        Ok(answer)
    });
    answer.await
}

/// Recomputes everything from the records of a state.
///
/// # Errors
/// Figures that do not fit.
pub fn audit_chain(chain: &Chain) -> Result<Audit, Problem> {
    let ctx = &crate::api::context(chain);
    let draft = chain.draft();
    let broken = chain.check_invariants().err().map(|broken| broken.to_string());
    let assets = gage_ledger::query::assets(draft, AssetId(0), LISTED_MAX);
    let symbol = |id: AssetId| gage_ledger::asset(draft, id).map(|asset| asset.symbol).unwrap_or_default();
    let coverages = gage_securities::query::coverages(draft, ctx).map_err(Problem::read)?;
    let facilities = gage_vaults::query::facilities(draft).map_err(Problem::read)?;
    Ok(Audit {
        height: ctx.height,
        time: ctx.time,
        conservation_ok: broken.is_none() && facilities.iter().all(|facility| facility.identity.holds),
        broken,
        assets: assets
            .into_iter()
            .map(|view| AssetLine {
                asset: view.id,
                symbol: view.asset.symbol,
                decimals: view.asset.decimals,
                supply: view.supply,
            })
            .collect(),
        coverage: coverages
            .into_iter()
            .take(LISTED_MAX)
            .map(|(asset, coverage)| CoverageLine { asset, symbol: symbol(asset), coverage })
            .collect(),
        facilities: facilities
            .into_iter()
            .take(LISTED_MAX)
            .map(|view| FacilityLine {
                facility: view.id.0,
                stable: view.record.stable,
                identity: view.identity,
                collateral_value: view.collateral_value,
                coverage: view.coverage,
            })
            .collect(),
    })
}
