//! Look-through exposure: what holdings come to in base assets, and the limits on it.

use std::collections::BTreeMap;
use std::ops::Bound::Included;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_ledger::Beneficiary;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, Rounding, mul_div, pow10};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::composition::composition;

/// The most limits of one scope.
pub const LIMITS_MAX: usize = 64;

/// Whose exposure is limited.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// An account's.
    Account(AccountNumber),
    /// That of a record of a module: facility 1 of module 10.
    Record(Beneficiary),
}

/// The most of a base asset that a scope may be exposed to, in the base asset's smallest unit.
pub const LIMITS: OrderedTable<(Scope, AssetId), Amount> = OrderedTable::authenticated(0x060f, "securities/limits");

/// What `holdings` come to in base assets, in their smallest units. Rounded up per holding, so that
/// an exposure is never understated.
///
/// # Errors
/// As [`composition`]; [`Error::Ledger`] for an unknown asset, [`Error::Math`].
pub fn exposure(draft: &Draft, holdings: &[(AssetId, Amount)]) -> Result<BTreeMap<AssetId, Amount>, Error> {
    let mut found: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (asset, amount) in holdings {
        let whole = pow10(gage_ledger::decimals(draft, *asset)?)?;
        for (base, weight) in composition(draft, *asset)? {
            let weighted = weight.apply(amount.0, Rounding::Up)?;
            let units = pow10(gage_ledger::decimals(draft, base)?)?;
            let units = Amount(mul_div(weighted, units, whole, Rounding::Up)?);
            let sum = found.entry(base).or_default();
            *sum = sum.plus(units)?;
        }
    }
    Ok(found)
}

/// Passes if `holdings`, all that the scope has, stay within its limits. A scope without limits costs
/// one look at an ordered table.
///
/// # Errors
/// [`Error::ExceedsExposure`] naming the first base asset; as [`exposure`].
pub fn check_exposure(draft: &Draft, scope: Scope, holdings: &[(AssetId, Amount)]) -> Result<(), Error> {
    let limits: Vec<(AssetId, Amount)> = limits(draft, scope);
    if limits.is_empty() {
        return Ok(());
    }
    let exposure = exposure(draft, holdings)?;
    let over = |(base, max): &&(AssetId, Amount)| exposure.get(base).is_some_and(|found| found > max);
    match limits.iter().find(over) {
        Some((base, _)) => Err(Error::ExceedsExposure(*base)),
        None => Ok(()),
    }
}

/// The limits of a scope, by base asset.
pub fn limits(draft: &Draft, scope: Scope) -> Vec<(AssetId, Amount)> {
    let range = (Included((scope, AssetId(0))), Included((scope, AssetId(u32::MAX))));
    LIMITS.range(draft, range).map(|((_, base), max)| (*base, *max)).collect()
}
