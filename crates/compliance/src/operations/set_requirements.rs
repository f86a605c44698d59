use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{describe_asset, rules_to_change};
use crate::rule::{self, Requirement};
use crate::state::{RULES, Rules};
use crate::{Error, Event, MODULE};

/// Sets what an asset asks of both sides of every movement, in place of what it asked before. Whoever
/// holds it keeps it. Needs the asset's agent or governance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRequirements {
    /// Which asset.
    pub asset: AssetId,
    /// Alternatives, at most 16; none lets everyone hold it.
    pub requirements: Vec<Requirement<AccountId>>,
}

impl SetRequirements {
    /// # Errors
    /// [`Error::BadRequirement`], [`Error::BadIssuers`].
    pub fn validate(&self) -> Result<(), Error> {
        rule::validate(&self.requirements)
    }

    /// # Errors
    /// [`Error::UnknownAsset`], [`Error::NotAgent`]; unknown account.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = rules_to_change(draft, ctx, self.asset)?;
        let requirements = rule::resolve(draft, &self.requirements)?;

        let counted = rules.counted.as_ref().map_or(&[][..], |counted| &counted.topics);
        let (seeks, version) = (rule::seeks(&requirements, counted), rules.next_version());

        // From here on nothing can fail.
        let requirements_set = requirements.clone();
        RULES.put(draft, self.asset, Arc::new(Rules { requirements, seeks, version, ..rules }));
        draft.emit(MODULE, &Event::RequirementsSet { asset: self.asset, requirements: requirements_set });
        Ok(())
    }

    /// How many claims, issuers and conditions it lists.
    pub(crate) fn size(&self) -> usize {
        let conditions = self.requirements.iter().flat_map(|one| one.sender.iter().chain(&one.receiver));
        conditions.map(|one| one.test.matches().len().saturating_add(one.issuers.len()).saturating_add(1)).sum()
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let asset = describe_asset(names, self.asset);
        if self.requirements.is_empty() {
            return format!("set requirements of {asset} to none");
        }
        let requirements: Vec<String> = self.requirements.iter().map(Requirement::to_string).collect();
        format!("set requirements of {asset} to {}", requirements.join("; or "))
    }
}
