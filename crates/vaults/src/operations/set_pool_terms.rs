//! Set the terms of a pool.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use crate::pool::{POOLS, Pool};
use crate::{Error, Event, FacilityId, MODULE, PoolTerms, book, pool, shutdown};

/// Replaces the terms of a pool. Interest up to the block's mark was at the old curve.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPoolTerms {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends, so that a wallet can show the amounts.
    pub asset: AssetId,
    /// All terms.
    pub terms: PoolTerms,
}

impl SetPoolTerms {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        self.terms.check()
    }

    /// # Errors
    /// In this order: `NotGovernance`, those of `validate`, [`Error::UnknownFacility`],
    /// [`Error::WrongAsset`], [`Error::NotPool`], [`Error::FacilityShutDown`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        self.validate()?;
        if book::facility(draft, self.facility)?.stable != self.asset {
            return Err(Error::WrongAsset);
        }
        pool::pool(draft, self.facility)?;
        shutdown::require_running(draft, self.facility)?;
        // A new curve must not reach back: what has passed is accrued at the old one.
        crate::mark::accrue_now(draft, ctx, self.facility)?;
        let pool = pool::pool(draft, self.facility)?;

        // From here on nothing can fail.
        POOLS.put(draft, self.facility, Pool { terms: self.terms, ..pool });
        draft.emit(MODULE, &Event::PoolTermsSet { facility: self.facility, terms: self.terms });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let terms = describe_pool_terms(names, self.asset, &self.terms);
        format!("Set the pool of facility {}: {terms}", self.facility)
    }
}

pub(super) fn describe_pool_terms(names: &dyn Names, asset: AssetId, terms: &PoolTerms) -> String {
    let PoolTerms { curve, reserve_factor, supply_cap, supply_min } = terms;
    format!(
        "rate per second {} rising to {} at {} lent and {} at all lent, reserve factor {reserve_factor}, supply cap {}, \
         least supply {}",
        curve.at_zero,
        curve.at_kink,
        curve.kink,
        curve.at_full,
        describe_amount(names, *supply_cap, asset),
        describe_amount(names, *supply_min, asset),
    )
}
