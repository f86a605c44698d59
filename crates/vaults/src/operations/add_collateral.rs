//! Let a facility take a collateral.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::{Accumulator, Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{asset_name, describe_liquidation, describe_terms};
use crate::params::FACILITY_COLLATERAL_MAX;
use crate::state::{BUCKETS, Bucket, COLLATERALS, Collateral, MARKS, Mark};
use crate::{CollateralTerms, Error, Event, FacilityId, LiquidationTerms, MODULE, book, mark};

/// Adds a collateral, priced by its default feed in the numeraire, to a facility and its waterfall.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddCollateral {
    /// The facility.
    pub facility: FacilityId,
    /// The collateral.
    pub asset: AssetId,
    /// Its first terms, version 1.
    pub terms: CollateralTerms,
    /// How it is liquidated.
    pub liquidation: LiquidationTerms,
}

impl AddCollateral {
    /// # Errors
    /// [`Error::ParamOutOfBounds`], those of the curve.
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.check()?;
        self.liquidation.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`], the ledger's
    /// for an unknown asset, [`Error::NotCollateral`] for things with decimals, [`Error::AlreadyCollateral`], [`Error::TooManyInFacility`],
    /// [`Error::NoFeed`], the backstop's (the stable itself is no collateral).
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        let facility = book::facility(draft, self.facility)?;
        let asset = gage_ledger::asset(draft, self.asset)?;
        // A thing is one whole unit, and one smallest unit too.
        if asset.itemised && asset.decimals != 0 {
            return Err(Error::NotCollateral(self.asset));
        }
        let key = (self.facility, self.asset);
        if COLLATERALS.has(draft, &key) {
            return Err(Error::AlreadyCollateral(self.asset));
        }
        if mark::collaterals(draft, self.facility).count() >= FACILITY_COLLATERAL_MAX {
            return Err(Error::TooManyInFacility);
        }
        let feed = gage_oracle::asset_feed(draft, self.asset).ok_or(Error::NoFeed(self.asset))?;
        // Things never reach the backstop: they stand at auction until they are sold.
        if !asset.itemised {
            gage_backstop::add_collateral(draft, facility.waterfall, self.asset)?;
        }

        // From here on nothing can fail.
        let (terms, liquidation) = (self.terms, self.liquidation);
        let (decimals, itemised) = (asset.decimals, asset.itemised);
        COLLATERALS.put(draft, key, Collateral { feed, decimals, newest: 1, liquidation, itemised });
        MARKS.put(draft, key, Mark::default());
        BUCKETS.put(draft, (key.0, key.1, 1), new_bucket(terms));
        draft.emit(MODULE, &Event::CollateralTermsSet { facility: key.0, asset: key.1, version: 1, terms });
        draft.emit(MODULE, &Event::LiquidationTermsSet { facility: key.0, asset: key.1, terms: liquidation });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!(
            "Add {} as collateral of facility {}: {}; liquidation: {}",
            asset_name(names, self.asset),
            self.facility,
            describe_terms(&self.terms),
            describe_liquidation(&self.liquidation),
        )
    }
}

pub(super) fn new_bucket(terms: CollateralTerms) -> Bucket {
    let accumulator = Accumulator::ONE;
    Bucket { terms, accumulator, normalised: 0, debt: Amount::ZERO, pledged: Amount::ZERO, positions: 0 }
}
