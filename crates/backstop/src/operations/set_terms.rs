//! Governance sets the steps and terms of a waterfall.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::{describe_steps, describe_terms};
use crate::waterfalls::validate_steps;
use crate::{Error, Step, Terms, WaterfallId, set_terms};

/// Sets steps and terms, together.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTerms {
    /// The waterfall.
    pub waterfall: WaterfallId,
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
    /// `NotGovernance`, [`Error::UnknownWaterfall`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        set_terms(draft, self.waterfall, self.steps.clone(), self.terms)
    }

    /// The words a wallet shows.
    pub fn describe(&self) -> String {
        let (steps, terms) = (describe_steps(&self.steps), describe_terms(&self.terms));
        format!("Set terms of waterfall {}, steps: {steps}; {terms}", self.waterfall)
    }
}
