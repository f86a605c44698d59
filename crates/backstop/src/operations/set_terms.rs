//! Governance sets the steps and terms of a waterfall.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_steps, describe_terms, is_stable};
use crate::waterfalls::validate_steps;
use crate::{Error, Step, Terms, WaterfallId, set_terms, waterfall};

/// Sets steps and terms, together.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTerms {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// Its stable asset, in which the amounts are.
    pub asset: AssetId,
    /// The steps, the first bears first; at most [`crate::params::STEPS_MAX`].
    pub steps: Vec<Step>,
    /// Times and least amounts.
    pub terms: Terms,
}

impl SetTerms {
    /// # Errors
    /// Terms or steps out of bounds.
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.validate()?;
        validate_steps(&self.steps)
    }

    /// # Errors
    /// `NotGovernance`, [`Error::UnknownWaterfall`], [`Error::WrongAsset`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        is_stable(&waterfall(draft, self.waterfall)?, self.asset)?;
        set_terms(draft, self.waterfall, self.steps.clone(), self.terms)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let steps = describe_steps(names, self.asset, &self.steps);
        let terms = describe_terms(names, self.asset, &self.terms);
        format!("Set terms of waterfall {}, steps: {steps}; {terms}", self.waterfall)
    }
}
