//! Supply a pool.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::quantity_above_zero;
use crate::pool::{POOLS, Pool, shares, shares_of};
use crate::{ACCOUNT, Error, Event, FacilityId, MODULE, Source, book, pool};

/// Gives an amount of the signer's to a pool, for shares of it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    /// The facility.
    pub facility: FacilityId,
    /// What it lends.
    pub asset: AssetId,
    /// How much.
    pub amount: Quantity,
    /// The least number of shares that is acceptable.
    pub least: Amount,
}

impl Supply {
    /// # Errors
    /// `ZeroAmount`.
    pub fn validate(&self) -> Result<(), Error> {
        quantity_above_zero(self.amount)
    }

    /// Yields the shares.
    ///
    /// # Errors
    /// In this order: `NotAnAccount`, [`Error::UnknownFacility`], [`Error::NotPool`],
    /// [`Error::WrongAsset`], [`Error::FacilityClosed`], those of the quantity,
    /// [`Error::BelowSupplyMin`], [`Error::AboveSupplyCap`], [`Error::ZeroResult`],
    /// `OutputBelowMinimum`, the ledger's.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        let supplier = ctx.account()?;
        let facility = book::facility(draft, self.facility)?;
        let Source::Pool { shares: share, .. } = facility.source else { return Err(Error::NotPool) };
        if facility.stable != self.asset {
            return Err(Error::WrongAsset);
        }
        if facility.params.closed {
            return Err(Error::FacilityClosed);
        }
        let amount = ctx.resolve(self.amount, self.asset)?;
        let pool = pool::pool(draft, self.facility)?;
        if amount < pool.terms.supply_min {
            return Err(Error::BelowSupplyMin);
        }
        let claims = pool.claims.plus(amount)?;
        if claims > pool.terms.supply_cap {
            return Err(Error::AboveSupplyCap);
        }
        // Rounded down: the shares that exist never lose by a new one.
        let given = shares::shares_for(amount, pool.claims, shares_of(draft, share))?;
        if given.is_zero() {
            return Err(Error::ZeroResult);
        }
        if given < self.least {
            return Err(gage_accounts::Error::OutputBelowMinimum.into());
        }
        let cash = pool.cash.plus(amount)?;
        gage_ledger::transfer(draft, ctx, supplier, ACCOUNT, self.asset, amount)?;
        gage_ledger::mint(draft, ctx, MODULE, share, supplier, given)?;

        // From here on nothing can fail.
        POOLS.put(draft, self.facility, Pool { cash, claims, ..pool });
        let event = Event::Supplied { facility: self.facility, supplier, amount, shares: given, claims };
        draft.emit(MODULE, &event);
        Ok(Some(Output { asset: share, amount: given }))
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        format!("Supply {amount} to facility {} for at least {} units of its shares", self.facility, self.least)
    }
}
