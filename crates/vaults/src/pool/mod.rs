//! Supplier pools: a facility that lends an asset which exists, out of what suppliers gave.
//!
//! ```text
//! supplier --asset--> cash --lent--> borrower            interest: claims += (1 - f) i, reserves += f i
//!     ^--shares--'     ^--repaid, raised, borne--'       a loss nobody bore: claims -= loss
//! ```
//!
//! What the pool has is counted here and nowhere else, so that what somebody sends to the module's
//! account changes no price. The identity of a pool, every block:
//! `cash + bucket_debt + auctioned + bad_debt + settled = claims + reserves + rounding`.

pub mod curve;
pub mod shares;

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::{Column, Draft};
use gage_units::{Amount, AssetId, Bps, MathError, Ratio, Rounding};
use serde::{Deserialize, Serialize};

use self::curve::RateCurve;
use crate::params::first_bad;
use crate::state::{Facility, FacilityId, LOTS, Totals, Vault, table};
use crate::wide::{Worth, amount_of, worth};
use crate::{ACCOUNT, EVALUATION_WEIGHT, Error, Event, MODULE, Source, book};

/// What governance sets of a pool, beside the facility's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolTerms {
    /// What borrowers pay, by utilisation. Vaults pay the higher of this and the facility's base rate.
    pub curve: RateCurve,
    /// The part of interest that goes to the waterfall's surplus; at most 50 %.
    pub reserve_factor: Bps,
    /// The most that suppliers' claims may come to by new supplies.
    pub supply_cap: Amount,
    /// The least one may supply at once; [`shares::VIRTUAL`] or more.
    pub supply_min: Amount,
}

impl PoolTerms {
    /// Passes if every number lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        self.curve.check()?;
        first_bad([
            ("reserve_factor", self.reserve_factor.0 <= 5_000),
            ("supply_cap", self.supply_cap.0 < 1 << 126),
            ("supply_min", self.supply_min.0 >= shares::VIRTUAL && self.supply_min <= self.supply_cap),
        ])
    }
}

/// What a pool has and owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Pool {
    /// What governance sets.
    pub terms: PoolTerms,
    /// What lies on the module's account to be lent or withdrawn.
    pub cash: Amount,
    /// What all shares together are worth.
    pub claims: Amount,
    /// The surplus's part of interest that has not reached it yet.
    pub reserves: Amount,
    /// Losses that lowered the share price, since the beginning.
    pub written_off: Amount,
}

pub(crate) const POOLS: Column<FacilityId, Pool> = Column::authenticated(table(64), "vaults/pools");
/// What lots and waiting vaults of a pool miss of their debts, as of the last liquidation and settlement.
pub(crate) const MISSING: Column<FacilityId, Amount> = Column::authenticated(table(76), "vaults/missing");

/// The pool of a facility. # Errors [`Error::NotPool`].
pub fn pool(draft: &Draft, id: FacilityId) -> Result<Pool, Error> {
    POOLS.get(draft, &id).ok_or(Error::NotPool)
}

/// A new pool without anything in it.
pub(crate) fn open(draft: &mut Draft, id: FacilityId, terms: PoolTerms) {
    let (cash, claims, reserves, written_off) = (Amount::ZERO, Amount::ZERO, Amount::ZERO, Amount::ZERO);
    POOLS.put(draft, id, Pool { terms, cash, claims, reserves, written_off });
}

/// How much of a pool is lent, at auction included: rounded up, one at most.
pub fn utilisation(pool: &Pool, totals: &Totals) -> Result<Ratio, MathError> {
    let lent = totals.bucket_debt.plus(totals.auctioned)?;
    let all = pool.cash.plus(lent)?;
    if all.is_zero() { Ok(Ratio::ZERO) } else { Ratio::of(lent.0, all.0, Rounding::Up) }
}

/// Splits interest: the surplus's part, rounded down for the suppliers, and theirs.
pub(crate) fn share_interest(draft: &mut Draft, id: FacilityId, interest: Amount) -> Result<Amount, Error> {
    let mut pool = pool(draft, id)?;
    let reserve = Amount(pool.terms.reserve_factor.apply(interest.0, Rounding::Down)?);
    pool.reserves = pool.reserves.plus(reserve)?;
    pool.claims = pool.claims.plus(interest.minus(reserve)?)?;
    POOLS.put(draft, id, pool);
    Ok(reserve)
}

/// Hands the surplus what is its due, as far as there is cash.
pub(crate) fn pay_reserves(draft: &mut Draft, ctx: &Context, id: FacilityId) -> Result<(), Error> {
    let Some(mut pool) = POOLS.get(draft, &id) else { return Ok(()) };
    let due = pool.reserves.min(pool.cash);
    if due.is_zero() {
        return Ok(());
    }
    let waterfall = book::facility(draft, id)?.waterfall;
    pool.cash = pool.cash.minus(due)?;
    pool.reserves = pool.reserves.minus(due)?;
    gage_backstop::add_surplus(draft, ctx, waterfall, ACCOUNT, due)?;
    POOLS.put(draft, id, pool);
    Ok(())
}

/// Bad debt is borne at once: first by reserves that have not left, then by all shares alike. What is
/// left is no more than the rounding, which heals it at the next accrual.
pub(crate) fn bear(draft: &mut Draft, id: FacilityId, totals: &mut Totals) -> Result<(), Error> {
    let Some(mut pool) = POOLS.get(draft, &id) else { return Ok(()) };
    let by_reserves = pool.reserves.min(totals.bad_debt);
    let by_claims = totals.bad_debt.minus(by_reserves)?.min(pool.claims);
    let borne = by_reserves.plus(by_claims)?;
    if borne.is_zero() {
        return Ok(());
    }
    pool.reserves = pool.reserves.minus(by_reserves)?;
    pool.claims = pool.claims.minus(by_claims)?;
    pool.written_off = pool.written_off.plus(by_claims)?;
    totals.bad_debt = totals.bad_debt.minus(borne)?;

    // From here on nothing can fail.
    let claims = pool.claims;
    POOLS.put(draft, id, pool);
    draft.emit(MODULE, &Event::LossShared { facility: id, by_reserves, by_claims, claims });
    Ok(())
}

/// What suppliers may divide when they leave: claims less what open lots and unsafe vaults that wait would
/// miss of their debts at the marked prices after haircuts, so that nobody leaves a loss in sight to those who
/// stay. What one has too much is its owner's and stands for no other.
pub(crate) fn exit_claims(draft: &Draft, id: FacilityId, pool: &Pool) -> Result<Amount, Error> {
    let missing = MISSING.get(draft, &id).unwrap_or_default();
    Ok(pool.claims.minus(missing.min(pool.claims))?)
}

/// Sets what a pool's debts miss; costs one look while nothing does.
pub(crate) fn set_missing(draft: &mut Draft, id: FacilityId, missing: Amount) {
    if MISSING.get(draft, &id).unwrap_or_default() != missing {
        MISSING.put(draft, id, missing);
    }
}

/// `debt` less what `value` covers of it, rounded up against who leaves; zero if it covers all.
fn missing_of(debt: Amount, value: Worth, facility: &Facility) -> Result<Amount, Error> {
    let covered = amount_of(value, facility.par, facility.decimals, Rounding::Down).unwrap_or(Amount::MAX);
    Ok(debt.minus(covered.min(debt))?)
}

/// What a vault's pledges miss of its debt if it is of a pool; a minted stable's is no supplier's.
pub(crate) fn missing_of_vault(draft: &Draft, vault: &Vault, debt: Amount) -> Result<Amount, Error> {
    let facility = book::facility(draft, vault.facility)?;
    if facility.source == Source::Mint {
        return Ok(Amount::ZERO);
    }
    let mut value = Worth::ZERO;
    for position in vault.positions.iter().filter(|position| !position.amount.is_zero()) {
        let decimals = book::collateral(draft, vault.facility, position.asset)?.decimals;
        let price = book::mark_of(draft, vault.facility, position.asset).weighted;
        value = value.saturating_add(worth(position.amount, price.0, decimals)?);
    }
    missing_of(debt, value, &facility)
}

/// Adds to what each pool's waiting vaults miss what its open lots do, lot by lot. Where the budget ends, all
/// debt that was not looked at counts as missing.
pub(crate) fn count_missing(draft: &mut Draft, budget: &mut u64) -> Result<(), Error> {
    let pools: Vec<FacilityId> = POOLS.iter(draft).map(|(id, _)| id).collect();
    let of = |id: &FacilityId| book::totals(draft, *id).auctioned;
    let mut auctioned: BTreeMap<FacilityId, Amount> = pools.iter().map(|id| (*id, of(id))).collect();
    auctioned.retain(|_, debt| !debt.is_zero());
    if auctioned.is_empty() {
        return Ok(());
    }
    let mut missing: BTreeMap<FacilityId, Amount> = BTreeMap::new();
    for (_, record) in LOTS.iter(draft) {
        if *budget < EVALUATION_WEIGHT {
            break;
        }
        *budget = budget.saturating_sub(EVALUATION_WEIGHT);
        let id = book::vault(draft, record.vault)?.facility;
        let Some(left) = auctioned.get_mut(&id) else { continue };
        let facility = book::facility(draft, id)?;
        let decimals = book::collateral(draft, id, record.asset)?.decimals;
        let price = book::mark_of(draft, id, record.asset).weighted;
        let debt = record.debt.minus(record.repaid)?;
        let of_lot = missing_of(debt, worth(record.remaining, price.0, decimals)?, &facility)?;
        *left = left.minus(debt)?;
        let sum = missing.entry(id).or_default();
        *sum = sum.plus(of_lot)?;
    }
    for (id, unseen) in auctioned {
        let of_lots = missing.remove(&id).unwrap_or_default().plus(unseen)?;
        let of_vaults = MISSING.get(draft, &id).unwrap_or_default();
        set_missing(draft, id, of_vaults.plus(of_lots)?);
    }
    Ok(())
}

/// All shares of a pool.
pub(crate) fn shares_of(draft: &Draft, shares: AssetId) -> Amount {
    gage_ledger::supply(draft, shares)
}
