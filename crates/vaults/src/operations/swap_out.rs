//! Swap stable for cash.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{asset_name, quantity_above_zero};
use crate::peg::{PEGS, Peg, PegState, fee_on, for_stable, peg};
use crate::state::TOTALS;
use crate::{ACCOUNT, Error, Event, FacilityId, MODULE, book, shutdown};

/// Burns stable of the signer's for a cash asset, at par less the fee.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwapOut {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends.
    pub stable: AssetId,
    /// How much of it.
    pub amount: Quantity,
    /// The cash asset.
    pub asset: AssetId,
    /// The least cash that is acceptable.
    pub least: Amount,
}

impl SwapOut {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)
    }

    /// Yields the cash. The fee, and stable below a smallest unit of the cash, go to the surplus.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownFacility`], [`Error::WrongAsset`],
    /// [`Error::UnknownPeg`], [`Error::FacilityShutDown`], [`Error::PegClosed`], those of the quantity,
    /// [`Error::ZeroResult`], [`Error::InsufficientPegCash`], `OutputBelowMinimum`, the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let account = ctx.account()?;
        let facility = book::facility(draft, self.facility)?;
        if facility.stable != self.stable {
            return Err(Error::WrongAsset);
        }
        let peg = peg(draft, self.facility, self.asset)?;
        shutdown::require_running(draft, self.facility)?;
        if peg.terms.state == PegState::Closed {
            return Err(Error::PegClosed);
        }
        let offered = ctx.resolve(self.amount, self.stable)?;
        let net = offered.minus(fee_on(offered, peg.terms.fee_out)?)?;
        // Rounded down to whole units of the cash, against who swaps.
        let paid = for_stable(net, peg.decimals, facility.decimals)?;
        if paid.cash.is_zero() {
            return Err(Error::ZeroResult);
        }
        let held = peg.held.minus(paid.cash).map_err(|_| Error::InsufficientPegCash { available: peg.held })?;
        if paid.cash < self.least {
            return Err(gage_accounts::Error::OutputBelowMinimum.into());
        }
        let issued = peg.issued.minus(paid.stable)?;
        let mut totals = book::totals(draft, self.facility);
        totals.peg_issued = totals.peg_issued.minus(paid.stable)?;
        let fee = offered.minus(paid.stable)?;
        gage_ledger::burn(draft, ctx, MODULE, self.stable, account, paid.stable)?;
        if !fee.is_zero() {
            gage_ledger::transfer(draft, ctx, account, ACCOUNT, self.stable, fee)?;
            gage_backstop::add_surplus(draft, ctx, facility.waterfall, ACCOUNT, fee)?;
        }
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, account, self.asset, paid.cash)?;

        // From here on nothing can fail.
        PEGS.put(draft, (self.facility, self.asset), Peg { held, issued, ..peg });
        TOTALS.put(draft, self.facility, totals);
        let (id, asset, cash) = (self.facility, self.asset, paid.cash);
        draft.emit(MODULE, &Event::SwappedOut { facility: id, asset, account, stable: paid.stable, cash, fee });
        Ok(Some(Output { asset, amount: cash }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let (amount, asset) = (describe_quantity(names, self.amount, self.stable), asset_name(names, self.asset));
        format!("Swap {amount} in facility {} for at least {} units of {asset}", self.facility, self.least)
    }
}
