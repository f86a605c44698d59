//! Shut a facility down.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Signer};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::shutdown::{self, WINDOW_MS, WINDOW_MS_MAX, WINDOW_MS_MIN};
use crate::{Error, FacilityId, book};

/// Shuts a facility down for good. Governance may at any time; anybody may once the bad debt of one that mints
/// is 5 % of what it has issued, with the window of seven days. A pool has no bad debt: its suppliers bear it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShutDown {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends.
    pub asset: AssetId,
    /// How long owners may repay before their debts are settled, in milliseconds.
    pub window_ms: u64,
}

impl ShutDown {
    /// # Errors
    /// [`Error::ParamOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        let bounded = (WINDOW_MS_MIN..=WINDOW_MS_MAX).contains(&self.window_ms);
        if bounded { Ok(()) } else { Err(Error::ParamOutOfBounds { param: "window_ms" }) }
    }

    /// # Errors
    /// In this order: those of `validate`, [`Error::UnknownFacility`], [`Error::WrongAsset`],
    /// [`Error::FacilityShutDown`], [`Error::ShutdownNotDue`] for an account.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        self.validate()?;
        let facility = book::facility(draft, self.facility)?;
        if facility.stable != self.asset {
            return Err(Error::WrongAsset);
        }
        shutdown::require_running(draft, self.facility)?;
        let by_anybody = matches!(ctx.signer, Signer::Account(_));
        if by_anybody && !(self.window_ms == WINDOW_MS && shutdown::is_due(draft, self.facility, &facility)?) {
            return Err(Error::ShutdownNotDue);
        }
        shutdown::start(draft, ctx, self.facility, self.window_ms)
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_name(names, self.asset);
        format!(
            "Shut down facility {}, which lends {asset}; its debts are settled after {} ms",
            self.facility, self.window_ms
        )
    }
}
