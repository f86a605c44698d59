//! Books a touched vault: debt over buckets, bucket totals, group and key. The only writer of
//! vaults, buckets and the index; every operation and every liquidation ends here.

use gage_store::Draft;
use gage_units::{Accumulator, Amount, AssetId, MathError, Price, RatePerSecond, Rounding};
use smallvec::SmallVec;

use crate::health::{Health, weight};
use crate::params::VAULT_COLLATERAL_MAX;
use crate::state::{
    BUCKETS, Bucket, BucketKey, COLLATERALS, Collateral, FACILITIES, Facility, FacilityId, GIVEN_UP, MARKS, Mark,
    OWNED, Position, TOTALS, Totals, VAULTS, Vault, VaultId, Version,
};
use crate::wide::{Worth, amount_of, worth};
use crate::{Error, calls, groups, ramp, recovered, split};

pub(crate) fn facility(draft: &Draft, id: FacilityId) -> Result<Facility, Error> {
    FACILITIES.get(draft, &id).ok_or(Error::UnknownFacility(id))
}

pub(crate) fn totals(draft: &Draft, id: FacilityId) -> Totals {
    TOTALS.get(draft, &id).unwrap_or_default()
}

pub(crate) fn vault(draft: &Draft, id: VaultId) -> Result<Vault, Error> {
    VAULTS.get(draft, &id).ok_or(Error::UnknownVault(id))
}

pub(crate) fn collateral(draft: &Draft, facility: FacilityId, asset: AssetId) -> Result<Collateral, Error> {
    COLLATERALS.get(draft, &(facility, asset)).ok_or(Error::NotCollateral(asset))
}

pub(crate) fn bucket(draft: &Draft, key: BucketKey) -> Result<Bucket, Error> {
    BUCKETS.get(draft, &key).ok_or(Error::NotCollateral(key.1))
}

pub(crate) fn mark_of(draft: &Draft, facility: FacilityId, asset: AssetId) -> Mark {
    MARKS.peek(draft, &(facility, asset)).copied().unwrap_or_default()
}

/// What a position's whole unit weighs at the registered quote and its version's threshold.
pub(crate) fn registered_weight(
    draft: &Draft,
    facility: FacilityId,
    bucket: &Bucket,
    asset: AssetId,
) -> Result<u128, Error> {
    let price = MARKS.peek(draft, &(facility, asset)).map_or(Price(0), |mark| mark.weighted);
    Ok(weight(price, bucket.terms.threshold)?)
}

/// The debt of a vault: each bucket's part rounded up. # Errors If a figure does not fit.
pub fn debt(draft: &Draft, vault: &Vault) -> Result<Amount, Error> {
    let mut sum = Amount::ZERO;
    for position in &vault.positions {
        sum = sum.plus(share(draft, vault, position)?)?;
    }
    Ok(sum)
}

/// The debt that a position covers, rounded up.
fn share(draft: &Draft, vault: &Vault, position: &Position) -> Result<Amount, Error> {
    if position.normalised == 0 {
        return Ok(Amount::ZERO);
    }
    let bucket = BUCKETS.peek(draft, &(vault.facility, position.asset, position.version));
    let accumulator = bucket.map_or(Accumulator::ONE, |bucket| bucket.accumulator);
    Ok(split::debt_of(position.normalised, accumulator)?)
}

/// The worth of one smallest unit of debt, in 1e-36 of the numeraire.
pub(crate) fn unit_of(facility: &Facility) -> Result<Worth, Error> {
    Ok(worth(Amount(1), facility.par.0, facility.decimals)?)
}

/// Health at the registered quotes, which the group indexes track and liquidation uses.
///
/// # Errors
/// If a figure does not fit.
pub fn health(draft: &Draft, vault: &Vault) -> Result<Health, Error> {
    let facility = facility(draft, vault.facility)?;
    health_with(draft, vault, &facility, debt(draft, vault)?)
}

pub(crate) fn health_with(draft: &Draft, vault: &Vault, facility: &Facility, debt: Amount) -> Result<Health, Error> {
    let mut health = Health { debt: worth(debt, facility.par.0, facility.decimals)?, ..Health::NONE };
    for position in vault.positions.iter().filter(|position| !position.amount.is_zero()) {
        let key = (vault.facility, position.asset, position.version);
        let bucket = BUCKETS.peek(draft, &key).ok_or(Error::NotCollateral(position.asset))?;
        let weight = registered_weight(draft, vault.facility, bucket, position.asset)?;
        let decimals = COLLATERALS.peek(draft, &(vault.facility, position.asset)).map_or(18, |found| found.decimals);
        health.add_pledge(position.amount, weight, decimals)?;
    }
    Ok(health)
}

/// Moves every position to its collateral's newest version: the vault takes more risk.
pub(crate) fn take_newest_versions(draft: &Draft, vault: &mut Vault) -> Result<(), Error> {
    for position in &mut vault.positions {
        let newest = COLLATERALS.peek(draft, &(vault.facility, position.asset)).map(|found| found.newest);
        // A position with lots keeps its version: what returns belongs to it. Such a vault takes no risk.
        if position.lots == 0 {
            position.version = newest.ok_or(Error::NotCollateral(position.asset))?;
        }
    }
    Ok(())
}

/// Adds `amount` of a collateral to a vault, at the version it has or the newest one.
pub(crate) fn add_pledge(vault: &mut Vault, asset: AssetId, newest: Version, amount: Amount) -> Result<(), Error> {
    if let Some(position) = vault.positions.iter_mut().find(|position| position.asset == asset) {
        position.amount = position.amount.plus(amount)?;
        return Ok(());
    }
    if vault.positions.len() >= VAULT_COLLATERAL_MAX {
        return Err(Error::TooManyCollaterals);
    }
    vault.positions.push(Position { asset, version: newest, lots: 0, amount, normalised: 0 });
    Ok(())
}

/// Writes `new` over the vault's record, with `debt` split over its buckets, and books what changed
/// in the buckets, in `totals` and in the index. Debt without any position is refused.
///
/// # Errors
/// If a figure does not fit; then the caller undoes.
pub(crate) fn write(
    draft: &mut Draft,
    id: VaultId,
    mut new: Vault,
    facility: &Facility,
    totals: &mut Totals,
    debt: Amount,
) -> Result<Health, Error> {
    let old = VAULTS.get(draft, &id).ok_or(Error::UnknownVault(id))?;

    // The buckets concerned, each taken out of its table once: first those the vault is in, then new ones.
    let mut buckets: SmallVec<[(BucketKey, Bucket); 2]> = SmallVec::new();
    for position in old.positions.iter().chain(&new.positions) {
        let key = (new.facility, position.asset, position.version);
        if !buckets.iter().any(|(known, _)| *known == key) {
            buckets.push((key, bucket(draft, key)?));
        }
    }
    let of = |buckets: &[(BucketKey, Bucket)], position: &Position| -> Result<Bucket, Error> {
        let key = (new.facility, position.asset, position.version);
        buckets.iter().find(|(known, _)| *known == key).map(|(_, bucket)| *bucket).ok_or(Error::NotCollateral(key.1))
    };

    // Ascending risk: the premium, then the asset's number.
    let mut ordered: SmallVec<[(RatePerSecond, Position, Bucket); 1]> = SmallVec::new();
    for position in &new.positions {
        let bucket = of(&buckets, position)?;
        ordered.push((bucket.terms.premium, *position, bucket));
    }
    ordered.sort_by_key(|(premium, position, _)| (*premium, position.asset));

    // Shares, and the health that goes with them.
    let shares = match ordered.len() {
        1 => split::split(debt, &[debt])?,
        _ => split::split(debt, &capacities(draft, new.facility, facility, &ordered)?)?,
    };
    let mut health = Health { debt: Worth::ZERO, ..Health::NONE };
    let mut owed = Amount::ZERO;
    new.positions.clear();
    for ((_, mut position, bucket), share) in ordered.into_iter().zip(shares) {
        let was = old.positions.iter().find(|was| (was.asset, was.version) == (position.asset, position.version));
        let normalised = was.map_or(0, |was| was.normalised);
        // An unchanged share keeps its normalised debt, so that touching a vault costs nothing.
        position.normalised = normalised;
        let mut covered = split::debt_of(normalised, bucket.accumulator)?;
        if covered != share {
            position.normalised = split::normalised_of(share, bucket.accumulator)?;
            covered = split::debt_of(position.normalised, bucket.accumulator)?;
        }
        owed = owed.plus(covered)?;
        if !position.amount.is_zero() {
            let weight = registered_weight(draft, new.facility, &bucket, position.asset)?;
            let decimals = COLLATERALS.peek(draft, &(new.facility, position.asset)).map_or(18, |found| found.decimals);
            health.add_pledge(position.amount, weight, decimals)?;
        }
        if !position.amount.is_zero() || position.normalised > 0 || position.lots > 0 {
            new.positions.push(position);
        }
    }
    health.debt = worth(owed, facility.par.0, facility.decimals)?;

    // What changed in each bucket.
    for (key, bucket) in &mut buckets {
        let find =
            |positions: &[Position]| positions.iter().find(|at| (at.asset, at.version) == (key.1, key.2)).copied();
        let (was, is) = (find(&old.positions), find(&new.positions));
        if was == is {
            continue;
        }
        let zero = Position { asset: key.1, version: key.2, lots: 0, amount: Amount::ZERO, normalised: 0 };
        let (from, to) = (was.unwrap_or(zero), is.unwrap_or(zero));
        let normalised = bucket.normalised.checked_sub(from.normalised).ok_or(MathError::Underflow)?;
        bucket.normalised = normalised.checked_add(to.normalised).ok_or(MathError::Overflow)?;
        bucket.pledged = bucket.pledged.minus(from.amount)?.plus(to.amount)?;
        let present = split::debt_of(bucket.normalised, bucket.accumulator)?;
        totals.bucket_debt = totals.bucket_debt.minus(bucket.debt)?.plus(present)?;
        bucket.debt = present;
        let positions = bucket.positions.checked_add(u32::from(was.is_none())).ok_or(MathError::Overflow)?;
        bucket.positions = positions.checked_sub(u32::from(is.is_none())).ok_or(MathError::Underflow)?;
        BUCKETS.put(draft, *key, *bucket);
        drop_if_unused(draft, *key, bucket);
    }

    groups::place(draft, id, &old, &mut new, facility, totals, &health)?;
    calls::end_if_cured(draft, id, &new, &health);
    recovered::forget_if_safe(draft, id, &new, &health);
    VAULTS.put(draft, id, new);
    Ok(health)
}

/// What each position can cover at its threshold, in units of debt, rounded down.
fn capacities<P>(
    draft: &Draft,
    id: FacilityId,
    facility: &Facility,
    ordered: &[(P, Position, Bucket)],
) -> Result<Vec<Amount>, Error> {
    let capacity = |position: &Position, bucket: &Bucket| -> Result<Amount, Error> {
        let weight = registered_weight(draft, id, bucket, position.asset)?;
        let decimals = COLLATERALS.peek(draft, &(id, position.asset)).map_or(18, |found| found.decimals);
        let pledge = worth(position.amount, weight, decimals)?;
        Ok(amount_of(pledge, facility.par, facility.decimals, Rounding::Down).unwrap_or(Amount::MAX))
    };
    ordered.iter().map(|(_, position, bucket)| capacity(position, bucket)).collect()
}

/// An old version that no vault holds any more makes room for new ones.
pub(crate) fn drop_if_unused(draft: &mut Draft, key: BucketKey, bucket: &Bucket) {
    if bucket.positions > 0 {
        return;
    }
    let newest = COLLATERALS.peek(draft, &(key.0, key.1)).map_or(0, |found| found.newest);
    if key.2 != newest {
        BUCKETS.remove(draft, &key);
        ramp::RAMPS.remove(draft, &key);
    }
}

/// Writes a new, empty vault.
pub(crate) fn create(draft: &mut Draft, id: VaultId, vault: Vault) {
    OWNED.put(draft, (vault.owner, id), ());
    VAULTS.put(draft, id, vault);
}

/// Removes an empty vault.
pub(crate) fn delete(draft: &mut Draft, id: VaultId, vault: &Vault) {
    calls::end(draft, id, true);
    if !GIVEN_UP.is_empty(draft) {
        GIVEN_UP.remove(draft, &id);
    }
    OWNED.remove(draft, &(vault.owner, id));
    VAULTS.remove(draft, &id);
}
