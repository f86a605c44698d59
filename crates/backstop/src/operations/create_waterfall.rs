//! Governance creates a waterfall.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{asset_name, describe_steps, describe_terms};
use crate::waterfalls::{validate_collateral, validate_steps};
use crate::{Error, NewWaterfall, Step, Terms, WaterfallId, create_waterfall};

/// Creates a waterfall with an empty pool.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateWaterfall {
    /// What debts are in and all capital is in.
    pub stable: AssetId,
    /// What losses may bring along; at most [`crate::params::COLLATERAL_MAX`].
    pub collateral: Vec<AssetId>,
    /// Whose first-loss capital it is, if anybody's.
    pub curator: Option<AccountId>,
    /// The steps, the first bears first; at most [`crate::params::STEPS_MAX`].
    pub steps: Vec<Step>,
    /// Times and least amounts.
    pub terms: Terms,
}

impl CreateWaterfall {
    /// # Errors
    /// Terms, steps or collateral out of bounds.
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.validate()?;
        validate_steps(&self.steps)?;
        validate_collateral(self.stable, &self.collateral)
    }

    /// # Errors
    /// `NotGovernance`, an unknown curator, an unknown asset.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<WaterfallId, Error> {
        ctx.require_governance()?;
        let curator = self.curator.map(|id| gage_accounts::resolve(draft, &id)).transpose()?;
        let CreateWaterfall { stable, collateral, steps, terms, .. } = self.clone();
        create_waterfall(draft, ctx, NewWaterfall { stable, collateral, curator, steps, terms })
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let stable = asset_name(names, self.stable);
        let collateral: Vec<String> = self.collateral.iter().map(|asset| asset_name(names, *asset)).collect();
        let curator = self.curator.map_or_else(|| "nobody".to_owned(), |id| id.to_string());
        format!(
            "Create waterfall in {stable} for collateral [{}], curator {curator}, steps: {}; {}",
            collateral.join(", "),
            describe_steps(names, self.stable, &self.steps),
            describe_terms(names, self.stable, &self.terms)
        )
    }
}
