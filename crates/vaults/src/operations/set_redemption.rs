//! Set the redemption of a facility.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::{AssetId, Ratio};
use serde::{Deserialize, Serialize};

use crate::redemption::fee::RedemptionTerms;
use crate::redemption::{REDEMPTIONS, Redemption, lent_supply};
use crate::{Error, Event, FacilityId, MODULE, Source, book};

/// Sets what redemption costs in a facility that mints, or ends it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRedemption {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends, so that a wallet can show the amounts.
    pub stable: AssetId,
    /// All terms; none ends redemption.
    pub terms: Option<RedemptionTerms>,
}

impl SetRedemption {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.as_ref().map_or(Ok(()), RedemptionTerms::check)
    }

    /// What recent redemptions raised stays and decays from now on as the new terms say.
    ///
    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`],
    /// [`Error::WrongAsset`], [`Error::NotRedeemable`] of a pool.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        let facility = book::facility(draft, self.facility)?;
        if facility.stable != self.stable {
            return Err(Error::WrongAsset);
        }
        if facility.source != Source::Mint {
            return Err(Error::NotRedeemable);
        }
        let before = REDEMPTIONS.get(draft, &self.facility);
        let base_rate = before.map_or(Ok(Ratio::ZERO), |before| before.base_rate_at(ctx.time))?;
        let supply = lent_supply(draft, self.facility, self.stable);
        let least_supply = before.map_or([supply; 2], |before| before.least_supply);
        let hour_at = before.map_or(ctx.time, |before| before.hour_at);

        // From here on nothing can fail.
        match self.terms {
            Some(terms) => {
                REDEMPTIONS.put(
                    draft,
                    self.facility,
                    Redemption { terms, base_rate, decayed_at: ctx.time, least_supply, hour_at },
                );
            }
            None => REDEMPTIONS.remove(draft, &self.facility),
        }
        draft.emit(MODULE, &Event::RedemptionSet { facility: self.facility, terms: self.terms });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match &self.terms {
            None => format!("End redemption in facility {}", self.facility),
            Some(RedemptionTerms { fee_min, fee_max, decay, amount_min }) => format!(
                "Set redemption in facility {}: fee {fee_min} to {fee_max}, base rate times {decay} every second, \
                 least amount {}",
                self.facility,
                describe_amount(names, *amount_min, self.stable),
            ),
        }
    }
}
