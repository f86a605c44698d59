//! The section of the genesis file.

use gage_accounts::Context;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use crate::operations::{SetInsurance, set_insurance};
use crate::{Error, InsuranceTerms, NewWaterfall, Step, Terms, WaterfallId, create_waterfall};

/// A waterfall that exists from the start; numbers are given in the order of the file, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisWaterfall {
    /// What debts are in and all capital is in.
    pub stable: AssetId,
    /// What losses may bring along.
    pub collateral: Vec<AssetId>,
    /// Whose first-loss capital it is, if anybody's.
    #[serde(default)]
    pub curator: Option<AccountId>,
    /// The steps, the first bears first.
    pub steps: Vec<Step>,
    /// Times and least amounts.
    pub terms: Terms,
}

/// An insurance tier that exists from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisInsurance {
    /// The waterfall, by its place in the file from 1.
    pub waterfall: WaterfallId,
    /// The tier.
    pub tier: u8,
    /// Its terms.
    pub terms: InsuranceTerms,
}

/// What the genesis file says about the backstop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The first waterfalls.
    pub waterfalls: Vec<GenesisWaterfall>,
    /// The first insurance tiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub insurance: Vec<GenesisInsurance>,
}

/// Sets the first state.
///
/// # Errors
/// As [`create_waterfall`]; [`Error::TierOutOfBounds`]; [`Error::Accounts`] for an unknown curator.
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for waterfall in &genesis.waterfalls {
        let curator = waterfall.curator.map(|id| gage_accounts::resolve(draft, &id)).transpose()?;
        let GenesisWaterfall { stable, collateral, steps, terms, .. } = waterfall.clone();
        create_waterfall(draft, ctx, NewWaterfall { stable, collateral, curator, steps, terms })?;
    }
    for GenesisInsurance { waterfall, tier, terms } in &genesis.insurance {
        SetInsurance { waterfall: *waterfall, tier: *tier, terms: *terms }.validate()?;
        set_insurance(draft, *waterfall, *tier, *terms)?;
    }
    Ok(())
}
