//! Governance names who reports the depth of an asset.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::depth::{DepthReporter, REPORTERS};
use crate::{Error, Event, MODULE};

/// Names the account that says how much of an asset can be sold at once, or nobody.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDepthReporter {
    /// The asset.
    pub asset: AssetId,
    /// Who; none ends it, and what was reported counts until it is a day old.
    pub reporter: Option<AccountId>,
    /// The most that counts, whatever is reported.
    pub max: Amount,
}

impl SetDepthReporter {
    /// What the account named before had reported counts for it no more.
    ///
    /// # Errors
    /// In this order: `NotGovernance`, the ledger's for an unknown asset, `UnknownAccount`.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        gage_ledger::asset(draft, self.asset)?;
        let account = self.reporter.map(|id| gage_accounts::resolve(draft, &id)).transpose()?;

        // From here on nothing can fail.
        let (counted, latest, latest_at) = (Amount::ZERO, Amount::ZERO, Timestamp(0));
        match account {
            Some(account) => {
                let record = DepthReporter { account, max: self.max, counted, latest, latest_at };
                REPORTERS.put(draft, self.asset, record);
            }
            None => REPORTERS.remove(draft, &self.asset),
        }
        draft.emit(MODULE, &Event::DepthReporterSet { asset: self.asset, reporter: account, max: self.max });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_name(names, self.asset);
        match self.reporter {
            Some(id) => {
                format!("Let {id} report the depth of {asset}, up to {}", describe_amount(names, self.max, self.asset))
            }
            None => format!("Let nobody report the depth of {asset}"),
        }
    }
}
