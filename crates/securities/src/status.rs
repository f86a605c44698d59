//! What others read of an asset: how well it is backed, listed and wrapped.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_ledger::AssetKind;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Bps, Ratio, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::backing::{BackingStatus, Proof, shortfall};
use crate::composition::{WRAP_DEPTH_MAX, expansion};
use crate::retirement::RETIRED;
use crate::state::{BACKINGS, LISTINGS, MODULE_BACKINGS, ModuleBacking, statements};
use crate::{Error, Event, MODULE};

/// What an asset is worth trusting with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AssetStatus {
    /// The worst backing of the asset and of everything it is made of.
    pub backing: BackingStatus,
    /// The largest haircut of the asset and of everything it is made of; applies at once.
    pub haircut: Bps,
    /// The tier of its listing; 0 if it has none.
    pub tier: u8,
    /// How many layers it is wrapped in.
    pub wrap_depth: u8,
}

/// What backs an asset beside what is claimed on it, both in the asset's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Coverage {
    /// How much of the asset its backing covers.
    pub backing: Amount,
    /// Its supply, and what was retired of it.
    pub claims: Amount,
    /// Backing over claims, rounded down; [`Ratio::MAX`] without claims.
    pub ratio: Ratio,
    /// Whether it is proven.
    pub status: BackingStatus,
}

/// The status of `asset` as of now. An unknown asset is a base asset without listing.
///
/// # Errors
/// [`Error::Math`], which amounts within their bounds never meet.
pub fn asset_status(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<AssetStatus, Error> {
    let tier = LISTINGS.peek(draft, &asset).map_or(0, |listing| listing.tier);
    let expansion = match expansion(draft, asset) {
        Ok(expansion) => expansion.unwrap_or_default(),
        // What it is made of was recomposed beyond the bounds: nobody can say what it is.
        Err(Error::TooDeep | Error::TooManyParts) => {
            let wrap_depth = WRAP_DEPTH_MAX.saturating_add(1);
            return Ok(AssetStatus { backing: BackingStatus::Quarantined, haircut: Bps::ONE, tier, wrap_depth });
        }
        Err(error) => return Err(error),
    };
    let mut worst = (BackingStatus::NotBacked, Bps(0));
    for part in [asset].iter().chain(&expansion.closure) {
        if let Some(proof) = proof_at(draft, ctx.time, *part)? {
            worst = (worst.0.max(proof.status), worst.1.max(proof.haircut));
        }
    }
    Ok(AssetStatus { backing: worst.0, haircut: worst.1, tier, wrap_depth: expansion.depth })
}

/// What is proven about `asset` itself as of now, or `None` if it has no backing to prove.
///
/// # Errors
/// [`Error::Math`].
pub fn proof(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Option<Proof>, Error> {
    proof_at(draft, ctx.time, asset)
}

pub(crate) fn proof_at(draft: &Draft, now: Timestamp, asset: AssetId) -> Result<Option<Proof>, Error> {
    if let Some(backing) = BACKINGS.peek(draft, &asset) {
        return Ok(Some(backing.terms.prove(&statements(draft, asset), claims(draft, asset)?, now)?));
    }
    let Some(ModuleBacking { amount, .. }) = MODULE_BACKINGS.get(draft, &asset) else { return Ok(None) };
    // What a module of this ledger reports needs no verifier and does not expire.
    let supply = gage_ledger::supply(draft, asset);
    let proof = |status, haircut| Proof { status, proven: amount, haircut, lapses_at: None };
    if supply > amount {
        return Ok(Some(proof(BackingStatus::Quarantined, shortfall(amount, supply)?)));
    }
    Ok(Some(proof(BackingStatus::Proven, Bps(0))))
}

/// What uses backing up: the supply, and what was retired. A verifier states all that was ever set aside for an asset,
/// so that a statement older than a retirement and one after it mean the same.
pub(crate) fn claims(draft: &Draft, asset: AssetId) -> Result<Amount, Error> {
    Ok(gage_ledger::supply(draft, asset).plus(RETIRED.get(draft, &asset).unwrap_or_default())?)
}

/// What backs `asset` beside its supply, or `None` if it has no backing to prove.
///
/// # Errors
/// [`Error::Math`].
pub fn coverage(draft: &Draft, ctx: &Context, asset: AssetId) -> Result<Option<Coverage>, Error> {
    let Some(proof) = proof_at(draft, ctx.time, asset)? else { return Ok(None) };
    let claims = claims(draft, asset)?;
    let ratio = match claims.is_zero() {
        true => Ratio::MAX,
        // A ratio beyond the type is as good as the largest one.
        false => Ratio::of(proof.proven.0, claims.0, Rounding::Down).unwrap_or(Ratio::MAX),
    };
    Ok(Some(Coverage { backing: proof.proven, claims, ratio, status: proof.status }))
}

/// Takes note of what backs an asset that `module` mints: how much of the asset is covered, in its
/// smallest unit. The caller is that module; an unchanged amount writes nothing.
///
/// # Errors
/// [`Error::Ledger`] for an unknown asset, [`Error::NotItsModule`] if the asset is another's.
pub fn set_backing_by_module(
    draft: &mut Draft,
    ctx: &Context,
    module: u8,
    asset: AssetId,
    amount: Amount,
) -> Result<(), Error> {
    if gage_ledger::asset(draft, asset)?.kind != AssetKind::Module(module) || module == MODULE {
        return Err(Error::NotItsModule(asset));
    }
    if MODULE_BACKINGS.peek(draft, &asset).is_some_and(|record| record.amount == amount) {
        return Ok(());
    }

    // From here on nothing can fail.
    MODULE_BACKINGS.put(draft, asset, ModuleBacking { module, amount, at: ctx.time });
    draft.emit(MODULE, &Event::ModuleBackingSet { asset, module, amount });
    Ok(())
}
