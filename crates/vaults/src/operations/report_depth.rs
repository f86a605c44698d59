//! Report how much of an asset can be sold at once.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::depth::{self, REPORTERS};

/// Says how much of an asset can be sold at once, by executable orders. Less counts at once, more after it
/// has rested for an hour; nothing counts for longer than a day.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDepth {
    /// The asset.
    pub asset: AssetId,
    /// How much, in its smallest unit.
    pub amount: Amount,
}

impl ReportDepth {
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::NotReporter`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let signer = ctx.account()?;
        let record = REPORTERS.get(draft, &self.asset).filter(|record| record.account == signer);
        depth::report(draft, ctx, self.asset, record.ok_or(Error::NotReporter)?, self.amount)
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!("Report a depth of {}", describe_amount(names, self.amount, self.asset))
    }
}
