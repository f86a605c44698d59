use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_compliance::Jurisdiction;
use gage_compliance::rule::Topic;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{AssetId, Bps};
use serde::{Deserialize, Serialize};

use super::{asset_text, require_issuer};
use crate::withholding::{WITHHOLDINGS, Withholding};
use crate::{Error, Event, MODULE};

/// Sets what is withheld from what an asset pays by the register, by where holders live; no terms withhold nothing.
/// What is paid for units given back is paid whole. Signed by governance or the issuer; it counts for the
/// distributions whose register is taken later.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetWithholding {
    /// The asset.
    pub asset: AssetId,
    /// The terms.
    pub terms: Option<NewWithholding>,
}

/// What is withheld from holders of an asset.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewWithholding {
    /// Who receives what is withheld, and passes it on.
    pub agent: AccountId,
    /// The claims that say where a holder lives.
    pub topic: Topic,
    /// The part by jurisdiction, in ascending order; at most 64.
    pub rates: Vec<(Jurisdiction, Bps)>,
    /// The part where no claim names a jurisdiction of the list.
    pub otherwise: Bps,
}

impl SetWithholding {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let asset = self.asset;
        require_issuer(draft, ctx, asset)?;
        let terms = match &self.terms {
            Some(NewWithholding { agent, topic, rates, otherwise }) => {
                let agent = gage_accounts::resolve(draft, agent)?;
                Some(Withholding { agent, topic: *topic, rates: rates.clone(), otherwise: *otherwise })
            }
            None => None,
        };
        if let Some(terms) = &terms {
            terms.check()?;
        }

        // From here on nothing can fail.
        match &terms {
            Some(terms) => WITHHOLDINGS.put(draft, asset, terms.clone()),
            None => WITHHOLDINGS.remove(draft, &asset),
        }
        draft.emit(MODULE, &Event::WithholdingSet { asset, terms });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_text(names, self.asset);
        let Some(NewWithholding { agent, topic, rates, otherwise }) = &self.terms else {
            return format!("Withhold nothing from payments of {asset}");
        };
        let rates: Vec<String> = rates.iter().map(|(place, part)| format!("{place} {part}")).collect();
        let by = if rates.is_empty() { String::new() } else { format!("{}, ", rates.join(", ")) };
        format!("Withhold from payments of {asset} by {topic:?}: {by}others {otherwise}; paid to {agent}")
    }
}
