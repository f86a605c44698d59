//! What one unit of an asset is made of, down to base assets.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::Included;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use gage_units::{AssetId, Ratio, Rounding};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::state::{COMPOSITIONS, Composition, EXPANSIONS, Expansion, USED_IN};

/// The most parts of one composition.
pub const PARTS_MAX: usize = 16;
/// The most assets, base or between, that one asset may be made of.
pub const EXPANSION_MAX: usize = 64;
/// How many layers an asset may be wrapped in; a base asset has none.
pub const WRAP_DEPTH_MAX: u8 = 4;
/// The most assets that may be made, at any depth, of one asset whose composition changes.
pub const WRAPPERS_MAX: usize = 64;

/// One part: how many whole units of `asset` are in one whole unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Of what.
    pub asset: AssetId,
    /// How much; above zero.
    pub weight: Ratio,
}

/// `asset` in base assets: how many whole units of each are in one whole unit of it. A base asset is
/// made of itself. Rounded up, so that an exposure is never understated.
pub fn composition(draft: &Draft, asset: AssetId) -> Vec<(AssetId, Ratio)> {
    match EXPANSIONS.peek(draft, &asset) {
        Some(expansion) => expansion.base.clone(),
        None => vec![(asset, Ratio::ONE)],
    }
}

/// How many layers `asset` is wrapped in.
pub fn wrap_depth(draft: &Draft, asset: AssetId) -> u8 {
    EXPANSIONS.peek(draft, &asset).map_or(0, |expansion| expansion.depth)
}

/// The assets that are made of `asset`, at any depth.
///
/// # Errors
/// [`Error::TooManyWrappers`].
pub(crate) fn wrappers(draft: &Draft, asset: AssetId) -> Result<BTreeSet<AssetId>, Error> {
    let mut found = BTreeSet::new();
    let mut work = vec![asset];
    while let Some(part) = work.pop() {
        let range = (Included((part, AssetId(0))), Included((part, AssetId(u32::MAX))));
        for ((_, wrapper), ()) in USED_IN.range(draft, range) {
            if found.insert(*wrapper) {
                work.push(*wrapper);
            }
        }
        if found.len() > WRAPPERS_MAX {
            return Err(Error::TooManyWrappers);
        }
    }
    Ok(found)
}

/// The expansions that change when `asset` is made of `parts`: its own and those of all its wrappers.
///
/// # Errors
/// [`Error::Cycle`], [`Error::TooDeep`], [`Error::TooManyParts`], [`Error::TooManyWrappers`], or
/// [`Error::Math`].
pub(crate) fn recompose(
    draft: &Draft,
    asset: AssetId,
    parts: &[Part],
) -> Result<BTreeMap<AssetId, Option<Expansion>>, Error> {
    let wrappers = wrappers(draft, asset)?;
    if parts.iter().any(|part| part.asset == asset || wrappers.contains(&part.asset)) {
        return Err(Error::Cycle);
    }
    let mut changed = BTreeMap::from([(asset, expand(|part| EXPANSIONS.get(draft, &part), parts)?)]);
    // A wrapper is right once its parts are; every pass makes one more layer right.
    for _ in 0..=WRAP_DEPTH_MAX {
        let before = changed.clone();
        for wrapper in &wrappers {
            let record = COMPOSITIONS.get(draft, wrapper).unwrap_or_default();
            let known = |part: AssetId| match changed.get(&part) {
                Some(expansion) => expansion.clone(),
                None => EXPANSIONS.get(draft, &part),
            };
            let expansion = expand(known, &record.parts)?;
            changed.insert(*wrapper, expansion);
        }
        if changed == before {
            return Ok(changed);
        }
    }
    Err(Error::TooDeep)
}

/// The expansion of `parts`, given the expansions of assets; `None` of no parts.
fn expand(expansion: impl Fn(AssetId) -> Option<Expansion>, parts: &[Part]) -> Result<Option<Expansion>, Error> {
    if parts.is_empty() {
        return Ok(None);
    }
    let mut base: BTreeMap<AssetId, Ratio> = BTreeMap::new();
    let mut closure: BTreeSet<AssetId> = BTreeSet::new();
    let mut depth = 0u8;
    for part in parts {
        closure.insert(part.asset);
        let inner = match expansion(part.asset) {
            Some(expansion) => {
                closure.extend(expansion.closure);
                depth = depth.max(expansion.depth);
                expansion.base
            }
            None => vec![(part.asset, Ratio::ONE)],
        };
        for (asset, weight) in inner {
            let weight = part.weight.times(weight, Rounding::Up)?;
            let sum = base.entry(asset).or_default();
            *sum = sum.plus(weight)?;
        }
    }
    let depth = depth.saturating_add(1);
    if depth > WRAP_DEPTH_MAX {
        return Err(Error::TooDeep);
    }
    if closure.len() > EXPANSION_MAX {
        return Err(Error::TooManyParts);
    }
    Ok(Some(Expansion { base: base.into_iter().collect(), closure: closure.into_iter().collect(), depth }))
}

/// The expansion of every composition, from the compositions alone: layer by layer.
///
/// # Errors
/// As [`Error::Cycle`] if a layer never becomes complete, and those of a new composition.
pub(crate) fn expand_all(compositions: &BTreeMap<AssetId, Composition>) -> Result<BTreeMap<AssetId, Expansion>, Error> {
    let mut done: BTreeMap<AssetId, Expansion> = BTreeMap::new();
    for _ in 0..WRAP_DEPTH_MAX {
        let layer: Vec<(&AssetId, &Composition)> = compositions
            .iter()
            .filter(|(asset, _)| !done.contains_key(*asset))
            .filter(|(_, record)| {
                record
                    .parts
                    .iter()
                    .all(|part| done.contains_key(&part.asset) || !compositions.contains_key(&part.asset))
            })
            .collect();
        let mut expanded = Vec::with_capacity(layer.len());
        for (asset, record) in layer {
            if let Some(expansion) = expand(|part| done.get(&part).cloned(), &record.parts)? {
                expanded.push((*asset, expansion));
            }
        }
        done.extend(expanded);
    }
    if done.len() == compositions.len() { Ok(done) } else { Err(Error::Cycle) }
}
