//! What one unit of an asset is made of, down to base assets.
//!
//! Nothing is kept of it but what each asset says of itself: whoever asks, unfolds. So the issuer of a
//! base asset may recompose it however many assets are made of it; one that thereby gets too deep or
//! too wide has no expansion any more and counts as not backed until its own issuer mends it.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};
use gage_store::Draft;
use gage_units::{AssetId, Ratio, Rounding};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::state::{COMPOSITIONS, Composition};

/// The most parts of one composition.
pub const PARTS_MAX: usize = 16;
/// The most assets, base or between, that one asset may be made of.
pub const EXPANSION_MAX: usize = 64;
/// How many layers an asset may be wrapped in; a base asset has none.
pub const WRAP_DEPTH_MAX: u8 = 4;

/// One part: how many whole units of `asset` are in one whole unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Of what.
    pub asset: AssetId,
    /// How much; above zero.
    pub weight: Ratio,
}

/// A composition down to base assets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Whole units of each base asset in one whole unit.
    pub base: Vec<(AssetId, Ratio)>,
    /// Every asset it is made of, base or between.
    pub closure: Vec<AssetId>,
    /// How many layers it is wrapped in.
    pub depth: u8,
}

/// What is already unfolded; nothing of a base asset.
type Known = BTreeMap<AssetId, Option<Expansion>>;

/// `asset` in base assets: how many whole units of each are in one whole unit of it. A base asset is
/// made of itself. Rounded up, so that an exposure is never understated.
///
/// # Errors
/// [`Error::TooDeep`], [`Error::TooManyParts`] if what it is made of was recomposed beyond the bounds.
pub fn composition(draft: &Draft, asset: AssetId) -> Result<Vec<(AssetId, Ratio)>, Error> {
    Ok(expansion(draft, asset)?.map_or_else(|| vec![(asset, Ratio::ONE)], |expansion| expansion.base))
}

/// The expansion of `asset`, `None` of a base asset: at most [`EXPANSION_MAX`] assets are looked at.
///
/// # Errors
/// As [`composition`].
pub fn expansion(draft: &Draft, asset: AssetId) -> Result<Option<Expansion>, Error> {
    if !COMPOSITIONS.has(draft, &asset) {
        return Ok(None);
    }
    unfold(draft, asset, WRAP_DEPTH_MAX, &mut Known::new())
}

/// Passes parts of which `asset` may be made.
///
/// # Errors
/// [`Error::Cycle`], [`Error::TooDeep`], [`Error::TooManyParts`], or [`Error::Math`].
pub(crate) fn check_parts(draft: &Draft, asset: AssetId, parts: &[Part]) -> Result<(), Error> {
    let mut known = Known::new();
    let found =
        join(
            parts,
            |part| {
                if part == asset { Err(Error::Cycle) } else { unfold(draft, part, WRAP_DEPTH_MAX, &mut known) }
            },
        )?;
    match found {
        Some(expansion) if expansion.closure.contains(&asset) => Err(Error::Cycle),
        _ => Ok(()),
    }
}

fn unfold(draft: &Draft, asset: AssetId, layers: u8, known: &mut Known) -> Result<Option<Expansion>, Error> {
    if let Some(found) = known.get(&asset) {
        return Ok(found.clone());
    }
    let found = match COMPOSITIONS.peek(draft, &asset) {
        None => None,
        Some(record) => {
            let layers = layers.checked_sub(1).ok_or(Error::TooDeep)?;
            join(&record.parts, |part| unfold(draft, part, layers, known))?
        }
    };
    known.insert(asset, found.clone());
    // The asset itself and what it may be made of.
    if known.len() > EXPANSION_MAX.saturating_add(1) {
        return Err(Error::TooManyParts);
    }
    Ok(found)
}

/// The expansion of `parts`, given the expansions of assets; `None` of no parts.
fn join(
    parts: &[Part],
    mut expansion: impl FnMut(AssetId) -> Result<Option<Expansion>, Error>,
) -> Result<Option<Expansion>, Error> {
    if parts.is_empty() {
        return Ok(None);
    }
    let mut base: BTreeMap<AssetId, Ratio> = BTreeMap::new();
    let mut closure: BTreeSet<AssetId> = BTreeSet::new();
    let mut depth = 0u8;
    for part in parts {
        closure.insert(part.asset);
        let inner = match expansion(part.asset)? {
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
    let depth = depth.checked_add(1).filter(|depth| *depth <= WRAP_DEPTH_MAX).ok_or(Error::TooDeep)?;
    if closure.len() > EXPANSION_MAX {
        return Err(Error::TooManyParts);
    }
    Ok(Some(Expansion { base: base.into_iter().collect(), closure: closure.into_iter().collect(), depth }))
}

/// Whether no asset is part of itself: assets are taken away whose parts are all gone, until none is left.
pub(crate) fn is_acyclic(compositions: &BTreeMap<AssetId, Composition>) -> bool {
    let mut left: BTreeMap<AssetId, &Composition> =
        compositions.iter().map(|(asset, record)| (*asset, record)).collect();
    loop {
        let before = left.len();
        let assets: BTreeSet<AssetId> = left.keys().copied().collect();
        left.retain(|_, record| record.parts.iter().any(|part| assets.contains(&part.asset)));
        if left.is_empty() {
            return true;
        }
        if left.len() == before {
            return false;
        }
    }
}
