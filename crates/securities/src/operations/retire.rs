use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::check_text;
use crate::distribution::take_back;
use crate::redemption::ACCOUNT;
use crate::retirement::{REASON_MAX, RETIRED, RETIREMENTS, Retirement, next_retirement};
use crate::state::NAME_MAX;
use crate::{Error, Event, MODULE};

/// Retires units for good, for a beneficiary who may claim their effect once: a carbon credit, say. They are burned,
/// and the record that is left names their serial numbers, counted per asset from 1 in the order of retirement.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// The asset; one that this module mints.
    pub asset: AssetId,
    /// How much.
    pub quantity: Quantity,
    /// For whom; 1 to 64 printable characters.
    pub beneficiary: String,
    /// Why; 1 to 160 printable characters.
    pub reason: String,
}

impl Retire {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        check_text(&self.beneficiary, NAME_MAX, "beneficiary")?;
        check_text(&self.reason, REASON_MAX, "reason")?;
        match self.quantity {
            Quantity::Exact(amount) if amount.is_zero() => Err(gage_accounts::Error::ZeroAmount.into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let (asset, holder) = (self.asset, ctx.account()?);
        if gage_ledger::asset(draft, asset)?.kind != gage_ledger::AssetKind::Module(MODULE) {
            return Err(Error::NotMintedHere(asset));
        }
        let amount = ctx.resolve(self.quantity, asset)?;
        let before = RETIRED.get(draft, &asset).unwrap_or_default();
        let after = before.plus(amount)?;
        gage_ledger::transfer(draft, ctx, holder, ACCOUNT, asset, amount)?;
        take_back(draft, ctx, asset, amount)?;

        // From here on nothing can fail.
        RETIRED.put(draft, asset, after);
        let id = next_retirement(draft);
        let (beneficiary, reason, at) = (self.beneficiary.clone(), self.reason.clone(), ctx.time);
        RETIREMENTS.put(draft, id, Retirement { asset, holder, before, amount, beneficiary, reason, at });
        draft.emit(MODULE, &Event::Retired { retirement: id, asset, holder, before, amount });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let quantity = describe_quantity(names, self.quantity, self.asset);
        format!("Retire {quantity} for {:?}: {:?}", self.beneficiary, self.reason)
    }
}
