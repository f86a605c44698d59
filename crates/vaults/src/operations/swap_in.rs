//! Swap cash for stable.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_oracle::Action;
use gage_securities::BackingStatus;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::quantity_above_zero;
use crate::peg::{PEGS, Peg, PegState, fee_on, for_cash, peg};
use crate::state::TOTALS;
use crate::{ACCOUNT, Error, Event, FacilityId, MODULE, book, pledging, shutdown};

/// Gives a cash asset of the signer's for newly minted stable, at par less the fee.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwapIn {
    /// The facility.
    pub facility: FacilityId,
    /// The cash asset.
    pub asset: AssetId,
    /// How much, at most: what is below a smallest unit of the stable is not taken.
    pub amount: Quantity,
    /// The least stable that is acceptable.
    pub least: Amount,
}

impl SwapIn {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)
    }

    /// Yields the stable.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownFacility`], [`Error::UnknownPeg`],
    /// [`Error::FacilityShutDown`], [`Error::FacilityClosed`], [`Error::UnfinishedLiquidations`], [`Error::PegClosed`],
    /// [`Error::QuarantinedCollateral`], the oracle's for a price that is not usable,
    /// [`Error::CashBelowPar`], those of the quantity, [`Error::ZeroResult`], [`Error::AbovePegCap`],
    /// `OutputBelowMinimum`, the ledger's, `ExceedsExposure` of securities.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let account = ctx.account()?;
        let facility = book::facility(draft, self.facility)?;
        let peg = peg(draft, self.facility, self.asset)?;
        shutdown::require_running(draft, self.facility)?;
        if facility.params.closed {
            return Err(Error::FacilityClosed);
        }
        if book::totals(draft, self.facility).unfinished {
            return Err(Error::UnfinishedLiquidations);
        }
        if peg.terms.state != PegState::Open {
            return Err(Error::PegClosed);
        }
        if gage_securities::asset_status(draft, ctx, self.asset)?.backing == BackingStatus::Quarantined {
            return Err(Error::QuarantinedCollateral(self.asset));
        }
        if let Some(least) = peg.terms.price_min {
            let feed = gage_oracle::asset_feed(draft, self.asset).ok_or(Error::NoFeed(self.asset))?;
            if gage_oracle::quote_for(draft, ctx, feed, Action::Mint)?.low < least {
                return Err(Error::CashBelowPar);
            }
        }
        let offered = ctx.resolve(self.amount, self.asset)?;
        let taken = for_cash(offered, peg.decimals, facility.decimals)?;
        let fee = fee_on(taken.stable, peg.terms.fee_in)?;
        let yielded = taken.stable.minus(fee)?;
        if yielded.is_zero() {
            return Err(Error::ZeroResult);
        }
        let (held, issued) = (peg.held.plus(taken.cash)?, peg.issued.plus(taken.stable)?);
        if issued > peg.terms.cap {
            return Err(Error::AbovePegCap);
        }
        if yielded < self.least {
            return Err(gage_accounts::Error::OutputBelowMinimum.into());
        }
        let mut totals = book::totals(draft, self.facility);
        totals.peg_issued = totals.peg_issued.plus(taken.stable)?;
        gage_ledger::transfer(draft, ctx, account, ACCOUNT, self.asset, taken.cash)?;
        gage_ledger::mint(draft, ctx, MODULE, facility.stable, account, yielded)?;
        if !fee.is_zero() {
            gage_ledger::mint(draft, ctx, MODULE, facility.stable, ACCOUNT, fee)?;
            gage_backstop::add_surplus(draft, ctx, facility.waterfall, ACCOUNT, fee)?;
        }

        PEGS.put(draft, (self.facility, self.asset), Peg { held, issued, ..peg });
        pledging::check_exposure(draft, self.facility)?;

        // From here on nothing can fail.
        TOTALS.put(draft, self.facility, totals);
        let (id, asset, cash) = (self.facility, self.asset, taken.cash);
        draft.emit(MODULE, &Event::SwappedIn { facility: id, asset, account, cash, stable: yielded, fee });
        Ok(Some(Output { asset: facility.stable, amount: yielded }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Swap up to {amount} in facility {} for at least {} units of its stable", self.facility, self.least)
    }
}
