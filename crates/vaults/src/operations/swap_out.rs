//! Swap stable for cash.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId, Rounding};
use serde::{Deserialize, Serialize};

use super::{asset_name, quantity_above_zero};
use crate::peg::{PEGS, Peg, PegState, fee_on, for_stable, peg};
use crate::state::{Facility, TOTALS, Totals};
use crate::{ACCOUNT, Error, Event, FacilityId, MODULE, book, shutdown};

/// Burns stable of the signer's for a cash asset, at par less the fee, and while the facility has bad debt less
/// the same part of that which every unit of the stable bears.
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
    /// [`Error::UnknownPeg`], [`Error::FacilityShutDown`], [`Error::PegClosed`],
    /// [`Error::UnfinishedLiquidations`], those of the quantity,
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
        let mut totals = book::totals(draft, self.facility);
        if totals.unfinished {
            return Err(Error::UnfinishedLiquidations);
        }
        let offered = ctx.resolve(self.amount, self.stable)?;
        let net = offered.minus(fee_on(offered, peg.terms.fee_out)?)?;
        let lost = part_of_loss(draft, &facility, &totals, net)?;
        // Rounded down to whole units of the cash, against who swaps.
        let paid = for_stable(net.minus(lost)?, peg.decimals, facility.decimals)?;
        if paid.cash.is_zero() {
            return Err(Error::ZeroResult);
        }
        let held = peg.held.minus(paid.cash).map_err(|_| Error::InsufficientPegCash { available: peg.held })?;
        if paid.cash < self.least {
            return Err(gage_accounts::Error::OutputBelowMinimum.into());
        }
        let issued = peg.issued.minus(paid.stable)?;
        let burned = paid.stable.plus(lost)?;
        totals.peg_issued = totals.peg_issued.minus(paid.stable)?;
        totals.bad_debt = totals.bad_debt.minus(lost)?;
        totals.healed = totals.healed.plus(lost)?;
        let fee = offered.minus(burned)?;
        gage_ledger::burn(draft, ctx, MODULE, self.stable, account, burned)?;
        if !fee.is_zero() {
            gage_ledger::transfer(draft, ctx, account, ACCOUNT, self.stable, fee)?;
            gage_backstop::add_surplus(draft, ctx, facility.waterfall, ACCOUNT, fee)?;
        }
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, account, self.asset, paid.cash)?;

        // From here on nothing can fail.
        PEGS.put(draft, (self.facility, self.asset), Peg { held, issued, ..peg });
        TOTALS.put(draft, self.facility, totals);
        let (id, asset, cash) = (self.facility, self.asset, paid.cash);
        draft.emit(MODULE, &Event::SwappedOut { facility: id, asset, account, stable: burned, cash, fee });
        if !lost.is_zero() {
            draft.emit(MODULE, &Event::BadDebtHealed { facility: id, amount: lost, left: totals.bad_debt });
        }
        Ok(Some(Output { asset, amount: cash }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let (amount, asset) = (describe_quantity(names, self.amount, self.stable), asset_name(names, self.asset));
        format!("Swap {amount} in facility {} for at least {} units of {asset}", self.facility, self.least)
    }
}

/// What of `net` a loss that nobody bore takes: its part of the supply, rounded up against who swaps. Without
/// this the cash would be paid out at par in front of the hole, and who comes late would bear all of it.
fn part_of_loss(draft: &Draft, facility: &Facility, totals: &Totals, net: Amount) -> Result<Amount, Error> {
    if totals.bad_debt.is_zero() {
        return Ok(Amount::ZERO);
    }
    let supply = gage_ledger::supply(draft, facility.stable);
    // What one holds is at most the supply, and so his part at most the loss.
    let part = net.mul_div(totals.bad_debt.min(supply).0, supply.0.max(1), Rounding::Up)?;
    Ok(part.min(net))
}
