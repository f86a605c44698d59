//! Governance says how an asset of a waterfall is sold.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::sales::SaleTerms;
use crate::state::SALE_TERMS;
use crate::{Error, Event, MODULE, WaterfallId, waterfall};

/// Sets how an asset is sold that lies in the buffer or that depositors put up; open lots take the new
/// prices when they restart.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSaleTerms {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// What is sold.
    pub asset: AssetId,
    /// How.
    pub terms: SaleTerms,
}

impl SetSaleTerms {
    /// # Errors
    /// [`Error::SaleOutOfBounds`], those of the curve.
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.validate()
    }

    /// # Errors
    /// `NotGovernance`, [`Error::UnknownWaterfall`], [`Error::NotForSale`] for the stable itself, the ledger's
    /// for an unknown asset, the oracle's for an unknown feed.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        if waterfall(draft, self.waterfall)?.stable == self.asset {
            return Err(Error::NotForSale);
        }
        gage_ledger::decimals(draft, self.asset)?;
        gage_oracle::feed(draft, self.terms.feed)?;

        // From here on nothing can fail.
        let (waterfall, asset, terms) = (self.waterfall, self.asset, self.terms);
        SALE_TERMS.put(draft, (waterfall, asset), terms);
        draft.emit(MODULE, &Event::SaleTermsSet { waterfall, asset, terms });
        Ok(())
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let SaleTerms { feed, start_premium, floor, .. } = self.terms;
        format!(
            "Sell {} of waterfall {} at feed {feed} plus {} bps down to {} bps of it",
            asset_name(names, self.asset),
            self.waterfall,
            start_premium.0,
            floor.0
        )
    }
}
