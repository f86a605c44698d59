//! The section of the genesis file.

use gage_accounts::Context;
use gage_backstop::WaterfallId;
use gage_store::Draft;
use gage_units::{AssetId, Price};
use serde::{Deserialize, Serialize};

use crate::operations::{AddCollateral, CreateFacility, CreatePool};
use crate::{CollateralTerms, Error, FacilityId, FacilityParams, LiquidationTerms};

/// A collateral of a facility that exists from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisCollateral {
    /// What.
    pub asset: AssetId,
    /// Its first terms.
    pub terms: CollateralTerms,
    /// How it is liquidated.
    pub liquidation: LiquidationTerms,
}

/// A facility that exists from the start; numbers are given in the order of the file, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisFacility {
    /// What is lent; nothing of it may exist yet.
    pub stable: AssetId,
    /// The face value of one whole unit, in the numeraire.
    pub par: Price,
    /// Who bears losses.
    pub waterfall: WaterfallId,
    /// Its parameters.
    pub params: FacilityParams,
    /// What it takes.
    pub collaterals: Vec<GenesisCollateral>,
}

/// A facility with a pool that exists from the start; its asset of shares gets the next number after
/// those of the file, its own number follows those of the facilities that mint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisPool {
    /// The facility and its pool.
    pub create: CreatePool,
    /// What it takes.
    pub collaterals: Vec<GenesisCollateral>,
}

/// What the genesis file says about vaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The first facilities.
    pub facilities: Vec<GenesisFacility>,
    /// The first facilities that lend from pools.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<GenesisPool>,
}

/// Sets the first state. Feeds and waterfalls exist already.
///
/// # Errors
/// As [`CreateFacility::apply`], [`CreatePool::apply`] and [`AddCollateral::apply`].
pub fn genesis(draft: &mut Draft, ctx: &Context, genesis: &Genesis) -> Result<(), Error> {
    for new in &genesis.facilities {
        let GenesisFacility { stable, par, waterfall, params, .. } = *new;
        let facility = CreateFacility { stable, par, waterfall, params }.apply(draft, ctx)?;
        add_collaterals(draft, ctx, facility, &new.collaterals)?;
    }
    for new in &genesis.pools {
        let facility = new.create.apply(draft, ctx)?;
        add_collaterals(draft, ctx, facility, &new.collaterals)?;
    }
    Ok(())
}

fn add_collaterals(
    draft: &mut Draft,
    ctx: &Context,
    facility: FacilityId,
    collaterals: &[GenesisCollateral],
) -> Result<(), Error> {
    for collateral in collaterals {
        let GenesisCollateral { asset, terms, liquidation } = *collateral;
        AddCollateral { facility, asset, terms, liquidation }.apply(draft, ctx)?;
    }
    Ok(())
}
