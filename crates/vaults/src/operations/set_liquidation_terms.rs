//! Set how a collateral is liquidated.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{asset_name, describe_liquidation};
use crate::state::{COLLATERALS, Collateral};
use crate::{Error, Event, FacilityId, LiquidationTerms, MODULE, book};

/// Replaces the liquidation terms of a collateral, for all versions; open lots keep their curve.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetLiquidationTerms {
    /// The facility.
    pub facility: FacilityId,
    /// The collateral.
    pub asset: AssetId,
    /// All terms.
    pub terms: LiquidationTerms,
}

impl SetLiquidationTerms {
    /// # Errors
    /// [`Error::ParamOutOfBounds`], those of the curve.
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`],
    /// [`Error::NotCollateral`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        book::facility(draft, self.facility)?;
        let collateral = book::collateral(draft, self.facility, self.asset)?;

        // From here on nothing can fail.
        let (facility, asset, terms) = (self.facility, self.asset, self.terms);
        COLLATERALS.put(draft, (facility, asset), Collateral { liquidation: terms, ..collateral });
        draft.emit(MODULE, &Event::LiquidationTermsSet { facility, asset, terms });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_name(names, self.asset);
        format!("Set liquidation of {asset} in facility {}: {}", self.facility, describe_liquidation(&self.terms))
    }
}
