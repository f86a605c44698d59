//! Governance pays out surplus.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::surplus::{check_healed, distributable};
use crate::waterfalls::check_reserved;
use crate::{Error, StepKind, WaterfallId, spend_surplus, waterfall};

/// Pays surplus to an account: of the stable what exceeds the buffer's minimum, of collateral all.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistributeSurplus {
    /// The waterfall.
    pub waterfall: WaterfallId,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// To whom.
    pub to: AccountId,
}

impl DistributeSurplus {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(gage_accounts::Error::ZeroAmount.into()) } else { Ok(()) }
    }

    /// # Errors
    /// `NotGovernance`, [`Error::UnknownWaterfall`], an unknown account, [`Error::ExitsClosed`],
    /// [`Error::CapitalReserved`] while the facility has bad debt, [`Error::InsufficientSurplus`],
    /// [`Error::CapitalReserved`], the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        let record = waterfall(draft, self.waterfall)?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        if record.exits_closed {
            return Err(Error::ExitsClosed);
        }
        check_healed(draft, self.waterfall)?;
        if self.amount > distributable(draft, self.waterfall, &record, self.asset) {
            return Err(Error::InsufficientSurplus);
        }
        if self.asset == record.stable {
            check_reserved(draft, self.waterfall, &record, ctx.height, StepKind::SurplusBuffer, self.amount)?;
        }
        spend_surplus(draft, ctx, self.waterfall, self.asset, self.amount, to)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        format!("Distribute {amount} from the surplus of waterfall {} to {}", self.waterfall, self.to)
    }
}
