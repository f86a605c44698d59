use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::state::TERMS;
use crate::{Error, Event, MODULE, Role, RoleTerms};

/// Opens a role, or sets its terms anew. What is on its way out keeps the times it was promised.
///
/// Precedence: bounds; governance; asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRoleTerms {
    /// The role.
    pub role: Role,
    /// Its terms.
    pub terms: RoleTerms,
}

impl SetRoleTerms {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.terms.check()
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let asset = gage_ledger::asset(draft, self.terms.asset)?;
        if asset.itemised {
            return Err(Error::NotBondAsset);
        }

        // From here on nothing can fail.
        TERMS.put(draft, self.role, self.terms);
        draft.emit(MODULE, &Event::TermsSet { role: self.role, terms: self.terms });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let RoleTerms { asset, amount_min, unbonding_ms, evidence_ms } = self.terms;
        let least = describe_amount(names, amount_min, asset);
        let role = self.role.name();
        format!("Let {role} bond at least {least}, unbonding {unbonding_ms} ms, evidence {evidence_ms} ms")
    }
}
