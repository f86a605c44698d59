//! Governance sets an insurance tier up, or changes its terms.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::Bps;
use serde::{Deserialize, Serialize};

use crate::absorb::tiers_of;
use crate::params::{COOLDOWN_MAX_MS, COOLDOWN_MIN_MS, TIERS_MAX};
use crate::state::{INSURANCE, POOLS};
use crate::{Error, Event, InsuranceTerms, MODULE, Pool, PoolId, WaterfallId, waterfall};

/// Sets the terms of an insurance tier; a new tier begins empty. It bears once the steps name it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetInsurance {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// From 1 to [`TIERS_MAX`]; the lower bears first.
    pub tier: u8,
    /// The new terms.
    pub terms: InsuranceTerms,
}

impl SetInsurance {
    /// # Errors
    /// [`Error::TierOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        let cooldown = (COOLDOWN_MIN_MS..=COOLDOWN_MAX_MS).contains(&self.terms.cooldown_ms);
        if cooldown && self.terms.premium <= Bps::ONE && (1..=TIERS_MAX).contains(&self.tier) {
            Ok(())
        } else {
            Err(Error::TierOutOfBounds)
        }
    }

    /// # Errors
    /// `NotGovernance`, [`Error::TierOutOfBounds`] if all premiums together exceed the fees,
    /// [`Error::UnknownWaterfall`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        set_insurance(draft, self.waterfall, self.tier, self.terms)
    }

    /// The words a wallet shows.
    pub fn describe(&self, _names: &dyn Names) -> String {
        let SetInsurance { waterfall, tier, terms } = self;
        let (cooldown_ms, premium) = (terms.cooldown_ms, terms.premium.0);
        format!(
            "Set insurance tier {tier} of waterfall {waterfall}: cooldown {cooldown_ms} ms, premium {premium} bps of fees"
        )
    }
}

/// Sets a tier up or changes its terms. Who may ask for it is the caller's business.
///
/// # Errors
/// As the operation, but for `NotGovernance`.
pub(crate) fn set_insurance(
    draft: &mut Draft,
    waterfall_id: WaterfallId,
    tier: u8,
    terms: InsuranceTerms,
) -> Result<(), Error> {
    waterfall(draft, waterfall_id)?;
    let id = PoolId::insurance(waterfall_id, tier);
    let others = tiers_of(draft, waterfall_id).into_iter().filter(|other| *other != id);
    let others: Vec<u32> =
        others.filter_map(|other| INSURANCE.get(draft, &other)).map(|terms| terms.premium.0).collect();
    let premiums = others.into_iter().try_fold(terms.premium.0, |sum, premium| sum.checked_add(premium));
    if premiums.is_none_or(|premiums| premiums > Bps::ONE.0) {
        return Err(Error::TierOutOfBounds);
    }

    // From here on nothing can fail.
    if !POOLS.has(draft, &id) {
        POOLS.put(draft, id, Pool::default());
    }
    INSURANCE.put(draft, id, terms);
    draft.emit(MODULE, &Event::InsuranceSet { waterfall: waterfall_id, tier, terms });
    Ok(())
}
