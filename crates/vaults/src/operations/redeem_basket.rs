//! Take one's part of the basket of a facility that was shut down.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_backstop::Holding;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::quantity_above_zero;
use crate::shutdown::{self, SHUTDOWNS, Shutdown, Stage};
use crate::state::TOTALS;
use crate::{Error, Event, FacilityId, MODULE, Source, book};

/// Burns what the facility issued (its stable, or the shares of its pool) for the same part of every
/// asset in its basket. What the signer may not hold is kept for him.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedeemBasket {
    /// The facility.
    pub facility: FacilityId,
    /// What it issued.
    pub asset: AssetId,
    /// How much of it.
    pub amount: Quantity,
}

impl RedeemBasket {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownFacility`], [`Error::WrongAsset`],
    /// [`Error::NotPaying`], those of the quantity, the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let facility = book::facility(draft, self.facility)?;
        if facility.minted() != self.asset {
            return Err(Error::WrongAsset);
        }
        let shutdown = shutdown::shutdown(draft, self.facility).filter(|shutdown| shutdown.stage == Stage::Paying);
        let shutdown = shutdown.ok_or(Error::NotPaying)?;
        let amount = ctx.resolve(self.amount, self.asset)?;
        gage_ledger::burn(draft, ctx, MODULE, self.asset, account, amount)?;
        let parts = shutdown::parts(draft, self.facility, amount, shutdown.outstanding)?;
        for part in &parts {
            if !shutdown::pay_part(draft, ctx, self.facility, account, *part)? {
                let Holding { asset, amount } = *part;
                draft.emit(MODULE, &Event::PartKept { facility: self.facility, account, asset, amount });
            }
        }
        let outstanding = shutdown.outstanding.minus(amount)?;
        let mut totals = book::totals(draft, self.facility);
        if facility.source == Source::Mint {
            totals.settled = totals.settled.minus(amount)?;
        }

        // From here on nothing can fail.
        TOTALS.put(draft, self.facility, totals);
        SHUTDOWNS.put(draft, self.facility, Shutdown { outstanding, ..shutdown });
        draft.emit(MODULE, &Event::BasketRedeemed { facility: self.facility, account, amount, parts });
        Ok(())
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Give {amount} for its part of the basket of facility {}", self.facility)
    }
}
