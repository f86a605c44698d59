//! Create a facility.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_backstop::WaterfallId;
use gage_ledger::AssetKind;
use gage_store::Draft;
use gage_units::{AssetId, Price};
use serde::{Deserialize, Serialize};

use super::{asset_name, describe_params};
use crate::state::{FACILITIES, FACILITY_OF, Facility, LAST_FACILITY, TOTALS, Totals, next_number};
use crate::{Error, Event, FacilityId, FacilityParams, MODULE, Source};

/// Creates a facility that lends a stable asset of this module's kind, which no other facility lends
/// and of which nothing exists yet, with the loss waterfall that is to bear its losses.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateFacility {
    /// What is lent.
    pub stable: AssetId,
    /// The face value of one whole unit, in the numeraire; above zero, at most 1e12.
    pub par: Price,
    /// Who bears losses, with all capital in `stable`.
    pub waterfall: WaterfallId,
    /// The first parameters.
    pub params: FacilityParams,
}

impl CreateFacility {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        super::check_par(self.par)?;
        self.params.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, the ledger's for an unknown asset,
    /// [`Error::NotMintedHere`], [`Error::StableInUse`], the backstop's for an unknown waterfall,
    /// [`Error::WaterfallMismatch`], [`Error::WaterfallInUse`], [`Error::TooManyVaults`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<FacilityId, Error> {
        ctx.require_governance()?;
        self.validate()?;
        let asset = gage_ledger::asset(draft, self.stable)?;
        if asset.kind != AssetKind::Module(MODULE) || asset.itemised {
            return Err(Error::NotMintedHere);
        }
        if FACILITY_OF.has(draft, &self.stable) || !gage_ledger::supply(draft, self.stable).is_zero() {
            return Err(Error::StableInUse);
        }
        if gage_backstop::waterfall(draft, self.waterfall)?.stable != self.stable {
            return Err(Error::WaterfallMismatch);
        }
        super::check_waterfall_free(draft, self.waterfall)?;
        let id = FacilityId(next_number(draft, LAST_FACILITY).ok_or(Error::TooManyVaults)?);

        // From here on nothing can fail.
        let CreateFacility { stable, par, waterfall, params } = *self;
        FACILITIES.put(
            draft,
            id,
            Facility { stable, decimals: asset.decimals, par, waterfall, params, source: Source::Mint },
        );
        TOTALS.put(draft, id, Totals { accrued_at: ctx.time, ..Totals::default() });
        FACILITY_OF.put(draft, stable, id);
        draft.emit(MODULE, &Event::FacilityCreated { facility: id, stable, params });
        Ok(id)
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        format!(
            "Create a facility that lends {} at {} a unit with loss waterfall {}: {}",
            asset_name(names, self.stable),
            self.par,
            self.waterfall,
            describe_params(names, self.stable, &self.params),
        )
    }
}
