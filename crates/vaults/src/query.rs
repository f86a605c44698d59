//! Reads for the API.

use std::ops::Bound;

use gage_auctions::LotId;
use gage_backstop::Holding;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AccountNumber, Accumulator, Amount, AssetId, Bps, Price, RatePerSecond, Ratio, Rounding};
use ruint::aliases::U512;
use serde::{Deserialize, Serialize};

use crate::calls::{self, MarginCall};
use crate::protection::band::{self, Band};
use crate::protection::ladder::{self, Ladder};
use crate::protection::watch::{self, Watch};
use crate::redemption::REDEMPTIONS;
use crate::shutdown::PARTS;
use crate::state::{FACILITIES, KEPT, LOTS, OWNED, VAULTS};
use crate::wide::{divide, in_numeraire, narrow, scale_of, times, wide, worth};
use crate::{
    Collateral, CollateralTerms, Error, Facility, FacilityId, Mark, Peg, Pool, Redemption, Shutdown, Totals, Vault,
    VaultId, VaultLot, Version, book, mark, peg, pool, shutdown, source, split,
};

/// Whose a vault is, if it exists.
pub fn owner(draft: &Draft, id: VaultId) -> Option<AccountNumber> {
    VAULTS.peek(draft, &id).map(|vault| vault.owner)
}

/// The most entries one page of a list has.
pub const PAGE_MAX: usize = 1_000;

/// One collateral of a vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionView {
    /// What is pledged.
    pub asset: AssetId,
    /// At which parameter version.
    pub version: Version,
    /// How much is pledged.
    pub amount: Amount,
    /// What it is worth at the liquidation quote, in 1e-18 of the numeraire, rounded down.
    pub value: Amount,
    /// The debt it covers.
    pub debt: Amount,
    /// How many lots of it are at auction.
    pub lots: u16,
    /// The price of this collateral at which health is one, the others unchanged; null without debt,
    /// or if no price of it alone decides.
    pub liquidation_price: Option<Price>,
}

/// A vault as it stands at the quotes of the last mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultView {
    /// Its number.
    pub id: VaultId,
    /// Whose it is.
    pub owner: Option<AccountId>,
    /// Of which facility.
    pub facility: FacilityId,
    /// All it owes, without what is at auction.
    pub debt: Amount,
    /// Debt of its lots that is not repaid yet.
    pub auctioned: Amount,
    /// Pledges at their thresholds over debt, rounded down; null without debt.
    pub health: Option<Ratio>,
    /// What is pledged is worth this, in 1e-18 of the numeraire, rounded down.
    pub collateral_value: Amount,
    /// The collaterals, the safest first.
    pub positions: Vec<PositionView>,
}

/// One parameter version of a collateral in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketView {
    /// The version.
    pub version: Version,
    /// Its terms.
    pub terms: CollateralTerms,
    /// `A_j`.
    pub accumulator: Accumulator,
    /// The debt it covers.
    pub debt: Amount,
    /// What is pledged at it.
    pub pledged: Amount,
    /// How many vaults are in it.
    pub positions: u32,
}

/// A collateral of a facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollateralView {
    /// The asset.
    pub asset: AssetId,
    /// The record.
    #[serde(flatten)]
    pub record: Collateral,
    /// What the last mark found.
    pub mark: Mark,
    /// The versions in use and the newest.
    pub versions: Vec<BucketView>,
}

/// Both sides of the identity:
/// `supply + rounding = bucket_debt + auctioned + bad_debt + peg_issued + settled + cash`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityView {
    /// The stable asset in existence; claims and reserves of a pool.
    pub supply: Amount,
    /// Debt above it that rounding took.
    pub rounding: Amount,
    /// Debt of vaults.
    pub bucket_debt: Amount,
    /// Debt at auction.
    pub auctioned: Amount,
    /// Losses nobody bore.
    pub bad_debt: Amount,
    /// What was issued for cash of the pegs.
    pub peg_issued: Amount,
    /// What stands for the basket of a shutdown.
    pub settled: Amount,
    /// Cash of a pool.
    pub cash: Amount,
    /// Whether both sides are equal.
    pub holds: bool,
}

/// A facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacilityView {
    /// Its number.
    pub id: FacilityId,
    /// The record, with ceilings and rates.
    #[serde(flatten)]
    pub record: Facility,
    /// Running totals.
    pub totals: Totals,
    /// What may still be borrowed under the ceiling.
    pub room: Amount,
    /// The identity.
    pub identity: IdentityView,
    /// All pledges and collateral in lots at liquidation quotes, in 1e-18 of the numeraire, rounded down.
    pub collateral_value: Amount,
    /// Collateral, cash, the pegs' cash and the basket of a shutdown over what is owed, rounded down; null if
    /// nothing is. The coverage of the stable asset, or of suppliers' claims.
    pub coverage: Option<Ratio>,
    /// The collaterals.
    pub collaterals: Vec<CollateralView>,
    /// What suppliers have, if it lends from a pool.
    pub pool: Option<PoolView>,
    /// What it swaps at par, by asset.
    pub pegs: Vec<(AssetId, Peg)>,
    /// What redemption costs, as of its last change.
    pub redemption: Option<Redemption>,
    /// How far its end has come.
    pub shutdown: Option<Shutdown>,
    /// What is left of the basket of its end.
    pub basket: Vec<Holding>,
}

/// The pool of a facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolView {
    /// The record.
    #[serde(flatten)]
    pub record: Pool,
    /// All shares.
    pub shares: Amount,
    /// Claims over shares, virtual units included, rounded down.
    pub share_price: Ratio,
    /// The part of it that is lent, rounded up.
    pub utilisation: Ratio,
    /// What vaults pay now, per second, beside their premium.
    pub base_rate: RatePerSecond,
}

/// A lot at auction for a vault; its price is the auctions module's to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultLotView {
    /// The lot.
    pub lot: LotId,
    /// The record.
    #[serde(flatten)]
    pub record: VaultLot,
}

/// What stands between a vault and an auction, besides its health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectionView {
    /// The margin call.
    pub call: Option<MarginCall>,
    /// The steps its owner bonded.
    pub ladder: Option<Ladder>,
    /// The band its owner asked for, and what of its window is used.
    pub band: Option<Band>,
    /// When either is due, or until when it rests.
    pub watch: Option<Watch>,
}

/// The margin call, ladder and band of a vault. # Errors [`Error::UnknownVault`].
pub fn protection(draft: &Draft, id: VaultId) -> Result<ProtectionView, Error> {
    book::vault(draft, id)?;
    Ok(ProtectionView {
        call: calls::margin_call(draft, id),
        ladder: ladder::ladder(draft, id),
        band: band::band(draft, id),
        watch: watch::watch(draft, id),
    })
}

/// One vault. # Errors [`Error::UnknownVault`].
pub fn vault(draft: &Draft, id: VaultId) -> Result<VaultView, Error> {
    view(draft, id, &book::vault(draft, id)?)
}

/// At most `limit` (and [`PAGE_MAX`]) vaults after `after`, by number.
pub fn vaults(draft: &Draft, after: Option<VaultId>, limit: usize) -> Result<Vec<VaultView>, Error> {
    let mut found = Vec::new();
    let last = crate::state::COUNTERS.get(draft, &crate::state::LAST_VAULT).unwrap_or(0);
    let mut next = after.map_or(1, |after| after.0.saturating_add(1));
    while next <= last && found.len() < limit.min(PAGE_MAX) {
        if let Some(vault) = VAULTS.peek(draft, &VaultId(next)) {
            found.push(view(draft, VaultId(next), vault)?);
        }
        next = next.saturating_add(1);
    }
    Ok(found)
}

/// At most `limit` (and [`PAGE_MAX`]) vaults of an owner after `after`, by number.
pub fn vaults_of(
    draft: &Draft,
    owner: AccountNumber,
    after: Option<VaultId>,
    limit: usize,
) -> Result<Vec<VaultView>, Error> {
    let from = Bound::Excluded((owner, after.unwrap_or_default()));
    let page = OWNED.range(draft, (from, Bound::Included((owner, VaultId(u32::MAX))))).take(limit.min(PAGE_MAX));
    page.map(|((_, id), ())| vault(draft, *id)).collect()
}

/// One facility. # Errors [`Error::UnknownFacility`].
pub fn facility(draft: &Draft, id: FacilityId) -> Result<FacilityView, Error> {
    let record = book::facility(draft, id)?;
    let totals = book::totals(draft, id);
    let pool = crate::pool::POOLS.get(draft, &id);
    let supply = match pool {
        None => gage_ledger::supply(draft, record.stable),
        Some(pool) => pool.claims.plus(pool.reserves)?,
    };
    let cash = pool.map_or(Amount::ZERO, |pool| pool.cash);
    let debts = totals.debts()?;
    let mut value = crate::wide::Worth::ZERO;
    let mut collaterals = Vec::new();
    for ((_, asset), collateral) in mark::collaterals(draft, id) {
        let mark = book::mark_of(draft, id, asset);
        let mut versions = Vec::new();
        value = value.saturating_add(worth(mark.selling, mark.price.0, collateral.decimals)?);
        for ((_, _, version), bucket) in mark::buckets(draft, id, (asset, asset)) {
            value = value.saturating_add(worth(bucket.pledged, mark.price.0, collateral.decimals)?);
            let crate::Bucket { terms, accumulator, debt, pledged, positions, .. } = bucket;
            versions.push(BucketView { version, terms, accumulator, debt, pledged, positions });
        }
        collaterals.push(CollateralView { asset, record: collateral, mark, versions });
    }
    let owed = worth(supply, record.par.0, record.decimals)?;
    let beside = worth(cash.plus(totals.peg_issued)?, record.par.0, record.decimals)?;
    let beside = beside.saturating_add(shutdown::basket_value(draft, id, &record)?);
    let cover = crate::health::Health { weighted: value.saturating_add(beside), debt: owed };
    let pool = pool.map(|pool| pool_view(draft, id, &record, &totals, pool)).transpose()?;
    Ok(FacilityView {
        id,
        record,
        totals,
        room: record.params.debt_ceiling.minus(debts).unwrap_or(Amount::ZERO),
        identity: IdentityView {
            supply,
            rounding: totals.rounding,
            bucket_debt: totals.bucket_debt,
            auctioned: totals.auctioned,
            bad_debt: totals.bad_debt,
            peg_issued: totals.peg_issued,
            settled: totals.settled,
            cash,
            holds: supply.plus(totals.rounding) == totals.backing().and_then(|backing| backing.plus(cash)),
        },
        collateral_value: Amount(in_numeraire(value, Rounding::Down)?),
        coverage: (!supply.is_zero()).then(|| cover.ratio()),
        collaterals,
        pool,
        pegs: peg::pegs(draft, id),
        redemption: REDEMPTIONS.get(draft, &id),
        shutdown: shutdown::shutdown(draft, id),
        basket: shutdown::basket(draft, id),
    })
}

fn pool_view(
    draft: &Draft,
    id: FacilityId,
    facility: &Facility,
    totals: &Totals,
    record: Pool,
) -> Result<PoolView, Error> {
    let shares = gage_ledger::supply(draft, facility.minted());
    Ok(PoolView {
        record,
        shares,
        share_price: pool::shares::price(record.claims, shares)?,
        utilisation: pool::utilisation(&record, totals)?,
        base_rate: source::base_rate(draft, id, facility, totals)?,
    })
}

/// All facilities, by number.
pub fn facilities(draft: &Draft) -> Result<Vec<FacilityView>, Error> {
    FACILITIES.iter(draft).map(|(id, _)| facility(draft, id)).collect()
}

/// What lies on the module's account for an owner who might not hold it: collateral that could not return to him,
/// and his parts of baskets. Reads all that is kept.
pub fn kept_for(draft: &Draft, account: AccountNumber) -> Vec<Holding> {
    let of_vaults = KEPT.iter(draft).filter(|((vault, _), _)| owner(draft, *vault) == Some(account));
    let of_vaults = of_vaults.map(|((_, asset), amount)| Holding { asset: *asset, amount: *amount });
    let of_baskets = PARTS.iter(draft).filter(|((holder, ..), _)| *holder == account);
    let of_baskets = of_baskets.map(|((.., asset), amount)| Holding { asset: *asset, amount: *amount });
    of_vaults.chain(of_baskets).collect()
}

/// How many vaults of a facility the index cannot call safe: the work of its next liquidations.
pub fn candidates(draft: &Draft, facility: FacilityId) -> usize {
    crate::liquidate::candidates(draft, facility).len()
}

/// How many vaults of a facility are unsafe, found by evaluating each: what the index saves.
///
/// # Errors
/// If a figure does not fit.
pub fn unsafe_vaults(draft: &Draft, facility: FacilityId) -> Result<usize, Error> {
    let mut count = 0usize;
    for (_, vault) in VAULTS.iter(draft).filter(|(_, vault)| vault.facility == facility) {
        count = count.saturating_add(usize::from(book::health(draft, vault)?.is_unsafe()));
    }
    Ok(count)
}

/// At most `limit` (and [`PAGE_MAX`]) lots after `after`, by number.
pub fn lots(draft: &Draft, after: Option<LotId>, limit: usize) -> Vec<VaultLotView> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = LOTS.range(draft, (from, Bound::Unbounded)).take(limit.min(PAGE_MAX));
    page.map(|(lot, record)| VaultLotView { lot: *lot, record: *record }).collect()
}

fn view(draft: &Draft, id: VaultId, vault: &Vault) -> Result<VaultView, Error> {
    let facility = book::facility(draft, vault.facility)?;
    let debt = book::debt(draft, vault)?;
    let health = book::health_with(draft, vault, &facility, debt)?;
    let mut total = crate::wide::Worth::ZERO;
    let mut positions = Vec::new();
    for position in &vault.positions {
        let mark = book::mark_of(draft, vault.facility, position.asset);
        let collateral = book::collateral(draft, vault.facility, position.asset)?;
        let bucket = book::bucket(draft, (vault.facility, position.asset, position.version))?;
        let value = worth(position.amount, mark.price.0, collateral.decimals)?;
        total = total.saturating_add(value);
        let weight = book::registered_weight(draft, vault.facility, &bucket, position.asset)?;
        let own = worth(position.amount, weight, collateral.decimals)?;
        let others = health.weighted.saturating_sub(own);
        let haircut_kept = kept(mark);
        let price = match others >= health.debt || position.amount.is_zero() {
            true => None,
            false => {
                let gap = health.debt.saturating_sub(others);
                price_for(gap, position.amount, bucket.terms.threshold, haircut_kept, collateral.decimals)?
            }
        };
        positions.push(PositionView {
            asset: position.asset,
            version: position.version,
            amount: position.amount,
            value: Amount(in_numeraire(value, Rounding::Down)?),
            debt: split::debt_of(position.normalised, bucket.accumulator)?,
            lots: position.lots,
            liquidation_price: price,
        });
    }
    let mut auctioned = Amount::ZERO;
    if vault.in_liquidation() {
        for (_, lot) in LOTS.iter(draft).filter(|(_, lot)| lot.vault == id) {
            auctioned = auctioned.plus(lot.debt.minus(lot.repaid)?)?;
        }
    }
    Ok(VaultView {
        id,
        owner: gage_accounts::id_of(draft, vault.owner),
        facility: vault.facility,
        debt,
        auctioned,
        health: (!debt.is_zero()).then(|| health.ratio()),
        collateral_value: Amount(in_numeraire(total, Rounding::Down)?),
        positions,
    })
}

/// The part of a price that the haircut of the last mark left.
fn kept(mark: Mark) -> Ratio {
    Ratio::of(mark.weighted.0, mark.price.0, Rounding::Down).unwrap_or(Ratio::ONE)
}

/// `gap / (amount * threshold * kept)`, rounded up; `None` if nothing counts.
fn price_for(
    gap: crate::wide::Worth,
    amount: Amount,
    threshold: Bps,
    kept: Ratio,
    decimals: u8,
) -> Result<Option<Price>, Error> {
    let counted = times(U512::from(amount.0), U512::from(scale_of(decimals)?))?;
    let counted = times(times(counted, U512::from(threshold.0))?, U512::from(kept.0))?;
    if counted.is_zero() {
        return Ok(None);
    }
    let scaled = times(times(wide(gap), U512::from(Bps::SCALE))?, U512::from(Ratio::SCALE))?;
    Ok(narrow(divide(scaled, counted, Rounding::Up)?).ok().map(Price))
}
